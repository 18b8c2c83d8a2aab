/** Graphs to begin with. Pure; queues and calendars are filled in by who uses them. */

import type { FlowNode, Graph } from "./types";

export const TEMPLATES = ["hotline", "shop", "utility", "secretary", "survey", "empty"] as const;
export type Template = (typeof TEMPLATES)[number];

const END = { next: "end" };
const start = (next: string): FlowNode => ({ type: "start", exits: { next } });
const say = (prompt: string, next = "end"): FlowNode => ({
  type: "play",
  prompts: [prompt],
  exits: { next },
});
const notice = (next: string): FlowNode => ({ type: "recording_notice", exits: { next } });
const queue = (queueId: string, priority = 0): FlowNode => ({
  type: "queue",
  queue_id: queueId,
  ...(priority ? { priority } : {}),
  exits: { conversation_ended: "survey", timeout: "say_too_long", nobody_signed_in: "say_no_agent" },
});
const endings: Record<string, FlowNode> = {
  survey: { type: "survey", exits: END },
  say_too_long: say("queue_full_time"),
  say_no_agent: say("nobody_signed_in"),
  end: { type: "hangup" },
};
const told: Record<string, FlowNode> = { say_wrong: say("wrong_key_end"), say_silent: say("no_input_end") };
const menu = (exits: Record<string, string>): FlowNode => ({
  type: "menu",
  prompts: ["main_menu"],
  exits: { ...exits, wrong: "say_wrong", silence: "say_silent" },
});

/** A graph that can be published as soon as its queue is a queue of the project. */
export function template(name: Template, queueId: string): Graph {
  switch (name) {
    case "hotline":
      return {
        start: "start",
        nodes: {
          start: start("notice"),
          notice: notice("greeting"),
          greeting: say("welcome", "queue"),
          queue: queue(queueId),
          ...endings,
        },
      };
    case "shop":
      return {
        start: "start",
        nodes: {
          start: start("notice"),
          notice: notice("greeting"),
          greeting: say("welcome", "menu"),
          menu: menu({ "0": "queue", "1": "order", "2": "return_goods" }),
          order: { type: "tag", tags: ["order"], exits: { next: "queue" } },
          return_goods: { type: "tag", tags: ["return"], exits: { next: "queue" } },
          queue: queue(queueId),
          ...told,
          ...endings,
        },
      };
    case "utility":
      return {
        start: "start",
        nodes: {
          start: start("notice"),
          notice: notice("greeting"),
          greeting: say("welcome", "menu"),
          menu: menu({ "0": "queue", "1": "urgent", "9": "english" }),
          english: { type: "language", language: "en", exits: { next: "menu" } },
          urgent: queue(queueId, 10),
          queue: queue(queueId),
          ...told,
          ...endings,
        },
      };
    case "secretary":
      return {
        start: "start",
        nodes: {
          start: start("notice"),
          notice: notice("customer"),
          customer: { type: "customer", exits: { found: "queue", unknown: "greeting" } },
          greeting: say("welcome", "queue"),
          queue: {
            ...queue(queueId),
            exits: { conversation_ended: "end", timeout: "message", nobody_signed_in: "message" },
          },
          message: { type: "voicemail", queue_id: queueId, exits: { left: "say_thanks", empty: "end" } },
          say_thanks: say("thanks_message"),
          end: { type: "hangup" },
        },
      };
    case "survey":
      return {
        start: "start",
        nodes: {
          start: start("survey"),
          survey: { type: "survey", exits: END },
          end: { type: "hangup" },
        },
      };
    case "empty":
      return { start: "start", nodes: { start: start("end"), end: { type: "hangup" } } };
  }
}
