import { Form, InputNumber, Select } from "antd";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { texts } from "../texts";
import type { Skill } from "../types";
import { useChoices } from "./api";
import { Rows } from "./Rows";

type ListName = "skills" | "required_skills" | "preferred_skills" | "min_levels";

/** A list of skills, each once, with a level up to 10: what an agent can, what a queue asks for. */
export function SkillLevels({
  name,
  level,
  help,
  lowest = 1,
  within,
}: {
  name: ListName;
  level: "level" | "min_level";
  help: string;
  lowest?: 0 | 1;
  /** The row of another list that this list is in. */
  within?: ["relax", number];
}) {
  const t = useT(texts);
  const n = useT(fields);
  const skills = useChoices<Skill>("/api/skills", (row) => row.name);
  const form = Form.useFormInstance();
  const chosen = (Form.useWatch(within ? [...within, name] : name, form) ?? []) as { skill_id?: string }[];
  return (
    <Rows
      name={within ? [within[1], name] : name}
      help={help}
      blank={{ [level]: level === "level" ? 5 : lowest }}
      addLabel={t("skill.add")}
      rowName={(index) => skills.name(chosen[index]?.skill_id) ?? n("skill_id")}
      most={skills.loading ? 20 : Math.min(20, skills.rows.length)}
      className="form-row-skill"
    >
      {(place, index) => (
        <>
          <Form.Item name={[place, "skill_id"]} rules={[{ required: true, message: t("skill.choose") }]}>
            <Select
              aria-label={n("skill_id")}
              placeholder={t("skill.choose")}
              loading={skills.loading}
              showSearch={{ optionFilterProp: "label" }}
              options={skills.options.map((option) => ({
                ...option,
                disabled: chosen.some((each, at) => at !== index && each?.skill_id === option.value),
              }))}
            />
          </Form.Item>
          <Form.Item name={[place, level]} rules={[{ required: true, message: t("skill.level.choose") }]}>
            <InputNumber min={lowest} max={10} precision={0} aria-label={n(level)} prefix={n(level)} />
          </Form.Item>
        </>
      )}
    </Rows>
  );
}
