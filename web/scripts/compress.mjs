// Writes a brotli and a gzip file beside each asset of the build, for the edge to send as they are.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const LEAST = 1024;

for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, String(name));
  if (!/\.(js|css|svg|html)$/.test(path) || statSync(path).size < LEAST) continue;
  const content = readFileSync(path);
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  );
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
