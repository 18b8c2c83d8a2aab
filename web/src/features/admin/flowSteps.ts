/** A flow's graph as ordered steps: the way most callers take first, side ways after. Pure. */

import type { FlowGraph, FlowNode } from "./types";

export interface FlowStep {
  id: string;
  /** From 1, in the order of the page; exits refer to it. */
  number: number;
  node: FlowNode;
  /** How far from the start, for indenting. */
  depth: number;
  exits: { name: string; to: string; number: number | null }[];
  /** No exit leads here. */
  unreached: boolean;
}

/** Exits in the order a reader expects: the plain way on, choices by key, then what went wrong. */
const FIRST = ["next", "open", "conversation_ended", "left"];
const LAST = ["wrong", "silence", "timeout", "nobody_signed_in", "closed", "holiday", "empty", "key"];

function rank(name: string): number {
  const first = FIRST.indexOf(name);
  if (first >= 0) return first;
  const last = LAST.indexOf(name);
  return last >= 0 ? 100 + last : 50;
}

export function exitsOf(node: FlowNode): [string, string][] {
  return Object.entries(node.exits ?? {}).sort(
    ([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, undefined, { numeric: true }),
  );
}

/** Depth first from the start; a node stands where it is first reached. Unreached nodes come last. */
export function flowSteps(graph: FlowGraph): FlowStep[] {
  const order: { id: string; depth: number }[] = [];
  const seen = new Set<string>();
  const visit = (id: string, depth: number): void => {
    const node = graph.nodes[id];
    if (!node || seen.has(id)) return;
    seen.add(id);
    order.push({ id, depth });
    const exits = exitsOf(node);
    // A single way on is the same level: only branches are indented.
    for (const [, to] of exits) visit(to, exits.length > 1 ? depth + 1 : depth);
  };
  visit(graph.start, 0);
  const reached = order.length;
  for (const id of Object.keys(graph.nodes)) if (!seen.has(id)) order.push({ id, depth: 0 });
  const numbers = new Map(order.map(({ id }, index) => [id, index + 1]));
  return order.map(({ id, depth }, index) => {
    const node = graph.nodes[id] as FlowNode;
    return {
      id,
      number: index + 1,
      node,
      depth,
      unreached: index >= reached,
      exits: exitsOf(node).map(([name, to]) => ({ name, to, number: numbers.get(to) ?? null })),
    };
  });
}
