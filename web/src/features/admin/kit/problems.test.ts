import { describe, expect, it } from "vitest";
import { pathOf, splitErrors } from "./problems";

const among =
  (...names: string[]) =>
  (path: (string | number)[]) =>
    names.includes(path.join("."));

describe("field errors of the API", () => {
  it("are paths, numbers as list places", () => {
    expect(pathOf("required_skills.0.skill_id")).toEqual(["required_skills", 0, "skill_id"]);
  });

  it("go to the field they name", () => {
    const { fields, others } = splitErrors({ fields: { name: "taken" } }, among("name"));
    expect(fields).toEqual([{ name: ["name"], errors: ["taken"] }]);
    expect(others).toEqual([]);
  });

  it("go to the nearest field above when theirs has no input, all of them", () => {
    const { fields } = splitErrors(
      { fields: { "periods.mon.0": "overlap", "periods.mon.1": "order", "periods.tue": "bad" } },
      among("periods.mon", "periods.tue"),
    );
    expect(fields).toEqual([
      { name: ["periods", "mon"], errors: ["overlap", "order"] },
      { name: ["periods", "tue"], errors: ["bad"] },
    ]);
  });

  it("are told above the form when it has no such field", () => {
    const { fields, others } = splitErrors({ fields: { client_id: "used", name: "taken" } }, among("name"));
    expect(fields).toHaveLength(1);
    expect(others).toEqual([{ name: "client_id", text: "used" }]);
  });
});
