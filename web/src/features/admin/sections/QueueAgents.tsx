import { useQuery } from "@tanstack/react-query";
import { Form, InputNumber, Select } from "antd";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { listQuery, useList } from "../kit/api";
import { ChoiceField } from "../kit/inputs";
import { named } from "../kit/named";
import { Rows } from "../kit/Rows";
import { SkillLevels } from "../kit/SkillLevels";
import { texts } from "../texts";
import type { AgentCertificate, User } from "../types";

/** Who else may or must not serve a queue, and from when on. */
export function QueueAgents() {
  const t = useT(texts);
  const n = useT(fields);
  const users = useList<User>("/api/users");
  const papers = useQuery(listQuery<AgentCertificate>("/api/agent-certificates"));
  const departments = named((users.data ?? []).map((user) => user.department));
  return (
    <>
      <SkillLevels name="preferred_skills" level="min_level" help={t("queues.preferred.help")} />
      <ChoiceField
        name="required_certificates"
        free
        help={t("queues.certificates.help")}
        placeholder={t("queues.certificates.none")}
        options={named((papers.data ?? []).map((paper) => paper.name))}
        loading={papers.isPending}
      />
      <ChoiceField
        name="groups"
        free
        help={t("queues.groups.help")}
        placeholder={t("queues.groups.all")}
        options={departments}
        loading={users.isPending}
      />
      <Rows
        name="relax"
        help={t("queues.relax.help")}
        blank={{ after_s: 30, min_levels: [], groups: [] }}
        addLabel={t("queues.relax.add")}
        rowName={(index) => t("queues.relax.nth", { n: index + 1 })}
        most={5}
        className="form-row-step"
      >
        {(place, index) => (
          <>
            <Form.Item name={[place, "after_s"]} rules={[{ required: true }]} label={n("after_s")}>
              <InputNumber min={1} max={86400} precision={0} />
            </Form.Item>
            <Form.Item name={[place, "groups"]} label={t("queues.relax.groups")}>
              <Select mode="tags" options={departments} placeholder={t("none")} />
            </Form.Item>
            <SkillLevels
              name="min_levels"
              level="min_level"
              lowest={0}
              within={["relax", index]}
              help={t("queues.relax.levels.help")}
            />
          </>
        )}
      </Rows>
    </>
  );
}
