import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import { having } from "@/shared/stale";
import type { Project, Queue } from "../types";

/** Everything an administrator sets up has an id and lives below one path. */
export interface Row {
  id: string;
  /** Another one after each change: what is sent back says what the page had seen. */
  revision?: string;
}

/** A list that is changed as a whole. */
export interface Whole<R> {
  items: R[];
  revision: string;
}

type Answer = Promise<{ data?: unknown; error?: unknown; response: Response }>;
interface Loose {
  GET(path: string, init?: object): Answer;
  POST(path: string, init?: object): Answer;
  PUT(path: string, init?: object): Answer;
  PATCH(path: string, init?: object): Answer;
  DELETE(path: string, init?: object): Answer;
}

/** The client without its path types: one editor serves every kind of thing, so its path is a value. */
const loose = api as unknown as Loose;

const one = (id: string) => ({ params: { path: { id } } });

export const call = {
  list: async <R>(path: string, query: Record<string, string> = {}, signal?: AbortSignal): Promise<R[]> =>
    ((await take(loose.GET(path, { params: { query }, signal }))) as { items: R[] }).items,
  read: async <R>(path: string, signal?: AbortSignal): Promise<R> =>
    (await take(loose.GET(path, { signal }))) as R,
  make: async <R>(path: string, body: object, seen = ""): Promise<R> =>
    (await take(loose.POST(path, { body, headers: having(seen) }))) as R,
  change: async <R>(path: string, id: string, body: object, seen = ""): Promise<R> =>
    (await take(loose.PATCH(`${path}/{id}`, { ...one(id), body, headers: having(seen) }))) as R,
  /** A list that is changed as a whole, below the thing of that id. */
  whole: async <R>(path: string, id: string): Promise<Whole<R>> =>
    (await take(loose.GET(path, one(id)))) as Whole<R>,
  put: async <R>(path: string, id: string, body: unknown, seen: string): Promise<Whole<R>> =>
    (await take(loose.PUT(path, { ...one(id), body, headers: having(seen) }))) as Whole<R>,
  set: async <R>(path: string, body: object, seen = ""): Promise<R> =>
    (await take(loose.PUT(path, { body, headers: having(seen) }))) as R,
  act: async <R>(path: string, id: string, body: object): Promise<R> =>
    (await take(loose.POST(path, { ...one(id), body }))) as R,
  drop: async (path: string, id: string): Promise<unknown> => take(loose.DELETE(path, one(id))),
  retire: async (path: string, id: string): Promise<void> => {
    await take(loose.DELETE(`${path}/{id}`, one(id)));
  },
};

export function listQuery<R>(path: string) {
  return queryOptions({
    queryKey: ["config", path],
    queryFn: ({ signal }) => call.list<R>(path, {}, signal),
  });
}

/** The list of one kind of thing. */
export function useList<R extends Row>(path: string) {
  return useQuery(listQuery<R>(path));
}

/** Choices of a select: every thing of a kind by its name. */
export function useChoices<R extends Row>(path: string, label: (row: R) => string, enabled = true) {
  const { data, isPending, error, refetch } = useQuery({ ...listQuery<R>(path), enabled });
  return {
    loading: isPending,
    /** Why there are none, if they could not be read. */
    problem: data === undefined ? error : null,
    refetch,
    rows: data ?? [],
    options: (data ?? []).map((row) => ({ value: row.id, label: label(row) })),
    name: (id: string | null | undefined) => {
      const row = id ? data?.find((each) => each.id === id) : undefined;
      return row ? label(row) : undefined;
    },
  };
}

/** Queues by name and project: two projects may have a queue of the same name. */
export function useQueues() {
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  return useChoices<Queue>("/api/queues", (row) =>
    [row.name, projects.name(row.project_id)].filter(Boolean).join(" · "),
  );
}

/** Makes or changes a thing; the list then shows what the server answered, never what was hoped for. */
export function useSave<R extends Row>(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body, seen }: { id: string | null; body: object; seen?: string | undefined }) =>
      id === null ? call.make<R>(path, body) : call.change<R>(path, id, body, seen),
    onSuccess: (saved) => {
      client.setQueryData(listQuery<R>(path).queryKey, (known: R[] | undefined) =>
        known?.some((row) => row.id === saved.id)
          ? known.map((row) => (row.id === saved.id ? saved : row))
          : known && [...known, saved],
      );
      // Names of this thing stand in other lists too.
      void client.invalidateQueries({ queryKey: ["config"] });
      void client.invalidateQueries({ queryKey: ["state-reasons"] });
    },
  });
}

export function useRetire(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call.retire(path, id),
    onSuccess: () => client.invalidateQueries({ queryKey: ["config"] }),
  });
}

/** Kinds whose changes the audit log can take back, by path. */
const KINDS: Record<string, string> = {
  "/api/alarm-rules": "alarm_rule",
  "/api/clients": "client",
  "/api/teams": "team",
  "/api/text-gateways": "text_gateway",
  "/api/projects": "project",
  "/api/skills": "skill",
  "/api/queues": "queue",
  "/api/state-reasons": "state_reason",
  "/api/wrap-reasons": "wrap_reason",
  "/api/trunks": "trunk",
  "/api/numbers": "number",
  "/api/do-not-call": "do_not_call",
  "/api/calendars": "calendar",
};

/** What was changed, for taking it back; nothing where that is not kept. */
export function changedAt(path: string, id: string): { kind: string; id: string } | undefined {
  const kind = KINDS[path];
  return kind ? { kind, id } : undefined;
}
