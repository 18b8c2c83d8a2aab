/** What the administration API answers, named once. */

import type { Role } from "@/shared/api";

export interface User {
  id: string;
  login: string;
  name: string;
  agent_no: string | null;
  department: string;
  roles: Role[];
  client_id: string | null;
  locale: "zh" | "en";
  active: boolean;
  locked: boolean;
}

export interface AgentSkill {
  user_id: string;
  skill_id: string;
  level: number;
}

export interface Skill {
  id: string;
  name: string;
}

export interface SkillNeed {
  skill_id: string;
  min_level: number;
}

export type Policy = "longest_idle" | "most_skilled" | "round_robin";
export const POLICIES: readonly Policy[] = ["longest_idle", "most_skilled", "round_robin"];

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
