/** A queue as its form holds it. Pure. */

import type { Queue, RelaxStep, Reserve, SkillNeed } from "./types";

/** A relaxing step's minimums as rows; without a queue no `queue_id` at all; a reserve of no tier is none. */
export interface QueueValues
  extends Partial<Omit<Queue, "id" | "client_id" | "relax" | "overflow" | "reserve">> {
  relax: (Omit<RelaxStep, "min_levels"> & { min_levels: SkillNeed[] })[];
  overflow: (Pick<Queue["overflow"][number], "when" | "limit"> & { queue_id?: string })[];
  reserve: Partial<Reserve>;
}

const NEW: QueueValues = {
  name: "",
  required_skills: [],
  priority: 0,
  policy: "longest_idle",
  ring_timeout_s: 20,
  acw_s: 30,
  target_percent: 80,
  target_s: 20,
  max_wait_s: null,
  music: "default",
  preferred_skills: [],
  required_certificates: [],
  groups: [],
  relax: [],
  overflow: [],
  reserve: {},
  doors: [],
  dedicated_wait_s: 0,
  last_agent_wait_s: 0,
  redial_s: 300,
  value_s: 30,
};

export function queueValues(row: Queue | null): QueueValues {
  if (row === null) return NEW;
  const { id: _id, client_id: _client, relax, overflow, reserve, ...plain } = row;
  return {
    ...plain,
    relax: relax.map(({ min_levels, ...step }) => ({
      ...step,
      min_levels: Object.entries(min_levels).map(([skill_id, min_level]) => ({ skill_id, min_level })),
    })),
    overflow: overflow.map(({ queue_id, ...rule }) => ({ ...rule, queue_id: queue_id ?? undefined })),
    reserve: reserve ?? {},
  };
}

export function queueBody(values: QueueValues): object {
  return {
    ...values,
    max_wait_s: values.max_wait_s ?? null,
    relax: values.relax.map(({ min_levels, ...step }) => ({
      ...step,
      min_levels: Object.fromEntries(min_levels.map(({ skill_id, min_level }) => [skill_id, min_level])),
    })),
    overflow: values.overflow.map((rule) => ({ ...rule, queue_id: rule.queue_id ?? null })),
    reserve: values.reserve.tier ? values.reserve : null,
  };
}

export type QueuePart = "agents" | "ways" | "customers";

/** How many rules of each part differ from a plain queue's. */
export function rulesUsed(values: Partial<QueueValues> | undefined): Record<QueuePart, number> {
  const count = (...set: boolean[]) => set.filter(Boolean).length;
  const some = (list: readonly unknown[] | undefined) => (list?.length ?? 0) > 0;
  return {
    agents: count(
      some(values?.preferred_skills),
      some(values?.required_certificates),
      some(values?.groups),
      some(values?.relax),
    ),
    ways: count(some(values?.doors), some(values?.overflow)),
    customers: count(
      Boolean(values?.reserve?.tier),
      Boolean(values?.dedicated_wait_s),
      Boolean(values?.last_agent_wait_s),
      values?.redial_s !== undefined && values.redial_s !== NEW.redial_s,
    ),
  };
}
