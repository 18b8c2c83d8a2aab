import { KeyOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, Modal } from "antd";
import { useEffect, useState } from "react";
import { api, asProblem, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { createPasskey, passkeysAble } from "@/shared/passkeys";
import { Pending, ProblemView, QueryView } from "@/shared/ui";
import { Proof } from "./Proof";
import { RecoveryCodes } from "./RecoveryCodes";
import { texts } from "./texts";
import "./account.css";

interface Passkey {
  id: string;
  name: string;
  created_at: string;
  used_at: string | null;
}

const KEY = ["me", "passkeys"];

function useOwn() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      (await take(api.GET("/api/me/passkeys", { signal }))) as { here: boolean; items: Passkey[] },
  });
}

/** Whether this browser can have a passkey at this address. */
export function usePasskeysHere(): boolean {
  return useOwn().data?.here === true && passkeysAble();
}

/** One's own passkeys: each logs in alone, or in place of a code. */
export function Passkeys() {
  const t = useT(texts);
  const f = useFormat();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const own = useOwn();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const over = () => {
    setAdding(false);
    setRemoving(null);
    void cache.invalidateQueries({ queryKey: ["me"] });
  };
  return (
    <section className="account-card" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">{t("passkeys.title")}</h2>
      <p>{t("passkeys.lead")}</p>
      <QueryView query={own}>
        {({ here, items }) => (
          <>
            {items.length > 0 ? (
              <ul className="account-keys">
                {items.map((key) => (
                  <li key={key.id}>
                    <KeyOutlined aria-hidden="true" />
                    <div>
                      <b translate="no">{key.name}</b>
                      <div className="dim">
                        {t("passkeys.since", { day: f.moment(key.created_at) })}
                        {" · "}
                        {key.used_at
                          ? t("passkeys.used", { at: f.moment(key.used_at) })
                          : t("passkeys.unused")}
                      </div>
                    </div>
                    <Button
                      type="text"
                      danger
                      aria-label={`${t("passkeys.remove")} ${key.name}`}
                      onClick={() => setRemoving(key)}
                    >
                      {t("passkeys.remove")}
                    </Button>
                  </li>
                ))}
              </ul>
            ) : (
              <p className="dim">{t("passkeys.none")}</p>
            )}
            {here && passkeysAble() ? (
              <div className="account-actions">
                <Button type={items.length > 0 ? "default" : "primary"} onClick={() => setAdding(true)}>
                  {t("passkeys.add")}
                </Button>
              </div>
            ) : (
              <Alert type="info" showIcon title={t(here ? "passkeys.unable" : "passkeys.not_here")} />
            )}
          </>
        )}
      </QueryView>
      {adding ? (
        <Modal
          open
          footer={null}
          mask={{ closable: false }}
          width={460}
          title={t("passkeys.add")}
          onCancel={over}
        >
          <AddPasskey askPassword onDone={over} />
        </Modal>
      ) : null}
      {removing ? (
        <Modal
          open
          footer={null}
          mask={{ closable: false }}
          width={460}
          title={t("passkeys.remove_one", { name: removing.name })}
          onCancel={over}
        >
          <Proof
            lead={t("passkeys.remove_lead")}
            label={t("passkeys.remove")}
            act={async (password) => {
              const path = { id: removing.id };
              await take(api.POST("/api/me/passkeys/{id}/remove", { params: { path }, body: { password } }));
              over();
              void message.success(t("passkeys.removed"));
            }}
          />
        </Modal>
      ) : null}
    </section>
  );
}

/** Makes a passkey: password where asked, a name, then the browser's own dialogue. */
export function AddPasskey({ askPassword, onDone }: { askPassword: boolean; onDone: () => void }) {
  const t = useT(texts);
  const [options, setOptions] = useState<Record<string, unknown> | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const begin = useMutation({
    mutationFn: async (password: string) =>
      setOptions((await take(api.POST("/api/me/passkeys/options", { body: { password } }))).options),
  });
  const { mutate } = begin;
  useEffect(() => {
    if (!askPassword) mutate("");
  }, [askPassword, mutate]);
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (options)
    return <Create options={options} onMade={(made) => (made.length > 0 ? setCodes(made) : onDone())} />;
  if (askPassword)
    return (
      <Proof lead={t("proof.lead")} label={t("proof.next")} act={(password) => begin.mutateAsync(password)} />
    );
  if (begin.isError) return <ProblemView problem={begin.error} onRetry={() => mutate("")} />;
  return <Pending rows={3} />;
}

function Create({
  options,
  onMade,
}: {
  options: Record<string, unknown>;
  onMade: (codes: string[]) => void;
}) {
  const t = useT(texts);
  const { message } = App.useApp();
  const create = useMutation({
    mutationFn: async (name: string): Promise<string[] | null> => {
      const credential = await createPasskey(options);
      if (!credential) return null;
      return (await take(api.POST("/api/me/passkeys", { body: { name, credential } }))).codes;
    },
    onSuccess: (codes) => {
      if (codes === null) return;
      void message.success(t("passkeys.added"));
      onMade(codes);
    },
  });
  const refused = create.isError ? asProblem(create.error).fields.name : undefined;
  return (
    <Form
      name="passkey"
      layout="vertical"
      requiredMark={false}
      initialValues={{ name: t("passkeys.default_name") }}
      onFinish={({ name }: { name: string }) => create.mutate(name)}
    >
      <p>{t("passkeys.create_lead")}</p>
      {create.isError && !refused ? <ProblemView problem={create.error} /> : null}
      {create.data === null ? (
        <Alert type="warning" showIcon role="alert" title={t("passkeys.given_up")} />
      ) : null}
      <Form.Item
        name="name"
        label={t("passkeys.name")}
        extra={t("passkeys.name_help")}
        rules={[{ required: true, whitespace: true, message: t("passkeys.name_missing") }]}
        {...(refused ? { validateStatus: "error" as const, help: refused } : {})}
      >
        <Input maxLength={80} autoFocus />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={create.isPending}>
        {t("passkeys.create")}
      </Button>
    </Form>
  );
}
