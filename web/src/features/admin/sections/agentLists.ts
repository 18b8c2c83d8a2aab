import { call, type Whole } from "../kit/api";
import type { AgentCertificate, AgentSkill, QueueSeat } from "../types";
import type { AgentLists } from "./UserForm";

/** Where each of an agent's lists is, and where everybody's are read. */
export const LISTS = [
  ["skills", "/api/users/{id}/skills", "/api/agent-skills"],
  ["certificates", "/api/users/{id}/certificates", "/api/agent-certificates"],
  ["queue_seats", "/api/users/{id}/queue-seats", "/api/queue-seats"],
] as const;
export type ListName = (typeof LISTS)[number][0];

/** An agent's lists, and what the page has seen of each: nothing of those of somebody new. */
export interface SeenLists {
  lists: AgentLists;
  seen: Record<ListName, string>;
}

export const NO_LISTS: SeenLists = {
  lists: { skills: [], certificates: [], queue_seats: [] },
  seen: { skills: "", certificates: "", queue_seats: "" },
};

export async function readLists(id: string): Promise<SeenLists> {
  const [skills, certificates, queue_seats] = await Promise.all([
    call.whole<AgentSkill>(LISTS[0][1], id),
    call.whole<AgentCertificate>(LISTS[1][1], id),
    call.whole<QueueSeat>(LISTS[2][1], id),
  ]);
  return {
    lists: { skills: own(skills), certificates: own(certificates), queue_seats: own(queue_seats) },
    seen: {
      skills: skills.revision,
      certificates: certificates.revision,
      queue_seats: queue_seats.revision,
    },
  };
}

const own = <R extends { user_id: string }>({ items }: Whole<R>): Omit<R, "user_id">[] =>
  items.map(({ user_id: _user, ...row }) => row);
