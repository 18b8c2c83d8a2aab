import { describe, expect, it } from "vitest";
import { pathName, possibleParents, type ReasonBranch, reasonTree } from "./reasonTree";
import type { WrapReason } from "./types";

const reason = (id: string, parent: string | null, sort = 0, project = "p"): WrapReason => ({
  id,
  project_id: project,
  parent_id: parent,
  name_zh: `\u539f\u56e0${id}`,
  name_en: `reason ${id}`,
  sort,
});
const reasons = [
  reason("c", "a", 2),
  reason("b", "a", 1),
  reason("a", null, 5),
  reason("d", null, 1),
  reason("e", "b"),
  reason("orphan", "gone", 9),
  reason("other", null, 0, "q"),
];
const outline = (branches: ReasonBranch[]): unknown[] =>
  branches.map(({ reason: { id }, children }) => (children.length ? [id, outline(children)] : id));

describe("wrap-up reasons", () => {
  it("make a tree of one project, siblings in order, orphans at the top", () => {
    expect(outline(reasonTree(reasons, "p"))).toEqual(["d", ["a", [["b", ["e"]], "c"]], "orphan"]);
    expect(outline(reasonTree(reasons, "q"))).toEqual(["other"]);
    expect(reasonTree([], "p")).toEqual([]);
  });

  it("of equal order stand by name", () => {
    expect(outline(reasonTree([reason("2", null), reason("1", null)], "p"))).toEqual(["1", "2"]);
  });

  it("may hang below any but themselves and what is below them", () => {
    const ids = (id: string | null) => possibleParents(reasons, "p", id).map((each) => each.id);
    expect(ids("a").sort()).toEqual(["d", "orphan"]);
    expect(ids("b").sort()).toEqual(["a", "c", "d", "orphan"]);
    expect(ids(null)).toHaveLength(6);
  });

  it("are named with those above them, in the page's language", () => {
    expect(pathName(reasons, "e", "en")).toBe("reason a / reason b / reason e");
    expect(pathName(reasons, "e", "zh")).toBe("\u539f\u56e0a / \u539f\u56e0b / \u539f\u56e0e");
    expect(pathName(reasons, "missing", "en")).toBe("");
  });

  it("in a ring are still named", () => {
    const ring = [reason("x", "y"), reason("y", "x")];
    expect(pathName(ring, "x", "en").split(" / ").length).toBeLessThanOrEqual(12);
  });
});
