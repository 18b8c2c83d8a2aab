import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { listQuery } from "../kit/api";
import { TextField } from "../kit/inputs";
import { ResourcePage } from "../kit/ResourcePage";
import { SkillLevelsForMany } from "../levels/SkillLevelsForMany";
import { levelTexts } from "../levels/texts";
import { texts } from "../texts";
import type { AgentSkill, Queue, Skill } from "../types";

export function Skills() {
  const t = useT(texts);
  const n = useT(fields);
  const f = useFormat();
  const l = useT(levelTexts);
  const [given, setGiven] = useState<Skill | null>(null);
  const agents = useQuery(listQuery<AgentSkill>("/api/agent-skills"));
  const queues = useQuery(listQuery<Queue>("/api/queues"));
  return (
    <>
      <ResourcePage<Skill, { name: string }>
        path="/api/skills"
        title={t("section.skills")}
        lead={t("skills.lead")}
        noun={n("kind.skill")}
        columns={[
          { key: "name", title: n("name"), render: (row) => row.name },
          {
            key: "agents",
            title: t("skills.agents"),
            num: true,
            render: (row) => f.count(agents.data?.filter((link) => link.skill_id === row.id).length),
          },
          {
            key: "queues",
            title: t("skills.queues"),
            render: (row) => {
              const asking = queues.data?.filter((queue) =>
                queue.required_skills.some((need) => need.skill_id === row.id),
              );
              // Projects may name their queues alike.
              return [...new Set(asking?.map((queue) => queue.name))].join(t("comma"));
            },
          },
        ]}
        text={(row) => row.name}
        nameOf={(row) => row.name}
        actions={(row) => (
          <Button
            type="text"
            size="small"
            aria-label={`${l("open")} ${row.name}`}
            onClick={() => setGiven(row)}
          >
            {l("open")}
          </Button>
        )}
        toValues={(row) => ({ name: row?.name ?? "" })}
        toBody={(values) => values}
        form={() => <TextField name="name" required help={t("skills.name.help")} />}
      />
      {given ? <SkillLevelsForMany skill={given} onClose={() => setGiven(null)} /> : null}
    </>
  );
}
