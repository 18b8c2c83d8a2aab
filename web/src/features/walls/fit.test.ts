import { describe, expect, it } from "vitest";
import { fitColumns, fitLines, fitWords, LEAST, pages, roomOf } from "./fit";

describe("what fits a wallboard's tile", () => {
  it("is as large as it may be where there is room, smaller where there are more lines", () => {
    const { height } = roomOf({ w: 10, h: 4 }, false);
    expect(fitLines(height, 4, 2, 1.5, 1.6)).toEqual({ size: 1.6, lines: 4 });
    const eight = fitLines(height, 8, 2, 1.5, 1.6);
    expect(eight.lines).toBe(8);
    expect(eight.size).toBeLessThan(1.6);
    expect((8 * 2 + 1.5) * eight.size).toBeLessThanOrEqual(height);
  });

  it("never is smaller than what is read across a room", () => {
    const { height } = roomOf({ w: 10, h: 4 }, true);
    const many = fitLines(height, 60, 2, 1.5, 1.6);
    expect(many.size).toBe(LEAST);
    expect((many.lines * 2 + 1.5) * LEAST).toBeLessThanOrEqual(height);
    expect(fitLines(1, 5, 2, 1.5, 1.6).lines).toBe(1);
  });

  it("takes turns, every row once, what is urgent always", () => {
    const rows = Array.from({ length: 20 }, (_, n) => n);
    expect(pages(rows.slice(0, 7), 7, () => false)).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
    const turns = pages(rows, 7, (n) => n === 13);
    expect(turns.every((page) => page[0] === 13 && page.length <= 7)).toBe(true);
    expect(turns.flatMap((page) => page.slice(1)).sort((a, b) => a - b)).toEqual(
      rows.filter((n) => n !== 13),
    );
    expect(pages(rows, 7, () => true).every((page) => page.length <= 7)).toBe(true);
    expect(new Set(pages(rows, 7, () => true).flat()).size).toBe(20);
    expect(new Set(pages(rows, 1, () => true).flat()).size).toBe(20);
  });

  it("leaves columns out before it becomes too small", () => {
    expect(fitColumns(roomOf({ w: 10, h: 4 }, false).width, 1.6, 6)).toEqual({ size: 1.6, columns: 6 });
    const narrow = fitColumns(roomOf({ w: 3, h: 4 }, false).width, 1.6, 6);
    expect(narrow.size).toBe(LEAST);
    expect(narrow.columns).toBeLessThan(6);
    expect(narrow.columns).toBeGreaterThan(0);
  });

  it("shrinks a long text", () => {
    const room = roomOf({ w: 6, h: 2 }, false);
    expect(fitWords("今天也辛苦了", room, 2)).toBe(2);
    expect(fitWords("今".repeat(80), room, 2)).toBeLessThan(2);
    expect(fitWords("a\n".repeat(40), room, 2)).toBe(LEAST);
  });
});
