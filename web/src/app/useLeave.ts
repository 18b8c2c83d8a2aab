import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { api, take } from "@/shared/api";
import { useReportProblem } from "@/shared/ui";
import { queryClient } from "./queries";

/** Logs out from a page that stands before everything else. */
export function useLeave(): () => void {
  const navigate = useNavigate();
  const report = useReportProblem();
  return useCallback(() => {
    const leave = async () => {
      await take(api.DELETE("/api/session"));
      queryClient.clear();
      await navigate({ to: "/login" });
    };
    void leave().catch(report);
  }, [navigate, report]);
}
