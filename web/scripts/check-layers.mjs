// The web app's import rows: shared → softphone → features/<room> → app; features never import each other.
// Also: text a person reads lives in texts.ts files only (no Chinese literals elsewhere).
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const rows = { shared: 0, softphone: 1, features: 2, app: 3 };
const faults = [];

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(ts|tsx)$/.test(name)) yield path;
  }
}

function place(path) {
  const [row, room] = relative(source, path).split("/");
  return { row, room: row === "features" ? room : row };
}

for (const path of files(source)) {
  const text = readFileSync(path, "utf8");
  const from = place(path);
  const name = relative(source, path);
  for (const match of text.matchAll(/(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
    const target = match[1];
    let resolved;
    if (target.startsWith("@/")) resolved = join(source, target.slice(2));
    else if (target.startsWith(".")) resolved = resolve(dirname(path), target);
    else continue;
    const to = place(resolved);
    if (!(to.row in rows)) continue;
    if (rows[to.row] > rows[from.row])
      faults.push(`${name}: ${from.row} may not import ${to.row} (${target})`);
    if (from.row === "features" && to.row === "features" && from.room !== to.room)
      faults.push(`${name}: room ${from.room} may not import room ${to.room} (${target})`);
  }
  const speaks = /texts\.ts$|\.test\.tsx?$|routes\.tsx$/.test(name);
  const code = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/[^\n]*/g, "");
  if (!speaks && /[\u4e00-\u9fff]/.test(code))
    faults.push(`${name}: text in one language only; move it to texts.ts`);
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exit(1);
}
