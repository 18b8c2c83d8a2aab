/** What the prompts page asks of the server. */

import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import { having } from "@/shared/stale";

export type Language = "zh" | "en";
export const LANGUAGES: Language[] = ["zh", "en"];

const one = (id: string) => ({ path: { id } });

export const projectsQuery = queryOptions({
  queryKey: ["config", "/api/projects"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/projects", { signal }))).items,
});

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["prompt-versions", id],
    queryFn: ({ signal }) => take(api.GET("/api/prompts/{id}/versions", { params: one(id), signal })),
  });

export const makePrompt = (project_id: string, name: string, note: string) =>
  take(api.POST("/api/prompts", { body: { project_id, name, note } }));

export const removePrompt = (id: string) => take(api.DELETE("/api/prompts/{id}", { params: one(id) }));

export const chooseVersion = (id: string, language: Language, version: number, seen: string) =>
  take(
    api.PUT("/api/prompts/{id}/current", {
      params: { ...one(id), header: having(seen) },
      body: { language, version },
    }),
  );

/** Rings the asker's telephone to record what is said. */
export const callForPrompt = (id: string) => take(api.POST("/api/prompts/{id}/call", { params: one(id) }));

export const takeRecorded = (id: string, language: Language, says: string) =>
  take(api.POST("/api/prompts/{id}/recorded", { params: one(id), body: { language, says } }));

/** Whether the installation can speak a text by machine. */
export const synthesisQuery = queryOptions({
  queryKey: ["prompt-synthesis"],
  queryFn: ({ signal }) => take(api.GET("/api/prompt-synthesis", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const speakPrompt = (id: string, language: Language, says: string) =>
  take(api.POST("/api/prompts/{id}/synthesis", { params: one(id), body: { language, says } }));

export const bringSound = (
  id: string,
  sound: Blob,
  query: { language: Language; source: "upload" | "microphone"; says: string; file_name: string },
) =>
  take(
    api.POST("/api/prompts/{id}/versions", {
      params: { ...one(id), query },
      body: sound as unknown as string,
      bodySerializer: (body) => body as unknown as Blob,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
