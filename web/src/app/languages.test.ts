import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allTexts } from "@/shared/i18n/texts";

const source = join(__dirname, "..");

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) ? [path] : [];
  });
}

const rooms = import.meta.glob("../**/texts.ts", { eager: true });
const code = files(source)
  .filter((path) => !/texts\.ts$|\.test\./.test(path))
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

/** Spaces whose keys are names that the server tells: the audit log looks up any field of any thing. */
const named = new Set(["fields"]);

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe("both languages", () => {
  it("finds the texts of every room", () => {
    expect(allTexts.size).toBeGreaterThanOrEqual(Object.keys(rooms).length - 1);
    expect(allTexts.has("desk")).toBe(true);
  });

  it.each([...allTexts.values()].map((texts) => [texts.space, texts] as const))(
    "%s is complete",
    (_, texts) => {
      expect(Object.keys(texts.en).sort()).toEqual(Object.keys(texts.zh).sort());
      for (const [key, zh] of Object.entries(texts.zh)) {
        const en = texts.en[key] ?? "";
        expect(zh.trim(), `${key} zh`).not.toBe("");
        expect(en.trim(), `${key} en`).not.toBe("");
        expect(en, `${key} en is not English`).not.toMatch(/[\u4e00-\u9fff]/);
        expect(placeholders(en), key).toEqual(placeholders(zh));
      }
    },
  );

  it.each(
    [...allTexts.values()]
      .filter(({ space }) => !named.has(space))
      .map((texts) => [texts.space, texts] as const),
  )("%s has no text that is never shown", (_, texts) => {
    const unused = Object.keys(texts.zh).filter((key) => {
      if (code.includes(`"${key}"`)) return false;
      // Keys built from a value: `state.${name}` and the like.
      const parts = key.split(".");
      return !parts.some((__, n) => n > 0 && code.includes(`\`${parts.slice(0, n).join(".")}.\${`));
    });
    expect(unused).toEqual([]);
  });
});
