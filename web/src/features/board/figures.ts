/** Today's figures of a queue, a project or the whole centre, and how they stand to their target. Pure. */

/** One figure as the server tells it: a quotient of two sums (or one sum) with its formula and variant. */
export interface FigureValue {
  id: string;
  /** In the reader's language. */
  name: string;
  value: number | null;
  unit: "count" | "ratio" | "seconds" | "score";
  /** In words, in the reader's language. */
  formula: string;
  variant: string | null;
  /** The two sums; null while only a newer value is known. */
  top: number | null;
  bottom: number | null;
}

/** The figures of one queue, one project or the whole centre. */
export interface FigureSet {
  figures: readonly FigureValue[];
  target_percent?: number | null;
  target_s?: number | null;
}

/** Shown first; `sl.a`, which counts every abandoned call, stands beside it. */
export const MAIN_VARIANT = "sl.d";
export const SIDE_VARIANT = "sl.a";

export function pick(set: FigureSet | undefined, id: string, variant?: string): FigureValue | undefined {
  return set?.figures.find(
    (figure) => figure.id === id && (variant === undefined || figure.variant === variant),
  );
}

export type Standing = "met" | "near" | "missed" | "none";

/** How far below the target still counts as near, in points of per cent. */
const NEAR = 5;

/** A share (0 to 1) against a target in per cent. Without a share or a target there is no judgement. */
export function standing(
  share: number | null | undefined,
  targetPercent: number | null | undefined,
): Standing {
  if (share === null || share === undefined || targetPercent === null || targetPercent === undefined)
    return "none";
  // Compared at the precision shown: 79.96 % is written 80 % and must not be called missed.
  const percent = Math.round(share * 1000) / 10;
  if (percent >= targetPercent) return "met";
  return percent >= targetPercent - NEAR ? "near" : "missed";
}

/** `/api/board/figures`: a day's figures of everything the asker may see. */
export interface DayFigures {
  day: string;
  timezone: string;
  whole: FigureSet;
  projects: (FigureSet & { project_id: string; name: string })[];
  queues: (FigureSet & { queue_id: string; name: string; project_id: string; project_name: string })[];
}

/** The live push of the same: values by figure, `id` or `id:variant`; no words. */
export interface PushedFigures {
  day: string;
  whole: Record<string, number | null>;
  projects: Record<string, Record<string, number | null>>;
  queues: Record<string, Record<string, number | null>>;
}

function withValues<S extends FigureSet>(set: S, values: Record<string, number | null> | undefined): S {
  if (!values) return set;
  let changed = false;
  const figures = set.figures.map((figure) => {
    const key = figure.variant ? `${figure.id}:${figure.variant}` : figure.id;
    const value = values[key];
    if (value === undefined || value === figure.value) return figure;
    changed = true;
    // The sums behind the pushed value are not told; they come with the next full answer.
    return { ...figure, value, top: null, bottom: null };
  });
  return changed ? { ...set, figures } : set;
}

/** The day's figures with newer values put in. A push of another day is not for these. */
export function withPushed(day: DayFigures, pushed: PushedFigures): DayFigures {
  if (pushed.day !== day.day) return day;
  return {
    ...day,
    whole: withValues(day.whole, pushed.whole),
    projects: day.projects.map((set) => withValues(set, pushed.projects[set.project_id])),
    queues: day.queues.map((set) => withValues(set, pushed.queues[set.queue_id])),
  };
}

/**
 * The target to hold a project or the whole centre against: that of its queues when they all share one.
 * Queues with different targets have no common one, and none is made up.
 */
export function commonTarget(
  queues: readonly FigureSet[],
): { target_percent: number; target_s: number } | Record<string, never> {
  const [first] = queues;
  if (first?.target_percent == null || first.target_s == null) return {};
  const same = queues.every(
    (queue) => queue.target_percent === first.target_percent && queue.target_s === first.target_s,
  );
  return same ? { target_percent: first.target_percent, target_s: first.target_s } : {};
}
