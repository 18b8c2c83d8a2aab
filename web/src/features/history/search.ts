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

export const DIRECTIONS = ["inbound", "outbound"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export type Outcome = (typeof OUTCOMES)[number];

export interface Search {
  /** Days `YYYY-MM-DD`, both inclusive, in the reader's time zone. */
  from?: string;
  to?: string;
  q?: string;
  queue?: string;
  agent?: string;
  outcome?: Outcome;
  direction?: Direction;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function text(value: unknown, most = 200): string | undefined {
  const given = typeof value === "number" ? String(value) : value;
  return typeof given === "string" && given.trim() !== "" ? given.trim().slice(0, most) : undefined;
}

function day(value: unknown): string | undefined {
  const given = text(value);
  return given && DAY.test(given) && dayjs(given).isValid() ? given : undefined;
}

/** Reads the address' search part and drops what it does not understand. */
export function readSearch(raw: Record<string, unknown>): Search {
  const outcome = text(raw.outcome);
  const found: Search = {
    from: day(raw.from),
    to: day(raw.to),
    q: text(raw.q),
    queue: text(raw.queue),
    agent: text(raw.agent),
    outcome: OUTCOMES.find((name) => name === outcome),
    direction: DIRECTIONS.find((name) => name === raw.direction),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** The days searched; today without any. */
export function daysOf(search: Search, now: Dayjs): [Dayjs, Dayjs] {
  const to = search.to ? dayjs(search.to) : search.from ? dayjs(search.from) : now.startOf("day");
  const from = search.from ? dayjs(search.from) : to;
  return from.isAfter(to) ? [to, from] : [from, to];
}

/** The search as the API wants it: instants, the end exclusive. */
export function apiQuery(search: Search, now: Dayjs): Record<string, string> {
  const [from, to] = daysOf(search, now);
  const query: Record<string, string | undefined> = {
    from: from.startOf("day").toISOString(),
    to: to.startOf("day").add(1, "day").toISOString(),
    q: search.q,
    queue: search.queue,
    agent: search.agent,
    outcome: search.outcome,
    direction: search.direction,
  };
  return Object.fromEntries(Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]));
}
