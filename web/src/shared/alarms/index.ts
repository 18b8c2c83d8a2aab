import type { AgentState, BoardAlarm, RuleAlarm } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { alarmTexts } from "./texts";

export { alarmTexts } from "./texts";

export type Level = RuleAlarm["level"];
export type Levels = ReadonlyMap<string, Level>;

/** Figures of which little is bad. */
export const LOW_IS_BAD: readonly RuleAlarm["figure"][] = ["service_level", "ready"];

/** The worst level that rules give each figure of each thing. */
export function levelsOf(alarms: Iterable<BoardAlarm>): Levels {
  const found = new Map<string, Level>();
  for (const { figure, variant, about_id, level } of alarms) {
    if (!figure || !level) continue;
    const key = levelKey(figure, about_id ?? null, variant);
    if (found.get(key) !== "alarm") found.set(key, level);
  }
  return found;
}

/** The key of one figure of one thing; null is the whole centre. */
export function levelKey(figure: RuleAlarm["figure"], aboutId: string | null, variant?: string): string {
  return `${figure}:${variant ?? ""}:${aboutId ?? ""}`;
}

/** An alarm of a rule as a sentence: the figure, its value when it was raised, and the limit. */
export function useAlarmSentence(): (alarm: RuleAlarm) => string {
  const a = useT(alarmTexts);
  const c = useT(common);
  const f = useFormat();
  return (alarm) => {
    const state = alarm.state ? c(`state.${alarm.state as AgentState}`) : "";
    const what = [a(`figure.${alarm.figure}`), alarm.variant, state].filter(Boolean).join(" · ");
    return a(LOW_IS_BAD.includes(alarm.figure) ? "low" : "high", {
      what,
      value: f.count(Math.round(alarm.value * 10) / 10),
      limit: f.count(alarm.limit),
      unit: a(`unit.${alarm.figure}`),
    });
  };
}

/** Whether an alarm of the board is one of a rule, with all that belongs to it. */
export function isRuleAlarm(alarm: BoardAlarm): alarm is BoardAlarm & RuleAlarm {
  return alarm.code === "rule" && alarm.figure !== undefined && alarm.level !== undefined;
}
