import { Form, type FormInstance, Input, Switch } from "antd";
import type { Role } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useChoices } from "../kit/api";
import { ChoiceField, Line, TextField } from "../kit/inputs";
import { SkillLevels } from "../kit/SkillLevels";
import { texts } from "../texts";
import type { AgentSkill, Client, User } from "../types";

const ROLES: readonly Role[] = [
  "agent",
  "supervisor",
  "quality",
  "planner",
  "administrator",
  "auditor",
  "client_viewer",
];
/** Only these may be bound to one client. */
const BOUND: readonly Role[] = ["agent", "client_viewer"];

export interface UserValues extends Omit<User, "id" | "agent_no" | "client_id" | "locked"> {
  agent_no: string;
  client_id?: string | null;
  password: string;
  skills: Omit<AgentSkill, "user_id">[];
}

export function toUserValues(row: User | null, skills: readonly AgentSkill[]): UserValues {
  return {
    login: row?.login ?? "",
    name: row?.name ?? "",
    agent_no: row?.agent_no ?? "",
    department: row?.department ?? "",
    roles: row?.roles ?? ["agent"],
    client_id: row?.client_id ?? undefined,
    locale: row?.locale ?? "zh",
    active: row?.active ?? true,
    password: "",
    skills: skills.map(({ skill_id, level }) => ({ skill_id, level })),
  };
}

/** Skills have an address of their own; a password is set here for a new person only. */
export function toUserBody(values: UserValues, row: User | null): object {
  const { skills: _skills, password, ...rest } = values;
  const bound = rest.roles.every((role) => BOUND.includes(role));
  return {
    ...rest,
    agent_no: rest.agent_no.trim() || null,
    client_id: bound ? (rest.client_id ?? null) : null,
    ...(row === null ? { password } : {}),
  };
}

export function UserForm({ row, form }: { row: User | null; form: FormInstance<UserValues> }) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const clients = useChoices<Client>("/api/clients", (each) => each.name);
  const roles = Form.useWatch("roles", form) ?? [];
  const agent = roles.includes("agent");
  const viewer = roles.includes("client_viewer");
  return (
    <>
      <Line>
        <TextField name="name" required />
        <TextField
          name="login"
          required
          max={40}
          help={t("users.login.help")}
          rules={[{ pattern: /^\s*[A-Za-z0-9._-]{2,40}\s*$/, message: t("users.login.pattern") }]}
        />
      </Line>
      {row === null ? (
        <Form.Item
          name="password"
          label={n("password")}
          extra={t("password.help")}
          rules={[{ required: true }, { min: 8, message: t("password.short") }]}
        >
          <Input.Password maxLength={200} autoComplete="new-password" />
        </Form.Item>
      ) : null}
      <ChoiceField
        name="roles"
        required
        multiple
        options={ROLES.map((value) => ({ value, label: c(`role.${value}`) }))}
      />
      {roles.length > 0 && roles.every((role) => BOUND.includes(role)) ? (
        <ChoiceField
          name="client_id"
          required={viewer}
          clearable
          help={t("users.client.help")}
          options={clients.options}
          loading={clients.loading}
        />
      ) : null}
      <Line>
        <TextField
          name="agent_no"
          required={agent}
          max={20}
          help={t("users.agent_no.help")}
          rules={[{ pattern: /^\s*[A-Za-z0-9-]*\s*$/, message: t("users.agent_no.pattern") }]}
        />
        <TextField name="department" max={200} />
      </Line>
      {agent ? <SkillLevels name="skills" level="level" help={t("users.skills.help")} /> : null}
      <Line>
        <ChoiceField
          name="locale"
          required
          options={(["zh", "en"] as const).map((value) => ({ value, label: t(`language.${value}`) }))}
        />
        <Form.Item name="active" label={n("active")} valuePropName="checked" extra={t("users.active.help")}>
          <Switch checkedChildren={c("value.yes")} unCheckedChildren={c("value.no")} />
        </Form.Item>
      </Line>
    </>
  );
}
