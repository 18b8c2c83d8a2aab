import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The development server hands API, live push and SIP signalling to a running edge.
const edge = process.env.ANDON_WEB_PROXY ?? "http://127.0.0.1:8080";

/** Roots of the desk's first screen that come when the person is known. */
const DESK =
  /src\/(features\/(desk\/(DeskPage|Companion)|messages\/Inbox|work\/WorkBadge)|app\/AlarmNotices)\.tsx$/;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    port: Number(process.env.ANDON_WEB_PORT ?? 5173),
    proxy: {
      "/api": { target: edge, ws: true, changeOrigin: false },
      "/sip": { target: edge, ws: true },
    },
  },
  build: {
    target: "es2022",
    sourcemap: false,
    manifest: true,
    chunkSizeWarningLimit: 900,
    // A browser has six requests open at a time over HTTP/1.1: sixty small files are ten rounds of the line's
    // delay. So what every page needs is two files (libraries change less often than ours), and what the desk's
    // first screen adds is one.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "base", tags: ["$initial"], test: /node_modules/, priority: 3 },
            { name: "app", tags: ["$initial"], priority: 2 },
            { name: "desk", test: DESK, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    // A file leaves nothing behind: a page of its own for each would be three quarters of the time.
    isolate: false,
    setupFiles: ["./src/app/test-setup.ts"],
  },
});
