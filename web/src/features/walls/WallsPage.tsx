import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { App, Button, Form, Input, Modal, Select, Table } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useLocale, useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { boardsQuery, deleteBoard, makeBoard, projectsQuery, type SavedBoard } from "./data";
import { texts } from "./texts";
import "./walls.css";

/** Every wallboard; a new one is named and then designed. */
export default function WallsPage() {
  const t = useT(texts);
  const boards = useQuery(boardsQuery);
  const [making, setMaking] = useState(false);
  return (
    <section className="walls" aria-labelledby="walls-title">
      <header>
        <div>
          <h1 id="walls-title">{t("title")}</h1>
          <p className="dim">{t("lead")}</p>
        </div>
        <Button type="primary" onClick={() => setMaking(true)}>
          {t("add")}
        </Button>
      </header>
      <QueryView query={boards} rows={3}>
        {(all) => <Boards boards={all} />}
      </QueryView>
      {making ? <NewBoard onClose={() => setMaking(false)} /> : null}
    </section>
  );
}

function Boards({ boards }: { boards: readonly SavedBoard[] }) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const f = useFormat();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const report = useReportProblem();
  const projects = useQuery(projectsQuery).data ?? [];
  const remove = (board: SavedBoard) =>
    modal.confirm({
      title: t("delete.title", { name: board.name }),
      content: t("delete.content"),
      okText: c("action.delete"),
      okButtonProps: { danger: true },
      cancelText: c("action.cancel"),
      onOk: async () => {
        try {
          await deleteBoard(board.id);
          await cache.invalidateQueries({ queryKey: boardsQuery.queryKey });
        } catch (thrown) {
          report(thrown);
        }
      },
    });
  return (
    <Table<SavedBoard>
      size="small"
      rowKey="id"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={[...boards]}
      locale={{ emptyText: <Nothing title={t("none")} hint={t("none.hint")} /> }}
      columns={[
        {
          title: n("name"),
          dataIndex: "name",
          render: (name: string, row) => (
            <Link to="/wallboards/$id" params={{ id: row.id }} translate="no">
              {name}
            </Link>
          ),
        },
        {
          title: n("project_id"),
          dataIndex: "project_id",
          render: (id: string | null) => projects.find((each) => each.id === id)?.name ?? t("whole"),
        },
        { title: t("tiles"), key: "tiles", render: (_, row) => f.count(row.tiles.length) },
        {
          title: "",
          key: "delete",
          align: "end",
          render: (_, row) => (
            <Button
              size="small"
              danger
              aria-label={`${c("action.delete")} ${row.name}`}
              onClick={() => remove(row)}
            >
              {c("action.delete")}
            </Button>
          ),
        },
      ]}
    />
  );
}

function NewBoard({ onClose }: { onClose: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const locale = useLocale();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const report = useReportProblem();
  const projects = useQuery(projectsQuery);
  const make = useMutation({
    mutationFn: (values: { name: string; project_id?: string | null }) =>
      makeBoard({
        name: values.name,
        project_id: values.project_id ?? null,
        locale,
        show_agents: false,
        tiles: [],
      }),
    onSuccess: async (board) => {
      await cache.invalidateQueries({ queryKey: boardsQuery.queryKey });
      await navigate({ to: "/wallboards/$id", params: { id: board.id } });
    },
    onError: report,
  });
  return (
    <Modal
      open
      title={t("add")}
      okText={c("action.confirm")}
      cancelText={c("action.cancel")}
      confirmLoading={make.isPending}
      okButtonProps={{ htmlType: "submit", form: "new-wallboard" }}
      onCancel={onClose}
    >
      <Form id="new-wallboard" layout="vertical" onFinish={(values) => make.mutate(values)}>
        <Form.Item name="name" label={t("field.name")} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={80} autoFocus />
        </Form.Item>
        <Form.Item name="project_id" label={t("field.project")}>
          <Select
            allowClear
            placeholder={t("whole")}
            loading={projects.isPending}
            options={(projects.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
