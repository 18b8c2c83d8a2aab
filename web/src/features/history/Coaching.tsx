import { CaretRightOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Select, Tag } from "antd";
import { api, take } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { notesQuery } from "@/shared/messages";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { texts } from "./texts";
import type { ContactDetail, Named } from "./types";

/** Notes to the agents at moments of the recording: heard from there, and what they answered. */
export function Coaching({
  contact,
  now,
  onPlay,
}: {
  contact: ContactDetail;
  /** Where the player stands, from the start of the recording. */
  now: () => number;
  onPlay: (ms: number) => void;
}) {
  const t = useT(texts);
  const f = useFormat();
  const { message } = App.useApp();
  const report = useReportProblem();
  const queries = useQueryClient();
  const [form] = Form.useForm<{ agent_id: string; text: string }>();
  const notes = useQuery(notesQuery(contact.contact_id));
  const agents = [
    ...new Map(
      [contact.agent, ...(contact.recording?.parts ?? []).map((part) => part.agent)]
        .filter((agent): agent is Named => agent !== null)
        .map((agent) => [agent.id, agent]),
    ).values(),
  ];
  const add = useMutation({
    mutationFn: (filled: { agent_id: string; text: string }) =>
      take(
        api.POST("/api/contacts/{contact_id}/notes", {
          params: { path: { contact_id: contact.contact_id } },
          body: { ...filled, at_ms: Math.round(now()) },
        }),
      ),
    onSuccess: async () => {
      void message.success(t("coach.added"));
      form.resetFields(["text"]);
      await queries.invalidateQueries({ queryKey: ["messages"] });
    },
    onError: report,
  });
  return (
    <section className="card" aria-labelledby="contact-coach">
      <h2 id="contact-coach">{t("coach.title")}</h2>
      <QueryView query={notes} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <Nothing title={t("coach.none")} hint={t("coach.none.hint")} />
          ) : (
            <ol className="coach-notes">
              {page.items.map((note) => (
                <li key={note.id}>
                  <Button
                    size="small"
                    icon={<CaretRightOutlined />}
                    aria-label={t("coach.play", { at: f.timer(note.at_ms ?? 0) })}
                    onClick={() => onPlay(note.at_ms ?? 0)}
                  >
                    {f.timer(note.at_ms ?? 0)}
                  </Button>
                  <div>
                    <span className="dim" translate="no">
                      {note.from_name} → {note.to_name}
                    </span>{" "}
                    <Tag color={note.read_at ? "success" : "default"}>
                      {t(note.read_at ? "coach.read" : "coach.unread")}
                    </Tag>
                    <p className="wrapup-note" translate="no" dir="auto">
                      {note.text}
                    </p>
                    {note.answered_at ? (
                      <p className="wrapup-note coach-answer" translate="no" dir="auto">
                        {note.answer}
                      </p>
                    ) : null}
                  </div>
                </li>
              ))}
            </ol>
          )
        }
      </QueryView>
      {contact.recording?.stored && agents.length > 0 ? (
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={{ agent_id: agents.at(-1)?.id }}
          onFinish={(filled) => add.mutate(filled)}
        >
          <Form.Item name="agent_id" label={t("coach.agent")} hidden={agents.length === 1}>
            <Select options={agents.map((agent) => ({ value: agent.id, label: agent.name }))} />
          </Form.Item>
          <Form.Item
            name="text"
            label={t("coach.text")}
            rules={[{ required: true, whitespace: true, message: t("coach.text.missing") }]}
          >
            <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} dir="auto" />
          </Form.Item>
          <Button htmlType="submit" loading={add.isPending}>
            {t("coach.add")}
          </Button>
        </Form>
      ) : null}
    </section>
  );
}
