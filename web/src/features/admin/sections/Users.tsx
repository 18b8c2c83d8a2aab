import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Select, Tag, Tooltip } from "antd";
import { useRef, useState } from "react";
import type { Role } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { useReportProblem } from "@/shared/ui";
import { call, listQuery, useChoices, useList, useSave } from "../kit/api";
import { Editor } from "../kit/Editor";
import { below } from "../kit/problems";
import { type Column, ResourceList } from "../kit/ResourceList";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type { AgentSkill, Client, Skill, Team, TeamMember, User } from "../types";
import { LISTS, type ListName, NO_LISTS, readLists, type SeenLists } from "./agentLists";
import { useFactorReset } from "./FactorReset";
import { PasswordReset } from "./PasswordReset";
import { toUserBody, toUserValues, UserForm, type UserValues } from "./UserForm";

/** Whom the form is about, as seen when it was opened; `nth` tells one opening from the next. */
interface Editing extends SeenLists {
  nth: number;
  row: User | null;
}

type Shown = "active" | "left" | "all";

export function Users() {
  const t = useT(texts);
  const n = useT(fields);
  const c = useT(common);
  const done = useDone();
  const cache = useQueryClient();
  const users = useList<User>("/api/users");
  const me = useMe();
  // Accounts and rights are one duty, what agents can and where they sit another.
  const manages = permitted(me, ["people"]);
  const configures = permitted(me, ["config"]);
  const links = useQuery({ ...listQuery<AgentSkill>("/api/agent-skills"), enabled: configures });
  const skills = useChoices<Skill>("/api/skills", (row) => row.name, configures);
  const teams = useChoices<Team>("/api/teams", (row) => row.name, configures);
  const placed = useQuery({ ...listQuery<TeamMember>("/api/team-members"), enabled: configures });
  const teamOf = (id: string) => teams.name(placed.data?.find((link) => link.user_id === id)?.team_id);
  const clients = useChoices<Client>("/api/clients", (row) => row.short_name);
  const save = useSave<User>("/api/users");
  const [shown, setShown] = useState<Shown>("active");
  const [editing, setEditing] = useState<Editing | null>(null);
  const opened = useRef(0);
  const refused = useRef<ListName | "account" | null>(null);
  const report = useReportProblem();
  const [resetting, setResetting] = useState<User | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const resetFactor = useFactorReset();
  const skillsOf = (id: string) => (links.data ?? []).filter((link) => link.user_id === id);
  const open = async (row: User | null) => {
    try {
      const lists = row && configures ? await readLists(row.id) : NO_LISTS;
      opened.current += 1;
      setEditing({ nth: opened.current, row, ...lists });
    } catch (thrown) {
      report(thrown);
    }
  };

  const columns: Column<User>[] = [
    { key: "name", title: n("name"), render: (row) => row.name },
    { key: "login", title: n("login"), render: (row) => <code>{row.login}</code> },
    { key: "no", title: n("agent_no"), render: (row) => row.agent_no },
    {
      key: "department",
      title: n("department"),
      render: (row) => <span translate="no">{row.department}</span>,
    },
    ...(teams.rows.length > 0
      ? [{ key: "team", title: n("team"), render: (row: User) => teamOf(row.id) }]
      : []),
    {
      key: "roles",
      title: n("roles"),
      render: (row) => (
        <>
          {row.roles.map((role) => (
            <Tag key={role}>{c(`role.${role}`)}</Tag>
          ))}
          {row.client_id ? <Tag color="processing">{clients.name(row.client_id)}</Tag> : null}
        </>
      ),
    },
    {
      key: "skills",
      title: n("skills"),
      render: (row) =>
        skillsOf(row.id)
          .map((link) => `${skills.name(link.skill_id) ?? ""} ${link.level}`)
          .join(t("comma")),
    },
    {
      key: "state",
      title: t("users.state"),
      render: (row) =>
        row.locked ? (
          <Tooltip title={t("users.locked.hint")}>
            <Tag color="error">{t("users.locked")}</Tag>
          </Tooltip>
        ) : (
          <>
            <Tag color={row.active ? "success" : "default"}>
              {t(row.active ? "users.active" : "users.left")}
            </Tag>
            {row.second_factor ? <Tag>{t("users.factor")}</Tag> : null}
            {row.by_directory ? <Tag>{t("users.directory")}</Tag> : null}
          </>
        ),
    },
  ];
  const query = {
    ...users,
    data: users.data?.filter((row) => shown === "all" || row.active === (shown === "active")),
  } as typeof users;

  /** The account and each list are stored by themselves. What is stored counts as seen: should the next be
   * refused, the next try does not stumble over one's own change. `overwrite` is about what was refused. */
  const store = async (values: UserValues, before: Editing, overwrite: boolean) => {
    const forced = overwrite ? refused.current : null;
    let now = before;
    const step = async <R,>(
      name: ListName | "account",
      seen: string,
      send: (seen: string) => Promise<R>,
      keep: (answer: R) => Partial<Editing>,
    ) => {
      refused.current = name;
      const answer = await send(name === forced ? "" : seen);
      now = { ...now, ...keep(answer) };
      setEditing(now);
    };
    if (now.row === null || manages) {
      const id = now.row?.id ?? null;
      const body = toUserBody(values, now.row);
      await step(
        "account",
        now.row?.revision ?? "",
        (seen) => save.mutateAsync({ id, body, seen }),
        (row) => ({ row }),
      );
    }
    const { row } = now;
    if (row === null) return;
    if (configures && values.roles.includes("agent")) {
      for (const [list, path, all] of LISTS) {
        const send = (seen: string) =>
          call.put(path, row.id, values[list], seen).catch((thrown) => {
            throw below(list, thrown);
          });
        await step(list, now.seen[list], send, ({ revision }) => ({
          seen: { ...now.seen, [list]: revision },
        }));
        await cache.invalidateQueries({ queryKey: listQuery(all).queryKey });
      }
    }
    setSaved(row.id);
    setEditing(null);
    done(t(before.row ? "done.changed" : "done.made", { name: row.name }));
  };

  return (
    <>
      <ResourceList<User>
        title={t("section.users")}
        lead={t("users.lead")}
        query={query}
        columns={columns}
        text={(row) =>
          [
            row.name,
            row.login,
            row.agent_no,
            row.department,
            teamOf(row.id),
            ...row.roles.map((role: Role) => c(`role.${role}`)),
          ]
            .filter(Boolean)
            .join(" ")
        }
        nameOf={(row) => row.name}
        onOpen={(row) => void open(row)}
        {...(manages
          ? {
              onAdd: () => void open(null),
              addLabel: t("add", { noun: n("kind.user") }),
            }
          : {})}
        saved={saved}
        dim={(row) => !row.active}
        tools={
          <Select<Shown>
            value={shown}
            onChange={setShown}
            aria-label={t("users.state")}
            className="resource-filter"
            options={(["active", "left", "all"] as const).map((value) => ({
              value,
              label: t(`users.show.${value}`),
            }))}
          />
        }
        actions={(row) =>
          manages ? (
            <>
              {row.second_factor ? (
                <Button
                  type="text"
                  size="small"
                  aria-label={`${t("factor.reset")} ${row.name}`}
                  onClick={() => resetFactor(row)}
                >
                  {t("factor.reset")}
                </Button>
              ) : null}
              {row.by_directory ? null : (
                <Button
                  type="text"
                  size="small"
                  aria-label={`${t("password.reset")} ${row.name}`}
                  onClick={() => setResetting(row)}
                >
                  {t("password.reset")}
                </Button>
              )}
            </>
          ) : null
        }
      />
      {editing ? (
        <Editor<UserValues>
          key={editing.nth}
          open
          width={600}
          title={
            editing.row
              ? t("edit.title", { noun: n("kind.user"), name: editing.row.name })
              : t("add", { noun: n("kind.user") })
          }
          initial={toUserValues(editing.row, editing.lists)}
          onClose={() => setEditing(null)}
          onReload={async () => {
            const { data } = await users.refetch({ throwOnError: true });
            const row = data?.find((each) => each.id === editing.row?.id);
            if (row) await open(row);
            else setEditing(null);
          }}
          onSave={(values, overwrite) => store(values, editing, overwrite)}
        >
          {(form) => <UserForm row={editing.row} form={form} manages={manages} configures={configures} />}
        </Editor>
      ) : null}
      {resetting ? <PasswordReset user={resetting} onClose={() => setResetting(null)} /> : null}
    </>
  );
}
