/**
 * The live board as data: a snapshot, the deltas that follow it, and what is counted from them. Pure.
 *
 * Collections are maps by id. A merge copies only the collections a delta touches, so that a component
 * that shows queues is not drawn again because an agent changed.
 */

import type { AgentState, Board, BoardAgent, BoardDelta, BoardPart, BoardWaiting } from "@/shared/api";

/** In the order a supervisor reads them: what can take a call, what is on one, what is away. */
export const AGENT_STATES: readonly AgentState[] = [
  "ready",
  "dialing",
  "ringing",
  "talking",
  "held",
  "acw",
  "not_ready",
  "break",
  "offline",
];

type RowOf<P extends BoardPart> = Board[P][number];

export type LiveBoard = { [P in BoardPart]: ReadonlyMap<string, RowOf<P>> } & { seq: number };

const PARTS: readonly BoardPart[] = [
  "agents",
  "queues",
  "waiting",
  "calls",
  "monitors",
  "follows",
  "trunks",
  "alarms",
];

const WITH_AGENT: ReadonlySet<string> = new Set([
  "calling",
  "buzzing",
  "inside",
  "connecting",
  "talking",
  "held",
  "consulting",
  "outside",
  "returning",
]);

/** True while the flow has the caller: menus, announcements, survey, voicemail. */
export function inMenus(call: { phase: string }): boolean {
  return !WITH_AGENT.has(call.phase);
}

export function alarmKey(alarm: { code: string; subject: string }): string {
  return `${alarm.code}:${alarm.subject}`;
}

const KEYS: { [P in BoardPart]: (row: RowOf<P>) => string } = {
  agents: (row) => row.agent_id,
  queues: (row) => row.queue_id,
  waiting: (row) => row.contact_id,
  calls: (row) => row.contact_id,
  monitors: (row) => row.monitor_id,
  follows: (row) => row.follow_id,
  trunks: (row) => row.trunk_id,
  alarms: alarmKey,
};

function byKey<T>(rows: readonly T[], key: (row: T) => string): Map<string, T> {
  return new Map(rows.map((row) => [key(row), row]));
}

export function fromSnapshot(snapshot: Board): LiveBoard {
  return {
    seq: snapshot.seq,
    agents: byKey(snapshot.agents, KEYS.agents),
    queues: byKey(snapshot.queues, KEYS.queues),
    waiting: byKey(snapshot.waiting, KEYS.waiting),
    calls: byKey(snapshot.calls, KEYS.calls),
    monitors: byKey(snapshot.monitors ?? [], KEYS.monitors),
    follows: byKey(snapshot.follows ?? [], KEYS.follows),
    trunks: byKey(snapshot.trunks, KEYS.trunks),
    alarms: byKey(snapshot.alarms, KEYS.alarms),
  };
}

function mergePart<T>(
  rows: ReadonlyMap<string, T>,
  changed: readonly T[] | undefined,
  removed: readonly string[] | undefined,
  key: (row: T) => string,
): ReadonlyMap<string, T> {
  const gone = removed?.filter((id) => rows.has(id)) ?? [];
  if (!changed?.length && !gone.length) return rows;
  const next = new Map(rows);
  for (const id of gone) next.delete(id);
  for (const row of changed ?? []) next.set(key(row), row);
  return next;
}

/**
 * Apply a delta. An old one (its seq is not past the board's) changes nothing. Removals go before
 * changes, so that a row that left and came back within one delta stays.
 */
export function merge(board: LiveBoard, delta: BoardDelta): LiveBoard {
  if (delta.seq <= board.seq) return board;
  const next: Record<string, unknown> = { seq: delta.seq };
  for (const part of PARTS) {
    const removed = delta.removed?.[part]?.map((id) => (typeof id === "string" ? id : alarmKey(id)));
    next[part] = mergePart<unknown>(
      board[part],
      delta.changed?.[part],
      removed,
      KEYS[part] as (row: unknown) => string,
    );
  }
  return next as unknown as LiveBoard;
}

export type StateCount = Record<AgentState, number>;

function zeroes(): StateCount {
  return {
    offline: 0,
    not_ready: 0,
    break: 0,
    ready: 0,
    dialing: 0,
    ringing: 0,
    talking: 0,
    held: 0,
    acw: 0,
  };
}

export function countStates(agents: Iterable<BoardAgent>): StateCount {
  const count = zeroes();
  for (const agent of agents) count[agent.state] += 1;
  return count;
}

export interface Department {
  name: string;
  total: number;
  signedIn: number;
  states: StateCount;
}

/** Head-count now by department, the biggest first, those without a department last (empty name). */
export function departments(agents: Iterable<BoardAgent>): Department[] {
  const found = new Map<string, Department>();
  for (const agent of agents) {
    const name = agent.department ?? "";
    const one = found.get(name) ?? { name, total: 0, signedIn: 0, states: zeroes() };
    one.total += 1;
    one.states[agent.state] += 1;
    if (agent.state !== "offline") one.signedIn += 1;
    found.set(name, one);
  }
  return [...found.values()].sort(
    (a, b) =>
      Number(a.name === "") - Number(b.name === "") ||
      b.total - a.total ||
      a.name.localeCompare(b.name, "zh"),
  );
}

/** The instant since which the longest-waiting caller waits, or null with nobody waiting. */
export function longestWaitSince(waiting: Iterable<BoardWaiting>): string | null {
  let oldest: string | null = null;
  for (const row of waiting) {
    if (oldest === null || Date.parse(row.since) < Date.parse(oldest)) oldest = row.since;
  }
  return oldest;
}

/** Waiting callers in the order they will be served, as the router ranks them. */
export function waitingInOrder(waiting: Iterable<BoardWaiting>): BoardWaiting[] {
  return [...waiting].sort(
    (a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.position - b.position,
  );
}

const STATE_RANK = new Map(AGENT_STATES.map((state, index) => [state, index]));

export type AgentOrder = "state" | "since" | "agent_no" | "department";

/** The teams there are, by name. */
export function teamsOf(agents: Iterable<BoardAgent>): string[] {
  const names = new Set([...agents].map((agent) => agent.team ?? ""));
  names.delete("");
  return [...names].sort((a, b) => a.localeCompare(b, "zh"));
}

/** Agents that match a search text (name, number, department, team) and a set of states, in an order. */
export function agentsInOrder(
  agents: Iterable<BoardAgent>,
  filter: {
    text?: string;
    states?: ReadonlySet<AgentState>;
    department?: string | null;
    team?: string | null;
  },
  order: AgentOrder,
): BoardAgent[] {
  const text = filter.text?.trim().toLowerCase() ?? "";
  const found = [...agents].filter(
    (agent) =>
      (!filter.states?.size || filter.states.has(agent.state)) &&
      (filter.department == null || (agent.department ?? "") === filter.department) &&
      (filter.team == null || agent.team === filter.team) &&
      (text === "" ||
        agent.name.toLowerCase().includes(text) ||
        agent.agent_no.toLowerCase().includes(text) ||
        (agent.department ?? "").toLowerCase().includes(text) ||
        (agent.team ?? "").toLowerCase().includes(text)),
  );
  const byNumber = (a: BoardAgent, b: BoardAgent) =>
    a.agent_no.localeCompare(b.agent_no, undefined, { numeric: true });
  const bySince = (a: BoardAgent, b: BoardAgent) => Date.parse(a.since) - Date.parse(b.since);
  const compare: Record<AgentOrder, (a: BoardAgent, b: BoardAgent) => number> = {
    state: (a, b) =>
      (STATE_RANK.get(a.state) ?? 9) - (STATE_RANK.get(b.state) ?? 9) || bySince(a, b) || byNumber(a, b),
    since: (a, b) => bySince(a, b) || byNumber(a, b),
    agent_no: byNumber,
    department: (a, b) => (a.department ?? "").localeCompare(b.department ?? "", "zh") || byNumber(a, b),
  };
  return found.sort(compare[order]);
}
