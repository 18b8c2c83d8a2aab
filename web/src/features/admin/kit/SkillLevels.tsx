import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, InputNumber, Select } from "antd";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { texts } from "../texts";
import type { Skill } from "../types";
import { useChoices } from "./api";

/** A list of skills, each once, with a level from 1 to 10: what an agent can, what a queue asks for. */
export function SkillLevels({
  name,
  level,
  help,
}: {
  name: "skills" | "required_skills";
  level: "level" | "min_level";
  help: string;
}) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const skills = useChoices<Skill>("/api/skills", (row) => row.name);
  const form = Form.useFormInstance();
  const chosen = (Form.useWatch(name, form) ?? []) as { skill_id?: string }[];
  return (
    <Form.Item label={n(name)} extra={help}>
      <Form.List name={name}>
        {(items, { add, remove }) => (
          <div className="skill-levels">
            {items.map((item, index) => (
              <div key={item.key} className="skill-level">
                <Form.Item
                  name={[item.name, "skill_id"]}
                  rules={[{ required: true, message: t("skill.choose") }]}
                >
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
                <Form.Item
                  name={[item.name, level]}
                  rules={[{ required: true, message: t("skill.level.choose") }]}
                >
                  <InputNumber min={1} max={10} precision={0} aria-label={n(level)} prefix={n(level)} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={`${c("action.delete")} ${skills.name(chosen[index]?.skill_id) ?? n("skill_id")}`}
                  onClick={() => remove(item.name)}
                />
              </div>
            ))}
            <Button
              type="dashed"
              icon={<PlusOutlined />}
              disabled={!skills.loading && items.length >= skills.rows.length}
              onClick={() => add({ [level]: level === "level" ? 5 : 1 })}
            >
              {t("skill.add")}
            </Button>
          </div>
        )}
      </Form.List>
    </Form.Item>
  );
}
