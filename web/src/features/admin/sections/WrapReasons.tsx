import { PlusOutlined } from "@ant-design/icons";
import { Button, Select } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { Nothing, QueryView } from "@/shared/ui";
import { changedAt, useChoices, useList, useSave } from "../kit/api";
import { Editor } from "../kit/Editor";
import { ChoiceField, Line, NumberField, TextField } from "../kit/inputs";
import { ResourceHead } from "../kit/ResourceHead";
import { useDone } from "../kit/useDone";
import { useRemoval } from "../kit/useRemoval";
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
  const { locale } = useFormat();
  const done = useDone();
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const reasons = useList<WrapReason>(PATH);
  const save = useSave<WrapReason>(PATH);
  const [chosen, setChosen] = useState<string>();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const removal = useRemoval(PATH, t("wrap-reasons.retire"), () => setEditing(null));
  const projectId = chosen ?? projects.rows[0]?.id;
  const all = reasons.data ?? [];
  const nameOf = (row: WrapReason) => (locale === "zh" ? row.name_zh : row.name_en);

  const store = async (values: Values, overwrite: boolean) => {
    const row = editing?.row ?? null;
    const body = { ...values, parent_id: values.parent_id ?? null };
    const answer = await save.mutateAsync({
      id: row?.id ?? null,
      body: row ? body : { ...body, project_id: projectId },
      seen: overwrite ? "" : row?.revision,
    });
    setSaved(answer.id);
    setEditing(null);
    const changed = JSON.stringify(row) !== JSON.stringify(answer);
    done(
      t(row ? "done.changed" : "done.made", { name: nameOf(answer) }),
      changed ? changedAt(PATH, answer.id) : undefined,
    );
  };

  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={t("section.wrap-reasons")} lead={t("wrap-reasons.lead")}>
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
      </ResourceHead>
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
          key={editing?.row?.revision ?? ""}
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
          onReload={async () => {
            const row = (await reasons.refetch()).data?.find((each) => each.id === editing?.row?.id);
            setEditing(row ? { row, parent: row.parent_id } : null);
          }}
          onSave={store}
          onClose={() => setEditing(null)}
          extra={removal(editing?.row ? { id: editing.row.id, name: nameOf(editing.row) } : null)}
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
