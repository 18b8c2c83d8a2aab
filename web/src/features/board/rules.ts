import { useMemo } from "react";
import { type Level, levelKey, levelsOf } from "@/shared/alarms";
import type { RuleAlarm } from "@/shared/api";
import { useBoardStore } from "./live";

/** The level that alarm rules give a figure of a thing now; null is the whole centre. */
export type LevelOf = (
  figure: RuleAlarm["figure"],
  aboutId: string | null,
  variant?: string,
) => Level | undefined;

/** Colours by rule: made by the server, shown here. */
export function useRuleLevels(): LevelOf {
  const alarms = useBoardStore((store) => store.board?.alarms);
  return useMemo(() => {
    const levels = levelsOf(alarms?.values() ?? []);
    return (figure, aboutId, variant) => levels.get(levelKey(figure, aboutId, variant));
  }, [alarms]);
}
