import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import dayjs from "dayjs";
import { api, type Page, take } from "@/shared/api";
import { currentLocale, type Locale } from "@/shared/i18n";
import type { Decision, WhyNotOffer } from "@/shared/why";
import type { Column } from "./columns";
import { apiQuery, type Conditions, type Period, type Search } from "./search";
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

/** The columns this person chose, null before any were. */
export const columnsQuery = queryOptions({
  queryKey: ["contacts", "columns"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/history-columns", { signal }))).columns,
  staleTime: Number.POSITIVE_INFINITY,
});

export const keepColumns = (columns: readonly Column[]) =>
  take(api.PUT("/api/history-columns", { body: { columns: [...columns] } }));

export type Things = Record<"team" | "client" | "project" | "number" | "flow" | "reason", Named[]>;

/** What there is to search by, beside queues and agents. */
export const thingsQuery = queryOptions({
  queryKey: ["contacts", "things"],
  queryFn: async ({ signal }): Promise<Things> => {
    const [teams, clients, projects, numbers, flows, reasons] = await Promise.all([
      take(api.GET("/api/teams", { signal })),
      take(api.GET("/api/clients", { signal })),
      take(api.GET("/api/projects", { signal })),
      take(api.GET("/api/numbers", { signal })),
      take(api.GET("/api/flows", { signal })),
      take(api.GET("/api/wrap-reasons", { signal })),
    ]);
    const project = new Map(projects.items.map(({ id, name }) => [id, name]));
    const within = (name: string, id: string) => [name, project.get(id)].filter(Boolean).join(" · ");
    return {
      team: teams.items.map(({ id, name }) => ({ id, name })),
      client: clients.items.map(({ id, short_name }) => ({ id, name: short_name })),
      project: projects.items.map(({ id, name }) => ({ id, name })),
      number: numbers.items.map(({ id, label, e164 }) => ({ id, name: `${label} ${e164}` })),
      flow: flows.items.map(({ id, name, project_id }) => ({ id, name: within(name, project_id) })),
      reason: reasons.items.map((one) => ({
        id: one.id,
        name: within(currentLocale() === "zh" ? one.name_zh : one.name_en, one.project_id),
      })),
    };
  },
  staleTime: 60_000,
});

export interface SavedSearch {
  id: string;
  name: string;
  owner_name: string;
  own: boolean;
  search: object;
  period: Period;
  columns: string[];
  roles: string[];
  departments: string[];
}

export const savedQuery = queryOptions({
  queryKey: ["contacts", "saved"],
  queryFn: async ({ signal }) =>
    (await take(api.GET("/api/saved-searches", { signal }))) as {
      items: SavedSearch[];
      departments: string[];
    },
});

export interface SavedBody {
  name: string;
  search: Conditions | object;
  period: Period;
  columns: readonly string[] | null;
  roles: string[];
  departments: string[];
}

/** Keeps a search under a name; with an id, changes that one. */
export const keepSearch = (id: string | null, body: SavedBody) =>
  id === null
    ? take(api.POST("/api/saved-searches", { body: body as never }))
    : take(api.PUT("/api/saved-searches/{id}", { params: { path: { id } }, body: body as never }));

export const forgetSearch = (id: string) =>
  take(api.DELETE("/api/saved-searches/{id}", { params: { path: { id } } }));
