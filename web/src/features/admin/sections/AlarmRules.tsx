import { Form, Input, Switch, Tag } from "antd";
import { alarmTexts } from "@/shared/alarms";
import type { AgentState, Role } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useChoices, useQueues } from "../kit/api";
import { ChoiceField, Line, NumberField, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { Sections } from "../kit/Sections";
import { texts } from "../texts";
import {
  ALARM_FIGURES,
  ALARM_STATES,
  ALARM_VARIANTS,
  type AlarmFigure,
  type AlarmRule,
  type Project,
} from "../types";

type Values = Omit<AlarmRule, "id" | "signed"> & { secret: string };

const ROLES: readonly Role[] = ["supervisor", "planner", "administrator", "agent", "quality", "auditor"];
const LOW: readonly AlarmFigure[] = ["service_level", "ready"];
const CLOCK = /^(([01]\d|2[0-3]):[0-5]\d)?$/;

/** What a figure does not have is not sent; an empty secret leaves the one there is. */
function toBody({ secret, ...values }: Values, row: AlarmRule | null): object {
  const whole = {
    ...values,
    variant: values.figure === "service_level" ? values.variant : "",
    state: values.figure === "state_time" ? values.state : "",
    project_id: values.project_id ?? null,
    queue_id: values.queue_id ?? null,
    warn_at: values.warn_at ?? null,
    alarm_at: values.alarm_at ?? null,
  };
  return secret === "" && row?.signed ? whole : { ...whole, secret };
}

export function AlarmRules() {
  const t = useT(texts);
  const a = useT(alarmTexts);
  const n = useT(fields);
  const c = useT(common);
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const queues = useQueues();
  const watches = (row: AlarmRule) =>
    [a(`figure.${row.figure}`), row.variant, row.state ? c(`state.${row.state as AgentState}`) : ""]
      .filter(Boolean)
      .join(" · ");
  const scope = (row: AlarmRule) =>
    queues.name(row.queue_id) ?? projects.name(row.project_id) ?? t("alarms.scope.whole");
  return (
    <ResourcePage<AlarmRule, Values>
      path="/api/alarm-rules"
      title={t("section.alarm-rules")}
      lead={t("alarms.lead")}
      noun={n("kind.alarm_rule")}
      width={600}
      columns={[
        { key: "name", title: n("name"), render: (row) => row.name },
        { key: "watches", title: t("alarms.watches"), render: watches },
        { key: "scope", title: t("alarms.scope"), render: scope },
        { key: "limits", title: t("alarms.limits"), render: (row) => <Limits rule={row} /> },
        { key: "does", title: t("alarms.does"), render: (row) => <Does rule={row} /> },
      ]}
      text={(row) => `${row.name} ${watches(row)} ${scope(row)}`}
      nameOf={(row) => row.name}
      dim={(row) => !row.active}
      toValues={(row) => ({
        name: row?.name ?? "",
        figure: row?.figure ?? "waiting",
        variant: row?.variant || "sl.d",
        state: row?.state || "break",
        project_id: row?.project_id ?? null,
        queue_id: row?.queue_id ?? null,
        warn_at: row?.warn_at ?? null,
        alarm_at: row?.alarm_at ?? null,
        hold_s: row?.hold_s ?? 0,
        quiet_from: row?.quiet_from ?? "",
        quiet_until: row?.quiet_until ?? "",
        roles: row?.roles ?? ["supervisor"],
        sound: row?.sound ?? false,
        webhook: row?.webhook ?? "",
        secret: "",
        active: row?.active ?? true,
      })}
      toBody={toBody}
      form={(row) => (
        <Sections
          sections={[
            {
              key: "when",
              label: t("alarms.part.when"),
              fields: ["name", "figure", "variant", "state", "project_id", "queue_id", "warn_at", "alarm_at"],
              body: <When projects={projects.options} queues={queues.options} />,
            },
            {
              key: "what",
              label: t("alarms.part.what"),
              fields: ["roles", "sound", "quiet_from", "quiet_until", "webhook", "secret", "active"],
              body: <What signed={row?.signed ?? false} />,
            },
          ]}
        />
      )}
    />
  );
}

function Limits({ rule }: { rule: AlarmRule }) {
  const t = useT(texts);
  const a = useT(alarmTexts);
  const f = useFormat();
  const shown = (limit: number | null) =>
    limit === null
      ? "—"
      : `${t(LOW.includes(rule.figure) ? "alarms.low" : "alarms.high")} ${f.count(limit)} ${a(`unit.${rule.figure}`)}`;
  return (
    <span className="tabular">
      {shown(rule.warn_at)} / {shown(rule.alarm_at)}
    </span>
  );
}

function Does({ rule }: { rule: AlarmRule }) {
  const t = useT(texts);
  return (
    <>
      <Tag>{t("alarms.does.colour")}</Tag>
      {rule.roles.length > 0 ? <Tag>{t("alarms.does.notice")}</Tag> : null}
      {rule.roles.length > 0 && rule.sound ? <Tag>{t("alarms.does.sound")}</Tag> : null}
      {rule.webhook ? <Tag>{t("alarms.does.webhook")}</Tag> : null}
    </>
  );
}

type Choices = { value: string; label: string }[];

function When({ projects, queues }: { projects: Choices; queues: Choices }) {
  const t = useT(texts);
  const a = useT(alarmTexts);
  const c = useT(common);
  const figure = (Form.useWatch("figure") as AlarmFigure | undefined) ?? "waiting";
  const unit = a(`unit.${figure}`);
  const help = t(LOW.includes(figure) ? "alarms.low.help" : "alarms.high.help");
  return (
    <>
      <TextField name="name" required />
      <ChoiceField
        name="figure"
        required
        options={ALARM_FIGURES.map((each) => ({ value: each, label: a(`figure.${each}`) }))}
      />
      {figure === "service_level" ? (
        <ChoiceField
          name="variant"
          required
          options={ALARM_VARIANTS.map((each) => ({ value: each, label: each }))}
        />
      ) : null}
      {figure === "state_time" ? (
        <ChoiceField
          name="state"
          required
          options={ALARM_STATES.map((each) => ({ value: each, label: c(`state.${each}`) }))}
        />
      ) : null}
      {figure === "trunk_use" ? null : (
        <Line>
          <ChoiceField
            name="project_id"
            clearable
            placeholder={t("alarms.scope.whole")}
            help={t("alarms.scope.help")}
            options={projects}
          />
          <ChoiceField name="queue_id" clearable placeholder="—" options={queues} />
        </Line>
      )}
      <Line>
        <NumberField name="warn_at" min={0} max={86400} unit={unit} help={help} />
        <NumberField name="alarm_at" min={0} max={86400} unit={unit} />
      </Line>
      <NumberField name="hold_s" required min={0} max={3600} help={t("alarms.hold.help")} />
    </>
  );
}

function What({ signed }: { signed: boolean }) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const webhook = Form.useWatch("webhook") as string | undefined;
  const clock = [{ pattern: CLOCK, message: t("alarms.quiet.pattern") }];
  return (
    <>
      <ChoiceField
        name="roles"
        multiple
        help={t("alarms.roles.help")}
        options={ROLES.map((role) => ({ value: role, label: c(`role.${role}`) }))}
      />
      <Form.Item name="sound" label={n("sound")} valuePropName="checked" extra={t("alarms.sound.help")}>
        <Switch />
      </Form.Item>
      <Line>
        <TextField
          name="quiet_from"
          max={5}
          placeholder="22:00"
          rules={clock}
          help={t("alarms.quiet.help")}
        />
        <TextField name="quiet_until" max={5} placeholder="08:00" rules={clock} />
      </Line>
      <TextField
        name="webhook"
        max={500}
        placeholder="https://"
        rules={[{ pattern: /^\s*(https:\/\/\S+)?\s*$/, message: t("alarms.webhook.help") }]}
        help={t("alarms.webhook.help")}
      />
      {webhook ? (
        <Form.Item
          name="secret"
          label={n("secret")}
          extra={t(signed ? "alarms.secret.kept" : "alarms.secret.help")}
        >
          <Input.Password maxLength={200} autoComplete="new-password" />
        </Form.Item>
      ) : null}
      <Form.Item name="active" label={n("active")} valuePropName="checked" extra={t("alarms.active.help")}>
        <Switch />
      </Form.Item>
    </>
  );
}
