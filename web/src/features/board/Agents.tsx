import { AppstoreOutlined, BarsOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Input, Segmented, Select } from "antd";
import { type CSSProperties, memo, useDeferredValue, useMemo, useRef, useState } from "react";
import type { AgentState, BoardAgent } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, StateDot, stateColor } from "@/shared/ui";
import { Elapsed } from "./Elapsed";
import { AGENT_STATES, type AgentOrder, agentsInOrder, countStates, teamsOf } from "./model";
import type { ReasonShown } from "./queries";
import { useRuleLevels } from "./rules";
import { texts } from "./texts";
import { useColumns, useWindow } from "./useWindow";
import { AgentVerbs, AtCall, useMaySupervise } from "./verbs";

const ROW = 36;
const CARD = { width: 196, height: 74, gap: 8 };
const VIEW_KEY = "andon.board.agents";
/** Time in a state from which it is drawn in colour, in ms. */
const LONG: Partial<Record<AgentState, { warn: number; alarm: number }>> = {
  acw: { warn: 60_000, alarm: 180_000 },
  held: { warn: 60_000, alarm: 180_000 },
  break: { warn: 15 * 60_000, alarm: 30 * 60_000 },
  not_ready: { warn: 10 * 60_000, alarm: 30 * 60_000 },
  talking: { warn: 10 * 60_000, alarm: 20 * 60_000 },
};

interface Props {
  agents: ReadonlyMap<string, BoardAgent>;
  department: string | null;
  onClearDepartment: () => void;
  reasonOf: (id: string | null) => ReasonShown | undefined;
  frozen: boolean;
}

/** Every agent with state, time in state, reason and whom they talk for; drawn by the window only. */
export function Agents({ agents, department, onClearDepartment, reasonOf, frozen }: Props) {
  const t = useT(texts);
  const c = useT(common);
  const [view, setView] = useState<"cards" | "list">(() =>
    globalThis.localStorage?.getItem(VIEW_KEY) === "list" ? "list" : "cards",
  );
  const [text, setText] = useState("");
  const [states, setStates] = useState<ReadonlySet<AgentState>>(new Set());
  const [order, setOrder] = useState<AgentOrder>("state");
  const [team, setTeam] = useState<string | null>(null);
  const sought = useDeferredValue(text);
  const teams = useMemo(() => teamsOf(agents.values()), [agents]);

  const inDepartment = useMemo(
    () =>
      department === null
        ? [...agents.values()]
        : [...agents.values()].filter((agent) => (agent.department ?? "") === department),
    [agents, department],
  );
  const counts = useMemo(() => countStates(inDepartment), [inDepartment]);
  const shown = useMemo(() => {
    const found = agentsInOrder(inDepartment, { text: sought, states, team }, order);
    // Who is away is on the board only when asked for.
    return states.size > 0 || sought || team !== null
      ? found
      : found.filter((agent) => agent.state !== "offline");
  }, [inDepartment, sought, states, team, order]);

  const toggle = (state: AgentState) =>
    setStates((known) => {
      const next = new Set(known);
      if (!next.delete(state)) next.add(state);
      return next;
    });
  const choose = (next: "cards" | "list") => {
    setView(next);
    globalThis.localStorage?.setItem(VIEW_KEY, next);
  };
  const filtered = states.size > 0 || sought !== "" || team !== null || department !== null;
  const clear = () => {
    setStates(new Set());
    setText("");
    setTeam(null);
    onClearDepartment();
  };

  return (
    <section className="panel agents" aria-labelledby="agents-title">
      <header className="panel-head agents-head">
        <h2 id="agents-title">{t("agents.title")}</h2>
        <span className="dim" aria-live="off">
          {t("agents.count", { shown: shown.length, total: inDepartment.length })}
        </span>
        <div className="agents-tools">
          <Input.Search
            size="small"
            allowClear
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder={t("agents.search")}
            aria-label={t("agents.search")}
          />
          {teams.length > 0 ? (
            <Select<string>
              size="small"
              allowClear
              value={team}
              onChange={(chosen?: string) => setTeam(chosen ?? null)}
              placeholder={t("agents.team.all")}
              aria-label={t("agents.team")}
              popupMatchSelectWidth={false}
              options={teams.map((value) => ({ value, label: value }))}
            />
          ) : null}
          <Select<AgentOrder>
            size="small"
            value={order}
            onChange={setOrder}
            aria-label={t("agents.order")}
            popupMatchSelectWidth={false}
            options={(["state", "since", "agent_no", "department"] as const).map((value) => ({
              value,
              label: t(`agents.order.${value}`),
            }))}
          />
          <Segmented<"cards" | "list">
            size="small"
            value={view}
            onChange={choose}
            aria-label={t("agents.view")}
            options={[
              { value: "cards", icon: <AppstoreOutlined />, label: t("agents.cards") },
              { value: "list", icon: <BarsOutlined />, label: t("agents.list") },
            ]}
          />
        </div>
      </header>
      <fieldset className="chips" aria-label={t("agents.col.state")}>
        {AGENT_STATES.map((state) => (
          <button
            key={state}
            type="button"
            className="chip"
            aria-pressed={states.has(state)}
            data-zero={counts[state] === 0}
            onClick={() => toggle(state)}
          >
            <StateDot state={state} />
            {c(`state.${state}`)}
            <b>{counts[state]}</b>
          </button>
        ))}
        {filtered ? (
          <Button type="link" size="small" onClick={clear}>
            {t("agents.filter.clear")}
          </Button>
        ) : null}
      </fieldset>
      {shown.length === 0 ? (
        filtered ? (
          <Nothing title={t("agents.none.filter")} />
        ) : (
          <Nothing title={t("agents.none")} hint={t("agents.none.hint")} />
        )
      ) : view === "cards" ? (
        <Cards agents={shown} reasonOf={reasonOf} frozen={frozen} />
      ) : (
        <List agents={shown} reasonOf={reasonOf} frozen={frozen} />
      )}
    </section>
  );
}

interface ViewProps {
  agents: BoardAgent[];
  reasonOf: (id: string | null) => ReasonShown | undefined;
  frozen: boolean;
}

/** Why the agent is in the state, in words: the reason chosen, or the rule that set it. */
function useWhy(reasonOf: (id: string | null) => ReasonShown | undefined): (agent: BoardAgent) => string {
  const t = useT(texts);
  return (agent) => {
    if (agent.reason_id) {
      const reason = reasonOf(agent.reason_id);
      if (reason) return reason.name;
    }
    if (agent.state === "not_ready" || agent.state === "break") {
      const key = `why.${agent.why}`;
      if (key in texts.zh) return t(key as "why.asked");
    }
    return "";
  };
}

function Cards({ agents, reasonOf, frozen }: ViewProps) {
  const t = useT(texts);
  const c = useT(common);
  const why = useWhy(reasonOf);
  const may = useMaySupervise();
  const host = useRef<HTMLDivElement>(null);
  const columns = useColumns(host, CARD.width, CARD.gap);
  const rows = Math.ceil(agents.length / columns);
  const span = useWindow(host, rows, CARD.height + CARD.gap);
  const first = span.first * columns;
  return (
    <div ref={host} className="agents-window">
      <ul
        className="agent-cards"
        style={{
          paddingTop: span.first * (CARD.height + CARD.gap),
          height: rows * (CARD.height + CARD.gap),
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          gridAutoRows: CARD.height,
          gap: CARD.gap,
        }}
      >
        {agents.slice(first, span.last * columns).map((agent, index) => (
          <li
            key={agent.agent_id}
            className="agent-card"
            style={{ "--state": stateColor(agent.state) } as CSSProperties}
            aria-setsize={agents.length}
            aria-posinset={first + index + 1}
          >
            <span className="agent-line">
              <b className="agent-name">{agent.name}</b>
              <span className="agent-no">{agent.agent_no}</span>
              <Time agent={agent} reasonOf={reasonOf} frozen={frozen} />
            </span>
            <span className="agent-line">
              <span className="agent-state">{c(`state.${agent.state}`)}</span>
              <span className="agent-why">
                {why(agent) || <span translate="no">{agent.department}</span>}
              </span>
            </span>
            <span className="agent-line agent-foot">
              {!agent.registered && agent.state !== "offline" ? (
                <span className="agent-lost">{t("agents.unregistered")}</span>
              ) : agent.contact_id ? (
                <Link to="/contacts/$id" params={{ id: agent.contact_id }} title={t("agents.contact")}>
                  {agent.queue_name || t(agent.internal ? "agents.internal" : "agents.contact")}
                </Link>
              ) : (
                agent.queue_name
              )}
              <AtCall agent={agent} />
              {may ? <AgentVerbs agent={agent} /> : null}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Time in the state; against the limit of the reason given and what is left of the day's breaks, if any. */
const Time = memo(function Time({
  agent,
  reasonOf,
  frozen,
}: { agent: BoardAgent } & Omit<ViewProps, "agents">) {
  const t = useT(texts);
  const rule = useRuleLevels();
  const ownMs = reasonOf(agent.reason_id)?.limitMs;
  const dayMs = agent.break_until ? Date.parse(agent.break_until) - Date.parse(agent.since) : undefined;
  const limitMs = ownMs === undefined || dayMs === undefined ? (ownMs ?? dayMs) : Math.min(ownMs, dayMs);
  const long = limitMs === undefined ? LONG[agent.state] : { warn: limitMs, alarm: limitMs };
  return (
    <span className="agent-time" data-rule={rule("state_time", agent.agent_id)}>
      <Elapsed
        since={agent.since}
        warnMs={long?.warn}
        alarmMs={long?.alarm}
        alarmText={limitMs === undefined ? undefined : t("agents.over")}
        frozen={frozen}
      />
    </span>
  );
});

function List({ agents, reasonOf, frozen }: ViewProps) {
  const t = useT(texts);
  const c = useT(common);
  const why = useWhy(reasonOf);
  const may = useMaySupervise();
  const host = useRef<HTMLDivElement>(null);
  const span = useWindow(host, agents.length, ROW);
  return (
    <div ref={host} className="agents-window">
      <table className="board-table agent-table" aria-rowcount={agents.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{t("agents.col.agent")}</th>
            <th scope="col">{t("agents.col.state")}</th>
            <th scope="col" className="num">
              {t("agents.col.time")}
            </th>
            <th scope="col">{t("agents.col.why")}</th>
            <th scope="col">{t("agents.col.for")}</th>
            <th scope="col">{t("agents.col.department")}</th>
          </tr>
        </thead>
        <tbody>
          {span.first > 0 ? (
            <tr style={{ height: span.first * ROW }}>
              <td colSpan={6} />
            </tr>
          ) : null}
          {agents.slice(span.first, span.last).map((agent, index) => (
            <tr key={agent.agent_id} aria-rowindex={span.first + index + 2} style={{ height: ROW }}>
              <th scope="row">
                {agent.name} <span className="agent-no">{agent.agent_no}</span>
              </th>
              <td>
                <span className="state-tag">
                  <StateDot state={agent.state} />
                  {c(`state.${agent.state}`)}
                </span>
              </td>
              <td className="num">
                <Time agent={agent} reasonOf={reasonOf} frozen={frozen} />
              </td>
              <td>
                {!agent.registered && agent.state !== "offline" ? (
                  <span className="agent-lost">{t("agents.unregistered")}</span>
                ) : (
                  why(agent)
                )}{" "}
                <AtCall agent={agent} />
              </td>
              <td>
                {agent.contact_id ? (
                  <Link to="/contacts/$id" params={{ id: agent.contact_id }} title={t("agents.contact")}>
                    {agent.queue_name || t(agent.internal ? "agents.internal" : "agents.contact")}
                  </Link>
                ) : (
                  agent.queue_name
                )}
              </td>
              <td className="dim agent-end">
                <span translate="no">{agent.department}</span>
                {may ? <AgentVerbs agent={agent} /> : null}
              </td>
            </tr>
          ))}
          {span.last < agents.length ? (
            <tr style={{ height: (agents.length - span.last) * ROW }}>
              <td colSpan={6} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </div>
  );
}
