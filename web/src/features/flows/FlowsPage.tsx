import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Form, Input, Modal, Select, Table, Tag } from "antd";
import { useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { flowsQuery, makeFlow, namesQuery, saveDraft } from "./data";
import { asks as asksOf, TEMPLATES, type Template, template } from "./templates";
import { texts } from "./texts";
import type { Flow } from "./types";
import "./flows.css";

/** All flows; a new one begins from a template. */
export default function FlowsPage() {
  const t = useT(texts);
  const f = useFormat();
  const flows = useQuery(flowsQuery);
  const projects = useQuery(namesQuery("/api/projects"));
  const [making, setMaking] = useState(false);
  const project = (id: string) => projects.data?.find((each) => each.id === id)?.name ?? "";
  return (
    <section className="flows-list" aria-labelledby="flows-title">
      <header>
        <div>
          <h1 id="flows-title">{t("title")}</h1>
          <p className="dim">{t("list.lead")}</p>
        </div>
        <Button type="primary" onClick={() => setMaking(true)}>
          {t("list.add")}
        </Button>
      </header>
      <QueryView query={flows} rows={6}>
        {(all) => (
          <Table<Flow>
            size="small"
            rowKey="id"
            pagination={false}
            scroll={{ x: "max-content" }}
            dataSource={[...all]}
            locale={{ emptyText: <Nothing title={t("list.none")} hint={t("list.none.hint")} /> }}
            columns={[
              {
                title: t("list.name"),
                dataIndex: "name",
                render: (name: string, row) => (
                  <Link to="/flows/$id" params={{ id: row.id }}>
                    {name}
                  </Link>
                ),
              },
              { title: t("list.project"), dataIndex: "project_id", render: project },
              {
                title: t("list.version"),
                dataIndex: "version",
                render: (version: number | null) =>
                  version === null ? (
                    <Tag color="warning">{t("unpublished")}</Tag>
                  ) : (
                    <Tag color="success">{t("version", { n: version })}</Tag>
                  ),
              },
              {
                title: t("list.published"),
                dataIndex: "published_at",
                render: (at: string | null) => f.moment(at),
              },
            ]}
          />
        )}
      </QueryView>
      {making ? <NewFlow onClose={() => setMaking(false)} /> : null}
    </section>
  );
}

interface Wanted {
  project_id: string;
  name: string;
  template: Template;
  queue_id?: string;
  calendar_id?: string;
}

function NewFlow({ onClose }: { onClose: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const report = useReportProblem();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [form] = Form.useForm<Wanted>();
  const [busy, setBusy] = useState(false);
  const projects = useQuery(namesQuery("/api/projects"));
  const queues = useQuery(namesQuery("/api/queues"));
  const projectId = Form.useWatch("project_id", form);
  const chosen = Form.useWatch("template", form);
  const own = (queues.data ?? []).filter((queue) => queue.project_id === projectId);
  const asks = asksOf(chosen ?? "hotline");
  const calendars = useQuery(namesQuery("/api/calendars"));
  const hours = (calendars.data ?? []).filter((each) => !each.project_id || each.project_id === projectId);
  const make = async (wanted: Wanted) => {
    setBusy(true);
    try {
      const flow = await makeFlow(wanted.project_id, wanted.name);
      const graph = template(wanted.template, wanted.queue_id ?? "", wanted.calendar_id ?? "");
      await saveDraft(flow.id, graph, flow.revision);
      await cache.invalidateQueries({ queryKey: flowsQuery.queryKey });
      onClose();
      void navigate({ to: "/flows/$id", params: { id: flow.id } });
    } catch (thrown) {
      report(thrown);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("list.add")}
      okText={t("list.make")}
      cancelText={c("action.cancel")}
      confirmLoading={busy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form form={form} layout="vertical" initialValues={{ template: "hotline" }} onFinish={make}>
        <Form.Item name="project_id" label={t("list.project")} rules={[{ required: true }]}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            loading={projects.isPending}
            options={(projects.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          />
        </Form.Item>
        <Form.Item name="name" label={t("list.name")} rules={[{ required: true, max: 80 }]}>
          <Input maxLength={80} />
        </Form.Item>
        <Form.Item name="template" label={t("list.template")}>
          <Select options={TEMPLATES.map((name) => ({ value: name, label: t(`template.${name}`) }))} />
        </Form.Item>
        {asks.queue ? (
          <Form.Item name="queue_id" label={t("list.queue")} rules={[{ required: true }]}>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              notFoundContent={t("list.queue.none")}
              options={own.map((each) => ({ value: each.id, label: each.name }))}
            />
          </Form.Item>
        ) : null}
        {asks.calendar ? (
          <Form.Item name="calendar_id" label={t("list.calendar")} rules={[{ required: true }]}>
            <Select
              notFoundContent={t("list.calendar.none")}
              options={hours.map((each) => ({ value: each.id, label: each.name }))}
            />
          </Form.Item>
        ) : null}
      </Form>
    </Modal>
  );
}
