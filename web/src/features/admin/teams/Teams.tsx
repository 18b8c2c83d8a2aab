import { useQuery, useQueryClient } from "@tanstack/react-query";
import { AutoComplete, Form } from "antd";
import { useRef, useState } from "react";
import { fields } from "@/shared/fields";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useReportProblem } from "@/shared/ui";
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
const MEMBERS = "/api/teams/{id}/members";

interface Values {
  name: string;
  department: string;
  leader_id?: string | null;
  members: string[];
}

/** The team as seen when its form was opened; `nth` tells one opening from the next. */
interface Editing {
  nth: number;
  row: Team | null;
  members: string[];
  seen: string;
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
  const [editing, setEditing] = useState<Editing | null>(null);
  const opened = useRef(0);
  const refused = useRef<"team" | "members" | null>(null);
  const report = useReportProblem();
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

  const open = async (row: Team | null) => {
    try {
      const { items, revision } = row
        ? await call.whole<TeamMember>(MEMBERS, row.id)
        : { items: [], revision: "" };
      const members = items.map((link) => link.user_id).filter((id) => isHere.has(id));
      opened.current += 1;
      setEditing({ nth: opened.current, row, members, seen: revision });
    } catch (thrown) {
      report(thrown);
    }
  };

  /** The team, then its members. What is stored counts as seen; `overwrite` is about what was refused. */
  const store = async ({ members, ...values }: Values, before: Editing, overwrite: boolean) => {
    const forced = overwrite ? refused.current : null;
    refused.current = "team";
    const row = await save.mutateAsync({
      id: before.row?.id ?? null,
      body: { ...values, leader_id: values.leader_id ?? null },
      seen: forced === "team" ? "" : before.row?.revision,
    });
    // Should the members be refused, the team is there: the next try changes, it does not make another.
    setEditing({ ...before, row });
    refused.current = "members";
    await call.put(MEMBERS, row.id, { members }, forced === "members" ? "" : before.seen);
    await cache.invalidateQueries({ queryKey: ["config"] });
    setSaved(row.id);
    setEditing(null);
    const moved = [...members].sort().join() !== [...before.members].sort().join();
    done(
      t(before.row ? "done.changed" : "done.made", { name: row.name }),
      before.row && moved ? { kind: "team_member", id: row.id } : undefined,
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
        onOpen={(row) => void open(row)}
        onAdd={() => void open(null)}
        addLabel={t("add", { noun: n("kind.team") })}
        saved={saved}
      />
      {editing && links.isFetched && users.isFetched ? (
        <Editor<Values>
          key={editing.nth}
          open
          title={
            editing.row
              ? t("edit.title", { noun: n("kind.team"), name: editing.row.name })
              : t("add", { noun: n("kind.team") })
          }
          initial={{
            name: editing.row?.name ?? "",
            department: editing.row?.department ?? "",
            leader_id: editing.row?.leader_id ?? undefined,
            members: editing.members,
          }}
          onClose={() => setEditing(null)}
          onReload={async () => {
            await cache.invalidateQueries({ queryKey: ["config"] });
            const { data } = await teams.refetch({ throwOnError: true });
            const row = data?.find((each) => each.id === editing.row?.id);
            if (row) await open(row);
            else setEditing(null);
          }}
          onSave={(values, overwrite) => store(values, editing, overwrite)}
          extra={removal(editing.row ? { id: editing.row.id, name: editing.row.name } : null)}
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
                options={agents.map((user) => ({ value: user.id, label: labelOf(user, editing.row?.id) }))}
              />
            </>
          )}
        </Editor>
      ) : null}
    </>
  );
}
