import { queryOptions } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { OwnLine } from "./line";
import type { Credentials } from "./machine";

/** Trials by telephone: whoever draws flows or brings prompts is called by this very page, or by their own telephone. */
const line = new OwnLine(async () => {
  const { sip } = await take(api.POST("/api/trial/device", { body: { device: "browser" } }));
  return sip as Credentials;
}, "trial.no_device");

export const useTrialLine = line.store;
export type TrialCall = components["schemas"]["TrialCall"];

/** Runs a verb that rings the asker, once this page can be rung. */
export const rung = <T>(verb: () => Promise<T>): Promise<T> => line.run(verb);

export const trialQuery = (on: boolean) =>
  queryOptions({
    queryKey: ["trial"],
    queryFn: ({ signal }) => take(api.GET("/api/trial", { signal })),
    enabled: on,
    refetchInterval: (query) => (query.state.data?.over ? false : 700),
    staleTime: 0,
    gcTime: 0,
  });

export const hangUp = () => take(api.DELETE("/api/trial", {}));
export const press = (digits: string) => take(api.POST("/api/trial/keys", { body: { digits } }));
export const endQueue = (how: "conversation_ended" | "timeout" | "nobody_signed_in") =>
  take(api.POST("/api/trial/queue", { body: { how } }));
