import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useT } from "@/shared/i18n";
import { useReportProblem } from "@/shared/ui";
import { call, listQuery } from "../kit/api";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { User } from "../types";

/** Asks, and then forgets a person's second factor: telephone and recovery codes are lost. */
export function useFactorReset(): (user: User) => void {
  const t = useT(texts);
  const done = useDone();
  const report = useReportProblem();
  const cache = useQueryClient();
  const { modal } = App.useApp();
  return (user) =>
    void modal.confirm({
      title: t("factor.title", { name: user.name }),
      content: t("factor.content"),
      okText: t("factor.reset"),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await call.drop("/api/users/{id}/second-factor", user.id);
          await cache.invalidateQueries({ queryKey: listQuery("/api/users").queryKey });
          done(t("factor.done", { name: user.name }));
        } catch (thrown) {
          report(thrown);
        }
      },
    });
}
