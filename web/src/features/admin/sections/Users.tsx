import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Select, Tag, Tooltip } from "antd";
import { useState } from "react";
import type { Role } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { call, listQuery, useChoices, useList, useSave } from "../kit/api";
import { Editor } from "../kit/Editor";
import { below } from "../kit/problems";
import { type Column, ResourceList } from "../kit/ResourceList";
import { useDone } from "../kit/useDone";
import { texts } from "../texts";
import type {
  AgentCertificate,
  AgentSkill,
  Client,
  QueueSeat,
  Skill,
  Team,
  TeamMember,
  User,
} from "../types";
import { useFactorReset } from "./FactorReset";
import { PasswordReset } from "./PasswordReset";
import { type AgentLists, toUserBody, toUserValues, UserForm, type UserValues } from "./UserForm";

/** Where each of an agent's lists is stored, and read for everybody. */
const LISTS = [
  ["skills", "/api/users/{id}/skills", "/api/agent-skills"],
  ["certificates", "/api/users/{id}/certificates", "/api/agent-certificates"],
  ["queue_seats", "/api/users/{id}/queue-seats", "/api/queue-seats"],
] as const;

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
  const papers = useQuery({
    ...listQuery<AgentCertificate>("/api/agent-certificates"),
    enabled: configures,
  });
  const seats = useQuery({ ...listQuery<QueueSeat>("/api/queue-seats"), enabled: configures });
  const listed = !configures || (links.isFetched && papers.isFetched && seats.isFetched);
  const skills = useChoices<Skill>("/api/skills", (row) => row.name, configures);
  const teams = useChoices<Team>("/api/teams", (row) => row.name, configures);
  const placed = useQuery({ ...listQuery<TeamMember>("/api/team-members"), enabled: configures });
  const teamOf = (id: string) => teams.name(placed.data?.find((link) => link.user_id === id)?.team_id);
  const clients = useChoices<Client>("/api/clients", (row) => row.short_name);
  const save = useSave<User>("/api/users");
  const [shown, setShown] = useState<Shown>("active");
  const [editing, setEditing] = useState<{ row: User | null } | null>(null);
  const [resetting, setResetting] = useState<User | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const resetFactor = useFactorReset();
  const skillsOf = (id: string) => (links.data ?? []).filter((link) => link.user_id === id);
  const listsOf = (id: string | undefined): AgentLists => ({
    skills: ownOf(links.data, id),
    certificates: ownOf(papers.data, id),
    queue_seats: ownOf(seats.data, id),
  });

  const columns: Column<User>[] = [
    { key: "name", title: n("name"), render: (row) => row.name },
    { key: "login", title: n("login"), render: (row) => <code>{row.login}</code> },
    { key: "no", title: n("agent_no"), render: (row) => row.agent_no },
    { key: "department", title: n("department"), render: (row) => row.department },
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

  const store = async (values: UserValues, row: User | null, overwrite: boolean) => {
    const seen = overwrite ? "" : row?.revision;
    const answer =
      row && !manages
        ? row
        : await save.mutateAsync({ id: row?.id ?? null, body: toUserBody(values, row), seen });
    // Should one of the lists be refused, the person is there: the next try changes, it does not make another.
    if (row === null) setEditing({ row: answer });
    if (configures && values.roles.includes("agent")) {
      for (const [list, path, all] of LISTS) {
        try {
          await call.put(path, answer.id, values[list]);
        } catch (thrown) {
          throw below(list, thrown);
        }
        await cache.invalidateQueries({ queryKey: listQuery(all).queryKey });
      }
    }
    setSaved(answer.id);
    setEditing(null);
    done(t(row ? "done.changed" : "done.made", { name: answer.name }));
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
        onOpen={(row) => setEditing({ row })}
        {...(manages
          ? {
              onAdd: () => setEditing({ row: null }),
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
      <Editor<UserValues>
        open={editing !== null && listed}
        width={600}
        title={
          editing?.row
            ? t("edit.title", { noun: n("kind.user"), name: editing.row.name })
            : t("add", { noun: n("kind.user") })
        }
        initial={toUserValues(editing?.row ?? null, listsOf(editing?.row?.id))}
        onClose={() => setEditing(null)}
        onReload={async () => {
          const row = (await users.refetch()).data?.find((each) => each.id === editing?.row?.id);
          setEditing(null);
          // Mounted anew, with what is there by now.
          if (row) setTimeout(() => setEditing({ row }));
        }}
        onSave={(values, overwrite) => store(values, editing?.row ?? null, overwrite)}
      >
        {(form) => (
          <UserForm row={editing?.row ?? null} form={form} manages={manages} configures={configures} />
        )}
      </Editor>
      {resetting ? <PasswordReset user={resetting} onClose={() => setResetting(null)} /> : null}
    </>
  );
}

/** One person's rows of a list of everybody's. */
function ownOf<R extends { user_id: string }>(
  rows: readonly R[] | undefined,
  id: string | undefined,
): Omit<R, "user_id">[] {
  return (rows ?? []).filter((row) => row.user_id === id).map(({ user_id: _user, ...row }) => row);
}
