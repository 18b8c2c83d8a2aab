import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Drawer, Input, InputNumber, Radio, Select } from "antd";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useState } from "react";
import { api, asProblem, take } from "@/shared/api";
import { fields } from "@/shared/fields";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, Pending, ProblemView, useNarrow } from "@/shared/ui";
import { listQuery, useList } from "../kit/api";
import { named } from "../kit/named";
import { useDone } from "../kit/useDone";
import type { AgentSkill, Skill, Team, TeamMember, User } from "../types";
import { changesFor, HOW, levelAfter, tally, type Wanted } from "./model";
import { levelTexts } from "./texts";

type Has = "all" | "yes" | "no";

/** Sets, raises, lowers or takes away one skill for many agents, with each level shown before it is stored. */
export function SkillLevelsForMany({ skill, onClose }: { skill: Skill; onClose: () => void }) {
  const t = useT(levelTexts);
  const n = useT(fields);
  const c = useT(common);
  const narrow = useNarrow();
  const done = useDone();
  const cache = useQueryClient();
  const users = useList<User>("/api/users");
  const links = useQuery(listQuery<AgentSkill>("/api/agent-skills"));
  const teams = useList<Team>("/api/teams");
  const members = useQuery(listQuery<TeamMember>("/api/team-members"));
  // Without all of them nobody knows whom it would change, and from what.
  const lists = [users, links, teams, members];
  const missing = lists.filter((list) => list.data === undefined);
  const refused = missing.find((list) => list.isError);
  const [within, setWithin] = useState<string[]>([]);
  const [departments, setDepartments] = useState<string[]>([]);
  const [has, setHas] = useState<Has>("all");
  const [sought, setSought] = useState("");
  const [wanted, setWanted] = useState<Wanted>({ how: "set", level: 5 });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  const agents = useMemo(
    () => (users.data ?? []).filter((row) => row.active && row.roles.includes("agent")),
    [users.data],
  );
  const levels = useMemo(
    () =>
      new Map(
        (links.data ?? [])
          .filter((link) => link.skill_id === skill.id)
          .map((link) => [link.user_id, link.level]),
      ),
    [links.data, skill.id],
  );
  const teamOf = new Map((members.data ?? []).map((link) => [link.user_id, link.team_id]));
  const shown = agents.filter(
    (row) =>
      (within.length === 0 || within.includes(teamOf.get(row.id) ?? "")) &&
      (departments.length === 0 || departments.includes(row.department)) &&
      (has === "all" || levels.has(row.id) === (has === "yes")) &&
      `${row.name} ${row.agent_no} ${row.login}`.toLowerCase().includes(sought.trim().toLowerCase()),
  );
  const listed = new Set(agents.map((row) => row.id));
  const picked = [...chosen].filter((id) => listed.has(id));
  const changes = changesFor(picked, levels, wanted);
  const all = shown.length > 0 && shown.every((row) => chosen.has(row.id));

  const choose = (ids: readonly string[], on: boolean) =>
    setChosen((before) => {
      const after = new Set(before);
      for (const id of ids) {
        if (on) after.add(id);
        else after.delete(id);
      }
      return after;
    });
  const save = useCallback(async () => {
    if (changes.length === 0 || saving) return;
    setSaving(true);
    setProblem(null);
    try {
      const answer = await take(
        api.POST("/api/skills/{id}/levels", { params: { path: { id: skill.id } }, body: { changes } }),
      );
      await cache.invalidateQueries({ queryKey: ["config"] });
      onClose();
      done(t("done", { n: answer.changed, name: skill.name }), { kind: "agent_skill", id: skill.id });
    } catch (thrown) {
      setProblem(asProblem(thrown));
      await cache.invalidateQueries({ queryKey: listQuery("/api/agent-skills").queryKey });
    } finally {
      setSaving(false);
    }
  }, [changes, saving, skill, cache, onClose, done, t]);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void save();
      }
    };
    globalThis.addEventListener("keydown", onKey);
    return () => globalThis.removeEventListener("keydown", onKey);
  }, [save]);

  return (
    <Drawer
      open
      size={narrow ? "100%" : 820}
      title={t("title", { name: skill.name })}
      onClose={onClose}
      mask={{ closable: chosen.size === 0 }}
      footer={
        <div className="editor-foot">
          <output className="levels-preview">
            {changes.length === 0
              ? t("preview.none")
              : t("preview", { n: changes.length, ...tally(changes) })}
            {picked.length > changes.length ? (
              <small className="dim"> {t("unchanged", { n: picked.length - changes.length })}</small>
            ) : null}
          </output>
          <Button onClick={onClose} disabled={saving}>
            {c("action.cancel")}
          </Button>
          <Button
            type="primary"
            loading={saving}
            disabled={changes.length === 0}
            title="Ctrl+S"
            onClick={() => void save()}
          >
            {t("save", { n: changes.length })}
          </Button>
        </div>
      }
    >
      <div className="levels">
        <p className="dim">{t("lead")}</p>
        {problem ? <ProblemView problem={problem} /> : null}
        <fieldset className="levels-line">
          <legend>{t("how")}</legend>
          <Radio.Group
            value={wanted.how}
            onChange={(event) => setWanted({ ...wanted, how: event.target.value as Wanted["how"] })}
            optionType={narrow ? "default" : "button"}
            options={HOW.map((value) => ({ value, label: t(`how.${value}`) }))}
          />
          {wanted.how === "remove" ? null : (
            <InputNumber
              min={1}
              max={wanted.how === "set" ? 10 : 9}
              precision={0}
              value={wanted.level}
              aria-label={t(wanted.how === "set" ? "how.level" : "how.by")}
              onChange={(level) => setWanted({ ...wanted, level: level ?? 1 })}
            />
          )}
        </fieldset>
        <div className="levels-line">
          <Select
            mode="multiple"
            value={departments}
            onChange={setDepartments}
            aria-label={t("departments")}
            placeholder={t("departments.all")}
            className="resource-filter-wide"
            options={named(agents.map((row) => row.department))}
          />
          {teams.data?.length ? (
            <Select
              mode="multiple"
              value={within}
              onChange={setWithin}
              aria-label={t("teams")}
              placeholder={t("teams.all")}
              className="levels-has"
              options={teams.data.map((team) => ({ value: team.id, label: team.name }))}
            />
          ) : null}
          <Select<Has>
            value={has}
            onChange={setHas}
            aria-label={t("has.title")}
            className="levels-has"
            options={(["all", "yes", "no"] as const).map((value) => ({ value, label: t(`has.${value}`) }))}
          />
          <Input.Search
            allowClear
            value={sought}
            onChange={(event) => setSought(event.target.value)}
            placeholder={c("action.search")}
            aria-label={c("action.search")}
            className="levels-search"
          />
        </div>
        {refused ? (
          <ProblemView
            problem={refused.error}
            onRetry={() => {
              for (const list of missing) void list.refetch();
            }}
          />
        ) : missing.length > 0 ? (
          <Pending rows={8} />
        ) : shown.length === 0 ? (
          <Nothing
            title={t(agents.length === 0 ? "nobody" : "empty")}
            hint={t(agents.length === 0 ? "nobody.hint" : "empty.hint")}
          />
        ) : (
          <div className="resource-scroll">
            <table className="resource-table" onKeyDown={moveFocus}>
              <thead>
                <tr>
                  <th scope="col">
                    <Checkbox
                      checked={all}
                      indeterminate={!all && shown.some((row) => chosen.has(row.id))}
                      onChange={(event) =>
                        choose(
                          shown.map((row) => row.id),
                          event.target.checked,
                        )
                      }
                      aria-label={t("choose.all", { n: shown.length })}
                    />
                  </th>
                  <th scope="col">{n("name")}</th>
                  <th scope="col">{n("agent_no")}</th>
                  <th scope="col">{n("department")}</th>
                  <th scope="col" className="num">
                    {t("col.now")}
                  </th>
                  <th scope="col" className="num">
                    {t("col.after")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((row) => {
                  const before = levels.get(row.id) ?? 0;
                  const after = levelAfter(before, wanted);
                  const on = chosen.has(row.id);
                  return (
                    <tr key={row.id} data-saved={on && after !== before}>
                      <td>
                        <Checkbox
                          checked={on}
                          onChange={(event) => choose([row.id], event.target.checked)}
                          aria-label={t("choose.one", { name: row.name })}
                        />
                      </td>
                      <th scope="row">{row.name}</th>
                      <td>{row.agent_no}</td>
                      <td>{row.department}</td>
                      <td className="num">{before || t("none")}</td>
                      <td className="num">
                        {on ? after === before ? t("same") : <b>{after || t("none")}</b> : ""}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
        <p className="editor-hint">{t("keys")}</p>
      </div>
    </Drawer>
  );
}

/** Arrows go from one box to the next; the space bar is the box's own. */
function moveFocus(event: KeyboardEvent<HTMLTableElement>) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  const next = boxes[boxes.indexOf(event.target as HTMLInputElement) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}
