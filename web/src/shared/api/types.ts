/** Shapes of the live push and of the API, named once. Instants are ISO 8601 UTC with milliseconds. */

export type AgentState =
  | "offline"
  | "not_ready"
  | "break"
  | "ready"
  | "dialing"
  | "ringing"
  | "talking"
  | "held"
  | "acw";
export type Tier = "normal" | "silver" | "gold" | "vip";
export type Role =
  | "agent"
  | "supervisor"
  | "quality"
  | "planner"
  | "administrator"
  | "auditor"
  | "system"
  | "security"
  | "client_viewer";

export interface Me {
  user_id: string;
  name: string;
  login: string;
  agent_no: string | null;
  roles: Role[];
  client_id: string | null;
  tenant: { id: string; name: string };
  locale: string;
  permissions: string[];
  /** A second factor is to be set up before anything else. */
  enrolling: boolean;
  /** A password of one's own is to be chosen before that. */
  renewing: boolean;
  /** Who set the password that was not changed since. */
  password_set: { by: string; at: string } | null;
  /** The password is the company directory's. */
  by_directory: boolean;
}

export interface PressedKey {
  node: string;
  keys: string;
  label: string;
}

export type ContactPhase = "dialing" | "ringing" | "talking" | "held" | "wrap";

/** What the agent before says to the one who has the contact next. */
export interface HandedOver {
  from_name: string;
  way: "blind" | "consult";
  reason: string;
  note: string;
}

/** Whom this agent called to the conversation; `mine` false: the agent is that party. */
export interface SecondParty {
  mine: boolean;
  way: "blind" | "consult";
  place: "ringing" | "apart" | "parked" | "together" | "flow";
  name: string | null;
  number: string | null;
  since: string;
}

/** How this agent's last transfer ended, the caller being back. */
export interface Returned {
  transfer_id: string;
  how: string;
  name: string | null;
  number: string | null;
}

/** Card data is being taken: nothing is recorded or overheard; over by itself at `until`. */
export interface CardTaking {
  source: "button" | "field";
  since: string;
  until: string;
  /** The caller keys it out of the agent's hearing: `keys` so far. */
  alone?: boolean;
  keys?: number;
}

export interface AgentContact {
  contact_id: string;
  phase: ContactPhase;
  /** Outbound: the agent called, `dnis` is what was shown there. Internal: `caller` and `customer_name` are the
   * colleague at the other side. */
  direction?: "inbound" | "outbound" | "internal";
  caller: string;
  caller_home: string | null;
  dnis: string;
  number_label: string | null;
  number_home?: string | null;
  client_name: string | null;
  project_id: string | null;
  project_name: string | null;
  greeting: string | null;
  /** The page of the client's own system for this call; inside: it may be shown within the desk. */
  pop?: { url: string; inside: boolean } | null;
  queue_id: string | null;
  queue_name: string | null;
  tier: Tier | null;
  customer_id: string | null;
  customer_name: string | null;
  arrived_at: string;
  queued_at: string | null;
  offered_at: string | null;
  ring_until: string | null;
  answered_at: string | null;
  held_since: string | null;
  muted: boolean;
  /** Of a call between agents: the other has this one on hold; it is recorded. */
  other_holds?: boolean;
  recorded?: boolean;
  card?: CardTaking | null;
  keys: PressedKey[];
  handed_over?: HandedOver | null;
  second?: SecondParty | null;
  returned?: Returned | null;
}

export interface ForcedBy {
  name: string;
  note: string;
}

/** A caller whom this agent may pick up. */
export interface ParkedCaller {
  contact_id: string;
  slot: number;
  caller: string;
  customer_name: string | null;
  queue_name: string | null;
  by_name: string | null;
  since: string;
}

/** Breaks by rule: what was taken today on breaks that are over, a wish beyond the rules, and its answer. */
export interface Breaks {
  taken_ms: number;
  allowed_min: number | null;
  asked: { why: "allowance" | "at_once"; since: string; until: string } | null;
  answer: { how: "approved" | "refused" | "timeout"; name: string; note: string; at: string } | null;
}

export interface AgentView {
  seq: number;
  server_time: string;
  agent_id: string;
  agent_no: string | null;
  name: string;
  signed_in: boolean;
  device: "browser" | "sip" | "mobile" | null;
  device_tested: boolean;
  registered: boolean;
  state: AgentState;
  since: string;
  why: string | null;
  reason_id: string | null;
  pending_state: AgentState | null;
  /** The supervisor who chose the present state, or the one that follows the call. */
  forced?: ForcedBy | null;
  pending_forced?: ForcedBy | null;
  acw_until: string | null;
  /** So many seconds this wrap-up may still be extended. */
  acw_extend_left_s?: number | null;
  breaks?: Breaks | null;
  session: string | null;
  /** The agent's own telephone, masked, where an administrator has set one. */
  mobile?: string | null;
  /** How the last test ring stands: `ringing`, `accepted`, or why not. */
  test_ring?: string | null;
  contact: AgentContact | null;
  parked?: ParkedCaller[];
}

export interface BoardAgent {
  agent_id: string;
  agent_no: string;
  name: string;
  department: string | null;
  team?: string | null;
  state: AgentState;
  since: string;
  why: string | null;
  reason_id: string | null;
  contact_id: string | null;
  queue_name: string | null;
  registered: boolean;
  pending_state?: AgentState | null;
  /** The call at hand is with a colleague. */
  internal?: boolean;
  /** Name of the supervisor who chose the state, present or pending. */
  forced_by?: string | null;
  /** A break beyond the rules waits for a supervisor. */
  break_wish?: {
    why: "allowance" | "at_once";
    reason_id: string | null;
    since: string;
    until: string;
  } | null;
  /** When the present break uses the day's allowance up. */
  break_until?: string | null;
}

export interface BoardQueue {
  queue_id: string;
  name: string;
  project_name: string | null;
  waiting: number;
  oldest_since: string | null;
  signed_in: number;
  ready: number;
  talking: number;
}

export interface BoardWaiting {
  contact_id: string;
  queue_id: string;
  caller_masked: string;
  tier: Tier | null;
  priority: number;
  since: string;
  position: number;
  /** Near `floor_at`, when the longest wait of its segment is over. */
  urgent: boolean;
  floor_at: string | null;
  /** Of all who wait the least is served first. */
  rank: [number, number];
}

export interface BoardCall {
  contact_id: string;
  phase: string;
  direction?: "inbound" | "outbound" | "internal";
  number_label: string | null;
  since: string;
}

export type MonitorMode = "listen" | "whisper" | "barge_in" | "take_over" | "pull";

/** A supervisor at a call; `mode` is null until the supervisor's telephone has answered. */
export interface BoardMonitor {
  monitor_id: string;
  supervisor_id: string;
  supervisor_name: string;
  agent_id: string | null;
  contact_id: string;
  mode: MonitorMode | null;
  wanted: MonitorMode;
  /** Hears nothing, for card data is taken at the call. */
  deaf?: boolean;
  since: string;
}

/** A supervisor who listens to the agent's next calls: `left` of `calls`. */
export interface BoardFollow {
  follow_id: string;
  supervisor_id: string;
  supervisor_name: string;
  agent_id: string;
  calls: number;
  left: number;
  since: string;
}

export interface BoardTrunk {
  trunk_id: string;
  name: string;
  in_use: number;
  limit: number;
}

/** What an administrator's rule raised; `value` and `limit` are people, seconds or per cent, as the figure is. */
export interface RuleAlarm {
  rule_id: string;
  name: string;
  level: "warning" | "alarm";
  figure: "waiting" | "longest_wait" | "service_level" | "ready" | "state_time" | "trunk_use";
  variant: string;
  state: string;
  value: number;
  limit: number;
  about: "centre" | "project" | "queue" | "agent" | "trunk";
  about_id: string | null;
  about_name: string;
}

/** `code` `rule`: a rule raised it, and the rest is told too. */
export interface BoardAlarm extends Partial<RuleAlarm> {
  code: string;
  subject: string;
  since: string;
}

export interface Board {
  seq: number;
  server_time: string;
  agents: BoardAgent[];
  queues: BoardQueue[];
  waiting: BoardWaiting[];
  calls: BoardCall[];
  monitors: BoardMonitor[];
  follows: BoardFollow[];
  trunks: BoardTrunk[];
  alarms: BoardAlarm[];
}

export interface BoardDelta {
  seq: number;
  server_time: string;
  changed: Partial<Pick<Board, BoardPart>>;
  removed: Partial<Record<BoardPart, string[]>>;
}

export type BoardPart = Exclude<keyof Board, "seq" | "server_time">;

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number | null;
}

/** A figure with its formula in words and the sums it came from; `null` when there is nothing to divide by. */
export interface Figure {
  id: string;
  name: string;
  value: number | null;
  unit: "count" | "ratio" | "seconds" | "score";
  formula: string;
  variant: string | null;
  default: boolean;
  top: number;
  bottom: number | null;
}
