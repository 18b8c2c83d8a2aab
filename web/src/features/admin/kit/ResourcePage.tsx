import { useQueryClient } from "@tanstack/react-query";
import type { FormInstance } from "antd";
import { type ReactNode, useState } from "react";
import { useT } from "@/shared/i18n";
import { texts } from "../texts";
import { changedAt, listQuery, type Row, useList, useSave } from "./api";
import { Editor } from "./Editor";
import { type Column, ResourceList } from "./ResourceList";
import { useDone } from "./useDone";
import { useRemoval } from "./useRemoval";

export interface ResourcePageProps<R extends Row, V extends object> {
  path: string;
  title: string;
  lead: string;
  /** The kind of thing as a word: “技能”. */
  noun: string;
  columns: Column<R>[];
  text: (row: R) => string;
  nameOf: (row: R) => string;
  /** What the form starts with; null is a new thing. */
  toValues: (row: R | null) => V;
  /** What the API is sent. */
  toBody: (values: V, row: R | null) => object;
  dim?: (row: R) => boolean;
  /** What else can be done with a row. */
  actions?: (row: R) => ReactNode;
  form: (row: R | null, form: FormInstance<V>) => ReactNode;
  /** What deleting it means, in a sentence. */
  retireHint?: string;
  sort?: (a: R, b: R) => number;
  width?: number;
}

/** Nothing was changed: there is nothing to take back. */
const same = (row: object | null, answer: object) => JSON.stringify(row) === JSON.stringify(answer);

/** List, make, change and delete one kind of thing. */
export function ResourcePage<R extends Row, V extends object>(props: ResourcePageProps<R, V>) {
  const { path, noun, nameOf } = props;
  const t = useT(texts);
  const list = useList<R>(path);
  const save = useSave<R>(path);
  const done = useDone();
  const [editing, setEditing] = useState<{ row: R | null } | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const removal = useRemoval(path, props.retireHint, () => setEditing(null));
  const cache = useQueryClient();

  return (
    <>
      <ResourceList<R>
        title={props.title}
        lead={props.lead}
        query={list}
        columns={props.columns}
        text={props.text}
        nameOf={nameOf}
        onOpen={(row) => setEditing({ row })}
        onAdd={() => setEditing({ row: null })}
        addLabel={t("add", { noun })}
        saved={saved}
        dim={props.dim}
        actions={props.actions}
        sort={props.sort}
      />
      <Editor<V>
        key={editing?.row?.revision ?? ""}
        open={editing !== null}
        width={props.width}
        title={editing?.row ? t("edit.title", { noun, name: nameOf(editing.row) }) : t("add", { noun })}
        initial={props.toValues(editing?.row ?? null)}
        onClose={() => setEditing(null)}
        onReload={async () => {
          const rows = await cache.fetchQuery({ ...listQuery<R>(path), staleTime: 0 });
          const row = rows.find((each) => each.id === editing?.row?.id);
          setEditing(row ? { row } : null);
        }}
        onSave={async (values, overwrite) => {
          const row = editing?.row ?? null;
          const answer = await save.mutateAsync({
            id: row?.id ?? null,
            body: props.toBody(values, row),
            seen: overwrite ? "" : row?.revision,
          });
          setSaved(answer.id);
          setEditing(null);
          done(
            t(row ? "done.changed" : "done.made", { name: nameOf(answer) }),
            same(row, answer) ? undefined : changedAt(path, answer.id),
          );
        }}
        extra={removal(editing?.row ? { id: editing.row.id, name: nameOf(editing.row) } : null)}
      >
        {(form) => props.form(editing?.row ?? null, form)}
      </Editor>
    </>
  );
}
