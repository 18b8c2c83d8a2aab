import type { AgentView, SecondParty } from "@/shared/api";
import type { PhonePhase } from "@/softphone";

export type Control =
  | "answer"
  | "reject"
  | "hold"
  | "mute"
  | "keypad"
  | "dial"
  | "transfer"
  | "consult"
  | "park"
  | "card"
  | "alone"
  | "hangup"
  | "swap"
  | "conference"
  | "complete"
  | "cancel";

export type Obstacle =
  | "call.no.ring"
  | "call.no.call"
  | "call.no.held"
  | "call.no.invite"
  | "call.no.device"
  | "call.no.mobile"
  | "call.no.consult"
  | "call.no.second"
  | "call.no.answer"
  | "call.no.dial"
  | "call.no.queue"
  | "call.no.alone"
  | "call.no.internal"
  | "call.no.passing"
  | "call.no.other"
  | "call.no.seat";

/** Out of these states an agent may call. */
const MAY_DIAL: ReadonlySet<string> = new Set(["ready", "not_ready", "acw"]);

/** For every control of the phone bar: null when it may be used, else the text that says why not. Pure. */
export function obstacles(
  view: AgentView | null,
  seated: boolean,
  phone: { phase: PhonePhase; contactId: string | null },
): Record<Control, Obstacle | null> {
  const contact = view?.contact ?? null;
  const all = (why: Obstacle): Record<Control, Obstacle | null> => ({
    answer: why,
    reject: why,
    hold: why,
    mute: why,
    keypad: why,
    dial: why,
    transfer: why,
    consult: why,
    park: why,
    card: why,
    alone: why,
    hangup: why,
    swap: why,
    conference: why,
    complete: why,
    cancel: why,
  });
  if (!view || !seated) return all("call.no.seat");
  if (!contact || contact.phase === "wrap") {
    const dial = MAY_DIAL.has(view.state) ? null : ("call.no.dial" as const);
    return { ...all("call.no.call"), answer: "call.no.ring", reject: "call.no.ring", dial };
  }
  if (contact.phase === "dialing") return { ...all("call.no.call"), hangup: null };
  if (contact.phase === "ringing") {
    let answer: Obstacle | null = null;
    if (view.device === "sip") answer = "call.no.device";
    else if (view.device === "mobile") answer = "call.no.mobile";
    else if (phone.phase !== "ringing" || phone.contactId !== contact.contact_id) answer = "call.no.invite";
    return { ...all("call.no.call"), answer, reject: null };
  }
  if (contact.direction === "internal") {
    const passing = contact.second?.mine ? ("call.no.passing" as const) : null;
    return {
      ...all("call.no.internal"),
      answer: "call.no.ring",
      reject: "call.no.ring",
      hold: contact.other_holds ? "call.no.other" : null,
      mute: null,
      transfer: passing,
      hangup: passing, // it would end the call of who is handed over
      cancel: passing ? null : "call.no.second",
    };
  }
  const second = contact.second ?? null;
  const held = contact.phase === "held" && (second === null || second.place === "flow");
  const begin = second ? "call.no.consult" : null;
  const consult = withSecond(second);
  return {
    answer: "call.no.ring",
    reject: "call.no.ring",
    hold: begin,
    mute: held ? "call.no.held" : null,
    keypad: held ? "call.no.held" : null,
    dial: "call.no.dial",
    transfer: begin,
    consult: begin,
    park: begin ?? (contact.queue_id === null ? "call.no.queue" : null),
    card: contact.card ? null : begin,
    alone: contact.card?.alone ? "call.no.alone" : begin,
    hangup: null,
    ...consult,
  };
}

/** What may be done with who was called to the conversation; only the agent who called decides. */
function withSecond(
  second: SecondParty | null,
): Record<"swap" | "conference" | "complete" | "cancel", Obstacle | null> {
  if (!second?.mine) {
    const why = "call.no.second" as const;
    return { swap: why, conference: why, complete: why, cancel: why };
  }
  const rings = second.place === "ringing" ? ("call.no.answer" as const) : null;
  return { swap: rings, conference: rings, complete: null, cancel: null };
}
