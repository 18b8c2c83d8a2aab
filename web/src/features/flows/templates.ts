/** Graphs to begin with, as data in `templates.json`: a unit test of the server's judges and plays each. Pure. */

import found from "./templates.json";
import type { Graph } from "./types";

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
export const asks = (name: Template): { queue: boolean; calendar: boolean } => found[name].asks;

/** A graph that can be published as soon as its queue and its calendar are the project's. */
export function template(name: Template, queueId: string, calendarId = ""): Graph {
  const filled: Record<string, string> = { $queue: queueId, $calendar: calendarId };
  return JSON.parse(JSON.stringify(found[name].graph), (_, value) => filled[value] ?? value);
}
