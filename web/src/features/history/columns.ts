/** The columns of the list, which everybody chooses and orders. Pure. */

import type { components } from "@/shared/api/schema";

export type Column = components["schemas"]["ExportIn"]["columns"][number];

export const COLUMNS: readonly Column[] = [
  "arrived",
  "direction",
  "caller",
  "customer",
  "tier",
  "number",
  "client",
  "project",
  "queue",
  "agent",
  "outcome",
  "waited",
  "talked",
  "held",
  "acw",
  "total",
  "offers",
  "ended_by",
  "score",
  "reason",
  "resolved",
  "recording",
  "contact",
];

export const USUAL: readonly Column[] = [
  "arrived",
  "direction",
  "caller",
  "customer",
  "project",
  "queue",
  "agent",
  "outcome",
  "waited",
  "talked",
  "score",
  "reason",
  "recording",
];

export const NUMBERS: ReadonlySet<Column> = new Set(["waited", "talked", "held", "acw", "total", "offers"]);

/** Those of the names that are columns, each once; the usual ones where there are none. */
export function readColumns(names: readonly string[] | null | undefined): readonly Column[] {
  const known = [...new Set(names ?? [])].filter((name): name is Column =>
    COLUMNS.some((each) => each === name),
  );
  return known.length > 0 ? known : USUAL;
}

/** The column shown last, or no longer; the last one left stays. */
export function toggled(columns: readonly Column[], column: Column): readonly Column[] {
  if (!columns.includes(column)) return [...columns, column];
  return columns.length === 1 ? columns : columns.filter((each) => each !== column);
}

/** The column one place to the left (-1) or right (1), as far as there is a place. */
export function moved(columns: readonly Column[], column: Column, way: -1 | 1): readonly Column[] {
  const here = columns.indexOf(column);
  const there = here + way;
  if (here < 0 || there < 0 || there >= columns.length) return columns;
  const next = [...columns];
  next.splice(here, 1);
  next.splice(there, 0, column);
  return next;
}
