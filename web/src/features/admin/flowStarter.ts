/** A flow to begin with: notice → greeting → one queue → survey, every other ending told to the caller. Pure. */

import type { FlowGraph } from "./types";

const END = { next: "end" };

export function starterGraph(queueId: string): FlowGraph {
  return {
    start: "start",
    nodes: {
      start: { type: "start", exits: { next: "notice" } },
      notice: { type: "recording_notice", prompts: ["recording_notice"], exits: { next: "greeting" } },
      greeting: { type: "play", prompts: ["welcome"], exits: { next: "queue" } },
      queue: {
        type: "queue",
        queue_id: queueId,
        exits: {
          conversation_ended: "survey",
          timeout: "say_too_long",
          nobody_signed_in: "say_no_agent",
        },
      },
      survey: { type: "survey", exits: END },
      say_too_long: { type: "play", prompts: ["queue_full_time"], exits: END },
      say_no_agent: { type: "play", prompts: ["nobody_signed_in"], exits: END },
      end: { type: "hangup" },
    },
  };
}

/** The text of an editor as a graph; null when it is not one. The server checks what it means. */
export function parseGraphText(typed: string): FlowGraph | null {
  try {
    const read: unknown = JSON.parse(typed);
    const graph = read as FlowGraph;
    const whole =
      typeof read === "object" && read !== null && typeof graph.nodes === "object" && graph.nodes !== null;
    return whole && typeof graph.start === "string" ? graph : null;
  } catch {
    return null;
  }
}

export function graphText(graph: FlowGraph): string {
  return JSON.stringify(graph, null, 2);
}
