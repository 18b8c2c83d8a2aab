import { describe, expect, it } from "vitest";
import { queueBody, queueValues, rulesUsed } from "./queueForm";
import type { Queue } from "./types";

const queue: Queue = {
  id: "q",
  client_id: "c",
  project_id: "p",
  name: "gold",
  required_skills: [{ skill_id: "s", min_level: 5 }],
  priority: 3,
  policy: "value_weighted",
  ring_timeout_s: 20,
  acw_s: 30,
  target_percent: 80,
  target_s: 20,
  max_wait_s: null,
  music: "default",
  preferred_skills: [{ skill_id: "t", min_level: 1 }],
  required_certificates: ["fund"],
  groups: ["A"],
  relax: [{ after_s: 30, min_levels: { s: 0 }, groups: ["B"] }],
  overflow: [
    { when: "length", limit: 10, queue_id: "other" },
    { when: "age", limit: 120, queue_id: null },
  ],
  reserve: { tier: "gold", agents: 2 },
  doors: [{ queue_id: "vip", tiers: ["vip"], flags: ["repeat"] }],
  dedicated_wait_s: 20,
  last_agent_wait_s: 10,
  redial_s: 0,
  value_s: 40,
};

describe("a queue's form", () => {
  it("sends back every rule it was given", () => {
    const { id: _id, client_id: _client, ...sent } = queue;
    expect(queueBody(queueValues(queue))).toEqual(sent);
  });

  it("takes a rule away when its field is emptied", () => {
    const values = queueValues(queue);
    expect(queueBody({ ...values, reserve: { agents: 2 }, max_wait_s: undefined })).toMatchObject({
      reserve: null,
      max_wait_s: null,
    });
  });

  it("counts the rules of a part that are set", () => {
    expect(rulesUsed(queueValues(queue))).toEqual({ agents: 4, ways: 2, customers: 4 });
    expect(rulesUsed(queueValues(null))).toEqual({ agents: 0, ways: 0, customers: 0 });
    // Before the form holds anything.
    expect(rulesUsed(undefined)).toEqual({ agents: 0, ways: 0, customers: 0 });
  });
});
