import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, Checkbox, Form, Input, Select, Tag } from "antd";
import { useCallback, useMemo } from "react";
import { api, asProblem, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLiveMessage } from "@/shared/live";
import { type Message, messagesQuery } from "@/shared/messages";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { texts } from "./texts";
import "./messages.css";

interface Filled {
  text: string;
  agent_ids?: string[];
  departments?: string[];
  everybody?: boolean;
}

interface Person {
  id: string;
  name: string;
  agent_no: string | null;
  department: string;
  active: boolean;
}

/** A supervisor tells agents something, and sees who has read and answered it. */
export default function MessagesPage() {
  const t = useT(texts);
  const queries = useQueryClient();
  useLiveMessage(
    "message",
    useCallback(() => void queries.invalidateQueries({ queryKey: ["messages"] }), [queries]),
  );
  return (
    <div className="my-day">
      <h1>{t("title")}</h1>
      <div className="my-columns">
        <Compose />
        <Outbox />
      </div>
    </div>
  );
}

function Compose() {
  const t = useT(texts);
  const { message } = App.useApp();
  const report = useReportProblem();
  const queries = useQueryClient();
  const [form] = Form.useForm<Filled>();
  const everybody = Form.useWatch("everybody", form);
  const people = useQuery({
    queryKey: ["message-people"],
    queryFn: async () =>
      (await take(api.GET("/api/users", { params: { query: { role: "agent" } } }))) as { items: Person[] },
  });
  const agents = (people.data?.items ?? []).filter((person) => person.active);
  const departments = useMemo(
    () => [...new Set(agents.map((person) => person.department).filter(Boolean))].sort(),
    [agents],
  );
  const send = useMutation({
    mutationFn: (filled: Filled) =>
      take(
        api.POST("/api/messages", {
          body: {
            text: filled.text,
            agent_ids: filled.everybody ? [] : (filled.agent_ids ?? []),
            departments: filled.everybody ? [] : (filled.departments ?? []),
            everybody: filled.everybody ?? false,
          },
        }),
      ),
    onSuccess: async (sent) => {
      void message.success(t("sent", { n: (sent as { count: number }).count }));
      form.resetFields(["text"]);
      await queries.invalidateQueries({ queryKey: ["messages"] });
    },
    onError: (thrown) => {
      const { fields } = asProblem(thrown);
      if (fields.text) form.setFields([{ name: "text", errors: [fields.text] }]);
      report(thrown);
    },
  });
  return (
    <section className="card" aria-label={t("compose")}>
      <h2>{t("compose")}</h2>
      <Form<Filled>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(filled) => send.mutate(filled)}
      >
        <Form.Item name="everybody" valuePropName="checked">
          <Checkbox>{t("to.everybody")}</Checkbox>
        </Form.Item>
        {everybody ? null : (
          <>
            <Form.Item name="agent_ids" label={t("to.agents")}>
              <Select
                mode="multiple"
                loading={people.isPending}
                showSearch={{ optionFilterProp: "label" }}
                options={agents.map((person) => ({
                  value: person.id,
                  label: [person.agent_no, person.name].filter(Boolean).join(" "),
                }))}
              />
            </Form.Item>
            <Form.Item name="departments" label={t("to.departments")}>
              <Select mode="multiple" options={departments.map((name) => ({ value: name, label: name }))} />
            </Form.Item>
          </>
        )}
        <Form.Item
          name="text"
          label={t("text")}
          rules={[{ required: true, whitespace: true, message: t("text.missing") }]}
        >
          <Input.TextArea maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} dir="auto" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={send.isPending}>
          {t("send")}
        </Button>
      </Form>
    </section>
  );
}

function Outbox() {
  const t = useT(texts);
  const query = useInfiniteQuery(messagesQuery("out"));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="card" aria-label={t("outbox")}>
      <h2>{t("outbox")}</h2>
      <QueryView query={query} rows={6}>
        {() =>
          items.length === 0 ? (
            <Nothing title={t("outbox.none")} hint={t("outbox.none.hint")} />
          ) : (
            <ul className="my-list">
              {items.map((message) => (
                <Sent key={message.id} message={message} />
              ))}
              {query.hasNextPage ? (
                <li>
                  <Button
                    block
                    type="text"
                    loading={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {t("more")}
                  </Button>
                </li>
              ) : null}
            </ul>
          )
        }
      </QueryView>
    </section>
  );
}

function Sent({ message }: { message: Message }) {
  const t = useT(texts);
  const f = useFormat();
  return (
    <li>
      <div className="words">
        <header>
          <b translate="no">{message.to_name}</b>
          <time className="dim">{f.moment(message.sent_at)}</time>
          <Tag color={message.read_at ? "success" : "default"}>
            {message.read_at ? t("read.at", { time: f.moment(message.read_at) }) : t("unread")}
          </Tag>
        </header>
        <p translate="no" dir="auto">
          {message.text}
        </p>
        {message.contact_id ? (
          <Link to="/contacts/$id" params={{ id: message.contact_id }}>
            {t("outbox.moment", { at: f.timer(message.at_ms ?? 0) })}
          </Link>
        ) : null}
        {message.answered_at ? (
          <p className="words-answer" translate="no" dir="auto">
            {message.answer}
          </p>
        ) : null}
      </div>
    </li>
  );
}
