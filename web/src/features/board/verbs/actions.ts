/** What a supervisor may do about an agent or a waiting call, by what they are doing now. Pure. */

import type { AgentState, BoardAgent, BoardMonitor, MonitorMode } from "@/shared/api";

export const HEARING = ["listen", "whisper", "barge_in"] as const;
export type Hearing = (typeof HEARING)[number];
export type ForcedState = "ready" | "not_ready" | "break" | "offline";
export type AgentVerb = Hearing | "take_over" | "hang_up" | "ring" | `force.${ForcedState}`;

const STATES: readonly ForcedState[] = ["ready", "not_ready", "break", "offline"];
const IN_CALL: ReadonlySet<AgentState> = new Set(["talking", "held"]);
const CAN_BE_CALLED: ReadonlySet<AgentState> = new Set(["ready", "not_ready"]);
const LATER: ReadonlySet<AgentState> = new Set(["ringing", "talking", "held"]);

/** True while a state forced now waits for the end of a call. */
export function takesEffectLater(state: AgentState, wanted: ForcedState): boolean {
  return LATER.has(state) && !(state === "ringing" && wanted === "offline");
}

/** True once the supervisor talks in the agent's place: there is no way back to listening. */
export function talksOn(monitor: BoardMonitor): boolean {
  return monitor.wanted === "take_over" || monitor.wanted === "pull";
}

export function isHearing(mode: MonitorMode | null): mode is Hearing {
  return HEARING.some((each) => each === mode);
}

/** The verbs an agent's menu offers, in two groups; none for who is away. `self`: the supervisor, who may be an
 * agent too. */
export function agentVerbs(agent: BoardAgent, self: string): { call: AgentVerb[]; state: AgentVerb[] } {
  if (agent.state === "offline") return { call: [], state: [] };
  const rings = self !== agent.agent_id && CAN_BE_CALLED.has(agent.state);
  return {
    call: IN_CALL.has(agent.state)
      ? agent.internal
        ? ["hang_up"]
        : [...HEARING, "take_over", "hang_up"]
      : rings
        ? ["ring"]
        : [],
    state: STATES.filter((state) => state !== agent.state).map((state) => `force.${state}` as const),
  };
}

/** The supervisor's own place as an agent: none without the right to a desk. */
export type Desk = "none" | "signed_out" | "signed_in";

/** Why a verb is out of reach, as the key of a text: the supervisor is at another call already, or has no
 * telephone to call a colleague from. Null when it is not. */
export function blockedBy(
  verb: AgentVerb,
  agent: BoardAgent,
  own: BoardMonitor | undefined,
  desk: Desk,
): "busy.elsewhere" | "ring.none" | "ring.signed_out" | null {
  if (verb === "ring") return desk === "signed_in" ? null : `ring.${desk}`;
  if (own === undefined || verb === "hang_up" || verb.startsWith("force.")) return null;
  return talksOn(own) || own.agent_id !== agent.agent_id ? "busy.elsewhere" : null;
}
