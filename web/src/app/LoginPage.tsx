import { KeyOutlined, LockOutlined, LoginOutlined, SafetyOutlined, UserOutlined } from "@ant-design/icons";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { api, asProblem, type Me, take } from "@/shared/api";
import { asLocale, changeLocale, useT } from "@/shared/i18n";
import { type Credential, passkeysAble, showPasskey } from "@/shared/passkeys";
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
  code?: string;
  passkey?: Credential;
}

/** What a passkey is asked to sign; null when the person gave up. */
async function askPasskey(): Promise<Credential | null> {
  const { options } = await take(api.POST("/api/session/passkey/options"));
  return showPasskey(options);
}

/** A passkey alone; or name and password and then, for those who have a second factor, its code or a passkey. */
export function LoginPage() {
  const t = useT(texts);
  const c = useT(common);
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as {
    next?: string;
    ended?: boolean;
    refused?: string;
  };
  /** What was typed and right, while the code is asked for. */
  const [known, setKnown] = useState<Credentials | null>(null);
  /** Whether a passkey would do in place of the code. */
  const [keyed, setKeyed] = useState(false);
  const entered = async (me: Me) => {
    await changeLocale(asLocale(me.locale));
    await navigate({ to: search.next ?? "/", replace: true });
  };
  const login = useMutation({
    mutationFn: async (body: Credentials): Promise<Me> => {
      await take(api.POST("/api/session", { body: { code: "", ...body } }));
      await queryClient.resetQueries();
      return queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    },
    onSuccess: entered,
    onError: (thrown, body) => {
      const { code, params } = asProblem(thrown);
      if (code !== "login.code_needed") return;
      setKnown(body);
      setKeyed(params.passkey === true && passkeysAble());
    },
  });
  const byKey = useMutation({
    mutationFn: async (): Promise<Me | null> => {
      const credential = await askPasskey();
      if (!credential) return null;
      await take(api.POST("/api/session/passkey", { body: { credential } }));
      await queryClient.resetQueries();
      return queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
    },
    onSuccess: async (me) => {
      if (me) await entered(me);
    },
  });
  const besides = useMutation({
    mutationFn: askPasskey,
    onSuccess: (passkey) => {
      if (passkey && known) login.mutate({ login: known.login, password: known.password, passkey });
    },
  });
  const asked = login.isError && asProblem(login.error).code === "login.code_needed";
  const problem = login.isError && !asked ? login.error : (byKey.error ?? besides.error);

  return (
    <main className="login">
      <div className="login-corner">
        <ThemeSwitch />
        <LanguageSwitch />
      </div>
      <section className="login-card" aria-labelledby="login-title">
        <img src="/lamp.svg" alt="" width={52} height={52} />
        <h1 id="login-title">{t("login.title")}</h1>
        <p className="login-lead">{t(known ? "login.code.lead" : "login.lead")}</p>
        {search.ended && !login.isError ? <Alert type="info" showIcon title={t("login.ended")} /> : null}
        {search.refused && !login.isError && !known ? <ProviderRefusal code={search.refused} /> : null}
        {problem ? <ProblemView problem={problem} /> : null}
        {!problem && (byKey.data === null || besides.data === null) ? (
          <Alert type="warning" showIcon role="alert" title={t("login.passkey.given_up")} />
        ) : null}
        {known ? (
          <CodeForm
            pending={login.isPending}
            onCode={(code) => login.mutate({ login: known.login, password: known.password, code })}
            onKey={keyed ? () => besides.mutate() : undefined}
            onBack={() => {
              setKnown(null);
              login.reset();
            }}
          />
        ) : (
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
        )}
        {known ? null : <PasskeyButton pending={byKey.isPending} onKey={() => byKey.mutate()} />}
        {known ? null : <ProviderButton next={search.next ?? "/"} />}
        <p className="login-foot">
          {c("app.name")} · {c("app.tagline")}
        </p>
      </section>
    </main>
  );
}

/** The way by a passkey, where this address can have them. */
function PasskeyButton({ pending, onKey }: { pending: boolean; onKey: () => void }) {
  const t = useT(texts);
  const way = useQuery({
    queryKey: ["passkey-way"],
    queryFn: ({ signal }) => take(api.GET("/api/session/passkey", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!way.data?.here || !passkeysAble()) return null;
  return (
    <Button size="large" block icon={<KeyOutlined />} loading={pending} onClick={onKey}>
      {t("login.passkey")}
    </Button>
  );
}

/** The way by the company's provider, where there is one. */
function ProviderButton({ next }: { next: string }) {
  const t = useT(texts);
  const way = useQuery({
    queryKey: ["oidc"],
    queryFn: ({ signal }) => take(api.GET("/api/oidc", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!way.data?.name) return null;
  return (
    <Button
      size="large"
      block
      icon={<LoginOutlined />}
      href={`/api/oidc/start?${new URLSearchParams({ next })}`}
    >
      {t("login.provider", { name: way.data.name })}
    </Button>
  );
}

function ProviderRefusal({ code }: { code: string }) {
  const t = useT(texts);
  const why = code === "oidc.unknown" ? "unknown" : code === "oidc.unavailable" ? "unavailable" : "failed";
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t(`oidc.${why}.title`)}
      description={t(`oidc.${why}.remedy`)}
    />
  );
}

function CodeForm({
  pending,
  onCode,
  onKey,
  onBack,
}: {
  pending: boolean;
  onCode: (code: string) => void;
  onKey: (() => void) | undefined;
  onBack: () => void;
}) {
  const t = useT(texts);
  return (
    <Form
      layout="vertical"
      size="large"
      requiredMark={false}
      onFinish={({ code }: { code: string }) => onCode(code)}
    >
      <Form.Item
        name="code"
        label={t("login.code")}
        extra={t("login.code.lost")}
        rules={[{ required: true, whitespace: true, message: t("login.code.missing") }]}
      >
        <Input
          prefix={<SafetyOutlined />}
          autoComplete="one-time-code"
          autoCapitalize="characters"
          maxLength={20}
          autoFocus
        />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={pending}>
        {t("login.submit")}
      </Button>
      {onKey ? (
        <Button block icon={<KeyOutlined />} onClick={onKey} disabled={pending} className="login-key">
          {t("login.code.passkey")}
        </Button>
      ) : null}
      <Button type="text" block onClick={onBack} disabled={pending}>
        {t("login.back")}
      </Button>
    </Form>
  );
}
