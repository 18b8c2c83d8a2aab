import { describe, expect, it } from "vitest";
import type { AgentState, BoardAgent, BoardMonitor } from "@/shared/api";
import { agentVerbs, blockedBy, takesEffectLater } from "./actions";

const agent = (state: AgentState, agent_id = "a"): BoardAgent => ({
  agent_id,
  agent_no: "8001",
  name: "张伟",
  department: null,
  state,
  since: "2026-03-02T01:00:00.000Z",
  why: null,
  reason_id: null,
  contact_id: null,
  queue_name: null,
  registered: true,
});
const at = (part: Partial<BoardMonitor>): BoardMonitor => ({
  monitor_id: "m",
  supervisor_id: "s",
  supervisor_name: "班长",
  agent_id: "a",
  contact_id: "c",
  mode: "listen",
  wanted: "listen",
  since: "2026-03-02T01:00:00.000Z",
  ...part,
});

describe("what a supervisor may do about an agent", () => {
  it("offers the call's verbs only in a call", () => {
    expect(agentVerbs(agent("talking")).call).toEqual([
      "listen",
      "whisper",
      "barge_in",
      "take_over",
      "hang_up",
    ]);
    expect(agentVerbs(agent("held")).call).toHaveLength(5);
    for (const state of ["ready", "ringing", "acw", "not_ready", "break", "offline"] as const)
      expect(agentVerbs(agent(state)).call).toEqual([]);
  });

  it("calls who can be called from the supervisor's own desk, and only ends calls between agents", () => {
    expect(agentVerbs(agent("not_ready"), "s").call).toEqual(["ring"]);
    expect(agentVerbs(agent("ready"), "a").call).toEqual([]); // oneself
    expect(agentVerbs(agent("acw"), "s").call).toEqual([]);
    expect(agentVerbs({ ...agent("talking"), internal: true }, "s").call).toEqual(["hang_up"]);
  });

  it("forces every state but the present one, and none on who is away", () => {
    expect(agentVerbs(agent("break")).state).toEqual(["force.ready", "force.not_ready", "force.offline"]);
    expect(agentVerbs(agent("offline")).state).toEqual([]);
  });

  it("keeps one session at a time, which changes its mode at its own agent", () => {
    expect(blockedBy("whisper", agent("talking"), at({}))).toBe(false);
    expect(blockedBy("listen", agent("talking", "b"), at({}))).toBe(true);
    expect(blockedBy("listen", agent("talking"), at({ wanted: "take_over" }))).toBe(true);
    expect(blockedBy("hang_up", agent("talking", "b"), at({}))).toBe(false);
    expect(blockedBy("force.break", agent("talking", "b"), at({}))).toBe(false);
  });

  it("says when a state has to wait for the end of a call", () => {
    expect(takesEffectLater("talking", "break")).toBe(true);
    expect(takesEffectLater("ringing", "offline")).toBe(false);
    expect(takesEffectLater("acw", "ready")).toBe(false);
  });
});
