import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Tag } from "antd";
import { useState } from "react";
import { api, asProblem, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { having, Stale, staleOf } from "@/shared/stale";
import { ProblemView, QueryView } from "@/shared/ui";
import { texts } from "./texts";

type Own = components["schemas"]["OwnMobile"];
const KEY = ["me", "mobile"];

/** The telephone on which one may answer away from the desk: which is on file, whether it counts, who can change it. */
export function Mobile() {
  const t = useT(texts);
  const mobile = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => take(api.GET("/api/me/mobile", { signal })),
  });
  return (
    <section className="account-card" aria-labelledby="mobile-title">
      <h2 id="mobile-title">{t("mobile.title")}</h2>
      <QueryView query={mobile}>
        {(own) => (
          <Known
            own={own}
            onReload={async () => (await mobile.refetch({ throwOnError: true })).data ?? own}
          />
        )}
      </QueryView>
    </section>
  );
}

function Known({ own, onReload }: { own: Own; onReload: () => Promise<Own> }) {
  const t = useT(texts);
  const f = useFormat();
  const [changing, setChanging] = useState<Own | null>(null);
  const state = own.number === "" ? "none" : own.usable ? "usable" : "unusable";
  return (
    <>
      <p className="account-state">
        <Tag color={{ none: "default", usable: "success", unusable: "warning" }[state]}>
          {t(`mobile.${state}`)}
        </Tag>
        {own.number ? <b className="num">{own.number}</b> : null} {t(`mobile.${state}.means`)}
      </p>
      <p className="dim">
        {own.set_by && own.set_at ? `${t("mobile.set", { by: own.set_by, at: f.moment(own.set_at) })} ` : ""}
        {own.changeable
          ? t("mobile.yours")
          : own.keepers.length > 0
            ? t("mobile.theirs", { names: own.keepers.join(t("comma")) })
            : t("mobile.nobody")}
      </p>
      {own.changeable && own.usable ? (
        <div className="account-actions">
          <Button onClick={() => setChanging(own)}>{t(own.number ? "mobile.change" : "mobile.enter")}</Button>
        </div>
      ) : null}
      {changing ? (
        <Change
          key={changing.revision}
          own={changing}
          onReload={async () => setChanging(await onReload())}
          onDone={() => setChanging(null)}
        />
      ) : null}
    </>
  );
}

interface Values {
  number: string;
  password: string;
}

function Change({ own, onReload, onDone }: { own: Own; onReload: () => Promise<void>; onDone: () => void }) {
  const t = useT(texts);
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [form] = Form.useForm<Values>();
  const change = useMutation({
    mutationFn: ({ seen, ...body }: Values & { seen: string }) =>
      take(api.PUT("/api/me/mobile", { params: { header: having(seen) }, body })),
    onSuccess: (now) => {
      cache.setQueryData(KEY, now);
      void message.success(t(now.number ? "mobile.done" : "mobile.gone"));
      onDone();
    },
    onError: (thrown) => {
      const { fields } = asProblem(thrown);
      form.setFields(
        (["number", "password"] as const).flatMap((name) => {
          const told = fields[name];
          return told ? [{ name, errors: [told] }] : [];
        }),
      );
    },
  });
  const stale = staleOf(change.error);
  const named = change.isError && Object.keys(asProblem(change.error).fields).length > 0;
  return (
    <Modal
      open
      footer={null}
      mask={{ closable: false }}
      width={460}
      title={t(own.number ? "mobile.change" : "mobile.enter")}
      onCancel={onDone}
    >
      {stale ? (
        <Stale
          problem={stale}
          onReload={() => void onReload()}
          onOverwrite={() => change.mutate({ ...form.getFieldsValue(), seen: "" })}
        />
      ) : change.isError && !named ? (
        <ProblemView problem={change.error} />
      ) : null}
      <Form<Values>
        form={form}
        name="mobile"
        layout="vertical"
        requiredMark={false}
        initialValues={{ number: own.number, password: "" }}
        onFinish={(values) => change.mutate({ ...values, seen: own.revision ?? "" })}
      >
        <p>{t("mobile.lead")}</p>
        <Form.Item
          name="number"
          label={t("mobile.number")}
          extra={t("mobile.help")}
          rules={[{ pattern: /^\s*(\+?[0-9]{5,19})?\s*$/, message: t("mobile.pattern") }]}
        >
          <Input type="tel" maxLength={20} autoComplete="tel" autoFocus />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("password.current")}
          rules={[{ required: true, message: t("password.missing") }]}
        >
          <Input.Password maxLength={200} autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={change.isPending}>
          {t("mobile.save")}
        </Button>
      </Form>
    </Modal>
  );
}
