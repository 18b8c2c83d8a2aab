import { ConfigProvider, Form, type FormInstance, Input, Switch } from "antd";
import type { Role } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useChoices } from "../kit/api";
import { ChoiceField, Line, TextField } from "../kit/inputs";
import { Sections } from "../kit/Sections";
import { SkillLevels } from "../kit/SkillLevels";
import { texts } from "../texts";
import type { AgentCertificate, AgentSkill, Client, QueueSeat, User } from "../types";
import { useDirectory } from "./Directory";
import { UserQueues } from "./UserQueues";

export const ROLES: readonly Role[] = [
  "agent",
  "supervisor",
  "quality",
  "planner",
  "administrator",
  "system",
  "security",
  "auditor",
  "client_viewer",
];
/** Only these may be bound to one client. */
const BOUND: readonly Role[] = ["agent", "client_viewer"];

/** What an agent has beside the account, each list with an address of its own. */
export interface AgentLists {
  skills: Omit<AgentSkill, "user_id">[];
  queue_seats: Omit<QueueSeat, "user_id">[];
  certificates: Omit<AgentCertificate, "user_id">[];
}

export interface UserValues
  extends AgentLists,
    Omit<User, "id" | "agent_no" | "client_id" | "email" | "locked" | "second_factor"> {
  agent_no: string;
  email: string;
  client_id?: string | null;
  password: string;
}

export function toUserValues(row: User | null, lists: AgentLists): UserValues {
  return {
    login: row?.login ?? "",
    name: row?.name ?? "",
    agent_no: row?.agent_no ?? "",
    email: row?.email ?? "",
    mobile: row?.mobile ?? "",
    department: row?.department ?? "",
    roles: row?.roles ?? ["agent"],
    client_id: row?.client_id ?? undefined,
    locale: row?.locale ?? "zh",
    active: row?.active ?? true,
    by_directory: row?.by_directory ?? false,
    password: "",
    ...lists,
  };
}

/** The account alone; a password is set here for a new person only, unless it is the directory's. */
export function toUserBody(values: UserValues, row: User | null): object {
  const { skills: _skills, queue_seats: _seats, certificates: _papers, password, ...rest } = values;
  const bound = rest.roles.every((role) => BOUND.includes(role));
  return {
    ...rest,
    agent_no: rest.agent_no.trim() || null,
    email: rest.email.trim() || null,
    mobile: rest.mobile.trim(),
    client_id: bound ? (rest.client_id ?? null) : null,
    ...(row === null && !rest.by_directory ? { password } : {}),
  };
}

interface Props {
  row: User | null;
  form: FormInstance<UserValues>;
  /** Whether the account may be changed. */
  manages: boolean;
  /** Whether skills, queues and certificates may be. */
  configures: boolean;
}

export function UserForm(props: Props) {
  const { form, manages, configures } = props;
  const t = useT(texts);
  const agent = (Form.useWatch("roles", form) ?? []).includes("agent");
  const seats = Form.useWatch("queue_seats", form) ?? [];
  const papers = Form.useWatch("certificates", form) ?? [];
  return (
    <Sections
      sections={[
        {
          key: "basic",
          label: t("part.basic"),
          fields: [],
          body: (
            <ConfigProvider componentDisabled={!manages}>
              <Account {...props} />
            </ConfigProvider>
          ),
        },
        ...(agent && configures
          ? [
              {
                key: "queues",
                label: t("users.part.queues"),
                fields: ["queue_seats", "certificates"] as const,
                used: seats.length + papers.length,
                body: <UserQueues />,
              },
            ]
          : []),
      ]}
    />
  );
}

function Account({ row, form, manages, configures }: Props) {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const clients = useChoices<Client>("/api/clients", (each) => each.name);
  const roles = Form.useWatch("roles", form) ?? [];
  const agent = roles.includes("agent");
  const viewer = roles.includes("client_viewer");
  const directory = useDirectory(manages);
  const elsewhere = Form.useWatch("by_directory", form) ?? false;
  return (
    <>
      {manages ? null : <p className="dim">{t("users.not_yours")}</p>}
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
      <Form.Item
        name="by_directory"
        label={n("by_directory")}
        valuePropName="checked"
        extra={t("users.by_directory.help")}
        hidden={!row?.by_directory && !directory.data?.urls.length}
      >
        <Switch checkedChildren={c("value.yes")} unCheckedChildren={c("value.no")} />
      </Form.Item>
      {row === null && !elsewhere ? (
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
      <TextField
        name="email"
        max={254}
        help={t("users.email.help")}
        rules={[{ pattern: /^\s*([^@\s]+@[^@\s]+)?\s*$/, message: t("users.email.pattern") }]}
      />
      {agent ? (
        <TextField
          name="mobile"
          max={20}
          help={t("users.mobile.help")}
          rules={
            manages ? [{ pattern: /^\s*(\+?[0-9]{5,19})?\s*$/, message: t("users.mobile.pattern") }] : []
          }
        />
      ) : null}
      {agent && configures ? (
        <ConfigProvider componentDisabled={false}>
          <SkillLevels name="skills" level="level" help={t("users.skills.help")} />
        </ConfigProvider>
      ) : null}
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
