import { Button, Form, type FormInstance, Switch, Tag } from "antd";
import { useEffect, useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useChoices } from "../kit/api";
import { ChoiceField, Line, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { NumberWay } from "../lines/NumberWay";
import { lineTexts } from "../lines/texts";
import { texts } from "../texts";
import { type FlowItem, NUMBER_KINDS, type PhoneNumber, type Project, type Trunk } from "../types";

type Values = Partial<Omit<PhoneNumber, "id" | "client_id">>;

export function Numbers() {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const f = useFormat();
  const l = useT(lineTexts);
  const [checked, setChecked] = useState<PhoneNumber | null>(null);
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const trunks = useChoices<Trunk>("/api/trunks", (row) => row.name);
  const flows = useChoices<FlowItem>("/api/flows", (row) => row.name);
  const flowOf = (row: PhoneNumber) => {
    const flow = flows.rows.find((each) => each.id === row.flow_id);
    if (flow && flow.version !== null) return flow.name;
    return <Tag color="warning">{t(flow ? "numbers.flow.unpublished" : "numbers.flow.none")}</Tag>;
  };
  return (
    <>
      <ResourcePage<PhoneNumber, Values>
        path="/api/numbers"
        title={t("section.numbers")}
        lead={t("numbers.lead")}
        noun={n("kind.number")}
        columns={[
          {
            key: "e164",
            title: n("e164"),
            render: (row) => <span className="tabular">{f.phone(row.e164)}</span>,
          },
          { key: "label", title: n("label"), render: (row) => row.label },
          { key: "kind", title: n("kind"), render: (row) => t(`number.${row.kind}`) },
          { key: "home", title: n("home"), render: (row) => row.home },
          {
            key: "dial_out",
            title: n("dial_out"),
            render: (row) => (row.dial_out ? <Tag color="success">{c("value.yes")}</Tag> : null),
          },
          { key: "project", title: n("project_id"), render: (row) => projects.name(row.project_id) },
          { key: "flow", title: n("flow_id"), render: (row) => (flows.loading ? "" : flowOf(row)) },
          {
            key: "trunk",
            title: n("trunk_id"),
            render: (row) => trunks.name(row.trunk_id) ?? t("numbers.trunk.any"),
          },
        ]}
        text={(row) =>
          `${row.e164} ${f.phone(row.e164)} ${row.label} ${row.home} ${projects.name(row.project_id)}`
        }
        nameOf={(row) => row.label}
        actions={(row) => (
          <Button
            type="text"
            size="small"
            aria-label={`${l("way.open")} ${row.label}`}
            onClick={() => setChecked(row)}
          >
            {l("way.open")}
          </Button>
        )}
        toValues={(row) => ({
          project_id: row?.project_id,
          trunk_id: row?.trunk_id ?? undefined,
          e164: row?.e164 ?? "",
          label: row?.label ?? "",
          home: row?.home ?? "",
          kind: row?.kind ?? "local",
          flow_id: row?.flow_id ?? undefined,
          dial_out: row?.dial_out ?? false,
        })}
        toBody={(values) => ({
          ...values,
          trunk_id: values.trunk_id ?? null,
          flow_id: values.flow_id ?? null,
        })}
        form={(_, form) => (
          <>
            <Line>
              <TextField
                name="e164"
                required
                max={21}
                rules={[{ pattern: /^\s*\+?[0-9]{3,20}\s*$/, message: t("numbers.e164.pattern") }]}
              />
              <ChoiceField
                name="kind"
                required
                options={NUMBER_KINDS.map((value) => ({ value, label: t(`number.${value}`) }))}
              />
            </Line>
            <Line>
              <TextField name="label" required help={t("numbers.label.help")} />
              <TextField name="home" max={200} />
            </Line>
            <ChoiceField name="project_id" required options={projects.options} loading={projects.loading} />
            <FlowChoice form={form} projects={projects.rows} flows={flows.rows} />
            <ChoiceField
              name="trunk_id"
              clearable
              help={t("numbers.trunk.help")}
              options={trunks.options}
              loading={trunks.loading}
            />
            <Form.Item
              name="dial_out"
              label={n("dial_out")}
              valuePropName="checked"
              extra={t("numbers.dial_out.help")}
            >
              <Switch checkedChildren={c("value.yes")} unCheckedChildren={c("value.no")} />
            </Form.Item>
          </>
        )}
      />
      {checked ? (
        <NumberWay number={checked} trunk={trunks.name(checked.trunk_id)} onClose={() => setChecked(null)} />
      ) : null}
    </>
  );
}

/** The flows that the number's project may use: those of its client. */
function FlowChoice({
  form,
  projects,
  flows,
}: {
  form: FormInstance<Values>;
  projects: readonly Project[];
  flows: readonly FlowItem[];
}) {
  const t = useT(texts);
  const projectId = Form.useWatch("project_id", form);
  const flowId = Form.useWatch("flow_id", form);
  const clientId = projects.find((row) => row.id === projectId)?.client_id;
  const usable = flows.filter((flow) => flow.client_id === clientId);
  const foreign =
    clientId !== undefined && flows.some((flow) => flow.id === flowId && flow.client_id !== clientId);
  useEffect(() => {
    if (foreign) form.setFieldValue("flow_id", undefined);
  }, [foreign, form]);
  return (
    <ChoiceField
      name="flow_id"
      clearable
      disabled={clientId === undefined}
      help={t(clientId === undefined ? "numbers.flow.first" : "numbers.flow.help")}
      options={usable.map((flow) => ({ value: flow.id, label: flow.name }))}
    />
  );
}
