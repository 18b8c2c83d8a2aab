import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { SetUp } from "@/features/account/SetUp";
import { api, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { meQuery } from "@/shared/session";
import { useReportProblem } from "@/shared/ui";
import { queryClient } from "./queries";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import { texts } from "./texts";
import "./login.css";

/** Stands before everything else for who must have a second factor and has none yet. */
export function EnrolPage() {
  const t = useT(texts);
  const navigate = useNavigate();
  const report = useReportProblem();
  const { next } = useSearch({ strict: false }) as { next?: string };
  const enter = async () => {
    await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    await navigate({ to: next ?? "/", replace: true });
  };
  const leave = async () => {
    try {
      await take(api.DELETE("/api/session"));
      queryClient.clear();
      await navigate({ to: "/login" });
    } catch (thrown) {
      report(thrown);
    }
  };
  return (
    <main className="login">
      <div className="login-corner">
        <ThemeSwitch />
        <LanguageSwitch />
      </div>
      <section className="login-card" aria-labelledby="enrol-title">
        <h1 id="enrol-title">{t("enrol.title")}</h1>
        <p className="login-lead">{t("enrol.lead")}</p>
        <SetUp askPassword={false} onDone={() => void enter().catch(report)} />
        <Button type="text" onClick={() => void leave()}>
          {t("menu.signout")}
        </Button>
      </section>
    </main>
  );
}
