import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, type Me, take } from "@/shared/api";

/** Who is logged in. Throws a `Problem` with status 401 when nobody is. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me> => (await take(api.GET("/api/me"))) as Me,
  staleTime: 5 * 60_000,
  retry: false,
});

export function useMe(): Me | undefined {
  return useQuery(meQuery).data;
}

/** True when the person holds any of the permissions; an empty list asks for none. */
export function permitted(me: Me | undefined, anyOf: readonly string[]): boolean {
  return me !== undefined && (anyOf.length === 0 || anyOf.some((name) => me.permissions.includes(name)));
}
