import { expect, test } from "vitest";
import { completed, completions, word } from "./completion";
import type { Graph, Palette } from "./types";

const OPEN = "$".concat("{"); // where an expression of a template begins
const graph: Graph = { start: "s", nodes: {}, variables: { amount: { type: "number" }, order_no: {} } };
const palette = {
  names: [
    { name: "contact.caller", type: "text", says: "who calls" },
    { name: "customer.name", type: "text", says: "" },
  ],
  functions: [
    { name: "contains", takes: ["text", "text"], gives: "truth", says: "whether" },
    { name: "luhn", takes: ["text"], gives: "truth", says: "" },
  ],
} as unknown as Palette;
const found = (source: string, template = false) =>
  completions(source, source.length, graph, palette, template).map((each) => each.name);

test("variables, names and functions are found by what is typed", () => {
  expect(found("amo")).toEqual(["amount"]);
  expect(found("amount > 3 and con")).toEqual(["contact.caller", "contains"]);
  expect(found("contact.ca")).toEqual(["contact.caller"]);
  expect(found("name")).toEqual(["customer.name"]);
  expect(found("")).toEqual([]);
  expect(found("amount")).toEqual([]);
});

test("nothing is offered within a text, or outside of a template's expressions", () => {
  expect(found("'am")).toEqual([]);
  expect(found("'a' + amo")).toEqual(["amount"]);
  expect(word("https://x/am", 12, true)).toBeNull();
  expect(found(`https://x/${OPEN}amo`, true)).toEqual(["amount"]);
  expect(found(`https://x/${OPEN}amount}/am`, true)).toEqual([]);
});

test("a choice takes the place of the word; a function opens its bracket", () => {
  const [amount] = completions("1 + am > 2", 6, graph, palette, false);
  expect(amount && completed("1 + am > 2", 6, amount)).toBe("1 + amount > 2");
  const [luhn] = completions("lu", 2, graph, palette, false);
  expect(luhn && completed("lu", 2, luhn)).toBe("luhn(");
});
