/** Why an agent was rung: the router's recorded decision, and its details in words. Pure. */

export interface Person {
  id: string;
  name: string;
}

/** What the router looked at, as recorded: `idle_ms`, `level`, `needs`, `last_turn`, `state`, `skill`. */
export type Merit = Record<string, unknown>;

export interface PassedOver {
  agent: Person | null;
  reason: string;
  /** In the reader's language. */
  reason_name: string;
  detail: string | Merit | null;
}

export interface Decision {
  offer_id: string;
  at: string;
  queue: Person | null;
  agent: Person | null;
  how: string | null;
  how_name: string | null;
  rang_ms: number | null;
  policy: string;
  waited_ms: number;
  considered: number;
  chosen: Merit;
  passed_over: PassedOver[];
  passed_over_more: number;
}

export interface Reason {
  reason: string;
  name: string;
  people: PassedOver[];
}

/** Those passed over, gathered by reason, the commonest reason first. */
export function byReason(passed: readonly PassedOver[]): Reason[] {
  const found = new Map<string, Reason>();
  for (const one of passed) {
    const group = found.get(one.reason) ?? { reason: one.reason, name: one.reason_name, people: [] };
    group.people.push(one);
    found.set(one.reason, group);
  }
  return [...found.values()].sort((a, b) => b.people.length - a.people.length);
}

/** A number the router recorded, or null. */
export function merit(detail: Merit | string | null | undefined, name: string): number | null {
  const value = typeof detail === "object" && detail !== null ? detail[name] : undefined;
  return typeof value === "number" ? value : null;
}
