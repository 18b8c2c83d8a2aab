import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { OwnPassword } from "@/features/account/OwnPassword";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { meQuery, useMe } from "@/shared/session";
import { useReportProblem } from "@/shared/ui";
import { queryClient } from "./queries";
import { texts } from "./texts";
import { useLeave } from "./useLeave";
import "./login.css";

/** Stands before everything else for whose password somebody else set. */
export function RenewPage() {
  const t = useT(texts);
  const f = useFormat();
  const me = useMe();
  const navigate = useNavigate();
  const report = useReportProblem();
  const leave = useLeave();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const enter = async () => {
    await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    await navigate({ to: next ?? "/", replace: true });
  };
  return (
    <main className="login">
      <section className="login-card" aria-labelledby="renew-title">
        <h1 id="renew-title">{t("renew.title")}</h1>
        {me?.password_set ? (
          <p className="login-lead">
            {t("renew.lead", { by: me.password_set.by, at: f.moment(me.password_set.at) })}
          </p>
        ) : null}
        {me ? <OwnPassword me={me} onDone={() => void enter().catch(report)} /> : null}
        <Button type="text" onClick={leave}>
          {t("menu.signout")}
        </Button>
      </section>
    </main>
  );
}
