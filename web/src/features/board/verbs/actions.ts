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

/** The verbs an agent's menu offers, in two groups; none for who is away. `desk`: the supervisor's own as an
 * agent, who is signed in at a desk and may call colleagues. */
export function agentVerbs(
  agent: BoardAgent,
  desk: string | null = null,
): { call: AgentVerb[]; state: AgentVerb[] } {
  if (agent.state === "offline") return { call: [], state: [] };
  const rings = desk !== null && desk !== agent.agent_id && CAN_BE_CALLED.has(agent.state);
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

/** Whether a verb is out of reach because the supervisor is at another call already. */
export function blockedBy(verb: AgentVerb, agent: BoardAgent, own: BoardMonitor | undefined): boolean {
  if (own === undefined || verb === "hang_up" || verb === "ring" || verb.startsWith("force.")) return false;
  return talksOn(own) || own.agent_id !== agent.agent_id;
}
