import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  DeleteOutlined,
  EditOutlined,
  PlusOutlined,
} from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Select, Switch } from "antd";
import { useState } from "react";
import { FIELD_TYPES, type FormField, FormFields, type WrapForm } from "@/shared/answers";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, QueryView } from "@/shared/ui";
import { type FieldDraft, nextName, toDraft, toFields, toOptions } from "../formFields";
import { call, useChoices, type Whole } from "../kit/api";
import { Editor } from "../kit/Editor";
import { ChoiceField, Line, NumberField, TextField } from "../kit/inputs";
import { ResourceHead } from "../kit/ResourceHead";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { Project } from "../types";

const MOST = 40;

interface Values {
  fields: FieldDraft[];
}

/** What agents fill in after a project's contacts: its fields, how it looks, and who published what. */
export function WrapForms() {
  const t = useT(texts);
  const n = useT(fields);
  const done = useDone();
  const cache = useQueryClient();
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const [chosen, setChosen] = useState<string>();
  const [editing, setEditing] = useState<Whole<WrapForm> | null>(null);
  const projectId = chosen ?? projects.rows[0]?.id;
  const path = `/api/wrap-forms/${projectId}`;
  const versions = useQuery({
    queryKey: ["config", path],
    queryFn: ({ signal }) => call.read<Whole<WrapForm>>(`${path}/versions`, signal),
    enabled: projectId !== undefined,
  });
  const before = editing?.items[0]?.fields ?? [];

  const publish = async (values: Values, seen: string) => {
    const body = { fields: toFields(values.fields ?? [], before) };
    const answer = await call.make<WrapForm>(`${path}/versions`, body, seen);
    await cache.invalidateQueries({ queryKey: ["config", path] });
    setEditing(null);
    const last = editing?.items[0]?.version ?? 0;
    done(
      t("wrap-forms.published", { version: answer.version }),
      projectId && last > 0 && answer.version > last ? { kind: "wrap_form", id: projectId } : undefined,
    );
  };

  return (
    <section className="resource" aria-labelledby="resource-title">
      <ResourceHead title={t("section.wrap-forms")} lead={t("wrap-forms.lead")}>
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
          icon={<EditOutlined />}
          disabled={!versions.data}
          onClick={() => setEditing(versions.data ?? null)}
        >
          {t("wrap-forms.edit")}
        </Button>
      </ResourceHead>
      {projectId === undefined ? (
        <Nothing title={t("wrap-reasons.no_project")} />
      ) : (
        <QueryView query={versions} rows={6}>
          {({ items }) =>
            items[0]?.fields.length ? (
              <Shown versions={items} />
            ) : (
              <Nothing title={t("wrap-forms.none")} hint={t("wrap-forms.none.hint")} />
            )
          }
        </QueryView>
      )}
      <Editor<Values>
        key={editing?.revision ?? ""}
        open={editing !== null}
        width={760}
        title={t("wrap-forms.edit")}
        saveLabel={t("wrap-forms.publish")}
        initial={{ fields: before.map(toDraft) }}
        onSave={(values, overwrite) => publish(values, overwrite ? "" : (editing?.revision ?? ""))}
        onReload={async () => setEditing((await versions.refetch({ throwOnError: true })).data ?? null)}
        onClose={() => setEditing(null)}
      >
        {() => <Builder before={before} />}
      </Editor>
    </section>
  );
}

function Shown({ versions }: { versions: WrapForm[] }) {
  const t = useT(texts);
  const f = useFormat();
  const [form] = Form.useForm();
  const [current] = versions;
  return (
    <div className="form-shown">
      <section aria-label={t("wrap-forms.preview")} className="form-preview">
        <h3>{t("wrap-forms.preview")}</h3>
        <Form form={form} layout="vertical">
          <FormFields fields={current?.fields ?? []} />
        </Form>
      </section>
      <section aria-label={t("wrap-forms.versions")}>
        <h3>{t("wrap-forms.versions")}</h3>
        <ol className="form-versions">
          {versions.map((version) => (
            <li key={version.version}>
              {t("wrap-forms.version", { version: version.version, n: version.fields.length })}
              <span className="dim">
                {f.moment(version.published_at)} <span translate="no">{version.published_by}</span>
              </span>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function Builder({ before }: { before: readonly FormField[] }) {
  const t = useT(texts);
  const c = useT(common);
  const form = Form.useFormInstance<Values>();
  const drafts: FieldDraft[] = Form.useWatch("fields", form) ?? [];
  // A name that was ever used stays its field's, so that kept answers keep their meaning.
  const used = new Set([...before.map((one) => one.key), ...drafts.map((one) => one?.key)]);
  return (
    <Form.List name="fields">
      {(items, { add, remove, move }, { errors }) => (
        <div className="form-builder">
          {items.map((item, index) => (
            <fieldset key={item.key} className="form-field">
              <legend translate="no">
                {drafts[index]?.label_zh || t("wrap-forms.field", { n: index + 1 })}
              </legend>
              <span className="form-field-tools">
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowUpOutlined />}
                  disabled={index === 0}
                  aria-label={`${t("wrap-forms.up")} ${index + 1}`}
                  onClick={() => move(index, index - 1)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowDownOutlined />}
                  disabled={index === items.length - 1}
                  aria-label={`${t("wrap-forms.down")} ${index + 1}`}
                  onClick={() => move(index, index + 1)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={`${c("action.delete")} ${index + 1}`}
                  onClick={() => remove(item.name)}
                />
              </span>
              <FieldEditor
                place={item.name}
                draft={drafts[index]}
                above={drafts.slice(0, index)}
                before={before}
              />
            </fieldset>
          ))}
          <Button
            type="dashed"
            icon={<PlusOutlined />}
            disabled={items.length >= MOST}
            onClick={() =>
              add({
                key: nextName("f", used as Set<string>),
                type: "text",
                label_zh: "",
                label_en: "",
                required: false,
                max_length: 200,
                pattern: "",
                least: null,
                most: null,
                options: "",
                last_four: false,
              })
            }
          >
            {t("wrap-forms.add")}
          </Button>
          <Form.ErrorList errors={errors} />
        </div>
      )}
    </Form.List>
  );
}

function FieldEditor({
  place,
  draft,
  above,
  before,
}: {
  place: number;
  draft: FieldDraft | undefined;
  above: readonly FieldDraft[];
  before: readonly FormField[];
}) {
  const t = useT(texts);
  const f = useFormat();
  const type = draft?.type ?? "text";
  const choices = above.filter((one) => one?.type === "choice" || one?.type === "choices");
  const asked = choices.find((one) => one.key === draft?.shown_when);
  const offered = asked
    ? toOptions(asked.options ?? "", before.find((one) => one.key === asked.key)?.options ?? [])
    : [];
  return (
    <>
      <Form.Item name={[place, "key"]} hidden>
        <input />
      </Form.Item>
      <Line>
        <TextField name={[place, "label_zh"]} required />
        <TextField name={[place, "label_en"]} required />
      </Line>
      <Line>
        <ChoiceField
          name={[place, "type"]}
          label={t("wrap-forms.type")}
          required
          options={FIELD_TYPES.map((value) => ({ value, label: t(`wrap-forms.type.${value}`) }))}
        />
        <Form.Item name={[place, "required"]} label={t("wrap-forms.required")} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Line>
      {type === "text" ? (
        <Line>
          <NumberField name={[place, "max_length"]} required min={1} max={2000} />
          <TextField name={[place, "pattern"]} help={t("wrap-forms.pattern.help")} />
        </Line>
      ) : null}
      {type === "card" ? (
        <Form.Item
          name={[place, "last_four"]}
          label={t("wrap-forms.last_four")}
          extra={t("wrap-forms.card.help")}
          valuePropName="checked"
        >
          <Switch />
        </Form.Item>
      ) : null}
      {type === "number" ? (
        <Line>
          <NumberField name={[place, "least"]} min={-1e12} max={1e12} />
          <NumberField name={[place, "most"]} min={-1e12} max={1e12} />
        </Line>
      ) : null}
      {type === "choice" || type === "choices" ? (
        <TextField name={[place, "options"]} required area max={4000} help={t("wrap-forms.options.help")} />
      ) : null}
      {choices.length > 0 ? (
        <Line>
          <ChoiceField
            name={[place, "shown_when"]}
            label={t("wrap-forms.when")}
            clearable
            placeholder={t("wrap-forms.always")}
            options={choices.map((one) => ({ value: one.key, label: one.label_zh }))}
          />
          {asked ? (
            <ChoiceField
              name={[place, "values"]}
              label={t("wrap-forms.is")}
              required
              multiple
              options={offered.map((one) => ({
                value: one.value,
                label: f.locale === "zh" ? one.label_zh : one.label_en,
              }))}
            />
          ) : null}
        </Line>
      ) : null}
    </>
  );
}
