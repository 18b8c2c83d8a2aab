import { Alert, App, Button } from "antd";
import { useCallback } from "react";
import { asProblem } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";

/** A problem in its place on the page: what happened, what to do, and the way to try again. */
export function ProblemView({ problem, onRetry }: { problem: unknown; onRetry?: () => void }) {
  const t = useT(common);
  const { title, remedy, code } = asProblem(problem);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={title}
      description={
        <>
          <div>{remedy}</div>
          <div style={{ opacity: 0.6, fontSize: 12, marginTop: 4 }}>{t("problem.code", { code })}</div>
        </>
      }
      action={
        onRetry ? (
          <Button size="small" onClick={onRetry}>
            {t("action.retry")}
          </Button>
        ) : undefined
      }
    />
  );
}

/** Reports the problem of an action as a notification that stays until read. */
export function useReportProblem(): (thrown: unknown) => void {
  const { notification } = App.useApp();
  return useCallback(
    (thrown) => {
      const { title, remedy, code } = asProblem(thrown);
      notification.error({ key: code, title, description: remedy, duration: 8, role: "alert" });
    },
    [notification],
  );
}
