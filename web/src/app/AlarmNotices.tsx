import { App } from "antd";
import { useCallback } from "react";
import { alarmTexts, useAlarmSentence } from "@/shared/alarms";
import type { RuleAlarm } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { type LiveMessage, useLiveMessage } from "@/shared/live";
import { chime } from "./chime";

interface Told extends RuleAlarm {
  event: "raised" | "cleared";
  sound: boolean;
}

const CLEARED_S = 6;

/** Says what a rule raised until it is read or well again. The server names who is told. */
export default function AlarmNotices() {
  const a = useT(alarmTexts);
  const sentence = useAlarmSentence();
  const { notification } = App.useApp();
  const hear = useCallback(
    (message: LiveMessage) => {
      const alarm = message.alarm as Told;
      const key = `rule.${alarm.rule_id}.${alarm.about_id ?? ""}`;
      const about = alarm.about_name || a("centre");
      if (alarm.event === "cleared") {
        const title = a("cleared", { name: alarm.name });
        notification.success({ key, title, description: about, duration: CLEARED_S });
        return;
      }
      notification[alarm.level === "alarm" ? "error" : "warning"]({
        key,
        title: `${a(`level.${alarm.level}`)} · ${alarm.name}`,
        description: `${about} · ${sentence(alarm)}`,
        duration: 0,
        role: "alert",
      });
      if (alarm.sound) chime(alarm.level);
    },
    [a, sentence, notification],
  );
  useLiveMessage("alarm", hear);
  return null;
}
