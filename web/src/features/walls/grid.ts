/** The wallboard's grid: 16 columns and 9 rows, tiles that never lie on each other. Pure. */

export const COLUMNS = 16;
export const ROWS = 9;

export interface Place {
  id: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Whether the place is on the grid and free of every other one. */
export function fits(others: readonly Place[], place: Place): boolean {
  const { id, x, y, w, h } = place;
  if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > COLUMNS || y + h > ROWS) return false;
  return others.every(
    (other) =>
      other.id === id ||
      other.x + other.w <= x ||
      x + w <= other.x ||
      other.y + other.h <= y ||
      y + h <= other.y,
  );
}

/** The tiles with one at another place; as they were where it does not fit. */
export function put<T extends Place>(tiles: readonly T[], place: Place): readonly T[] {
  if (!fits(tiles, place)) return tiles;
  const { id, x, y, w, h } = place;
  return tiles.map((tile) => (tile.id === id ? { ...tile, x, y, w, h } : tile));
}

/** The first free place of that size from the top, or of half of it; undefined on a full board. */
export function free(tiles: readonly Place[], w: number, h: number): Omit<Place, "id"> | undefined {
  for (const [wide, high] of [
    [w, h],
    [Math.ceil(w / 2), Math.ceil(h / 2)],
    [1, 1],
  ] as const)
    for (let y = 0; y + high <= ROWS; y += 1)
      for (let x = 0; x + wide <= COLUMNS; x += 1)
        if (fits(tiles, { id: "", x, y, w: wide, h: high })) return { x, y, w: wide, h: high };
  return undefined;
}

/** The least name of that kind that no tile has. */
export function freeId(tiles: readonly Place[], kind: string): string {
  const taken = new Set(tiles.map((tile) => tile.id));
  let n = 1;
  while (taken.has(`${kind}-${n}`)) n += 1;
  return `${kind}-${n}`;
}
