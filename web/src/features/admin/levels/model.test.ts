import { describe, expect, it } from "vitest";
import { changesFor, levelAfter, tally } from "./model";

describe("one skill for many agents", () => {
  const levels = new Map([
    ["ann", 3],
    ["bob", 9],
  ]);

  it("sets, raises, lowers within 1 to 10, and takes away", () => {
    expect(levelAfter(0, { how: "set", level: 4 })).toBe(4);
    expect(levelAfter(9, { how: "raise", level: 3 })).toBe(10);
    expect(levelAfter(2, { how: "lower", level: 3 })).toBe(1);
    expect(levelAfter(7, { how: "remove", level: 1 })).toBe(0);
  });

  it("does not give a skill by raising or lowering it", () => {
    expect(levelAfter(0, { how: "raise", level: 2 })).toBe(0);
    expect(levelAfter(0, { how: "lower", level: 2 })).toBe(0);
  });

  it("leaves out who stays as they are", () => {
    expect(changesFor(["ann", "bob", "cat"], levels, { how: "set", level: 9 })).toEqual([
      { user_id: "ann", before: 3, after: 9 },
      { user_id: "cat", before: 0, after: 9 },
    ]);
    expect(changesFor(["cat"], levels, { how: "remove", level: 1 })).toEqual([]);
  });

  it("counts what it does", () => {
    const changes = [
      ...changesFor(["ann", "cat"], levels, { how: "set", level: 5 }),
      ...changesFor(["bob"], levels, { how: "lower", level: 1 }),
      ...changesFor(["ann"], levels, { how: "remove", level: 1 }),
    ];
    expect(tally(changes)).toEqual({ given: 1, raised: 1, lowered: 1, removed: 1 });
  });
});
