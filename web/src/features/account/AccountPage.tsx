import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Tag } from "antd";
import { useState } from "react";
import { api, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { QueryView } from "@/shared/ui";
import { Leaves } from "./Leaves";
import { Mobile } from "./Mobile";
import { OwnPassword } from "./OwnPassword";
import { Passkeys } from "./Passkeys";
import { Proof } from "./Proof";
import { RecoveryCodes } from "./RecoveryCodes";
import { SetUp } from "./SetUp";
import { texts } from "./texts";
import "./account.css";

interface Standing {
  since: string | null;
  codes_left: number;
  required: boolean;
  passkeys: number;
}

/** Fewer recovery codes than this are worth a word. */
const FEW = 3;

/** One's own log-in, and the telephone one may answer on. */
export default function AccountPage() {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  const me = useMe();
  const standing = useQuery({
    queryKey: ["me", "second-factor"],
    queryFn: async ({ signal }): Promise<Standing> =>
      (await take(api.GET("/api/me/second-factor", { signal }))) as Standing,
  });
  return (
    <div className="account">
      <header>
        <h1>{t("title")}</h1>
        <p className="dim">
          {me ? [me.name, me.login, ...me.roles.map((role) => c(`role.${role}`))].join(" · ") : null}
        </p>
      </header>
      <section className="account-card" aria-labelledby="factor-title">
        <h2 id="factor-title">{t("factor.title")}</h2>
        <QueryView query={standing}>{(known) => <SecondFactor standing={known} />}</QueryView>
      </section>
      {permitted(me, ["desk"]) ? <Mobile /> : null}
      <Passkeys />
      <Leaves />
      <section className="account-card" aria-labelledby="password-title">
        <h2 id="password-title">{t("password.title")}</h2>
        {me?.password_set ? (
          <Alert
            type="warning"
            showIcon
            title={t("password.set", { by: me.password_set.by, at: f.moment(me.password_set.at) })}
          />
        ) : null}
        {me?.by_directory ? <p className="dim">{t("password.directory")}</p> : null}
        {me && !me.by_directory ? <OwnPassword me={me} /> : null}
      </section>
    </div>
  );
}

type Doing = "set-up" | "codes" | "off";

function SecondFactor({ standing }: { standing: Standing }) {
  const t = useT(texts);
  const f = useFormat();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [doing, setDoing] = useState<Doing | null>(null);
  const over = () => {
    setDoing(null);
    void cache.invalidateQueries({ queryKey: ["me", "second-factor"] });
  };
  const on = standing.since !== null;
  const needed = standing.required && standing.passkeys === 0;
  return (
    <>
      <p className="account-state">
        <Tag color={on ? "success" : needed ? "error" : "default"}>{t(on ? "factor.on" : "factor.off")}</Tag>
        {standing.since === null
          ? t(standing.passkeys > 0 ? "factor.keyed" : "factor.lead")
          : t("factor.since", { day: f.moment(standing.since), n: standing.codes_left })}
      </p>
      {(on || standing.passkeys > 0) && standing.codes_left < FEW ? (
        <Alert type="warning" showIcon title={t("factor.few")} />
      ) : null}
      <div className="account-actions">
        <Button type={on ? "default" : "primary"} onClick={() => setDoing("set-up")}>
          {t(on ? "factor.change" : "factor.set_up")}
        </Button>
        {on || standing.passkeys > 0 ? (
          <Button onClick={() => setDoing("codes")}>{t("factor.new_codes")}</Button>
        ) : null}
        {on && !needed ? (
          <Button danger onClick={() => setDoing("off")}>
            {t("factor.turn_off")}
          </Button>
        ) : null}
      </div>
      {doing === null ? null : (
        <Modal
          open
          footer={null}
          mask={{ closable: false }}
          width={460}
          title={t(
            doing === "set-up"
              ? on
                ? "factor.change"
                : "factor.set_up"
              : doing === "codes"
                ? "factor.new_codes"
                : "factor.turn_off",
          )}
          onCancel={over}
        >
          {doing === "set-up" ? <SetUp askPassword onDone={over} /> : null}
          {doing === "codes" ? <NewCodes onDone={over} /> : null}
          {doing === "off" ? (
            <Proof
              lead={t("off.lead")}
              label={t("factor.turn_off")}
              act={async (password) => {
                await take(api.POST("/api/me/second-factor/off", { body: { password } }));
                over();
                void message.success(t("off.done"));
              }}
            />
          ) : null}
        </Modal>
      )}
    </>
  );
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const t = useT(texts);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return (
    <Proof
      lead={t("codes.renew")}
      label={t("factor.new_codes")}
      act={async (password) => {
        const answer = await take(api.POST("/api/me/second-factor/codes", { body: { password } }));
        setCodes((answer as { codes: string[] }).codes);
      }}
    />
  );
}
