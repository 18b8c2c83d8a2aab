/** The search of the history page as the address keeps it, so that every search is a link. Pure. */

import dayjs, { type Dayjs } from "dayjs";

export const OUTCOMES = [
  "served",
  "abandoned_flow",
  "abandoned_queue",
  "abandoned_ringing",
  "nobody_signed_in",
  "queue_timeout",
  "callback_kept",
  "callback_missed",
  "out_of_hours",
  "voicemail",
  "invalid_keys",
  "silence",
  "self_service",
  "transferred_out",
  "callee_busy",
  "callee_rejected",
  "callee_no_answer",
  "callee_unreachable",
  "wrong_number",
  "dial_cancelled",
  "unknown_number",
  "trunk_busy",
  "media_lost",
  "flow_error",
  "interrupted",
  "shutdown",
] as const;

export const DIRECTIONS = ["inbound", "outbound", "internal"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export type Outcome = (typeof OUTCOMES)[number];

export const TIERS = ["normal", "silver", "gold", "vip"] as const;
export const ENDED_BY = ["caller", "agent", "system", "supervisor"] as const;
export const LAST = ["today", "yesterday", "week", "month"] as const;
export type Last = (typeof LAST)[number];

/** Conditions that name a thing, that hold or do not, and that lie between bounds. Spans are in seconds. */
export const THINGS = [
  "queue",
  "agent",
  "team",
  "project",
  "client",
  "number",
  "flow",
  "reason",
  "customer",
] as const;
export type Thing = (typeof THINGS)[number];
export const FLAGS = [
  "resolved",
  "follow_up",
  "wrapped_up",
  "transferred",
  "recording",
  "voicemail",
] as const;
export type Flag = (typeof FLAGS)[number];
export const MEASURES = ["waited", "talked", "held", "acw", "total", "score", "offers"] as const;
export type Measure = (typeof MEASURES)[number];
export type Bound = `${Measure}_from` | `${Measure}_to`;

/** What is looked for, whatever the days; named as the API names it. */
export interface Conditions
  extends Partial<Record<Thing, string>>,
    Partial<Record<Flag, boolean>>,
    Partial<Record<Bound, number>> {
  q?: string;
  outcome?: Outcome;
  direction?: Direction;
  tier?: (typeof TIERS)[number];
  ended_by?: (typeof ENDED_BY)[number];
}

export interface Search extends Conditions {
  /** Days `YYYY-MM-DD`, both inclusive, in the reader's time zone. */
  from?: string;
  to?: string;
  /** Days counted back from today instead: a saved search means the same tomorrow. */
  last?: Last;
}

/** Those of the conditions that stand behind “more”. */
const MORE: readonly string[] = [
  ...THINGS.filter((name) => name !== "queue" && name !== "agent"),
  ...FLAGS,
  ...MEASURES.flatMap((name) => [`${name}_from`, `${name}_to`]),
  "tier",
  "ended_by",
];

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function text(value: unknown, most = 200): string | undefined {
  const given = typeof value === "number" ? String(value) : value;
  return typeof given === "string" && given.trim() !== "" ? given.trim().slice(0, most) : undefined;
}

function day(value: unknown): string | undefined {
  const given = text(value);
  return given && DAY.test(given) && dayjs(given).isValid() ? given : undefined;
}

function bound(value: unknown): number | undefined {
  const given = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof given === "number" && Number.isInteger(given) && given >= 0 && given <= 864_000
    ? given
    : undefined;
}

function flag(value: unknown): boolean | undefined {
  return value === true || value === "true" ? true : value === false || value === "false" ? false : undefined;
}

function one<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((name) => name === value);
}

function present<T extends object>(found: T): T {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as T;
}

/** Reads the address' search part and drops what it does not understand. */
export function readSearch(raw: Record<string, unknown>): Search {
  const last = one(LAST, raw.last);
  return present<Search>({
    from: last ? undefined : day(raw.from),
    to: last ? undefined : day(raw.to),
    last,
    q: text(raw.q),
    outcome: one(OUTCOMES, raw.outcome),
    direction: one(DIRECTIONS, raw.direction),
    tier: one(TIERS, raw.tier),
    ended_by: one(ENDED_BY, raw.ended_by),
    ...Object.fromEntries(THINGS.map((name) => [name, text(raw[name])])),
    ...Object.fromEntries(FLAGS.map((name) => [name, flag(raw[name])])),
    ...Object.fromEntries(
      MEASURES.flatMap((name) => [`${name}_from`, `${name}_to`]).map((name) => [name, bound(raw[name])]),
    ),
  });
}

/** The search without its days. */
export function conditionsOf({ from: _from, to: _to, last: _last, ...conditions }: Search): Conditions {
  return conditions;
}

/** How many conditions are set that only “more” shows. */
export function moreCount(search: Search): number {
  return Object.keys(search).filter((name) => MORE.includes(name)).length;
}

/** The days searched; today without any. */
export function daysOf(search: Search, now: Dayjs): [Dayjs, Dayjs] {
  const today = now.startOf("day");
  if (search.last) {
    const back = { today: [0, 0], yesterday: [1, 1], week: [6, 0], month: [29, 0] }[search.last];
    return [today.subtract(back[0] ?? 0, "day"), today.subtract(back[1] ?? 0, "day")];
  }
  const to = search.to ? dayjs(search.to) : search.from ? dayjs(search.from) : today;
  const from = search.from ? dayjs(search.from) : to;
  return from.isAfter(to) ? [to, from] : [from, to];
}

/** The days as a saved search keeps them: counted back, or two dates. */
export function periodOf(search: Search, now: Dayjs): Period {
  if (search.last) return { last: search.last };
  if (!search.from && !search.to) return { last: "today" };
  const [from, to] = daysOf(search, now);
  return { first_day: from.format("YYYY-MM-DD"), last_day: to.format("YYYY-MM-DD") };
}

export interface Period {
  last?: Last | null;
  first_day?: string | null;
  last_day?: string | null;
}

/** A saved search as the page's address. */
export function searchOf(conditions: object, period: Period): Search {
  return readSearch({
    ...conditions,
    last: period.last ?? undefined,
    from: period.first_day ?? undefined,
    to: period.last_day ?? undefined,
  });
}

/** The search as the API wants it: instants, the end exclusive. */
export function apiQuery(search: Search, now: Dayjs): Record<string, string> {
  const [from, to] = daysOf(search, now);
  const query: Record<string, unknown> = {
    ...conditionsOf(search),
    from: from.startOf("day").toISOString(),
    to: to.startOf("day").add(1, "day").toISOString(),
  };
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}
