import type { LiveStatus } from "@/shared/live";

/** The server beats each ten seconds, and counts the day's figures each five. */
export const SILENT_MS = 25_000;
export const FIGURES_OLD_MS = 60_000;

/** What is known of a wall's connection; instants are the server's, in ms. */
export interface Known {
  status: LiveStatus;
  /** False while the server says that the call core is away. */
  core: boolean;
  /** When anything was heard last. */
  heard: number;
  figuresAt: number;
}

/** Why what is shown may be old; null while it is fresh. Pure. */
export function staleness(known: Known, now: number): "lost" | "core" | "figures" | null {
  if (known.status !== "open" || now - known.heard > SILENT_MS) return "lost";
  if (!known.core) return "core";
  return now - known.figuresAt > FIGURES_OLD_MS ? "figures" : null;
}
