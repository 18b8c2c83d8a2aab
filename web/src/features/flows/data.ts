/** The designer's questions to the server. */

import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import { having } from "@/shared/stale";
import type { Graph } from "./types";

const one = (id: string) => ({ path: { id } });
/** A graph as the server takes it: any object; it says itself what is wrong with it. */
const plain = (graph: Graph) => graph as unknown as Record<string, unknown>;

export const paletteQuery = queryOptions({
  queryKey: ["flow-palette"],
  queryFn: ({ signal }) => take(api.GET("/api/flow-palette", { signal })),
  staleTime: 60_000,
});

export const flowsQuery = queryOptions({
  queryKey: ["config", "/api/flows"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/flows", { signal }))).items,
});

export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ["config", "/api/flows", id],
    queryFn: ({ signal }) => take(api.GET("/api/flows/{id}", { params: one(id), signal })),
    gcTime: 0, // what is drawn upon is what is published now
  });

export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: ["flow-draft", id],
    queryFn: ({ signal }) => take(api.GET("/api/flows/{id}/draft", { params: one(id), signal })),
    staleTime: Number.POSITIVE_INFINITY, // what is on the canvas is newer
    gcTime: 0,
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["config", "/api/flows", id, "versions"],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/flows/{id}/versions", { params: one(id), signal }))).items,
  });

export const compareQuery = (id: string, before: number, after: number) =>
  queryOptions({
    queryKey: ["flow-compare", id, before, after],
    queryFn: async ({ signal }) =>
      (
        await take(
          api.GET("/api/flows/{id}/compare", { params: { ...one(id), query: { before, after } }, signal }),
        )
      ).items,
    staleTime: 0,
  });

export const lintQuery = (id: string, graph: Graph) =>
  queryOptions({
    queryKey: ["flow-lint", id, graph],
    queryFn: async ({ signal }) =>
      (
        await take(
          api.POST("/api/flows/{id}/lint", { params: one(id), body: { graph: plain(graph) }, signal }),
        )
      ).items,
    gcTime: 0,
  });

export const trialQuery = (id: string, graph: Graph, steps: Record<string, unknown>[], caller: string) =>
  queryOptions({
    queryKey: ["flow-try", id, graph, steps, caller],
    queryFn: ({ signal }) =>
      take(
        api.POST("/api/flows/{id}/try", {
          params: one(id),
          body: { graph: plain(graph), steps, caller, called: "4001234567", figures: {} },
          signal,
        }),
      ),
    retry: false,
    gcTime: 0,
  });

export const trafficQuery = (id: string, since: string, until: string) =>
  queryOptions({
    queryKey: ["flow-traffic", id, since, until],
    queryFn: ({ signal }) =>
      take(api.GET("/api/flows/{id}/traffic", { params: { ...one(id), query: { since, until } }, signal })),
  });

/** Things of the project that nodes refer to. */
export const namesQuery = (path: "/api/queues" | "/api/calendars" | "/api/projects" | "/api/users") =>
  queryOptions({
    queryKey: ["config", path],
    queryFn: async ({ signal }) =>
      (await take(api.GET(path, { signal }))).items as {
        id: string;
        name: string;
        project_id?: string | null;
      }[],
  });

export const saveDraft = (id: string, graph: Graph, seen: string) =>
  take(
    api.PUT("/api/flows/{id}/draft", {
      params: { ...one(id), header: having(seen) },
      body: { graph: plain(graph) },
    }),
  );

export const dropDraft = (id: string, seen: string) =>
  take(api.DELETE("/api/flows/{id}/draft", { params: { ...one(id), header: having(seen) } }));

export const publish = (
  id: string,
  graph: Graph,
  note: string,
  reasons: Record<string, string>,
  seen: string,
) =>
  take(
    api.POST("/api/flows/{id}/versions", {
      params: { ...one(id), header: having(seen) },
      body: { graph: plain(graph), note, reasons },
    }),
  );

export const versionGraph = async (id: string, version: number): Promise<Graph> =>
  (await take(api.GET("/api/flows/{id}/versions/{version}", { params: { path: { id, version } } })))
    .graph as unknown as Graph;

export const makeFlow = (project_id: string, name: string) =>
  take(api.POST("/api/flows", { body: { project_id, name } }));
