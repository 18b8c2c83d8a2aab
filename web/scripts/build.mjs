// Builds the pages beside those that are served and then puts them in their place, so that a page open
// meanwhile finds every file it may still load: new files come first, the page that names them last, and
// files of builds before stay for some days. Each asset gets a brotli and a gzip file beside it, for the
// edge to send as they are.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const LEAST = 1024;
const KEPT_MS = 7 * 24 * 3_600_000;

const files = (folder) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile());

function compress(folder) {
  for (const name of files(folder)) {
    const path = join(folder, name);
    if (!/\.(js|css|svg|html)$/.test(path) || statSync(path).size < LEAST) continue;
    const content = readFileSync(path);
    writeFileSync(
      `${path}.br`,
      brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    );
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  }
}

function publish(fresh) {
  const page = (name) => name.startsWith("index.html");
  const names = files(fresh).sort((a, b) => Number(page(a)) - Number(page(b)) || a.localeCompare(b));
  for (const name of names) {
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    if (page(name)) renameSync(join(fresh, name), join(dist, name));
    else cpSync(join(fresh, name), join(dist, name), { preserveTimestamps: true });
  }
  const made = new Set(names);
  for (const name of files(dist))
    if (!made.has(name) && Date.now() - statSync(join(dist, name)).mtimeMs > KEPT_MS)
      rmSync(join(dist, name));
}

mkdirSync(join(root, "..", ".cache"), { recursive: true });
const fresh = mkdtempSync(join(root, "..", ".cache", "web-"));
try {
  await build({ root, logLevel: "warn", build: { outDir: fresh, emptyOutDir: true } });
  if (!existsSync(join(fresh, "index.html"))) throw new Error("the build made no page");
  compress(fresh);
  publish(fresh);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
