import { describe, expect, it } from "vitest";
import type { AgentState, BoardAgent, BoardMonitor } from "@/shared/api";
import { type AgentVerb, agentVerbs, blockedBy, takesEffectLater } from "./actions";

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
    expect(agentVerbs(agent("talking"), "s").call).toEqual([
      "listen",
      "whisper",
      "barge_in",
      "take_over",
      "hang_up",
    ]);
    expect(agentVerbs(agent("held"), "s").call).toHaveLength(5);
    for (const state of ["ringing", "acw", "break", "offline"] as const)
      expect(agentVerbs(agent(state), "s").call).toEqual([]);
  });

  it("calls who can be called, and only ends calls between agents", () => {
    expect(agentVerbs(agent("not_ready"), "s").call).toEqual(["ring"]);
    expect(agentVerbs(agent("ready"), "a").call).toEqual([]); // oneself
    expect(agentVerbs(agent("acw"), "s").call).toEqual([]);
    expect(agentVerbs({ ...agent("talking"), internal: true }, "s").call).toEqual(["hang_up"]);
  });

  it("says why nobody is called from here without an own telephone", () => {
    expect(blockedBy("ring", agent("ready"), undefined, "signed_in")).toBeNull();
    expect(blockedBy("ring", agent("ready"), at({}), "signed_in")).toBeNull();
    expect(blockedBy("ring", agent("ready"), undefined, "signed_out")).toBe("ring.signed_out");
    expect(blockedBy("ring", agent("ready"), undefined, "none")).toBe("ring.none");
  });

  it("forces every state but the present one, and none on who is away", () => {
    expect(agentVerbs(agent("break"), "s").state).toEqual([
      "force.ready",
      "force.not_ready",
      "force.offline",
    ]);
    expect(agentVerbs(agent("offline"), "s").state).toEqual([]);
  });

  it("keeps one session at a time, which changes its mode at its own agent", () => {
    const blocked = (verb: AgentVerb, id: string, own = at({})) =>
      blockedBy(verb, agent("talking", id), own, "none");
    expect(blocked("whisper", "a")).toBeNull();
    expect(blocked("listen", "b")).toBe("busy.elsewhere");
    expect(blocked("listen", "a", at({ wanted: "take_over" }))).toBe("busy.elsewhere");
    expect(blocked("hang_up", "b")).toBeNull();
    expect(blocked("force.break", "b")).toBeNull();
  });

  it("says when a state has to wait for the end of a call", () => {
    expect(takesEffectLater("talking", "break")).toBe(true);
    expect(takesEffectLater("ringing", "offline")).toBe(false);
    expect(takesEffectLater("acw", "ready")).toBe(false);
  });
});
