/** Graphs to begin with. Pure; queues and calendars are filled in by who uses them. */

import type { FlowNode, Graph } from "./types";

export const TEMPLATES = [
  "menu",
  "hotline",
  "shop",
  "utility",
  "bank",
  "secretary",
  "survey",
  "empty",
] as const;
export type Template = (typeof TEMPLATES)[number];

/** What a template must be told of the project. */
export const ASKS: Record<Template, { queue: boolean; calendar: boolean }> = {
  menu: { queue: true, calendar: true },
  hotline: { queue: true, calendar: false },
  shop: { queue: true, calendar: false },
  utility: { queue: true, calendar: false },
  bank: { queue: true, calendar: false },
  secretary: { queue: true, calendar: false },
  survey: { queue: false, calendar: false },
  empty: { queue: false, calendar: false },
};

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
export function template(name: Template, queueId: string, calendarId = ""): Graph {
  switch (name) {
    case "menu":
      return {
        start: "start",
        nodes: {
          start: start("hours"),
          hours: {
            type: "hours",
            calendar_id: calendarId,
            exits: { open: "notice", closed: "say_closed", holiday: "say_holiday" },
          },
          notice: notice("greeting"),
          greeting: say("welcome", "menu"),
          menu: menu({ "0": "queue", "1": "menu_orders", "2": "after_sales" }),
          menu_orders: menu({ "0": "queue", "1": "new_order", "2": "order_status", "*": "menu" }),
          new_order: { type: "tag", tags: ["new_order"], exits: { next: "queue" } },
          order_status: { type: "tag", tags: ["order_status"], exits: { next: "queue" } },
          after_sales: { type: "tag", tags: ["after_sales"], exits: { next: "queue" } },
          queue: {
            ...queue(queueId),
            exits: { conversation_ended: "survey", timeout: "message", nobody_signed_in: "message" },
          },
          survey: { type: "survey", exits: END },
          say_closed: say("closed", "message"),
          say_holiday: say("closed_holiday", "message"),
          message: {
            type: "voicemail",
            queue_id: queueId,
            exits: { left: "say_thanks", empty: "say_no_message" },
          },
          say_thanks: say("thanks_message"),
          say_no_message: say("no_message"),
          ...told,
          end: { type: "hangup" },
        },
      };
    case "bank":
      return {
        start: "start",
        variables: { card: { secret: true }, pin: { secret: true }, verified: { type: "truth" } },
        nodes: {
          start: start("notice"),
          notice: notice("greeting"),
          greeting: say("welcome", "menu"),
          menu: menu({ "0": "queue", "1": "card" }),
          card: {
            type: "collect",
            prompts: ["main_menu_card"],
            variable: "card",
            min_length: 13,
            max_length: 19,
            check: "luhn",
            mask: true,
            off_record: true,
            exits: { next: "pin", wrong: "queue", silence: "queue" },
          },
          pin: {
            type: "collect",
            prompts: ["main_menu_pin"],
            variable: "pin",
            min_length: 6,
            max_length: 6,
            mask: true,
            off_record: true,
            exits: { next: "verify", wrong: "queue", silence: "queue" },
          },
          verify: {
            type: "http",
            method: "POST",
            url: "https://bank.example/verify",
            body: { card: "card", pin: "pin", caller: "contact.caller" },
            results: { verified: "verified" },
            exits: { next: "checked", failed: "queue" },
          },
          checked: { type: "condition", test: "verified", exits: { yes: "known", no: "queue" } },
          known: { type: "tag", tags: ["identity_checked"], exits: { next: "queue_known" } },
          queue_known: queue(queueId, 10),
          queue: queue(queueId),
          ...told,
          ...endings,
        },
      };
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
          notice: notice("line"),
          line: {
            type: "switch",
            value: "contact.called",
            cases: { first_line: "'4000000001'", second_line: "'4000000002'" },
            exits: { first_line: "greeting_first", second_line: "greeting_second", otherwise: "greeting" },
          },
          greeting_first: say("welcome", "customer"),
          greeting_second: say("welcome", "customer"),
          greeting: say("welcome", "customer"),
          customer: { type: "customer", exits: { found: "queue", unknown: "stranger" } },
          stranger: { type: "tag", tags: ["stranger"], exits: { next: "queue" } },
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
