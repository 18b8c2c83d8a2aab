import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/shared/api";

/** Retries what may heal by itself (network, server starting); never a refusal. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
    },
    mutations: { retry: false },
  },
});
