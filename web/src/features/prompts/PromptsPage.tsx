import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Modal, Popover, Select, Table, Tag } from "antd";
import { useState } from "react";
import { useT } from "@/shared/i18n";
import {
  HearButton,
  type Prompt,
  promptsQuery,
  type StandardPrompt,
  soundOf,
  standardQuery,
} from "@/shared/prompts";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { LANGUAGES, type Language, makePrompt, projectsQuery } from "./data";
import { PromptDrawer } from "./PromptDrawer";
import { texts } from "./texts";
import "./prompts.css";

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,59}$/u;

/** A project's prompts and the standard ones. */
export default function PromptsPage() {
  const t = useT(texts);
  const projects = useQuery(projectsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const projectId = chosen ?? projects.data?.[0]?.id ?? "";
  const [making, setMaking] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const prompts = useQuery({ ...promptsQuery(projectId), enabled: projectId !== "" });
  const opened = prompts.data?.find((each) => each.id === open);
  return (
    <section className="prompts" aria-labelledby="prompts-title">
      <header>
        <div>
          <h1 id="prompts-title">{t("title")}</h1>
          <p className="dim">{t("lead")}</p>
        </div>
        <div className="prompts-tools">
          <Select
            aria-label={t("project")}
            showSearch={{ optionFilterProp: "label" }}
            value={projectId || null}
            loading={projects.isPending}
            options={(projects.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
            onChange={setChosen}
          />
          <Button type="primary" disabled={projectId === ""} onClick={() => setMaking(true)}>
            {t("add")}
          </Button>
        </div>
      </header>
      <QueryView query={prompts} rows={4}>
        {(all) => <OwnPrompts prompts={[...all]} onOpen={setOpen} />}
      </QueryView>
      <StandardPrompts />
      {making ? (
        <NewPrompt
          projectId={projectId}
          onClose={() => setMaking(false)}
          onMade={(id) => {
            setMaking(false);
            setOpen(id);
          }}
        />
      ) : null}
      {opened ? <PromptDrawer prompt={opened} onClose={() => setOpen(null)} /> : null}
    </section>
  );
}

function OwnPrompts({ prompts, onOpen }: { prompts: Prompt[]; onOpen: (id: string) => void }) {
  const t = useT(texts);
  return (
    <Table<Prompt>
      size="small"
      rowKey="id"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={prompts}
      locale={{ emptyText: <Nothing title={t("none")} hint={t("none.hint")} /> }}
      columns={[
        {
          title: t("name"),
          dataIndex: "name",
          render: (name: string, row) => (
            <Button type="link" size="small" translate="no" onClick={() => onOpen(row.id)}>
              {name}
            </Button>
          ),
        },
        { title: t("note"), dataIndex: "note", render: (note: string) => <span translate="no">{note}</span> },
        ...LANGUAGES.map((language) => ({
          title: t(`lang.${language}`),
          key: language,
          render: (_: unknown, row: Prompt) => <VoiceCell prompt={row} language={language} />,
        })),
        { title: t("uses"), key: "uses", render: (_, row) => <Uses prompt={row} /> },
      ]}
    />
  );
}

function VoiceCell({ prompt, language }: { prompt: Prompt; language: Language }) {
  const t = useT(texts);
  const voice = prompt.voices.find((each) => each.language === language);
  if (!voice) return <Tag>{t("missing")}</Tag>;
  return (
    <HearButton src={soundOf.version(prompt.id, voice)} what={`${prompt.name} ${t(`lang.${language}`)}`}>
      {(voice.ms / 1000).toFixed(1)} s
    </HearButton>
  );
}

function Uses({ prompt }: { prompt: Prompt }) {
  const t = useT(texts);
  const standard = useQuery(standardQuery);
  const shadows = standard.data?.some((each) => each.name === prompt.name);
  if (prompt.uses.length === 0 && !prompt.music)
    return <span className="dim">{t(shadows ? "uses.standard" : "uses.none")}</span>;
  const list = (
    <ul className="prompt-uses">
      {prompt.uses.map((use) => (
        <li key={`${use.flow_id}:${use.node}:${use.draft}`}>
          <a href={`/flows/${use.flow_id}`} translate="no">
            {use.flow}
          </a>{" "}
          · {use.node} {use.draft ? <Tag>{t("uses.draft")}</Tag> : null}
        </li>
      ))}
    </ul>
  );
  return (
    <>
      {prompt.music ? <Tag>{t("uses.music")}</Tag> : null}
      {prompt.uses.length > 0 ? (
        <Popover content={list} trigger={["click"]}>
          <Button type="link" size="small">
            {t("uses.count", { n: prompt.uses.length })}
          </Button>
        </Popover>
      ) : null}
    </>
  );
}

function StandardPrompts() {
  const t = useT(texts);
  const standard = useQuery(standardQuery);
  const [sought, setSought] = useState("");
  const found = (standard.data ?? []).filter((each) =>
    `${each.name} ${each.says}`.toLowerCase().includes(sought.trim().toLowerCase()),
  );
  return (
    <section aria-labelledby="prompts-standard" className="prompts-standard">
      <header>
        <div>
          <h2 id="prompts-standard">{t("standard")}</h2>
          <p className="dim">{t("standard.lead")}</p>
        </div>
        <Input.Search
          allowClear
          aria-label={t("search")}
          placeholder={t("search")}
          onChange={(event) => setSought(event.target.value)}
        />
      </header>
      <QueryView query={standard} rows={4}>
        {() => (
          <Table<StandardPrompt>
            size="small"
            rowKey={(each) => `${each.language}/${each.name}`}
            pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false, size: "small" }}
            scroll={{ x: "max-content" }}
            dataSource={found}
            columns={[
              { title: t("name"), dataIndex: "name", render: (name: string) => <code>{name}</code> },
              {
                title: t("sound"),
                key: "sound",
                render: (_, each) =>
                  each.ms === 0 ? (
                    <Tag>
                      {t(`lang.${each.language}`)} {t("standard.beep")}
                    </Tag>
                  ) : (
                    <HearButton
                      src={soundOf.standard(each)}
                      what={`${each.name} ${t(`lang.${each.language}`)}`}
                    >
                      {t(`lang.${each.language}`)} {(each.ms / 1000).toFixed(1)} s
                    </HearButton>
                  ),
              },
              {
                title: t("says"),
                dataIndex: "says",
                className: "prompt-says",
                render: (says: string) => <span translate="no">{says}</span>,
              },
            ]}
          />
        )}
      </QueryView>
    </section>
  );
}

function NewPrompt({
  projectId,
  onClose,
  onMade,
}: {
  projectId: string;
  onClose: () => void;
  onMade: (id: string) => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const report = useReportProblem();
  const cache = useQueryClient();
  const standard = useQuery(standardQuery);
  const [form] = Form.useForm<{ name: string; note?: string }>();
  const [busy, setBusy] = useState(false);
  const name = Form.useWatch("name", form);
  const shadows = standard.data?.some((each) => each.name === name);
  const make = async (wanted: { name: string; note?: string }) => {
    setBusy(true);
    try {
      const made = await makePrompt(projectId, wanted.name.trim(), wanted.note ?? "");
      await cache.invalidateQueries({ queryKey: promptsQuery(projectId).queryKey });
      onMade(made.id);
    } catch (thrown) {
      report(thrown);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("add")}
      okText={t("make")}
      cancelText={c("action.cancel")}
      confirmLoading={busy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form form={form} layout="vertical" onFinish={make}>
        <Form.Item
          name="name"
          label={t("name")}
          extra={shadows ? t("name.shadow") : t("name.hint")}
          rules={[
            { required: true, message: t("name.bad") },
            { pattern: NAME, message: t("name.bad") },
          ]}
        >
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="note" label={t("note")}>
          <Input maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
