import type { ComponentType } from "react";

/** One page of a room. `src/app/rooms.ts` gathers every room's `routes.tsx`. */
export interface Room {
  /** Path below `/`, with `$name` for parameters: `/contacts/$id`. */
  path: string;
  title: { zh: string; en: string };
  icon?: ComponentType;
  /** Any one of these permissions opens the page. */
  permission: readonly string[];
  /** Loaded when first visited; the module's default export is the page. */
  load: () => Promise<{ default: ComponentType }>;
  /** Place in the header's menu; a page without it is not in the menu. */
  menu?: number;
  /** Stands beside the menu's word, for instance a count. */
  badge?: () => Promise<{ default: ComponentType }>;
  /** Reads and cleans the address' search part. */
  validateSearch?: (raw: Record<string, unknown>) => Record<string, unknown>;
  /** Stays mounted above every page while logged in (the agent's phone bar). */
  companion?: () => Promise<{ default: ComponentType }>;
}
