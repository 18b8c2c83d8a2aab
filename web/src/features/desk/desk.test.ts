import { describe, expect, it } from "vitest";
import type { AgentContact, AgentView } from "@/shared/api";
import { obstacles } from "./abilities";
import type { TargetAgent, Targets, WrapReason } from "./data";
import { reasonTree } from "./reasons";
import { found, isNumber, matching } from "./targets";
import { linesOf } from "./timeline";

const contact: AgentContact = {
  contact_id: "c1",
  phase: "ringing",
  caller: "13800138000",
  caller_home: "北京",
  dnis: "4008208820",
  number_label: "客服热线",
  client_name: "青禾保险",
  project_id: "p1",
  project_name: "理赔",
  greeting: "您好",
  queue_id: "q1",
  queue_name: "理赔队列",
  tier: "gold",
  customer_id: null,
  customer_name: null,
  arrived_at: "2026-03-07T01:00:00.000Z",
  queued_at: "2026-03-07T01:00:20.000Z",
  offered_at: "2026-03-07T01:00:30.000Z",
  ring_until: "2026-03-07T01:00:50.000Z",
  answered_at: null,
  held_since: null,
  muted: false,
  keys: [{ node: "menu", keys: "1", label: "车险理赔" }],
};

const view = (part: Partial<AgentContact> | null, device: AgentView["device"] = "browser"): AgentView => ({
  seq: 1,
  server_time: "2026-03-07T01:00:31.000Z",
  agent_id: "a1",
  agent_no: "8001",
  name: "张伟",
  signed_in: true,
  device,
  device_tested: true,
  registered: true,
  state: "ready",
  since: "2026-03-07T01:00:00.000Z",
  why: null,
  reason_id: null,
  pending_state: null,
  acw_until: null,
  session: "s1",
  contact: part && { ...contact, ...part },
});

describe("what the phone bar allows", () => {
  const ringingHere = { phase: "ringing" as const, contactId: "c1" };
  const quiet = { phase: "registered" as const, contactId: null };

  it("answers only the call that rings in this page", () => {
    expect(obstacles(view({}), true, ringingHere).answer).toBeNull();
    expect(obstacles(view({}), true, quiet).answer).toBe("call.no.invite");
    expect(obstacles(view({}), true, { phase: "ringing", contactId: "c0" }).answer).toBe("call.no.invite");
    expect(obstacles(view({}, "sip"), true, quiet).answer).toBe("call.no.device");
    expect(obstacles(view({}, "mobile"), true, quiet).answer).toBe("call.no.mobile");
    expect(obstacles(view({}), true, quiet).reject).toBeNull();
  });

  it("lets a call between agents be held, muted, handed over and hung up, nothing else", () => {
    const here = { phase: "talking" as const, contactId: "c1" };
    const inside = obstacles(view({ phase: "talking", direction: "internal" }), true, here);
    expect(inside).toMatchObject({ hold: null, mute: null, transfer: null, hangup: null });
    for (const name of ["consult", "park", "card", "keypad"] as const)
      expect(inside[name]).toBe("call.no.internal");
    const held = view({ phase: "talking", direction: "internal", other_holds: true });
    expect(obstacles(held, true, here).hold).toBe("call.no.other");
    const second = {
      mine: true,
      way: "blind" as const,
      place: "ringing" as const,
      name: "李娜",
      number: null,
      since: "2026-03-07T01:01:00.000Z",
    };
    const passing = obstacles(view({ phase: "talking", direction: "internal", second }), true, here);
    expect(passing).toMatchObject({ hold: null, mute: null, cancel: null });
    expect(passing).toMatchObject({ transfer: "call.no.passing", hangup: "call.no.passing" });
  });

  it("holds, mutes and hangs up a conversation", () => {
    const talking = obstacles(view({ phase: "talking" }), true, { phase: "talking", contactId: "c1" });
    expect(talking).toMatchObject({
      hold: null,
      mute: null,
      keypad: null,
      hangup: null,
      answer: "call.no.ring",
    });
    const held = obstacles(view({ phase: "held" }), true, { phase: "held", contactId: "c1" });
    expect(held).toMatchObject({ hold: null, hangup: null, mute: "call.no.held", keypad: "call.no.held" });
  });

  it("lets only who began a consultation decide, and only once it is answered", () => {
    const here = { phase: "talking" as const, contactId: "c1" };
    const second = {
      mine: true,
      way: "consult" as const,
      place: "ringing" as const,
      name: "李娜",
      number: null,
      since: "2026-03-07T01:01:00.000Z",
    };
    const free = obstacles(view({ phase: "talking" }), true, here);
    expect(free).toMatchObject({ transfer: null, consult: null, swap: "call.no.second" });
    expect(obstacles(view({ phase: "held", second }), true, here)).toMatchObject({
      transfer: "call.no.consult",
      hold: "call.no.consult",
      mute: null,
      swap: "call.no.answer",
      complete: null,
      cancel: null,
    });
    const apart = { ...second, place: "apart" as const };
    expect(obstacles(view({ phase: "held", second: apart }), true, here)).toMatchObject({
      swap: null,
      conference: null,
    });
    const asked = { ...apart, mine: false };
    expect(obstacles(view({ phase: "talking", second: asked }), true, here)).toMatchObject({
      complete: "call.no.second",
      hangup: null,
    });
  });

  it("says why nothing can be done", () => {
    expect(obstacles(view(null), true, quiet).hangup).toBe("call.no.call");
    expect(obstacles(view({ phase: "wrap" }), true, quiet).hold).toBe("call.no.call");
    expect(obstacles(view({}), false, ringingHere).answer).toBe("call.no.seat");
    expect(obstacles(null, true, quiet).answer).toBe("call.no.seat");
  });
});

describe("whom to call", () => {
  const agent = (name: string, state: TargetAgent["state"]): TargetAgent => ({
    agent_id: name,
    agent_no: `9${name.length}`,
    name,
    department: "理赔部",
    state,
    since: "2026-03-07T01:00:00.000Z",
  });
  const targets: Targets = {
    agents: [agent("王芳", "talking"), agent("李娜", "ready")],
    queues: [
      { queue_id: "q1", name: "投诉", project_name: "理赔", waiting: 0, signed_in: 0, ready: 0 },
      { queue_id: "q2", name: "车险", project_name: "理赔", waiting: 2, signed_in: 3, ready: 1 },
    ],
    flows: [{ flow_id: "f1", name: "核实身份" }],
    outside: true,
  };

  it("puts those first who can be called, and finds by name, number, department", () => {
    expect(matching(targets, "agent", "").map((row) => [row.name, row.open])).toEqual([
      ["李娜", true],
      ["王芳", false],
    ]);
    expect(matching(targets, "agent", " 王 ").map((row) => row.name)).toEqual(["王芳"]);
    expect(matching(targets, "agent", "理赔").length).toBe(2);
    expect(matching(targets, "queue", "").map((row) => row.id)).toEqual(["q2", "q1"]);
  });

  it("knows a number", () => {
    expect(["12", "123", "+8613800138000", "1380013800013800138000", "12a"].map(isNumber)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("reasons", () => {
  const reason = (id: string, parent_id: string | null, sort = 0): WrapReason => ({
    id,
    project_id: "p1",
    parent_id,
    name_zh: id,
    name_en: id,
    sort,
  });

  it("hang below their parents in order, and only leaves can be chosen", () => {
    const tree = reasonTree(
      [reason("b", null, 2), reason("a", null, 1), reason("a2", "a", 2), reason("a1", "a", 1)],
      "zh",
    );
    expect(tree.map((node) => [node.value, node.selectable])).toEqual([
      ["a", false],
      ["b", true],
    ]);
    expect(tree[0]?.children.map((node) => node.path)).toEqual(["a / a1", "a / a2"]);
  });

  it("keeps orphans and does not hang on a ring", () => {
    expect(reasonTree([reason("x", "gone")], "en").map((node) => node.value)).toEqual(["x"]);
    expect(reasonTree([reason("x", "y"), reason("y", "x")], "en")).toEqual([]);
  });
});

describe("the time line", () => {
  it("shows the live view until the journal has it, and nothing twice", () => {
    const live = { ...contact, phase: "talking" as const, answered_at: "2026-03-07T01:00:35.000Z" };
    expect(linesOf(undefined, live).map((line) => line.kind)).toEqual([
      "contact.arrived",
      "flow.key",
      "contact.queued",
      "offer.made",
      "contact.connected",
    ]);
    const steps = [
      { seq: 1, at: live.arrived_at, offset_ms: 0, kind: "contact.arrived", text: "来电" },
      { seq: 2, at: live.arrived_at, offset_ms: 0, kind: "flow.node", text: "node" },
      { seq: 3, at: live.queued_at ?? "", offset_ms: 20_000, kind: "contact.queued", text: "排队" },
      { seq: 4, at: live.offered_at ?? "", offset_ms: 30_000, kind: "offer.made", text: "振铃" },
    ];
    expect(linesOf(steps, live).map((line) => line.text)).toEqual([
      "来电",
      "排队",
      "振铃",
      "接通，等待了 0:15",
    ]);
  });
});

describe("colleagues", () => {
  const agent = (agent_no: string, state: TargetAgent["state"]): TargetAgent => ({
    agent_id: agent_no,
    agent_no,
    name: `座席${agent_no}`,
    department: "",
    state,
    since: "2026-03-07T01:00:00.000Z",
  });

  it("puts a whole number first, then the ready, then the not ready, then who cannot be called", () => {
    const agents = [
      agent("80011", "ready"),
      agent("8002", "offline"),
      agent("8003", "not_ready"),
      agent("8001", "talking"),
    ];
    expect(found(agents, "").map((who) => who.agent_no)).toEqual(["80011", "8003", "8002", "8001"]);
    expect(found(agents, "8001").map((who) => [who.agent_no, who.open])).toEqual([
      ["8001", false],
      ["80011", true],
    ]);
  });
});
