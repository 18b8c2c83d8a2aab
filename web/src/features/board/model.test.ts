import { describe, expect, it } from "vitest";
import type { BoardAgent, BoardWaiting } from "@/shared/api";
import { agentsInOrder, teamsOf, waitingInOrder } from "./model";

const waits = (contact_id: string, rank: [number, number], position = 1): BoardWaiting => ({
  contact_id,
  queue_id: "q",
  caller_masked: "138****0000",
  tier: "normal",
  priority: 0,
  since: "2026-03-02T01:00:00.000Z",
  position,
  urgent: rank[0] < -(2 ** 60),
  floor_at: null,
  rank,
});

describe("who waits", () => {
  it("stands in the router's order: near the floor, by priority, by place", () => {
    const found = waitingInOrder([
      waits("plain", [0, 100]),
      waits("later", [0, 200], 2),
      waits("gold", [-5, 300]),
      waits("same place", [0, 200], 1),
      waits("near its floor", [-(2 ** 62), 400]),
    ]);
    expect(found.map((row) => row.contact_id)).toEqual([
      "near its floor",
      "gold",
      "plain",
      "same place",
      "later",
    ]);
  });
});

const agent = (agent_no: string, team: string | null): BoardAgent => ({
  agent_id: agent_no,
  agent_no,
  name: agent_no,
  department: "一部",
  team,
  state: "ready",
  since: "2026-03-02T01:00:00.000Z",
  why: null,
  reason_id: null,
  contact_id: null,
  queue_name: null,
  registered: true,
});

describe("teams", () => {
  const agents = [
    agent("3", "晚班"),
    agent("2", "早班"),
    agent("1", "早班"),
    agent("4", null),
    agent("5", ""),
  ];

  it("are those somebody is in", () => {
    expect(teamsOf(agents)).toEqual(["晚班", "早班"]);
    expect(teamsOf([agent("4", null)])).toEqual([]);
  });

  it("narrow the agents, chosen or searched for", () => {
    const numbers = (filter: Parameters<typeof agentsInOrder>[1]) =>
      agentsInOrder(agents, filter, "agent_no").map((row) => row.agent_no);
    expect(numbers({ team: "早班" })).toEqual(["1", "2"]);
    expect(numbers({ text: "晚" })).toEqual(["3"]);
    expect(numbers({ team: null })).toHaveLength(5);
  });
});
