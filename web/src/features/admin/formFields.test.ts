import { describe, expect, it } from "vitest";
import { nextName, toFields, toLines, toOptions } from "./formFields";

describe("options as lines", () => {
  const before = [
    { value: "o1", label_zh: "物流", label_en: "Delivery" },
    { value: "o2", label_zh: "退货", label_en: "退货" },
  ];

  it("go both ways", () => {
    expect(toLines(before)).toBe("物流 | Delivery\n退货");
    expect(toOptions(toLines(before), before)).toEqual(before);
  });

  it("keep their values when others come and go", () => {
    expect(toOptions("退货 | Return\n\n新 | New", before)).toEqual([
      { value: "o2", label_zh: "退货", label_en: "Return" },
      { value: "o3", label_zh: "新", label_en: "New" },
    ]);
  });
});

it("names are the first free ones", () => {
  expect(nextName("f", new Set(["f1", "f3"]))).toBe("f2");
});

it("a field keeps only what belongs to its type", () => {
  const [field] = toFields(
    [
      {
        key: "f1",
        type: "phone",
        label_zh: "电话",
        label_en: "Phone",
        required: true,
        max_length: 200,
        pattern: "#",
        least: 1,
        most: 2,
        options: "a\nb",
        last_four: true,
      },
    ],
    [],
  );
  expect(field).toMatchObject({
    pattern: "",
    least: null,
    most: null,
    options: [],
    last_four: false,
    shown_when: null,
  });
});
