import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/shared/api";

/** How much waits for one's own eyes. Nothing is pushed: it is looked at now and then. */
export const toBeSeenQuery = queryOptions({
  queryKey: ["audit", "to-be-seen"],
  queryFn: async ({ signal }) => (await take(api.GET("/api/audit/to-be-seen", { signal }))).count,
  refetchInterval: 60_000,
  staleTime: 0,
});

/** Puts down that one has seen entries. */
export function useSee() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (entries: string[]) => take(api.POST("/api/audit/seen", { body: { entries } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["audit"] }),
  });
}
