/**
 * How what stands in lines fits a tile: as large as it can be, and what has no room at the least size that is
 * read across a room takes turns. Pure. Every measure is in em of the canvas, a hundredth of its width.
 */

/** A cell of the grid is as wide as it is high. */
const CELL = 6.25;
/** A tile's padding and edge, both sides. */
const FRAME = 0.84;
const TITLE = 2.6;

/** 21 px of 1920. */
export const LEAST = 1.1;

export interface Room {
  width: number;
  height: number;
}

/** What a tile has inside, below its title if it has one. */
export function roomOf(tile: { w: number; h: number }, titled: boolean): Room {
  return { width: tile.w * CELL - FRAME, height: tile.h * CELL - FRAME - (titled ? TITLE : 0) };
}

export interface Fit {
  /** Size of the letters. */
  size: number;
  /** Lines that there is room for. */
  lines: number;
}

/** Lines of `each` times the letters' size below a head of `head` times it; not larger than `most`. */
export function fitLines(height: number, wanted: number, each: number, head: number, most: number): Fit {
  const size = Math.min(most, height / (head + each * wanted));
  if (size >= LEAST) return { size, lines: wanted };
  return { size: LEAST, lines: Math.max(1, Math.floor((height / LEAST - head) / each)) };
}

/**
 * The rows by pages of `lines`, all pages alike in length. What is `urgent` stands on every page, on top, as
 * far as one line is left for the others.
 */
export function pages<T>(rows: readonly T[], lines: number, urgent: (row: T) => boolean): T[][] {
  if (rows.length <= lines) return [[...rows]];
  const kept = rows.filter(urgent).slice(0, lines - 1);
  const rest = rows.filter((row) => !kept.includes(row));
  const count = Math.ceil(rest.length / (lines - kept.length));
  const each = Math.ceil(rest.length / count);
  return Array.from({ length: count }, (_, n) => [...kept, ...rest.slice(n * each, (n + 1) * each)]);
}

const NAME = 7;
const COLUMN = 4.6;

/** Columns of figures that have room beside the rows' names, and the size of letters at which they do. */
export function fitColumns(width: number, size: number, wanted: number): { size: number; columns: number } {
  const small = Math.max(LEAST, Math.min(size, width / (NAME + COLUMN * wanted)));
  const columns = Math.floor((width / small - NAME) / COLUMN);
  return { size: small, columns: Math.min(wanted, Math.max(1, columns)) };
}

const LEADING = 1.35;
/** Of a text within its tile, both sides. */
const PADDING = { x: 1.6, y: 1.2 };
const WIDE = /[\u1100-\uffdc]/;

/** The size at which a text has room, by its letters' usual widths; `LEAST` where it has none. */
export function fitWords(text: string, { width, height }: Room, most: number): number {
  const lines = text
    .split("\n")
    .map((line) => [...line].reduce((n, one) => n + (WIDE.test(one) ? 1 : 0.58), 0));
  for (let size = most; size > LEAST; size -= 0.1) {
    const across = (width - PADDING.x) / size;
    const needed = lines.reduce((n, long) => n + Math.max(1, Math.ceil(long / across)), 0);
    if (needed * LEADING * size <= height - PADDING.y) return size;
  }
  return LEAST;
}
