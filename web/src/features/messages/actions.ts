import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "@/shared/api";
import { useReportProblem } from "@/shared/ui";

/** Acknowledging and answering the own messages; every list on show follows. */
export function useAnswering() {
  const queries = useQueryClient();
  const report = useReportProblem();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["messages"] });
  const read = useMutation({
    mutationFn: (id: string) => take(api.POST("/api/messages/{id}/read", { params: { path: { id } } })),
    onError: report,
    onSettled,
  });
  const answer = useMutation({
    mutationFn: ({ id, text }: { id: string; text: string }) =>
      take(api.POST("/api/messages/{id}/answer", { params: { path: { id } }, body: { text } })),
    onError: report,
    onSettled,
  });
  return { read, answer };
}
