import { Tag } from "antd";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useChoices } from "../kit/api";
import { ResourcePage } from "../kit/ResourcePage";
import { type QueueValues, queueBody, queueValues } from "../queueForm";
import { texts } from "../texts";
import type { Project, Queue, Skill } from "../types";
import { QueueForm } from "./QueueForm";

export function Queues() {
  const t = useT(texts);
  const n = useT(fields);
  const f = useFormat();
  const projects = useChoices<Project>("/api/projects", (row) => row.name);
  const skills = useChoices<Skill>("/api/skills", (row) => row.name);
  return (
    <ResourcePage<Queue, QueueValues>
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
      toValues={queueValues}
      toBody={queueBody}
      width={680}
      form={(row) => <QueueForm row={row} projects={projects} />}
    />
  );
}
