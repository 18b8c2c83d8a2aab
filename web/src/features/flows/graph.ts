/** Changes to a graph: each gives a new one and leaves the old as it was. Pure. */

import type { Field, FlowNode, Graph, NodeType, Point } from "./types";

const COLUMN = 280;
const HEAD = 80;
const EXIT = 24;
/** What a type of node shows beside the exits that lead somewhere. */
const SPARE = 2;

/** About how high a node is, with some space below it. */
const height = (node: FlowNode | undefined) => HEAD + EXIT * (Object.keys(node?.exits ?? {}).length + SPARE);

/** The names of exits a node can have: those of its type, and those its own fields name. */
export function exitNames(node: FlowNode, type: NodeType | undefined): string[] {
  const named = ["cases", "ways"].flatMap((field) => Object.keys((node[field] as object | undefined) ?? {}));
  const known = [...(type?.needed ?? []), ...named, ...(type?.optional ?? [])];
  return [...new Set([...known, ...Object.keys(node.exits ?? {})])];
}

/** Exits that must lead somewhere. */
export function neededExits(node: FlowNode, type: NodeType | undefined): Set<string> {
  const named = ["cases", "ways"].flatMap((field) => Object.keys((node[field] as object | undefined) ?? {}));
  return new Set([...(type?.needed ?? []), ...named]);
}

const changed = (graph: Graph, id: string, node: FlowNode): Graph => ({
  ...graph,
  nodes: { ...graph.nodes, [id]: node },
});

/** An id nobody has: `menu`, `menu_2`, … */
export function freshId(graph: Graph, type: string): string {
  if (!(type in graph.nodes)) return type;
  let number = 2;
  while (`${type}_${number}` in graph.nodes) number += 1;
  return `${type}_${number}`;
}

/** What a new node's field holds before anybody has filled it in. */
function empty(field: Field): unknown {
  if (field.shape === "list") return [];
  if (field.shape === "map") return {};
  if (field.kind === "truth") return false;
  if (field.kind === "choice") return field.choices?.[0] ?? "";
  if (field.kind === "integer" || field.kind === "number") return field.min ?? 0;
  return "";
}

export function addNode(graph: Graph, type: NodeType, at: Point): { graph: Graph; id: string } {
  const id = freshId(graph, type.type);
  const fields = Object.fromEntries(
    type.fields.filter((field) => field.required).map((field) => [field.name, empty(field)]),
  );
  return {
    id,
    graph: {
      ...changed(graph, id, { type: type.type, ...fields }),
      start: graph.start in graph.nodes ? graph.start : id,
      layout: { ...graph.layout, [id]: at },
    },
  };
}

export function removeNode(graph: Graph, id: string): Graph {
  const nodes: Record<string, FlowNode> = {};
  for (const [each, node] of Object.entries(graph.nodes)) {
    if (each === id) continue;
    const exits = Object.entries(node.exits ?? {}).filter(([, to]) => to !== id);
    nodes[each] =
      exits.length === Object.keys(node.exits ?? {}).length
        ? node
        : { ...node, exits: Object.fromEntries(exits) };
  }
  const { [id]: _, ...layout } = graph.layout ?? {};
  return { ...graph, nodes, layout };
}

/** Leads an exit to a node; null: nowhere. */
export function connect(graph: Graph, from: string, exit: string, to: string | null): Graph {
  const node = graph.nodes[from];
  if (!node) return graph;
  const { [exit]: _, ...exits } = node.exits ?? {};
  return changed(graph, from, { ...node, exits: to === null ? exits : { ...exits, [exit]: to } });
}

/** Sets a field; undefined: as the server has it by default. */
export function setField(graph: Graph, id: string, field: string, value: unknown): Graph {
  const node = graph.nodes[id];
  if (!node) return graph;
  const { [field]: _, ...others } = node;
  return changed(graph, id, (value === undefined ? others : { ...others, [field]: value }) as FlowNode);
}

export function move(graph: Graph, id: string, at: Point): Graph {
  return { ...graph, layout: { ...graph.layout, [id]: [Math.round(at[0]), Math.round(at[1])] } };
}

/** Where every node stands: where it was put, or in columns by its distance from the start. */
export function arranged(graph: Graph): Record<string, Point> {
  const column = new Map<string, number>();
  const left = [graph.start];
  if (graph.start in graph.nodes) column.set(graph.start, 0);
  for (let id = left.shift(); id !== undefined; id = left.shift()) {
    for (const to of Object.values(graph.nodes[id]?.exits ?? {})) {
      if (to in graph.nodes && !column.has(to)) {
        column.set(to, (column.get(id) ?? 0) + 1);
        left.push(to);
      }
    }
  }
  const last = Math.max(0, ...column.values());
  const filled = new Map<number, number>(); // how far down each column is taken
  return Object.fromEntries(
    Object.keys(graph.nodes).map((id) => {
      const at = graph.layout?.[id];
      if (at) return [id, at];
      const x = column.get(id) ?? last + 1;
      const y = filled.get(x) ?? 0;
      filled.set(x, y + height(graph.nodes[id]));
      return [id, [x * COLUMN, y] as Point];
    }),
  );
}

/** All nodes in columns again. */
export const tidied = (graph: Graph): Graph => ({
  ...graph,
  layout: arranged({ ...graph, layout: {} }),
});

/** What can be undone and done again; at most `MOST` changes back. */
export interface Past {
  before: Graph[];
  now: Graph;
  after: Graph[];
}

const MOST = 100;

export const began = (graph: Graph): Past => ({ before: [], now: graph, after: [] });

export function did(past: Past, graph: Graph): Past {
  return graph === past.now
    ? past
    : { before: [...past.before, past.now].slice(-MOST), now: graph, after: [] };
}

export function undone(past: Past): Past {
  const last = past.before.at(-1);
  return last ? { before: past.before.slice(0, -1), now: last, after: [past.now, ...past.after] } : past;
}

export function redone(past: Past): Past {
  const [next, ...after] = past.after;
  return next ? { before: [...past.before, past.now], now: next, after } : past;
}
