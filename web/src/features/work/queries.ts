import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type Tier, take } from "@/shared/api";
import type { Kind, List, Search } from "./search";

/** Keys begin with "work": a live message of that name refreshes them all. */

export interface Named {
  id: string;
  name: string;
}

export interface WorkItem {
  id: string;
  kind: Kind;
  why: string;
  state: "open" | "taken" | "done";
  contact_id: string;
  caller: string;
  customer: Named | null;
  tier: Tier | null;
  client: Named | null;
  project: Named | null;
  queue: Named | null;
  agent: Named | null;
  mine: boolean;
  calls: number;
  length_ms: number | null;
  opened_at: string;
  last_at: string;
  due_at: string | null;
  taken_at: string | null;
  done_at: string | null;
  outcome: string | null;
  note: string;
  promise: string;
}

export interface WorkStep {
  at: string;
  kind: "opened" | "repeated" | "taken" | "given_back" | "done";
  agent: Named | null;
  by: Named | null;
  detail: string;
}

export interface WorkDetail extends WorkItem {
  history: WorkStep[];
}

export interface Tally {
  open: number;
  mine: number;
  due: number;
}

export interface Callback {
  contact_id: string;
  stands: "in_line" | "asleep" | "calling" | null;
  position: number | null;
  kept_at: string;
  expires_at: string;
  not_before: string | null;
  attempts: number;
  caller: string;
  customer: Named | null;
  project: Named | null;
  queue: Named | null;
}

interface Page<T> {
  items: T[];
  next: string | null;
}

const STATES = { open: "open", mine: "taken", taken: "taken", done: "done" } as const;

export const tallyQuery = queryOptions({
  queryKey: ["work", "tally"],
  queryFn: async () => (await take(api.GET("/api/work/tally"))) as Tally,
  refetchInterval: 60_000,
});

export const listQuery = (list: Exclude<List, "callbacks">, search: Search) =>
  infiniteQueryOptions({
    queryKey: ["work", "list", list, search.kind, search.queue],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      (await take(
        api.GET("/api/work", {
          params: {
            query: {
              state: STATES[list],
              mine: list === "mine",
              ...(search.kind ? { kind: search.kind } : {}),
              ...(search.queue ? { queue: search.queue } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      )) as Page<WorkItem>,
    getNextPageParam: (page) => page.next,
  });

export const itemQuery = (id: string) =>
  queryOptions({
    queryKey: ["work", "item", id],
    queryFn: async () => (await take(api.GET("/api/work/{id}", { params: { path: { id } } }))) as WorkDetail,
  });

/** Places move as calls go on, and nobody tells: read again while on show. */
export const callbacksQuery = infiniteQueryOptions({
  queryKey: ["work", "callbacks"],
  initialPageParam: null as string | null,
  queryFn: async ({ pageParam }) =>
    (await take(
      api.GET("/api/callbacks", {
        params: { query: { state: "open", ...(pageParam ? { cursor: pageParam } : {}) } },
      }),
    )) as Page<Callback>,
  getNextPageParam: (page) => page.next,
  refetchInterval: 5000,
});

export const agentsQuery = queryOptions({
  queryKey: ["work-agents"],
  queryFn: async () =>
    (await take(api.GET("/api/users", { params: { query: { role: "agent" } } }))) as {
      items: { id: string; name: string; agent_no: string | null; active: boolean }[];
    },
  staleTime: 60_000,
});
