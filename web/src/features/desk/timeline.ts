import type { AgentContact } from "@/shared/api";
import { timer } from "@/shared/format";
import { say } from "@/shared/i18n";
import type { TimelineStep } from "./data";
import { texts } from "./texts";

/** One line of what happened to a contact. */
export interface Line {
  key: string;
  at: string;
  kind: string;
  text: string;
}

/** Until the journal has been read: what the agent's own view already tells. Pure. */
export function linesOfView(contact: AgentContact): Line[] {
  const lines: Line[] = [];
  const add = (kind: string, at: string | null, text: string) => {
    if (at) lines.push({ key: `${kind}:${at}:${lines.length}`, at, kind, text });
  };
  if (contact.direction === "internal") {
    add("contact.arrived", contact.arrived_at, say(texts, "line.step.internal"));
    add("contact.connected", contact.answered_at, say(texts, "line.step.reached"));
    add("contact.held", contact.held_since, say(texts, "line.step.held"));
    return lines;
  }
  if (contact.direction === "outbound") {
    add("contact.arrived", contact.arrived_at, say(texts, "line.step.called", { number: contact.dnis }));
    add("contact.connected", contact.answered_at, say(texts, "line.step.reached"));
    add("contact.held", contact.held_since, say(texts, "line.step.held"));
    return lines;
  }
  add(
    "contact.arrived",
    contact.arrived_at,
    say(texts, "line.step.arrived", { number: contact.number_label ?? contact.dnis }),
  );
  for (const key of contact.keys)
    add("flow.key", contact.arrived_at, say(texts, "line.step.key", { keys: key.keys, label: key.label }));
  add(
    "contact.queued",
    contact.queued_at,
    say(texts, "line.step.queued", { queue: contact.queue_name ?? "" }),
  );
  add("offer.made", contact.offered_at, say(texts, "line.step.offered"));
  const waited = Date.parse(contact.answered_at ?? "") - Date.parse(contact.queued_at ?? "");
  add(
    "contact.connected",
    contact.answered_at,
    say(texts, "line.step.answered", { waited: Number.isNaN(waited) ? "0:00" : timer(waited) }),
  );
  add("contact.held", contact.held_since, say(texts, "line.step.held"));
  return lines;
}

/** Facts that a person at the desk has no use for. */
const LEFT_OUT = new Set(["flow.node", "flow.entered", "contact.dequeued"]);

export function linesOfJournal(steps: readonly TimelineStep[]): Line[] {
  return steps
    .filter((step) => !LEFT_OUT.has(step.kind))
    .map((step) => ({ key: String(step.seq), at: step.at, kind: step.kind, text: step.text }));
}

/** The journal's lines, with what the live view knows beyond the last of them. Pure. */
export function linesOf(steps: readonly TimelineStep[] | undefined, live: AgentContact | null): Line[] {
  const read = linesOfJournal(steps ?? []);
  if (!live) return read;
  const last = read.at(-1)?.at ?? "";
  return [...read, ...linesOfView(live).filter((line) => line.at > last)];
}
