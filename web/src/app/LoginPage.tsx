import { LockOutlined, UserOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Alert, Button, Form, Input } from "antd";
import { api, type Me, take } from "@/shared/api";
import { asLocale, changeLocale, useT } from "@/shared/i18n";
import { meQuery } from "@/shared/session";
import { common } from "@/shared/texts";
import { ProblemView } from "@/shared/ui";
import { queryClient } from "./queries";
import { LanguageSwitch, ThemeSwitch } from "./Switches";
import { texts } from "./texts";
import "./login.css";

interface Credentials {
  login: string;
  password: string;
}

export function LoginPage() {
  const t = useT(texts);
  const c = useT(common);
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { next?: string; ended?: boolean };
  const login = useMutation({
    mutationFn: async (body: Credentials): Promise<Me> => {
      await take(api.POST("/api/session", { body }));
      await queryClient.resetQueries();
      return queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    },
    onSuccess: async (me) => {
      await changeLocale(asLocale(me.locale));
      await navigate({ to: search.next ?? "/", replace: true });
    },
  });

  return (
    <main className="login">
      <div className="login-corner">
        <ThemeSwitch />
        <LanguageSwitch />
      </div>
      <section className="login-card" aria-labelledby="login-title">
        <img src="/lamp.svg" alt="" width={52} height={52} />
        <h1 id="login-title">{t("login.title")}</h1>
        <p className="login-lead">{t("login.lead")}</p>
        {search.ended && !login.isError ? <Alert type="info" showIcon title={t("login.ended")} /> : null}
        {login.isError ? <ProblemView problem={login.error} /> : null}
        <Form<Credentials>
          layout="vertical"
          size="large"
          requiredMark={false}
          onFinish={(values) => login.mutate(values)}
          disabled={login.isPending}
        >
          <Form.Item
            name="login"
            label={t("login.name")}
            rules={[{ required: true, message: t("login.name.missing") }]}
          >
            <Input prefix={<UserOutlined />} autoComplete="username" autoFocus autoCapitalize="none" />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("login.password")}
            rules={[{ required: true, message: t("login.password.missing") }]}
          >
            <Input.Password prefix={<LockOutlined />} autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={login.isPending}>
            {t("login.submit")}
          </Button>
        </Form>
        <p className="login-foot">
          {c("app.name")} · {c("app.tagline")}
        </p>
      </section>
    </main>
  );
}
