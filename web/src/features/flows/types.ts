/** A flow as the designer handles it, and what the server tells about it. */

import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

export interface FlowNode {
  type: string;
  title?: string;
  exits?: Record<string, string>;
  [field: string]: unknown;
}

export interface Variable {
  type?: "text" | "number" | "truth";
  initial?: string | number | boolean | null;
  secret?: boolean;
}

export type Point = [number, number];

export interface Graph {
  start: string;
  nodes: Record<string, FlowNode>;
  variables?: Record<string, Variable>;
  timezone?: string;
  layout?: Record<string, Point>;
}

export type Palette = Schemas["PaletteShown"];
export type NodeType = Schemas["NodeTypeShown"];
export type Field = Schemas["FieldShown"];
export type FlowProblem = Schemas["ProblemShown"];
export type Draft = Schemas["DraftShown"];
export type Change = Schemas["ChangeShown"];
export type Trial = Schemas["TrialShown"];
export type TrialLine = Schemas["LineShown"];
export type Traffic = Schemas["TrafficShown"];
export type Version = Schemas["VersionShown"];
export type Flow = Schemas["FlowShown"];
export type FlowWhole = Schemas["FlowWhole"];
