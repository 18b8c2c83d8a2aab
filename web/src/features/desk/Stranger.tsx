import { UserOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Avatar, Button, Form, Input } from "antd";
import { useState } from "react";
import { api, asProblem, take } from "@/shared/api";
import { DialNumber } from "@/shared/dial";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { ProblemView } from "@/shared/ui";
import { CustomerCard } from "./CustomerCard";
import { type Customer, customerQuery } from "./data";
import { texts } from "./texts";

/** Who calls and is not known yet. While their call is at hand they can be entered, and the call is theirs. */
export function Stranger({
  caller,
  projectId,
  live,
}: {
  caller: string;
  projectId: string | null;
  live: boolean;
}) {
  const t = useT(texts);
  const [open, setOpen] = useState(false);
  const [known, setKnown] = useState<string | null>(null);
  // Until the core has told that the call is theirs, and for a call that is over.
  if (known) return <CustomerCard customerId={known} />;
  return (
    <section className="customer">
      <header>
        <Avatar size={40} icon={<UserOutlined />} />
        <div>
          <h2>
            <DialNumber number={caller} projectId={projectId} />
          </h2>
          <p>{t("assist.stranger")}</p>
        </div>
      </header>
      {live && projectId !== null && /\d{3}/.test(caller) ? (
        open ? (
          <Register caller={caller} projectId={projectId} onDone={setKnown} onCancel={() => setOpen(false)} />
        ) : (
          <>
            <Button onClick={() => setOpen(true)}>{t("assist.register")}</Button>
            <p className="faint">{t("assist.stranger.hint")}</p>
          </>
        )
      ) : null}
    </section>
  );
}

function Register({
  caller,
  projectId,
  onDone,
  onCancel,
}: {
  caller: string;
  projectId: string;
  onDone: (customerId: string) => void;
  onCancel: () => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (given: { name: string; notes?: string }) =>
      take(
        api.POST("/api/customers", {
          body: { project_id: projectId, phone: caller, name: given.name, notes: given.notes ?? "" },
        }),
      ),
    onSuccess: (made) => {
      queries.setQueryData(customerQuery(made.id).queryKey, made as Customer);
      onDone(made.id);
    },
  });
  const problem = save.error ? asProblem(save.error) : null;
  return (
    <Form<{ name: string; notes?: string }>
      layout="vertical"
      size="small"
      requiredMark={false}
      onFinish={(given) => save.mutate(given)}
      onKeyDown={(event) => {
        if (event.key === "Escape") onCancel();
      }}
      aria-label={t("assist.register")}
    >
      {problem ? <ProblemView problem={problem} /> : null}
      <Form.Item
        name="name"
        label={t("assist.name")}
        rules={[{ required: true, whitespace: true, max: 80 }]}
        validateStatus={problem?.fields.name ? "error" : undefined}
        help={problem?.fields.name}
      >
        <Input autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item name="notes" label={t("assist.notes")}>
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} />
      </Form.Item>
      <div className="customer-part-foot">
        <Button size="small" onClick={onCancel}>
          {c("action.cancel")}
        </Button>
        <Button size="small" type="primary" htmlType="submit" loading={save.isPending}>
          {c("action.save")}
        </Button>
      </div>
    </Form>
  );
}
