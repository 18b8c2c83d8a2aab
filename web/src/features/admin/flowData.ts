import { queryOptions } from "@tanstack/react-query";
import { call } from "./kit/api";
import type { FlowVersion, FlowWhole } from "./types";

const PATH = "/api/flows";

/** Below the lists' key: a change anywhere in the configuration makes these old too. */
export const flowQuery = (id: string) =>
  queryOptions({
    queryKey: ["config", PATH, id],
    queryFn: ({ signal }) => call.read<FlowWhole>(`${PATH}/${id}`, signal),
  });

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["config", PATH, id, "versions"],
    queryFn: ({ signal }) => call.list<FlowVersion>(`${PATH}/${id}/versions`, {}, signal),
  });

/** A version never changes. */
export const versionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["flow-version", id, version],
    queryFn: ({ signal }) =>
      call.read<FlowVersion & Required<Pick<FlowWhole, "graph">>>(
        `${PATH}/${id}/versions/${version}`,
        signal,
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const publish = (id: string, graph: object, note: string): Promise<FlowWhole> =>
  call.act<FlowWhole>(`${PATH}/{id}/versions`, id, { graph, note });
