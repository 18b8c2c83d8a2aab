/**
 * One contact's path as lanes on one time axis: the caller's lane on top, below it one lane for every agent
 * who was rung. Built from the steps of its time line. Pure. All spans are ms since arrival.
 */

import type { ContactDetail, Named, Step } from "./types";

export type SpanKind =
  | "flow"
  | "queue"
  | "dialing"
  | "ringing"
  | "talk"
  | "hold"
  | "survey"
  | "voicemail"
  | "acw";

export interface Span {
  kind: SpanKind;
  from: number;
  to: number;
  /** Not over yet: drawn to the end of the axis. */
  open: boolean;
  /** Which of the contact's offers this ringing is, from 0. */
  offer?: number;
}

export interface Lane {
  /** Null is the caller. */
  agent: Named | null;
  spans: Span[];
}

export interface Mark {
  at: number;
  kind: string;
  text: string;
  seq: number;
}

export interface Path {
  /** End of the axis. */
  total: number;
  lanes: Lane[];
  /** Instants worth a mark on the caller's lane: keys pressed, ratings. */
  marks: Mark[];
  recording: { from: number; to: number } | null;
}

const MARKED = new Set(["flow.key", "survey.answered", "contact.identified"]);
/** The wait is left a moment before caller and agent are joined; the moment counts as waiting. */
const JOINING_MS = 3000;

class LaneBuilder {
  readonly spans: Span[] = [];
  private current: { kind: SpanKind; from: number; offer?: number } | null = null;

  get kind(): SpanKind | null {
    return this.current?.kind ?? null;
  }

  enter(kind: SpanKind, at: number, offer?: number): void {
    if (this.current?.kind === kind && offer === undefined) return;
    this.leave(at);
    this.current = { kind, from: at, offer };
  }

  leave(at: number, open = false): void {
    if (!this.current) return;
    const { kind, from, offer } = this.current;
    // A span without length has nothing to show, but an open one is still to come.
    if (at > from || open)
      this.spans.push({ kind, from, to: at, open, ...(offer === undefined ? {} : { offer }) });
    this.current = null;
  }
}

function joinsSoon(steps: readonly Step[], index: number): boolean {
  const left = steps[index];
  if (!left) return false;
  for (const step of steps.slice(index + 1)) {
    if (step.offset_ms - left.offset_ms > JOINING_MS) return false;
    if (step.kind === "contact.connected") return true;
    if (step.kind === "contact.queued" || step.kind === "contact.ended") return false;
  }
  return false;
}

/** `now` bounds what is still going on, in ms since arrival. */
export function buildPath(contact: ContactDetail, now: number): Path {
  const steps = [...contact.timeline].sort((a, b) => a.offset_ms - b.offset_ms || a.seq - b.seq);
  const live = contact.ended_at === null;
  // What is done about a contact days later is not a part of its path.
  const last = steps.findLast((step) => !step.kind.startsWith("work."))?.offset_ms ?? 0;
  const recordingFrom = contact.recording?.started_at
    ? Date.parse(contact.recording.started_at) - Date.parse(contact.arrived_at)
    : null;
  const recording =
    recordingFrom !== null && contact.recording?.duration_ms
      ? { from: recordingFrom, to: recordingFrom + contact.recording.duration_ms }
      : null;
  const total = Math.max(1000, last, contact.total_ms ?? 0, recording?.to ?? 0, live ? now : 0);

  const caller = new LaneBuilder();
  const agents = new Map<string, { agent: Named; lane: LaneBuilder }>();
  const laneOf = (agent: Named): LaneBuilder => {
    const known = agents.get(agent.id) ?? { agent, lane: new LaneBuilder() };
    agents.set(agent.id, known);
    return known.lane;
  };
  const marks: Mark[] = [];
  let talking: LaneBuilder | null = null;
  let offers = 0;

  steps.forEach((step, index) => {
    const at = step.offset_ms;
    const lane = step.agent ? laneOf(step.agent) : null;
    if (MARKED.has(step.kind)) marks.push({ at, kind: step.kind, text: step.text, seq: step.seq });
    switch (step.kind) {
      case "contact.arrived":
        caller.enter("flow", at);
        break;
      case "internal.joined":
      case "internal.passed":
        lane?.enter("talk", at);
        break;
      case "internal.left":
        lane?.leave(at);
        break;
      case "internal.dialled":
      case "outbound.dialled":
        caller.enter("dialing", at);
        lane?.enter("dialing", at);
        break;
      case "contact.queued":
        caller.enter("queue", at);
        break;
      case "contact.dequeued":
        if (caller.kind === "queue" && !joinsSoon(steps, index)) caller.enter("flow", at);
        break;
      case "offer.made":
        lane?.enter("ringing", at, offers);
        offers += 1;
        break;
      case "offer.ended":
        if (lane?.kind === "ringing") lane.leave(at);
        break;
      case "contact.connected":
        caller.enter("talk", at);
        talking = lane;
        lane?.enter("talk", at);
        break;
      case "party.joined":
        lane?.enter("talk", at);
        break;
      case "party.left":
        lane?.enter("acw", at);
        break;
      case "contact.held":
        caller.enter("hold", at);
        talking?.enter("hold", at);
        break;
      case "contact.retrieved":
        caller.enter("talk", at);
        talking?.enter("talk", at);
        break;
      case "contact.disconnected":
        caller.enter("flow", at);
        talking?.enter("acw", at);
        talking = null;
        break;
      case "survey.asked":
        caller.enter("survey", at);
        break;
      case "voicemail.left":
        if (contact.voicemail_ms) {
          caller.enter("voicemail", Math.max(0, at - contact.voicemail_ms));
          caller.enter("flow", at);
        }
        break;
      case "contact.ended":
        caller.leave(at);
        break;
      case "wrapup.submitted":
        if (lane?.kind === "acw") lane.leave(at);
        break;
    }
  });

  caller.leave(total, live);
  for (const { lane } of agents.values()) {
    // Without a wrap-up form nobody knows from the contact alone when the wrap-up ended.
    if (lane.kind === "acw") continue;
    lane.leave(total, live);
  }
  return {
    total,
    lanes: [
      { agent: null, spans: caller.spans },
      ...[...agents.values()]
        .filter(({ lane }) => lane.spans.length > 0)
        .map(({ agent, lane }) => ({ agent, spans: lane.spans })),
    ],
    marks,
    recording,
  };
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Places of the axis' labels in ms: round numbers, at most `most` of them. */
export function axisTicks(total: number, most: number): number[] {
  const step = (STEPS_S.find((s) => total / (s * 1000) <= most) ?? 7200) * 1000;
  const ticks: number[] = [];
  for (let at = 0; at <= total; at += step) ticks.push(at);
  return ticks;
}

/** Index of the last step at or before an instant (ms since arrival); null before the first. */
export function stepAt(steps: readonly Step[], ms: number): number | null {
  let found: number | null = null;
  for (const [index, step] of steps.entries()) {
    if (step.offset_ms > ms) break;
    found = index;
  }
  return found;
}
