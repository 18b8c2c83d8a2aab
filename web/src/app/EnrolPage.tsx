import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { AddPasskey, usePasskeysHere } from "@/features/account/Passkeys";
import { SetUp } from "@/features/account/SetUp";
import { useT } from "@/shared/i18n";
import { meQuery } from "@/shared/session";
import { useReportProblem } from "@/shared/ui";
import { queryClient } from "./queries";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import { texts } from "./texts";
import { useLeave } from "./useLeave";
import "./login.css";

/** Stands before everything else for who must have a second factor and has none yet. */
export function EnrolPage() {
  const t = useT(texts);
  const navigate = useNavigate();
  const report = useReportProblem();
  const leave = useLeave();
  const here = usePasskeysHere();
  const [byKey, setByKey] = useState(false);
  const { next } = useSearch({ strict: false }) as { next?: string };
  const enter = async () => {
    await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    await navigate({ to: next ?? "/", replace: true });
  };
  const done = () => void enter().catch(report);
  return (
    <main className="login">
      <div className="login-corner">
        <ThemeSwitch />
        <LanguageSwitch />
      </div>
      <section className="login-card" aria-labelledby="enrol-title">
        <h1 id="enrol-title">{t("enrol.title")}</h1>
        <p className="login-lead">{t("enrol.lead")}</p>
        {byKey ? (
          <AddPasskey askPassword={false} onDone={done} />
        ) : (
          <SetUp askPassword={false} onDone={done} />
        )}
        {here ? (
          <Button type="link" onClick={() => setByKey(!byKey)}>
            {t(byKey ? "enrol.app" : "enrol.passkey")}
          </Button>
        ) : null}
        <Button type="text" onClick={leave}>
          {t("menu.signout")}
        </Button>
      </section>
    </main>
  );
}
