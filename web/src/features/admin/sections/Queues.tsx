import { Tag } from "antd";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useChoices } from "../kit/api";
import { ChoiceField, Line, NumberField, TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { SkillLevels } from "../kit/SkillLevels";
import { texts } from "../texts";
import { POLICIES, type Project, type Queue, type Skill } from "../types";

type Values = Partial<Omit<Queue, "id" | "client_id">>;

const NEW: Values = {
  name: "",
  required_skills: [],
  priority: 0,
  policy: "longest_idle",
  ring_timeout_s: 20,
  acw_s: 30,
  target_percent: 80,
  target_s: 20,
  max_wait_s: null,
  music: "default",
};

function toValues(row: Queue | null): Values {
  if (row === null) return NEW;
  const { id: _id, client_id: _client, ...values } = row;
  return values;
}

export function Queues() {
  const t = useT(texts);
  const n = useT(fields);
  const f = useFormat();
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const skills = useChoices<Skill>("/api/skills", (row) => row.name);
  return (
    <ResourcePage<Queue, Values>
      path="/api/queues"
      title={t("section.queues")}
      lead={t("queues.lead")}
      noun={n("kind.queue")}
      columns={[
        { key: "name", title: n("name"), render: (row) => row.name },
        { key: "project", title: n("project_id"), render: (row) => projects.name(row.project_id) },
        {
          key: "skills",
          title: n("required_skills"),
          render: (row) =>
            row.required_skills.length === 0
              ? t("queues.everybody")
              : row.required_skills.map((need) => (
                  <Tag key={need.skill_id}>
                    {skills.name(need.skill_id)} ≥ {need.min_level}
                  </Tag>
                )),
        },
        { key: "policy", title: n("policy"), render: (row) => t(`policy.${row.policy}`) },
        { key: "priority", title: n("priority"), num: true, render: (row) => row.priority },
        {
          key: "target",
          title: t("queues.target"),
          num: true,
          render: (row) => `${row.target_percent}% / ${f.span(row.target_s * 1000)}`,
        },
        {
          key: "ring",
          title: t("queues.ring"),
          num: true,
          render: (row) => f.span(row.ring_timeout_s * 1000),
        },
        { key: "acw", title: t("queues.acw"), num: true, render: (row) => f.span(row.acw_s * 1000) },
        {
          key: "wait",
          title: t("queues.wait"),
          num: true,
          render: (row) => (row.max_wait_s === null ? t("unlimited") : f.span(row.max_wait_s * 1000)),
        },
      ]}
      text={(row) => `${row.name} ${projects.name(row.project_id)}`}
      nameOf={(row) => row.name}
      toValues={toValues}
      toBody={(values) => ({ ...values, max_wait_s: values.max_wait_s ?? null })}
      width={600}
      form={(row) => <QueueForm row={row} projects={projects} />}
    />
  );
}

function QueueForm({
  row,
  projects,
}: {
  row: Queue | null;
  projects: ReturnType<typeof useChoices<Project>>;
}) {
  const t = useT(texts);
  // The engine knows one class of music; a name given through the API stays what it is.
  const music = [...new Set(["default", row?.music ?? "default"])];
  return (
    <>
      <ChoiceField
        name="project_id"
        required
        disabled={row !== null}
        help={row ? t("fixed") : undefined}
        options={projects.options}
        loading={projects.loading}
      />
      <TextField name="name" required />
      <SkillLevels name="required_skills" level="min_level" help={t("queues.skills.help")} />
      <Line>
        <ChoiceField
          name="policy"
          required
          help={t("queues.policy.help")}
          options={POLICIES.map((value) => ({ value, label: t(`policy.${value}`) }))}
        />
        <NumberField name="priority" required min={-100} max={100} help={t("queues.priority.help")} />
      </Line>
      <Line>
        <NumberField name="target_percent" required min={1} max={100} />
        <NumberField name="target_s" required min={1} max={3600} help={t("queues.target.help")} />
      </Line>
      <Line>
        <NumberField name="ring_timeout_s" required min={5} max={120} help={t("queues.ring.help")} />
        <NumberField name="acw_s" required min={0} max={3600} help={t("queues.acw.help")} />
      </Line>
      <Line>
        <NumberField
          name="max_wait_s"
          min={10}
          max={86400}
          placeholder={t("unlimited")}
          help={t("queues.wait.help")}
        />
        <ChoiceField
          name="music"
          required
          options={music.map((value) => ({
            value,
            label: value === "default" ? t("queues.music.default") : value,
          }))}
        />
      </Line>
    </>
  );
}
