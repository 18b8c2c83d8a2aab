import { useCallback } from "react";
import type { BoardFollow, BoardMonitor } from "@/shared/api";
import { permitted, useMe } from "@/shared/session";
import { useReportProblem } from "@/shared/ui";
import { useBoardStore } from "../live";

/** Whether the person has the verbs at all; a client's people have none. */
export function useMaySupervise(): boolean {
  const me = useMe();
  return permitted(me, ["supervise"]) && me?.client_id == null;
}

/** The session of the person who looks, if there is one. */
export function useOwnMonitor(): BoardMonitor | undefined {
  const me = useMe();
  const monitors = useBoardStore((store) => store.board?.monitors);
  return monitors && [...monitors.values()].find((one) => one.supervisor_id === me?.user_id);
}

/** Whose next calls the person who looks listens to. */
export function useOwnFollows(): BoardFollow[] {
  const me = useMe();
  const follows = useBoardStore((store) => store.board?.follows);
  return [...(follows?.values() ?? [])].filter((one) => one.supervisor_id === me?.user_id);
}

/** Runs a verb and shows its refusal; true when it was carried out. */
export function useRun(): (work: () => Promise<unknown>) => Promise<boolean> {
  const report = useReportProblem();
  return useCallback(
    async (work) => {
      try {
        await work();
        return true;
      } catch (thrown) {
        report(thrown);
        return false;
      }
    },
    [report],
  );
}
