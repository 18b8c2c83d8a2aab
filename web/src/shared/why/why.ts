/** Why an agent was rung: the router's recorded decision, and its details in words. Pure. */

import type { Tier } from "@/shared/api";

export interface Person {
  id: string;
  name: string;
}

/** What the router looked at, as recorded: `idle_ms`, `level`, `needs`, `calls`, `state`, `skill` and the like. */
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
  special: Special;
}

/** What was out of the ordinary about the contact and its agent. */
export interface Special {
  step?: number;
  tier?: Tier;
  flags?: string[];
  /** The queue the flow named. */
  asked?: string;
  calls?: number;
  urgent?: boolean;
  owed?: boolean;
  order?: number;
}

/** Why one offer of a contact did not go to an agent, or that it did. */
export interface WhyNotOffer {
  offer_id: string;
  at: string;
  queue: Person | null;
  reason: string;
  reason_name: string;
  detail: Merit;
  /** The decision names the agent; otherwise the reason follows from the agent's state then. */
  named: boolean;
}

/** Reasons of ready agents who were passed over: without one of them, nobody else could be chosen. */
export const RIVALS: ReadonlySet<string> = new Set([
  "idle_shorter",
  "less_skilled",
  "more_occupied",
  "more_calls",
  "turn_later",
  "less_value",
  "preferred_missing",
  "less_qualified",
  "step_later",
  "reserved",
  "other_agent_owed",
]);

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
