import type { AgentView } from "@/shared/api";
import type { PhonePhase } from "@/softphone";

export type Control = "answer" | "reject" | "hold" | "mute" | "keypad" | "hangup";

export type Obstacle =
  | "call.no.ring"
  | "call.no.call"
  | "call.no.held"
  | "call.no.invite"
  | "call.no.device"
  | "call.no.seat";

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
    hangup: why,
  });
  if (!view || !seated) return all("call.no.seat");
  if (!contact || contact.phase === "wrap")
    return { ...all("call.no.call"), answer: "call.no.ring", reject: "call.no.ring" };
  if (contact.phase === "ringing") {
    let answer: Obstacle | null = null;
    if (view.device === "sip") answer = "call.no.device";
    else if (phone.phase !== "ringing" || phone.contactId !== contact.contact_id) answer = "call.no.invite";
    return { ...all("call.no.call"), answer, reject: null };
  }
  const held = contact.phase === "held";
  return {
    answer: "call.no.ring",
    reject: "call.no.ring",
    hold: null,
    mute: held ? "call.no.held" : null,
    keypad: held ? "call.no.held" : null,
    hangup: null,
  };
}
