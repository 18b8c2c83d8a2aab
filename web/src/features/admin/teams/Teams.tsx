import { useQuery, useQueryClient } from "@tanstack/react-query";
import { AutoComplete, Form } from "antd";
import { useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { call, listQuery, useList, useSave } from "../kit/api";
import { Editor } from "../kit/Editor";
import { ChoiceField, Line, TextField } from "../kit/inputs";
import { named } from "../kit/named";
import { ResourceList } from "../kit/ResourceList";
import { useDone } from "../kit/useDone";
import { useRemoval } from "../kit/useRemoval";
import { texts } from "../texts";
import type { Team, TeamMember, User } from "../types";
import { teamTexts } from "./texts";

const PATH = "/api/teams";

interface Values {
  name: string;
  department: string;
  leader_id?: string | null;
  members: string[];
}

/** Teams with their leaders and members. */
export function Teams() {
  const t = useT(texts);
  const w = useT(teamTexts);
  const n = useT(fields);
  const f = useFormat();
  const cache = useQueryClient();
  const done = useDone();
  const teams = useList<Team>(PATH);
  const links = useQuery(listQuery<TeamMember>("/api/team-members"));
  const users = useList<User>("/api/users");
  const save = useSave<Team>(PATH);
  const [editing, setEditing] = useState<{ row: Team | null } | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const removal = useRemoval(PATH, w("retire"), () => setEditing(null));

  const here = (users.data ?? []).filter((user) => user.active);
  const agents = here.filter((user) => user.roles.includes("agent"));
  const leaders = here.filter((user) => user.roles.includes("agent") || user.roles.includes("supervisor"));
  const nameOf = (id: string | null) => users.data?.find((user) => user.id === id)?.name ?? "";
  const isHere = new Set(agents.map((user) => user.id));
  const membersOf = (id: string) =>
    (links.data ?? [])
      .filter((link) => link.team_id === id && isHere.has(link.user_id))
      .map((link) => link.user_id);
  const labelOf = (user: User, own: string | undefined) => {
    const name = `${user.name} ${user.agent_no ?? ""}`.trim();
    const at = links.data?.find((link) => link.user_id === user.id)?.team_id;
    const other = at && at !== own ? teams.data?.find((team) => team.id === at)?.name : undefined;
    return other ? w("members.from", { name, team: other }) : name;
  };

  const store = async ({ members, ...values }: Values, row: Team | null) => {
    const body = { ...values, leader_id: values.leader_id ?? null };
    const answer = await save.mutateAsync({ id: row?.id ?? null, body });
    // Should the members be refused, the team is there: the next try changes, it does not make another.
    if (row === null) setEditing({ row: answer });
    await call.put("/api/teams/{id}/members", answer.id, { members });
    await cache.invalidateQueries({ queryKey: ["config"] });
    setSaved(answer.id);
    setEditing(null);
    const moved = [...members].sort().join() !== (row ? membersOf(row.id).sort().join() : "");
    done(
      t(row ? "done.changed" : "done.made", { name: answer.name }),
      row && moved ? { kind: "team_member", id: answer.id } : undefined,
    );
  };

  return (
    <>
      <ResourceList<Team>
        title={t("section.teams")}
        lead={w("lead")}
        query={teams}
        columns={[
          { key: "name", title: n("name"), render: (row) => row.name },
          { key: "department", title: n("department"), render: (row) => row.department },
          { key: "leader", title: n("leader_id"), render: (row) => nameOf(row.leader_id) },
          { key: "count", title: w("count"), num: true, render: (row) => f.count(membersOf(row.id).length) },
          {
            key: "members",
            title: w("members"),
            render: (row) => membersOf(row.id).map(nameOf).join(t("comma")),
          },
        ]}
        text={(row) =>
          [row.name, row.department, nameOf(row.leader_id), ...membersOf(row.id).map(nameOf)].join(" ")
        }
        nameOf={(row) => row.name}
        onOpen={(row) => setEditing({ row })}
        onAdd={() => setEditing({ row: null })}
        addLabel={t("add", { noun: n("kind.team") })}
        saved={saved}
      />
      <Editor<Values>
        open={editing !== null && links.isFetched && users.isFetched}
        title={
          editing?.row
            ? t("edit.title", { noun: n("kind.team"), name: editing.row.name })
            : t("add", { noun: n("kind.team") })
        }
        initial={{
          name: editing?.row?.name ?? "",
          department: editing?.row?.department ?? "",
          leader_id: editing?.row?.leader_id ?? undefined,
          members: editing?.row ? membersOf(editing.row.id) : [],
        }}
        onClose={() => setEditing(null)}
        onSave={(values) => store(values, editing?.row ?? null)}
        extra={removal(editing?.row ? { id: editing.row.id, name: editing.row.name } : null)}
      >
        {() => (
          <>
            <Line>
              <TextField name="name" required />
              <Form.Item name="department" label={n("department")}>
                <AutoComplete
                  maxLength={80}
                  options={named(here.map((user) => user.department))}
                  showSearch={{ filterOption: true }}
                />
              </Form.Item>
            </Line>
            <ChoiceField
              name="leader_id"
              clearable
              help={w("leader.help")}
              options={leaders.map((user) => ({ value: user.id, label: `${user.name} ${user.login}` }))}
            />
            <ChoiceField
              name="members"
              multiple
              help={w("members.help")}
              options={agents.map((user) => ({ value: user.id, label: labelOf(user, editing?.row?.id) }))}
            />
          </>
        )}
      </Editor>
    </>
  );
}
