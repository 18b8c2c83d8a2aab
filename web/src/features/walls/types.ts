import type { Level } from "@/shared/alarms";

export const KINDS = ["figure", "trend", "ranking", "queues", "text", "clock"] as const;
export type Kind = (typeof KINDS)[number];

export interface Tile {
  id: string;
  kind: Kind;
  x: number;
  y: number;
  w: number;
  h: number;
  title: string;
  figure: string;
  queue_id: string | null;
  of: "queues" | "agents";
  count: number;
  text: string;
}

export interface Board {
  name: string;
  project_id: string | null;
  locale: "zh" | "en";
  show_agents: boolean;
  tiles: readonly Tile[];
}

/** What is drawn of a tile before its data is known. */
export type LaidTile = Pick<Tile, "id" | "kind" | "x" | "y" | "w" | "h" | "title" | "text">;

/** `since`: an instant from which time runs. */
export type Unit = "count" | "ratio" | "seconds" | "score" | "since";
export type Value = number | string | null;

export interface FigureData {
  name: string;
  unit: Unit;
  value: Value;
  level: Level | null;
  about: string;
}

export interface TrendData {
  name: string;
  unit: Unit;
  points: [string, number | null][];
}

export interface RankingData {
  name: string;
  unit: Unit;
  rows: [string, Value][];
}

type Cell = "waiting" | "oldest_since" | "ready" | "service_level";

export interface QueuesData {
  rows: {
    name: string;
    waiting: number | null;
    oldest_since: string | null;
    ready: number | null;
    talking: number | null;
    offered: number | null;
    service_level: number | null;
    levels: Record<Cell, Level | null>;
  }[];
}

/** What the tiles show, by their ids. */
export type Pictures = Record<string, unknown>;

/** The whole picture as the wall's socket tells it. */
export interface WallNews {
  name: string;
  locale: "zh" | "en";
  zone: string;
  figures_at: string;
  server_time: string;
  layout: LaidTile[];
  tiles: Pictures;
}
