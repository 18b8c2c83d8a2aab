import type { Target } from "./commands";
import type { TargetAgent, TargetFlow, TargetQueue, Targets } from "./data";

type Bare<T> = T extends unknown ? Omit<T, "reason" | "note"> : never;

/** Somebody to choose, with the name a person reads. */
export interface Whom {
  id: string;
  target: Bare<Target>;
  name: string;
}

/** A row of the panel; `open` false: cannot be called now. */
export type Row = Whom & { open: boolean } & (
    | { agent: TargetAgent }
    | { queue: TargetQueue }
    | { flow: TargetFlow }
  );

export function isNumber(text: string): boolean {
  return /^\+?[0-9]{3,20}$/.test(text);
}

function fits(search: string, ...words: (string | null)[]): boolean {
  const wanted = search.trim().toLowerCase();
  return wanted === "" || words.some((word) => word?.toLowerCase().includes(wanted));
}

/** A colleague of the list; `open` false: cannot be called now. */
export type Colleague = TargetAgent & { open: boolean };

const CAN_BE_CALLED = ["ready", "not_ready"];

/** Colleagues who match, those who can be called first, the ready before the others. Pure. */
export function found(agents: readonly TargetAgent[], search: string): Colleague[] {
  return agents
    .filter((agent) => fits(search, agent.name, agent.agent_no, agent.department))
    .map((agent) => ({ ...agent, open: CAN_BE_CALLED.includes(agent.state) }))
    .sort(
      (one, other) =>
        Number(other.agent_no === search.trim()) - Number(one.agent_no === search.trim()) ||
        Number(other.open) - Number(one.open) ||
        Number(other.state === "ready") - Number(one.state === "ready"),
    );
}

/** Who matches what is searched for, those who can be called first. `inside`: a call between agents, which
 * who is not ready may take as well. Pure. */
export function matching(
  targets: Targets,
  kind: "agent" | "queue" | "flow",
  search: string,
  inside = false,
): Row[] {
  if (kind === "flow")
    return targets.flows
      .filter((flow) => fits(search, flow.name))
      .map((flow) => ({
        id: flow.flow_id,
        target: { to: "flow", flow_id: flow.flow_id },
        name: flow.name,
        open: true,
        flow,
      }));
  const rows: Row[] =
    kind === "agent"
      ? targets.agents
          .filter((agent) => fits(search, agent.name, agent.agent_no, agent.department))
          .map((agent) => ({
            id: agent.agent_id,
            target: { to: "agent", to_agent_id: agent.agent_id },
            name: agent.name,
            open: inside ? CAN_BE_CALLED.includes(agent.state) : agent.state === "ready",
            agent,
          }))
      : targets.queues
          .filter((queue) => fits(search, queue.name, queue.project_name))
          .map((queue) => ({
            id: queue.queue_id,
            target: { to: "queue", queue_id: queue.queue_id },
            name: queue.name,
            open: queue.signed_in > 0,
            queue,
          }));
  return rows.sort((one, other) => Number(other.open) - Number(one.open));
}
