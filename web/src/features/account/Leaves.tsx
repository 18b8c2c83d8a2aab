import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tag } from "antd";
import { api, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { useReportProblem } from "@/shared/ui";
import { texts } from "./texts";
import "./account.css";

const KEY = ["password-leaves"];

/** Passwords that a second person must agree to: those that wait for one, and one's own wishes. */
export function Leaves() {
  const t = useT(texts);
  const f = useFormat();
  const me = useMe();
  const cache = useQueryClient();
  const report = useReportProblem();
  const { message } = App.useApp();
  const holds = permitted(me, ["people", "config", "audit"]);
  const leaves = useQuery({
    queryKey: KEY,
    enabled: holds,
    queryFn: async ({ signal }) => (await take(api.GET("/api/password-leaves", { signal }))).items,
  });
  const decide = useMutation({
    mutationFn: ({ id, given }: { id: string; given: boolean }) =>
      take(api.POST("/api/password-leaves/{id}", { params: { path: { id } }, body: { given } })),
    onSuccess: (_, { given }) => void message.success(t(given ? "leaves.given" : "leaves.refused")),
    onError: report,
    onSettled: () => cache.invalidateQueries({ queryKey: KEY }),
  });
  const shown = leaves.data?.filter((leave) => leave.may_decide || leave.mine) ?? [];
  if (shown.length === 0) return null;
  return (
    <section className="account-card" aria-labelledby="leaves-title">
      <h2 id="leaves-title">{t("leaves.title")}</h2>
      <p>{t("leaves.lead")}</p>
      <ul className="account-keys">
        {shown.map((leave) => (
          <li key={leave.id}>
            <div>
              <b translate="no">{t("leaves.one", { by: leave.asked_by, user: leave.user })}</b>
              <div className="dim">
                {t("leaves.when", { at: f.moment(leave.asked_at), until: f.moment(leave.expires_at) })}
              </div>
            </div>
            {leave.may_decide ? (
              <>
                <Button
                  type="primary"
                  loading={decide.isPending}
                  aria-label={`${t("leaves.give")} ${leave.user}`}
                  onClick={() => decide.mutate({ id: leave.id, given: true })}
                >
                  {t("leaves.give")}
                </Button>
                <Button
                  disabled={decide.isPending}
                  aria-label={`${t("leaves.refuse")} ${leave.user}`}
                  onClick={() => decide.mutate({ id: leave.id, given: false })}
                >
                  {t("leaves.refuse")}
                </Button>
              </>
            ) : (
              <Tag color={leave.state === "given" ? "success" : "processing"}>
                {leave.state === "given"
                  ? t("leaves.state.given", { by: leave.decided_by })
                  : t("leaves.state.wanted")}
              </Tag>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
