/** What the export pages ask of the server. */

import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";

export const FORMATS = ["xlsx", "csv"] as const;
export type Format = (typeof FORMATS)[number];

export const OPEN = ["waiting", "wanted", "running"] as const;

export interface Export {
  id: string;
  state: "waiting" | "wanted" | "running" | "done" | "failed" | "refused" | "cancelled" | "expired";
  own: boolean;
  asked_by: string;
  asked_at: string;
  search: object;
  since: string;
  /** Exclusive. */
  until: string;
  columns: string[];
  format: string;
  whole_numbers: boolean;
  rows_expected: number;
  rows_done: number;
  decided_by: string | null;
  decided_at: string | null;
  decision: string;
  finished_at: string | null;
  expires_at: string;
  size: number | null;
}

export interface Rule {
  rows_over: number | null;
  whole_numbers: boolean;
  most_rows: number;
  keep_hours: number;
}

export type Box = "own" | "decide";

/** While one is on its way it is looked at every second, otherwise now and then. */
export const exportsQuery = (box: Box) =>
  queryOptions({
    queryKey: ["exports", box],
    queryFn: async ({ signal }) =>
      ((await take(api.GET("/api/exports", { params: { query: { box } }, signal }))) as { items: Export[] })
        .items,
    refetchInterval: ({ state }) =>
      box === "own" && state.data?.some(({ state: each }) => each === "wanted" || each === "running")
        ? 1000
        : 15_000,
    staleTime: 0,
  });

export const ruleQuery = queryOptions({
  queryKey: ["exports", "rule"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/export-rules", { signal }))) as Rule,
});

export const keepRule = (body: Rule) => take(api.PUT("/api/export-rules", { body }));

export interface Wanted {
  search: object;
  since: string;
  until: string;
  columns: readonly string[];
  format: Format;
  whole_numbers: boolean;
}

export const askForExport = async (body: Wanted) =>
  (await take(api.POST("/api/exports", { body: body as never }))) as Export;

export const decideExport = (id: string, approve: boolean, note: string) =>
  take(api.POST("/api/exports/{id}/decide", { params: { path: { id } }, body: { approve, note } }));

export const cancelExport = (id: string) =>
  take(api.DELETE("/api/exports/{id}", { params: { path: { id } } }));

export const fileOf = (id: string) => `/api/exports/${id}/file`;

/** Why somebody else must approve, if so. */
export function approvalFor(rule: Rule | undefined, rows: number | null, wholeNumbers: boolean): boolean {
  if (!rule) return false;
  // More rows than the list counts are more than any usual limit.
  const tooLong = rule.rows_over !== null && (rows === null || rows > rule.rows_over);
  return tooLong || (wholeNumbers && rule.whole_numbers);
}
