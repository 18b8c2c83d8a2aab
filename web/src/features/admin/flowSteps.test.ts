import { describe, expect, it } from "vitest";
import { parseGraphText, starterGraph } from "./flowStarter";
import { exitsOf, flowSteps } from "./flowSteps";
import type { FlowGraph } from "./types";

const graph: FlowGraph = {
  start: "start",
  nodes: {
    lost: { type: "play" },
    end: { type: "hangup" },
    say_wrong: { type: "play", exits: { next: "end" } },
    menu: { type: "menu", exits: { wrong: "say_wrong", "10": "end", "2": "two", "1": "one", "*": "menu" } },
    one: { type: "queue", exits: { timeout: "gone", conversation_ended: "end" } },
    two: { type: "queue", exits: { conversation_ended: "end" } },
    start: { type: "start", exits: { next: "menu" } },
  },
};

describe("exits", () => {
  it("go on first, then keys as numbers, then what went wrong", () => {
    expect(exitsOf(graph.nodes.menu ?? { type: "" }).map(([name]) => name)).toEqual([
      "*",
      "1",
      "2",
      "10",
      "wrong",
    ]);
    expect(exitsOf({ type: "hours", exits: { holiday: "a", closed: "b", open: "c" } })[0]).toEqual([
      "open",
      "c",
    ]);
    expect(exitsOf({ type: "hangup" })).toEqual([]);
  });
});

describe("a flow as steps", () => {
  const steps = flowSteps(graph);

  it("lists each node once, in the order a caller meets it, unreached ones last", () => {
    expect(steps.map((step) => step.id)).toEqual(["start", "menu", "one", "end", "two", "say_wrong", "lost"]);
    expect(steps.map((step) => step.number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(steps.filter((step) => step.unreached).map((step) => step.id)).toEqual(["lost"]);
  });

  it("indents branches only", () => {
    expect(steps.map((step) => step.depth)).toEqual([0, 0, 1, 2, 1, 1, 0]);
  });

  it("says which step an exit leads to, and when it leads nowhere", () => {
    expect(steps[2]?.exits).toEqual([
      { name: "conversation_ended", to: "end", number: 4 },
      { name: "timeout", to: "gone", number: null },
    ]);
  });

  it("survives a start that is not there", () => {
    const broken = flowSteps({ start: "nowhere", nodes: { a: { type: "play" } } });
    expect(broken).toMatchObject([{ id: "a", number: 1, unreached: true }]);
  });
});

describe("the flow to begin with", () => {
  it("reaches every node and ends", () => {
    const steps = flowSteps(starterGraph("q"));
    expect(steps.every((step) => !step.unreached && step.exits.every((exit) => exit.number !== null))).toBe(
      true,
    );
    expect(steps.at(-1)).toBeDefined();
    expect(steps.filter((step) => step.exits.length === 0).map((step) => step.node.type)).toEqual(["hangup"]);
  });
});

describe("a graph typed as text", () => {
  it("is read when it is one", () => {
    expect(parseGraphText('{"start": "a", "nodes": {"a": {"type": "hangup"}}}')?.start).toBe("a");
  });

  it.each(["", "{", "null", "[]", '{"start": "a"}', '{"nodes": {}}', '{"start": 1, "nodes": {}}'])(
    "is refused: %s",
    (typed) => expect(parseGraphText(typed)).toBeNull(),
  );
});
