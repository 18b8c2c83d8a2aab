/** What may be typed next in an expression. Pure. */

import type { Graph, Palette } from "./types";

type Kind = "text" | "number" | "truth" | "list" | "any" | "nothing";

export interface Suggestion {
  name: string;
  /** As it is shown: a function with what it takes. */
  shown: string;
  type: Kind;
  says: string;
  isFunction: boolean;
}

const MOST = 12;
const WORD = /[\p{L}_][\p{L}\p{N}_.]*$/u;

/** The word that ends at the cursor; null where none is being typed, or within a text. */
export function word(source: string, cursor: number, template: boolean): string | null {
  let before = source.slice(0, cursor);
  if (template) {
    const opened = before.lastIndexOf("${");
    if (opened < 0 || before.indexOf("}", opened) >= 0) return null;
    before = before.slice(opened + 2);
  }
  const quotes = before.replace(/\\./g, "").match(/['"]/g) ?? [];
  if (quotes.length % 2 === 1) return null;
  return WORD.exec(before)?.[0] ?? null;
}

/** Names and functions that contain the word, those that begin with it first. */
export function completions(
  source: string,
  cursor: number,
  graph: Graph,
  palette: Palette,
  template: boolean,
): Suggestion[] {
  const typed = word(source, cursor, template)?.toLowerCase();
  if (!typed) return [];
  const variables = Object.entries(graph.variables ?? {}).map(([name, variable]) => ({
    name,
    shown: name,
    type: (variable.type ?? "text") as Kind,
    says: "",
    isFunction: false,
  }));
  const names = palette.names.map((each) => ({
    name: each.name,
    shown: each.name,
    type: each.type as Kind,
    says: each.says,
    isFunction: false,
  }));
  const functions = palette.functions.map((each) => ({
    name: each.name,
    shown: `${each.name}(${each.takes.join(", ")})`,
    type: each.gives as Kind,
    says: each.says,
    isFunction: true,
  }));
  const begins = (each: Suggestion) => Number(each.name.toLowerCase().startsWith(typed));
  return [...variables, ...names, ...functions]
    .filter((each) => each.name.toLowerCase().includes(typed) && each.name !== typed)
    .sort((a, b) => begins(b) - begins(a))
    .slice(0, MOST);
}

/** The source with the word before the cursor completed. */
export function completed(source: string, cursor: number, chosen: Suggestion): string {
  const before = source.slice(0, cursor);
  const typed = WORD.exec(before)?.[0] ?? "";
  return `${before.slice(0, before.length - typed.length)}${chosen.name}${chosen.isFunction ? "(" : ""}${source.slice(cursor)}`;
}
