import { describe, expect, it } from "vitest";
import {
  addNode, arranged, began, connect, did, exitNames, freshId, move, neededExits, redone, removeNode, setField,
  tidied, undone,
} from "./graph"; // biome-ignore format: one line less
import { TEMPLATES, template } from "./templates";
import type { Graph, NodeType } from "./types";

const type = (name: string, more: Partial<NodeType> = {}): NodeType => ({
  type: name, name, needed: ["next"], optional: [], waits: true, fields: [], ...more,
}); // biome-ignore format: short
const graph: Graph = {
  start: "a",
  nodes: {
    a: { type: "start", exits: { next: "b" } },
    b: { type: "switch", cases: { x: "1" }, exits: { x: "c", otherwise: "c" } },
    c: { type: "hangup" },
    lost: { type: "play", exits: { next: "c" } },
  },
};
const frozen = <T>(value: T): T => {
  if (value && typeof value === "object") {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  return value;
};
frozen(graph);

describe("exits", () => {
  it("are those of the type, those the fields name, and those there are", () => {
    const node = graph.nodes.b ?? { type: "" };
    expect(exitNames(node, type("switch", { needed: ["otherwise"] }))).toEqual(["otherwise", "x"]);
    expect([...neededExits(node, type("switch", { needed: ["otherwise"] }))]).toEqual(["otherwise", "x"]);
    expect(exitNames({ type: "gone", exits: { odd: "c" } }, undefined)).toEqual(["odd"]);
  });
});

describe("changes", () => {
  it("add a node with what must be filled in, under an id of its own", () => {
    const fields = [
      { name: "prompts", shape: "list", kind: "prompt", required: true, nullable: false },
      { name: "tries", shape: "one", kind: "integer", required: true, nullable: false, min: 1 },
      { name: "how", shape: "one", kind: "choice", required: true, nullable: false, choices: ["x", "y"] },
      { name: "skip", shape: "one", kind: "truth", required: false, nullable: false },
    ];
    const added = addNode(graph, type("a", { fields }), [10, 20]);
    expect(added.id).toBe("a_2");
    expect(added.graph.nodes.a_2).toEqual({ type: "a", prompts: [], tries: 1, how: "x" });
    expect(added.graph.layout?.a_2).toEqual([10, 20]);
    expect(freshId(added.graph, "a")).toBe("a_3");
    expect(addNode({ start: "", nodes: {} }, type("start"), [0, 0]).graph.start).toBe("start");
  });

  it("remove a node with all that led to it", () => {
    const less = removeNode(move(graph, "c", [1, 2]), "c");
    expect(less.nodes.b?.exits).toEqual({});
    expect(less.nodes.a).toBe(graph.nodes.a);
    expect(less.layout).toEqual({});
  });

  it("connect, disconnect and set fields", () => {
    expect(connect(graph, "a", "next", "c").nodes.a?.exits).toEqual({ next: "c" });
    expect(connect(graph, "a", "next", null).nodes.a?.exits).toEqual({});
    expect(connect(graph, "nobody", "next", "c")).toBe(graph);
    expect(setField(graph, "lost", "skip", true).nodes.lost).toMatchObject({
      skip: true,
      exits: { next: "c" },
    });
    expect(setField(graph, "lost", "exits", undefined).nodes.lost).toEqual({ type: "play" });
  });

  it("are undone and done again", () => {
    const other = connect(graph, "a", "next", "c");
    const past = did(began(graph), other);
    expect(undone(past).now).toBe(graph);
    expect(redone(undone(past)).now).toBe(other);
    expect(undone(began(graph)).now).toBe(graph);
    expect(did(undone(past), other).after).toEqual([]);
    expect(did(past, other)).toBe(past);
  });
});

describe("places", () => {
  it("are kept where a node was put, and by distance from the start elsewhere", () => {
    const at = arranged(move(graph, "b", [7.4, 8.6]));
    expect(at.b).toEqual([7, 9]);
    expect(at.a).toEqual([0, 0]);
    expect(at.c?.[0]).toBeGreaterThan(at.a?.[0] ?? 0);
    expect(at.lost?.[0]).toBeGreaterThan(at.c?.[0] ?? 0);
  });

  it("are never the same for two nodes of a tidied graph, and a circle ends", () => {
    const circle = connect(graph, "lost", "next", "a");
    const places = Object.values(tidied(circle).layout ?? {}).map(String);
    expect(new Set(places).size).toBe(places.length);
    expect(places.length).toBe(4);
  });
});

describe("templates", () => {
  it.each(TEMPLATES)("%s leads only to nodes there are, and to all of them", (name) => {
    const made = template(name, "q");
    const reached = new Set([made.start]);
    for (const id of reached)
      for (const to of Object.values(made.nodes[id]?.exits ?? {})) {
        expect(made.nodes[to], `${id} to ${to}`).toBeDefined();
        reached.add(to);
      }
    expect([...reached].sort()).toEqual(Object.keys(made.nodes).sort());
  });
});
