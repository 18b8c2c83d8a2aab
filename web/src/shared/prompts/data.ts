/** Prompts as every page that chooses or plays one asks for them. */

import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];
export type Prompt = Schemas["PromptShown"];
export type Voice = Schemas["PromptVersionShown"];
export type StandardPrompt = Schemas["StandardPrompt"];

/** The own prompts of a project. */
export const promptsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["prompts", projectId],
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/prompts", { params: { query: { project_id: projectId } }, signal }))).items,
  });

/** What every project has. */
export const standardQuery = queryOptions({
  queryKey: ["standard-prompts"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/standard-prompts", { signal }))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Where the sound of a version, or of a standard prompt, is. */
export const soundOf = {
  version: (promptId: string, voice: { language: string; version: number }) =>
    `/api/prompts/${promptId}/versions/${voice.language}/${voice.version}/sound`,
  standard: (prompt: { language: string; name: string }) =>
    `/api/standard-prompts/${prompt.language}/${encodeURIComponent(prompt.name)}`,
};
