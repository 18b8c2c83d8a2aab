import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import dayjs from "dayjs";
import { api, type Page, take } from "@/shared/api";
import type { Locale } from "@/shared/i18n";
import type { Decision, WhyNotOffer } from "@/shared/why";
import { apiQuery, type Search } from "./search";
import type { ContactDetail, ContactItem, Named } from "./types";

/** The texts in the answers are in the reader's language, so the language is part of every key. */
export function contactsQuery(search: Search, locale: Locale) {
  return infiniteQueryOptions({
    queryKey: ["contacts", "list", locale, search],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }): Promise<Page<ContactItem>> =>
      (await take(
        api.GET("/api/contacts", {
          params: { query: { ...apiQuery(search, dayjs()), ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      )) as Page<ContactItem>,
    getNextPageParam: (page) => page.next,
  });
}

export function contactQuery(id: string, locale: Locale) {
  return queryOptions({
    queryKey: ["contacts", id, "detail", locale],
    queryFn: async ({ signal }): Promise<ContactDetail> =>
      (await take(
        api.GET("/api/contacts/{contact_id}", { params: { path: { contact_id: id } }, signal }),
      )) as ContactDetail,
    // A contact that goes on, or whose recording is being stored, is looked at again.
    refetchInterval: ({ state }) => {
      const contact = state.data;
      if (!contact) return false;
      if (contact.ended_at === null) return 2000;
      return contact.recording && !contact.recording.stored ? 5000 : false;
    },
  });
}

export function whyQuery(id: string, locale: Locale) {
  return queryOptions({
    queryKey: ["contacts", id, "why", locale],
    queryFn: async ({ signal }): Promise<Decision[]> => {
      const answer = (await take(
        api.GET("/api/contacts/{contact_id}/why", { params: { path: { contact_id: id } }, signal }),
      )) as { decisions: Decision[] };
      return answer.decisions;
    },
  });
}

export function whyNotQuery(id: string, agentId: string | null, locale: Locale) {
  return queryOptions({
    queryKey: ["contacts", id, "why", agentId, locale],
    queryFn: async ({ signal }): Promise<WhyNotOffer[]> => {
      const answer = (await take(
        api.GET("/api/contacts/{contact_id}/why/{agent_id}", {
          params: { path: { contact_id: id, agent_id: agentId ?? "" } },
          signal,
        }),
      )) as { offers: WhyNotOffer[] };
      return answer.offers;
    },
    enabled: agentId !== null,
  });
}

/** Agents to ask about. */
export const agentsQuery = queryOptions({
  queryKey: ["contacts", "agents"],
  queryFn: async ({ signal }): Promise<Named[]> => {
    const { items } = (await take(
      api.GET("/api/users", { params: { query: { role: "agent" } }, signal }),
    )) as Page<{ id: string; agent_no: string | null; name: string }>;
    return items.map(({ id, agent_no, name }) => ({ id, name: agent_no ? `${name} ${agent_no}` : name }));
  },
  staleTime: 60_000,
});

export interface Choices {
  queues: Named[];
  agents: Named[];
}

/** Queues and agents to search by: whatever the board's day tells of, so that nobody needs more rights. */
export const filtersQuery = queryOptions({
  queryKey: ["contacts", "filters"],
  queryFn: async ({ signal }): Promise<Choices> => {
    const day = (await take(
      api.GET("/api/board/figures", { params: { query: { agents: true } }, signal }),
    )) as {
      queues: { queue_id: string; name: string; project_name: string }[];
      agents: { agent_id: string; agent_no: string | null; name: string }[] | null;
    };
    return {
      queues: day.queues.map(({ queue_id, name, project_name }) => ({
        id: queue_id,
        name: `${name} · ${project_name}`,
      })),
      agents: (day.agents ?? []).map(({ agent_id, agent_no, name }) => ({
        id: agent_id,
        name: agent_no ? `${name} ${agent_no}` : name,
      })),
    };
  },
  staleTime: 60_000,
  retry: false,
});
