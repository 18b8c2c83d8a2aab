/** Answers of `/api/contacts`, named once. Instants are ISO 8601 UTC, spans milliseconds. */

import type { Tier } from "@/shared/api";

export interface Named {
  id: string;
  name: string;
}

export interface ContactItem {
  contact_id: string;
  arrived_at: string;
  /** Null while the contact lives. */
  ended_at: string | null;
  medium: string;
  direction: string;
  caller: string;
  dnis: string;
  number: Named | null;
  client: Named | null;
  project: Named | null;
  queue: Named | null;
  agent: Named | null;
  customer: Named | null;
  tier: Tier | null;
  outcome: string | null;
  outcome_name: string | null;
  ended_by: string | null;
  waited_ms: number | null;
  talked_ms: number | null;
  held_ms: number | null;
  acw_ms: number | null;
  total_ms: number | null;
  offers: number;
  survey_score: number | null;
  reason: Named | null;
  resolved: boolean | null;
  wrapped_up: boolean;
  has_recording: boolean;
  voicemail_ms: number | null;
}

export interface Step {
  seq: number;
  at: string;
  /** Since arrival. */
  offset_ms: number;
  kind: string;
  /** In the reader's language. */
  text: string;
  agent: Named | null;
}

export interface RecordingPart {
  leg: string;
  from_ms: number;
  to_ms: number;
  agent: Named | null;
}

export interface RecordingInfo {
  recording_id: string;
  stored: boolean;
  started_at: string | null;
  duration_ms: number | null;
  parts: RecordingPart[];
  missing_ms: number | null;
  /** In the reader's language. */
  missing_why_name: string | null;
  sha256: string | null;
}

export interface WrapUpNote {
  agent: Named | null;
  reason: Named | null;
  resolved: boolean | null;
  note: string;
  answers: { label: string; text: string }[];
  follow_up_at: string | null;
  submitted_at: string;
}

export interface ContactDetail extends ContactItem {
  timeline: Step[];
  recording: RecordingInfo | null;
  wrap_up: WrapUpNote | null;
}
