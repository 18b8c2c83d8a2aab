/** What the administration API answers, named once. */

import type { Role, Tier } from "@/shared/api";

export interface User {
  id: string;
  revision?: string;
  login: string;
  name: string;
  agent_no: string | null;
  department: string;
  roles: Role[];
  client_id: string | null;
  email: string | null;
  /** Masked for who does not administer people. */
  mobile: string;
  locale: "zh" | "en";
  active: boolean;
  /** The password is checked at the company's directory. */
  by_directory: boolean;
  locked: boolean;
  second_factor: boolean;
}

/** Whose log-in asks for more than the password. */
export interface LogInRules {
  revision: string;
  second_factor_roles: Role[];
  /** Nobody administers the system, its people, and the audit log at once. */
  separated: boolean;
  /** When people with no other roles than these may log in; days 1 Monday to 7 Sunday. */
  hours_roles: Role[];
  hours_days: number[];
  hours_from: string;
  hours_to: string;
  hours_zone: string;
}

export const PERMISSIONS = [
  "desk",
  "dial_out",
  "mobile",
  "own_mobile",
  "board",
  "supervise",
  "contacts",
  "recordings",
  "export",
  "numbers",
  "approve_exports",
  "ledger",
  "config",
  "people",
  "audit",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a role allows; `keeps` cannot be taken from it, `never` cannot be given to it. */
export interface RoleGrant {
  revision: string;
  role: Role;
  permissions: Permission[];
  standard: Permission[];
  keeps: Permission[];
  never: Permission[];
  people: number;
}

export interface AgentSkill {
  user_id: string;
  skill_id: string;
  level: number;
}

/** Valid to the end of that day. */
export interface AgentCertificate {
  user_id: string;
  name: string;
  valid_until: string;
}

/** An agent's own settings in a queue; of all the agent's queues the lower `order` is served first. */
export interface QueueSeat {
  user_id: string;
  queue_id: string;
  order: number;
  level: number;
  value: number;
}

/** Agents with a leader, in a department. */
export interface Team {
  id: string;
  revision?: string;
  name: string;
  department: string;
  leader_id: string | null;
}

/** The one team an agent is in. */
export interface TeamMember {
  user_id: string;
  team_id: string;
}

export interface Skill {
  id: string;
  name: string;
}

export interface SkillNeed {
  skill_id: string;
  min_level: number;
}

export const POLICIES = [
  "longest_idle",
  "most_skilled",
  "least_occupied",
  "fewest_calls",
  "round_robin",
  "value_weighted",
] as const;
export type Policy = (typeof POLICIES)[number];

export const TIERS: readonly Tier[] = ["normal", "silver", "gold", "vip"];
/** The tiers for which agents can be kept free. */
export const BETTER_TIERS = ["silver", "gold", "vip"] as const;
export const LANE_FLAGS = ["open_complaint", "bad_survey", "menu_key", "repeat"] as const;
export const OVERFLOW_WHEN = ["length", "estimate", "age"] as const;

/** From `after_s` on; a minimum of 0 means that the skill is no longer needed. */
export interface RelaxStep {
  after_s: number;
  min_levels: Record<string, number>;
  groups: string[];
}

/** Without a queue the contact goes back to its flow. */
export interface Overflow {
  when: (typeof OVERFLOW_WHEN)[number];
  limit: number;
  queue_id: string | null;
}

export interface Door {
  queue_id: string;
  tiers: Tier[];
  flags: (typeof LANE_FLAGS)[number][];
}

export interface Reserve {
  tier: (typeof BETTER_TIERS)[number];
  agents: number;
}

export interface Queue {
  id: string;
  client_id: string;
  project_id: string;
  name: string;
  required_skills: SkillNeed[];
  priority: number;
  policy: Policy;
  ring_timeout_s: number;
  acw_s: number;
  target_percent: number;
  target_s: number;
  max_wait_s: number | null;
  music: string;
  preferred_skills: SkillNeed[];
  required_certificates: string[];
  groups: string[];
  relax: RelaxStep[];
  overflow: Overflow[];
  reserve: Reserve | null;
  doors: Door[];
  dedicated_wait_s: number;
  last_agent_wait_s: number;
  redial_s: number;
  value_s: number;
}

/** What holds for all queues. */
export interface RoutingRules {
  revision: string;
  segments: { tier: Tier; priority: number; floor_s: number | null }[];
  ageing_s: number | null;
  certificate_warning_days: number;
  breaks: BreakRule[];
  break_ask_s: number;
  acw_extend_s: number;
  record_internal: boolean;
}

/** What agents of a department, or of all without a rule of their own, may take without asking. */
export interface BreakRule {
  department: string;
  minutes_per_day: number | null;
  at_once: number | null;
}

export interface Client {
  id: string;
  name: string;
  short_name: string;
}

export interface Project {
  id: string;
  client_id: string;
  name: string;
  greeting_zh: string;
  greeting_en: string;
  language: "zh" | "en";
  /** The name of a prompt of the project; empty: the standard music. */
  music: string;
  chat_link: string;
  text_gateway_id: string | null;
  /** Template of the page that comes up with a call. */
  pop_url: string;
}

export interface TextGateway {
  id: string;
  name: string;
  url: string;
  header: string;
  has_secret: boolean;
  timeout_s: number;
  retries: number;
}

export type NumberKind = "95" | "96" | "400" | "1xx" | "local";
export const NUMBER_KINDS: readonly NumberKind[] = ["95", "96", "400", "1xx", "local"];

export interface PhoneNumber {
  id: string;
  client_id: string;
  project_id: string;
  trunk_id: string | null;
  e164: string;
  label: string;
  home: string;
  kind: NumberKind;
  flow_id: string | null;
  dial_out: boolean;
}

/** Somebody who does not want to be called. */
export interface DoNotCall {
  id: string;
  number: string;
  reason: string;
  created_at: string;
}

export const ALARM_FIGURES = [
  "waiting",
  "longest_wait",
  "service_level",
  "ready",
  "state_time",
  "trunk_use",
] as const;
export type AlarmFigure = (typeof ALARM_FIGURES)[number];
export const ALARM_VARIANTS = ["sl.d", "sl.a", "sl.b", "sl.c", "sl.e"] as const;
export const ALARM_STATES = [
  "break",
  "not_ready",
  "acw",
  "held",
  "talking",
  "ringing",
  "dialing",
  "ready",
] as const;

/** Thresholds are people, seconds or per cent, as the figure is; a service level or free agents below them count. */
export interface AlarmRule {
  id: string;
  name: string;
  figure: AlarmFigure;
  variant: string;
  state: string;
  project_id: string | null;
  queue_id: string | null;
  warn_at: number | null;
  alarm_at: number | null;
  hold_s: number;
  quiet_from: string;
  quiet_until: string;
  roles: Role[];
  sound: boolean;
  webhook: string;
  /** The webhook's secret is written, never read; this says that there is one. */
  signed: boolean;
  active: boolean;
}

export interface Trunk {
  id: string;
  name: string;
  host: string;
  port: number;
  username: string;
  max_calls: number;
}

export interface StateReason {
  id: string;
  kind: "break" | "not_ready";
  name_zh: string;
  name_en: string;
  limit_min: number | null;
}

export interface WrapReason {
  id: string;
  revision?: string;
  project_id: string;
  parent_id: string | null;
  name_zh: string;
  name_en: string;
  sort: number;
}

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
/** `["09:00", "18:00"]`; an end not after its start is on the next day. */
export type Period = [string, string];

export interface CalendarException {
  date: string;
  periods: Period[];
  name: string;
}

export interface Calendar {
  id: string;
  name: string;
  project_id: string | null;
  timezone: string;
  periods: Partial<Record<Day, Period[]>>;
  follow_cn_holidays: boolean;
  exceptions: CalendarException[];
}

export interface FlowItem {
  id: string;
  client_id: string;
  project_id: string;
  name: string;
  version: number | null;
  published_at: string | null;
}
