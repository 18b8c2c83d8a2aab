import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { WrapForm } from "@/shared/answers";
import { type AgentState, api, type Figure, type Page, type Tier, take } from "@/shared/api";

/** Everything the desk reads over HTTP. Keys begin with "desk" so that one call refreshes them all. */

export interface Named {
  id: string;
  name: string;
}

export interface DeskContact {
  contact_id: string;
  arrived_at: string;
  ended_at: string | null;
  direction: string;
  caller: string;
  dnis: string;
  number: Named | null;
  client: Named | null;
  project: Named | null;
  queue: Named | null;
  agent: Named | null;
  customer: Named | null;
  tier: Tier | null;
  outcome: string | null;
  waited_ms: number | null;
  talked_ms: number | null;
  held_ms: number | null;
  total_ms: number | null;
  survey_score: number | null;
  reason: Named | null;
  resolved: boolean | null;
  wrapped_up: boolean;
  has_recording: boolean;
}

export interface TimelineStep {
  seq: number;
  at: string;
  offset_ms: number;
  kind: string;
  /** In the reader's language. */
  text: string;
}

export interface WrapUpRead {
  agent: Named | null;
  reason: Named | null;
  resolved: boolean | null;
  note: string;
  answers: { label: string; text: string }[];
  follow_up_at: string | null;
  submitted_at: string;
}

export interface ContactDetail extends DeskContact {
  timeline: TimelineStep[];
  recording: { stored: boolean } | null;
  wrap_up: WrapUpRead | null;
}

export interface Customer {
  id: string;
  client_id: string;
  name: string;
  phones: string[];
  tier: Tier;
  tags: string[];
  notes: string;
  address: string;
  /** The customer's own agent, whom calls wait for where the queue says so. */
  agent_id: string | null;
  agent_name: string | null;
  open_complaint: boolean;
  custom: Record<string, string | number | boolean | null>;
  /** Counts changes: sent back with one, so that nobody overwrites what they have not seen. */
  revision: number;
}

export interface StateReason {
  id: string;
  kind: "break" | "not_ready";
  name_zh: string;
  name_en: string;
  limit_min: number | null;
}

export interface WrapReason {
  id: string;
  project_id: string;
  parent_id: string | null;
  name_zh: string;
  name_en: string;
  sort: number;
}

export const todayQuery = queryOptions({
  queryKey: ["desk", "today"],
  queryFn: async () => (await take(api.GET("/api/desk/today"))) as { figures: Figure[] },
  refetchInterval: 60_000,
});

/** The agent's own contacts, newest first, fifty at a time. */
export const contactsQuery = infiniteQueryOptions({
  queryKey: ["desk", "contacts"],
  initialPageParam: null as string | null,
  queryFn: async ({ pageParam }) =>
    (await take(
      api.GET("/api/desk/contacts", { params: { query: pageParam ? { cursor: pageParam } : {} } }),
    )) as Page<DeskContact>,
  getNextPageParam: (page) => page.next,
});

export const contactQuery = (contactId: string) =>
  queryOptions({
    queryKey: ["desk", "contact", contactId],
    queryFn: async () =>
      (await take(
        api.GET("/api/contacts/{contact_id}", { params: { path: { contact_id: contactId } } }),
      )) as ContactDetail,
    staleTime: 2000,
    // The recording is stored a moment after the call; look again until it can be played.
    refetchInterval: ({ state }) => (state.data?.recording && !state.data.recording.stored ? 4000 : false),
  });

export const customerQuery = (customerId: string) =>
  queryOptions({
    queryKey: ["desk", "customer", customerId],
    queryFn: async () =>
      (await take(api.GET("/api/customers/{id}", { params: { path: { id: customerId } } }))) as Customer,
    staleTime: 60_000,
  });

/** Earlier contacts of a customer, or of who calls in this contact, at the client called; newest first. */
export const historyQuery = (contactId: string, caller: string, customerId: string | null) =>
  queryOptions({
    queryKey: ["desk", "history", customerId ?? contactId],
    queryFn: async () =>
      (await take(
        api.GET("/api/contacts", {
          params: {
            query: { ...(customerId ? { customer: customerId } : { contact: contactId }), limit: 10 },
          },
        }),
      )) as Page<DeskContact>,
    staleTime: 30_000,
    enabled: caller !== "" || customerId !== null,
  });

/** What is still to be done for who calls, at the client called. The key begins with "work": a live message of
 * that name refreshes it. */
export const openWorkQuery = (projectId: string | null, caller: string, customerId: string | null) =>
  queryOptions({
    queryKey: ["work", "of-customer", projectId, caller, customerId],
    queryFn: async () =>
      await take(
        api.GET("/api/work/of-customer", {
          params: {
            query: { project: projectId ?? "", caller, ...(customerId ? { customer: customerId } : {}) },
          },
        }),
      ),
    staleTime: 30_000,
    enabled: projectId !== null && (caller !== "" || customerId !== null),
  });

export interface TargetAgent {
  agent_id: string;
  agent_no: string;
  name: string;
  department: string;
  state: AgentState;
  since: string;
}

export interface TargetQueue {
  queue_id: string;
  name: string;
  project_name: string | null;
  waiting: number;
  signed_in: number;
  ready: number;
}

export interface TargetFlow {
  flow_id: string;
  name: string;
}

export interface Targets {
  agents: TargetAgent[];
  queues: TargetQueue[];
  flows: TargetFlow[];
  /** Numbers outside may be called. */
  outside: boolean;
}

export interface ShownNumber {
  number_id: string;
  number: string;
  label: string;
  project_id: string;
  project_name: string;
}

/** What may be shown when calling out; the first when nothing is chosen. */
export const mayDialQuery = queryOptions({
  queryKey: ["desk-dial"],
  queryFn: async () =>
    (await take(api.GET("/api/desk/dial"))) as { outside: boolean; numbers: ShownNumber[] },
  staleTime: 10_000,
});

/** Whom the caller could be passed on to; read again while the panel is open, since states change. */
export const targetsQuery = queryOptions({
  queryKey: ["desk-targets"],
  queryFn: async () => (await take(api.GET("/api/desk/targets"))) as Targets,
  staleTime: 0,
  refetchInterval: 2000,
});

/** Everybody the agent may call; read again while the list is open, since states change. */
export const colleaguesQuery = queryOptions({
  queryKey: ["desk-colleagues"],
  queryFn: async () => (await take(api.GET("/api/desk/colleagues"))) as { agents: TargetAgent[] },
  staleTime: 0,
  refetchInterval: 2000,
});

export const stateReasonsQuery = queryOptions({
  queryKey: ["desk", "state-reasons"],
  queryFn: async () => (await take(api.GET("/api/state-reasons"))) as Page<StateReason>,
  staleTime: 10 * 60_000,
});

/** The project's own form, as it is filled in from now on. */
export const wrapFormQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["desk", "wrap-form", projectId],
    queryFn: async () =>
      (await take(api.GET("/api/wrap-forms/{id}", { params: { path: { id: projectId } } }))) as WrapForm,
    staleTime: 60_000,
  });

export const wrapReasonsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["desk", "wrap-reasons", projectId],
    queryFn: async () =>
      (await take(
        api.GET("/api/wrap-reasons", { params: { query: { project_id: projectId } } }),
      )) as Page<WrapReason>,
    staleTime: 10 * 60_000,
  });
