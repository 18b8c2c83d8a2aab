import { useState } from "react";
import type { Answers } from "@/shared/answers";
import { type AgentView, api, asProblem, take } from "@/shared/api";
import { takeAgentView } from "@/shared/live";
import { useReportProblem } from "@/shared/ui";
import { phone, useSeat } from "./seat";

export const TRANSFER_REASONS = ["specialist", "complaint", "other_department", "language", "other"] as const;
export type TransferReason = (typeof TRANSFER_REASONS)[number];

export interface WrapUp {
  contact_id: string;
  reason_id: string | null;
  resolved: boolean | null;
  note: string;
  follow_up_at: string | null;
  form: Answers;
  form_version: number | null;
}

/** Sends a command and takes the view that comes back, which is ahead of the push. */
async function order(
  answer: Promise<{ data?: unknown; error?: unknown; response: Response }>,
): Promise<void> {
  const said = (await take(answer)) as { view?: AgentView } | undefined;
  if (said?.view) takeAgentView(said.view);
}

/** Whom to call, and what the agent says to them. */
export type Target = { reason: TransferReason; note: string } & (
  | { to: "agent"; to_agent_id: string }
  | { to: "queue"; queue_id: string }
  | { to: "external"; number: string }
  | { to: "flow"; flow_id: string }
);

/** Whom to call; without `number_id` the number shown is chosen by whose matter it is. */
export interface CallOut {
  number: string;
  number_id?: string;
  project_id?: string;
  client_id?: string;
}

const post = {
  transfer: (body: Target) => order(api.POST("/api/desk/transfer", { body })),
  consult: (body: Exclude<Target, { to: "queue" }>) => order(api.POST("/api/desk/consult", { body })),
  dial: (body: CallOut) => order(api.POST("/api/desk/dial", { body })),
  colleague: (to_agent_id: string) =>
    order(api.POST("/api/desk/colleague", { body: { to_agent_id, agent_no: "" } })),
  park: () => order(api.POST("/api/desk/park", {})),
  card: (on: boolean, source: "button" | "field") =>
    order(api.POST("/api/desk/card", { body: { on, source, alone: false } })),
  /** The caller keys card data out of the agent's hearing. */
  leaveAlone: () => order(api.POST("/api/desk/card", { body: { on: true, source: "button", alone: true } })),
  pickUp: (contact_id: string) => order(api.POST("/api/desk/pick-up", { body: { contact_id } })),
  swap: () => order(api.POST("/api/desk/consult/swap", {})),
  conference: () => order(api.POST("/api/desk/consult/conference", {})),
  complete: () => order(api.POST("/api/desk/consult/complete", {})),
  cancel: () => order(api.POST("/api/desk/consult/cancel", {})),
  state: (state: "ready" | "not_ready" | "break", reason_id: string | null = null) =>
    order(api.POST("/api/desk/state", { body: { state, reason_id } })),
  testRing: () => order(api.POST("/api/desk/test-ring", {})),
  withdrawBreak: () => order(api.POST("/api/desk/break/withdraw", {})),
  hold: () => order(api.POST("/api/desk/hold", {})),
  retrieve: () => order(api.POST("/api/desk/retrieve", {})),
  mute: async (on: boolean) => {
    // The page's own microphone closes at once; the core then mutes the leg and writes it down.
    if (useSeat.getState().device === "browser") phone.setMuted(on);
    try {
      await order(api.POST("/api/desk/mute", { body: { on } }));
    } catch (thrown) {
      if (useSeat.getState().device === "browser") phone.setMuted(!on);
      throw thrown;
    }
  },
  dtmf: (digits: string) => order(api.POST("/api/desk/dtmf", { body: { digits } })),
  reject: () => orByPhone(() => order(api.POST("/api/desk/reject", {}))),
  hangUp: () => orByPhone(() => order(api.POST("/api/desk/hangup", {}))),
  wrapUp: (body: WrapUp) => order(api.POST("/api/desk/wrap-up", { body: body as never })),
  wrapExtend: (seconds: number) => order(api.POST("/api/desk/wrap-extend", { body: { seconds } })),
};

/** Ending a call must work even when the server cannot be reached: then the page's own leg is hung up. */
async function orByPhone(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (asProblem(thrown).code !== "network" || useSeat.getState().device !== "browser") throw thrown;
    phone.hangUp();
  }
}

export const commands = post;

/** Runs one command at a time and shows its refusal. `busy` names the one under way. */
export function useCommands(): {
  busy: string | null;
  run: (name: string, work: () => Promise<unknown>) => Promise<boolean>;
} {
  const report = useReportProblem();
  const [busy, setBusy] = useState<string | null>(null);
  return {
    busy,
    run: async (name, work) => {
      setBusy(name);
      try {
        await work();
        return true;
      } catch (thrown) {
        report(thrown);
        return false;
      } finally {
        setBusy(null);
      }
    },
  };
}
