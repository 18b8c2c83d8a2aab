/** What the export pages ask of the server. */

import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { having } from "@/shared/stale";

type Schema = components["schemas"];

export const FORMATS = ["xlsx", "csv"] as const;
export type Format = (typeof FORMATS)[number];

export const OPEN: readonly Export["state"][] = ["waiting", "wanted", "running"];

export type Export = Schema["ExportShown"];
export type Rule = Schema["RuleShown"];

export type Box = "own" | "decide";

/** While one is on its way it is looked at every second, otherwise now and then. */
export const exportsQuery = (box: Box) =>
  queryOptions({
    queryKey: ["exports", box],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/exports", { params: { query: { box } }, signal }))).items,
    refetchInterval: ({ state }) =>
      box === "own" && state.data?.some(({ state: each }) => each === "wanted" || each === "running")
        ? 1000
        : 15_000,
    staleTime: 0,
  });

export const ruleQuery = queryOptions({
  queryKey: ["exports", "rule"],
  queryFn: ({ signal }) => take(api.GET("/api/export-rules", { signal })),
});

export const keepRule = (body: Schema["RuleBody"], seen: string) =>
  take(api.PUT("/api/export-rules", { params: { header: having(seen) }, body }));

export const askForExport = (body: Schema["ExportIn"]) => take(api.POST("/api/exports", { body }));

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
