import { describe, expect, it } from "vitest";
import { COLUMNS, fits, free, freeId, put, ROWS } from "./grid";

const a = { id: "a", x: 0, y: 0, w: 4, h: 2 };
const b = { id: "b", x: 4, y: 0, w: 4, h: 2 };

describe("the grid", () => {
  it("keeps tiles on it and off each other", () => {
    expect(fits([a, b], { ...a, y: 2 })).toBe(true);
    expect(fits([a, b], { ...a, x: 1 })).toBe(false);
    expect(fits([a], { ...a, x: COLUMNS - 3 })).toBe(false);
    expect(fits([a], { ...a, y: ROWS - 1 })).toBe(false);
    expect(fits([a], { ...a, w: 0 })).toBe(false);
    expect(fits([a], { ...a, w: COLUMNS, h: ROWS })).toBe(true);
  });

  it("leaves everything as it was where a move does not fit", () => {
    const tiles = [a, b];
    expect(put(tiles, { ...a, x: 2 })).toBe(tiles);
    expect(put(tiles, { ...a, y: 3 })[0]).toEqual({ ...a, y: 3 });
  });

  it("finds the first free place, a smaller one where it must, and none on a full board", () => {
    expect(free([a, b], 4, 2)).toEqual({ x: 8, y: 0, w: 4, h: 2 });
    const most = { id: "c", x: 0, y: 0, w: COLUMNS, h: ROWS - 1 };
    expect(free([most], 4, 2)).toEqual({ x: 0, y: ROWS - 1, w: 2, h: 1 });
    expect(free([{ ...most, h: ROWS }], 4, 2)).toBeUndefined();
  });

  it("names a tile as no other is named", () => {
    expect(freeId([{ ...a, id: "text-1" }], "text")).toBe("text-2");
  });
});
