import { describe, expect, it } from "vitest";
import { type FormField, maskCard, shownFields } from "./model";

const field = (key: string, shown_when: FormField["shown_when"] = null): FormField => ({
  key,
  type: "choice",
  label_zh: key,
  label_en: key,
  required: false,
  max_length: 200,
  pattern: "",
  least: null,
  most: null,
  options: [],
  last_four: false,
  shown_when,
});

describe("shownFields", () => {
  const fields = [
    field("a"),
    field("b", { key: "a", values: ["x", "y"] }),
    field("c", { key: "b", values: ["z"] }),
  ];
  const keys = (answers: Record<string, unknown>) => shownFields(fields, answers).map((one) => one.key);

  it("asks for what its condition allows", () => {
    expect(keys({})).toEqual(["a"]);
    expect(keys({ a: "x" })).toEqual(["a", "b"]);
    expect(keys({ a: ["w", "y"] })).toEqual(["a", "b"]);
    expect(keys({ a: "x", b: "z" })).toEqual(["a", "b", "c"]);
  });

  it("hides what hangs on a hidden field, whatever was answered before", () => {
    expect(keys({ a: "w", b: "z" })).toEqual(["a"]);
  });
});

it("of card data a mask is left, and the last four where there are enough", () => {
  expect(maskCard("6222 0212-3456 7890", true)).toBe("•••• 7890");
  expect(maskCard("6222021234567890", false)).toBe("••••");
  expect(maskCard("123", true)).toBe("••••");
  expect(maskCard("12", true)).toBe("12");
});
