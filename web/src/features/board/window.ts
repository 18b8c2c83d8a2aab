/** Which rows of a long list to draw. Pure. */

export interface Span {
  /** Inclusive. */
  first: number;
  /** Exclusive. */
  last: number;
}

/** Rows drawn above and below what is seen, so that a fast scroll shows no white. */
const SPARE = 6;

export function visibleRows(scrollTop: number, height: number, rowHeight: number, rows: number): Span {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - SPARE);
  const last = Math.min(rows, Math.ceil((scrollTop + height) / rowHeight) + SPARE);
  return { first: Math.min(first, rows), last: Math.max(last, Math.min(first, rows)) };
}
