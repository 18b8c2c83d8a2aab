/** What a change of one skill for many agents would do. Pure. Level 0 is without the skill. */

export const HOW = ["set", "raise", "lower", "remove"] as const;

export interface Wanted {
  how: (typeof HOW)[number];
  level: number;
}

export interface LevelChange {
  user_id: string;
  before: number;
  after: number;
}

const LOWEST = 1;
const HIGHEST = 10;

/** An agent's level afterwards. Who has not the skill is neither raised nor lowered. */
export function levelAfter(before: number, { how, level }: Wanted): number {
  if (how === "remove") return 0;
  if (how === "set") return level;
  if (before === 0) return 0;
  return Math.min(HIGHEST, Math.max(LOWEST, before + (how === "raise" ? level : -level)));
}

/** The changes for these agents, those who stay as they are left out. */
export function changesFor(
  chosen: Iterable<string>,
  levels: ReadonlyMap<string, number>,
  wanted: Wanted,
): LevelChange[] {
  return [...chosen]
    .map((user_id) => {
      const before = levels.get(user_id) ?? 0;
      return { user_id, before, after: levelAfter(before, wanted) };
    })
    .filter(({ before, after }) => before !== after);
}

/** How many are changed in which way. */
export function tally(changes: readonly LevelChange[]) {
  const count = (true_of: (change: LevelChange) => boolean) => changes.filter(true_of).length;
  return {
    given: count(({ before }) => before === 0),
    raised: count(({ before, after }) => before > 0 && after > before),
    lowered: count(({ before, after }) => after > 0 && after < before),
    removed: count(({ after }) => after === 0),
  };
}
