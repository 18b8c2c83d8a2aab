import { PlusOutlined } from "@ant-design/icons";
import { App, Button, Select } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, QueryView, useReportProblem } from "@/shared/ui";
import { useChoices, useList, useRetire, useSave } from "../kit/api";
import { Editor } from "../kit/Editor";
import { ChoiceField, Line, NumberField, TextField } from "../kit/inputs";
import { useDone } from "../kit/ResourcePage";
import { pathName, possibleParents, type ReasonBranch, reasonTree } from "../reasonTree";
import { texts } from "../texts";
import type { Project, WrapReason } from "../types";
import { ReasonRows } from "./ReasonRows";

const PATH = "/api/wrap-reasons";

interface Editing {
  row: WrapReason | null;
  parent: string | null;
}

type Values = Partial<Pick<WrapReason, "parent_id" | "name_zh" | "name_en" | "sort">>;

/** A new reason stands after its siblings. */
function lastOf(reasons: readonly WrapReason[], projectId: string, parent: string | null): number {
  const siblings = reasons.filter((each) => each.project_id === projectId && each.parent_id === parent);
  return Math.max(0, ...siblings.map((each) => each.sort)) + 10;
}

export function WrapReasons() {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const { locale } = useFormat();
  const done = useDone();
  const report = useReportProblem();
  const { modal } = App.useApp();
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const reasons = useList<WrapReason>(PATH);
  const save = useSave<WrapReason>(PATH);
  const retire = useRetire(PATH);
  const [chosen, setChosen] = useState<string>();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const projectId = chosen ?? projects.rows[0]?.id;
  const all = reasons.data ?? [];
  const nameOf = (row: WrapReason) => (locale === "zh" ? row.name_zh : row.name_en);

  const remove = (row: WrapReason) =>
    modal.confirm({
      title: t("retire.title", { name: nameOf(row) }),
      content: t("wrap-reasons.retire"),
      okText: c("action.delete"),
      okButtonProps: { danger: true },
      cancelText: c("action.cancel"),
      onOk: async () => {
        try {
          await retire.mutateAsync(row.id);
          done(t("done.deleted", { name: nameOf(row) }));
          setEditing(null);
        } catch (thrown) {
          report(thrown);
        }
      },
    });
  const store = async (values: Values) => {
    const row = editing?.row ?? null;
    const body = { ...values, parent_id: values.parent_id ?? null };
    const answer = await save.mutateAsync({
      id: row?.id ?? null,
      body: row ? body : { ...body, project_id: projectId },
    });
    setSaved(answer.id);
    setEditing(null);
    done(t(row ? "done.changed" : "done.made", { name: nameOf(answer) }));
  };

  return (
    <section className="resource" aria-labelledby="resource-title">
      <header className="resource-head">
        <div className="resource-words">
          <h2 id="resource-title">{t("section.wrap-reasons")}</h2>
          <p className="dim">{t("wrap-reasons.lead")}</p>
        </div>
        <div className="resource-tools">
          <Select
            value={projectId}
            onChange={setChosen}
            loading={projects.loading}
            options={projects.options}
            aria-label={n("project_id")}
            className="resource-filter-wide"
          />
          <Button
            type="primary"
            icon={<PlusOutlined />}
            disabled={!projectId}
            onClick={() => setEditing({ row: null, parent: null })}
          >
            {t("add", { noun: n("kind.wrap_reason") })}
          </Button>
        </div>
      </header>
      <QueryView query={reasons} rows={8}>
        {(rows) => {
          const tree: ReasonBranch[] = projectId ? reasonTree(rows, projectId) : [];
          return tree.length === 0 ? (
            <Nothing title={t(projectId || projects.loading ? "list.none" : "wrap-reasons.no_project")} />
          ) : (
            <ReasonRows
              branches={tree}
              saved={saved}
              onOpen={(row) => setEditing({ row, parent: row.parent_id })}
              onAddBelow={(row) => setEditing({ row: null, parent: row.id })}
            />
          );
        }}
      </QueryView>
      {projectId ? (
        <Editor<Values>
          open={editing !== null}
          title={
            editing?.row
              ? t("edit.title", { noun: n("kind.wrap_reason"), name: nameOf(editing.row) })
              : t("add", { noun: n("kind.wrap_reason") })
          }
          initial={{
            parent_id: editing?.parent ?? undefined,
            name_zh: editing?.row?.name_zh ?? "",
            name_en: editing?.row?.name_en ?? "",
            sort: editing?.row?.sort ?? lastOf(all, projectId, editing?.parent ?? null),
          }}
          onSave={store}
          onClose={() => setEditing(null)}
          extra={
            editing?.row ? (
              <Button
                danger
                type="text"
                className="editor-delete"
                onClick={() => editing.row && remove(editing.row)}
              >
                {c("action.delete")}
              </Button>
            ) : null
          }
        >
          {() => (
            <>
              <ChoiceField
                name="parent_id"
                clearable
                placeholder={t("wrap-reasons.top")}
                options={possibleParents(all, projectId, editing?.row?.id ?? null).map((row) => ({
                  value: row.id,
                  label: pathName(all, row.id, locale),
                }))}
              />
              <Line>
                <TextField name="name_zh" required />
                <TextField name="name_en" required />
              </Line>
              <NumberField name="sort" required min={-10000} max={10000} help={t("wrap-reasons.sort.help")} />
            </>
          )}
        </Editor>
      ) : null}
    </section>
  );
}
