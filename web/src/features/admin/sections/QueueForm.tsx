import { Form } from "antd";
import { useT } from "@/shared/i18n";
import type { useChoices } from "../kit/api";
import { ChoiceField, Line, NumberField, TextField } from "../kit/inputs";
import { Sections } from "../kit/Sections";
import { SkillLevels } from "../kit/SkillLevels";
import { type QueueValues, rulesUsed } from "../queueForm";
import { texts } from "../texts";
import { POLICIES, type Project, type Queue } from "../types";
import { QueueAgents } from "./QueueAgents";
import { QueueCustomers } from "./QueueCustomers";
import { QueueWays } from "./QueueWays";

/** What every queue has comes first; the rules that few need are in parts of their own. */
export function QueueForm({
  row,
  projects,
}: {
  row: Queue | null;
  projects: ReturnType<typeof useChoices<Project>>;
}) {
  const t = useT(texts);
  const form = Form.useFormInstance<QueueValues>();
  const used = rulesUsed(Form.useWatch([], form) as QueueValues | undefined);
  return (
    <Sections
      sections={[
        {
          key: "basic",
          label: t("part.basic"),
          fields: [],
          body: <Basics row={row} projects={projects} />,
        },
        {
          key: "agents",
          label: t("queues.part.agents"),
          fields: ["preferred_skills", "required_certificates", "groups", "relax"],
          used: used.agents,
          body: <QueueAgents />,
        },
        {
          key: "ways",
          label: t("queues.part.ways"),
          fields: ["doors", "overflow"],
          used: used.ways,
          body: <QueueWays own={row?.id} />,
        },
        {
          key: "customers",
          label: t("queues.part.customers"),
          fields: ["reserve", "dedicated_wait_s", "last_agent_wait_s", "redial_s"],
          used: used.customers,
          body: <QueueCustomers />,
        },
      ]}
    />
  );
}

function Basics({ row, projects }: { row: Queue | null; projects: ReturnType<typeof useChoices<Project>> }) {
  const t = useT(texts);
  const form = Form.useFormInstance<QueueValues>();
  const policy = Form.useWatch("policy", form);
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
          help={policy ? t(`policy.${policy}.help`) : t("queues.policy.help")}
          options={POLICIES.map((value) => ({ value, label: t(`policy.${value}`) }))}
        />
        <NumberField name="priority" required min={-100} max={100} help={t("queues.priority.help")} />
      </Line>
      {policy === "value_weighted" ? (
        <NumberField name="value_s" required min={0} max={86400} help={t("queues.value.help")} />
      ) : null}
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
