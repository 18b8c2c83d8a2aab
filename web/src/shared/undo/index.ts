import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { api, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { useReportProblem } from "@/shared/ui";
import { texts } from "./texts";

export interface Change {
  object_kind: string;
  object_id: string;
  /** The entry of the audit log; without it the thing's last change, if it is one's own. */
  entry_id?: string;
}

/** Takes the last change of a thing back, and says so. */
export function useUndo(): (change: Change) => void {
  const t = useT(texts);
  const client = useQueryClient();
  const report = useReportProblem();
  const { message } = App.useApp();
  const { mutate } = useMutation({
    mutationFn: (change: Change) => take(api.POST("/api/audit/undo", { body: change })),
    onSuccess: ({ object_name: name }) => {
      void message.success(t("undone", { name }));
      for (const key of ["config", "audit", "state-reasons"])
        void client.invalidateQueries({ queryKey: [key] });
    },
    onError: report,
  });
  return mutate;
}
