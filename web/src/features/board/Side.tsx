import { Link } from "@tanstack/react-router";
import { alarmTexts, isRuleAlarm, useAlarmSentence } from "@/shared/alarms";
import type { BoardAlarm, BoardCall, BoardTrunk } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, stateColor } from "@/shared/ui";
import { Elapsed } from "./Elapsed";
import { AGENT_STATES, alarmKey, type Department } from "./model";
import { useRuleLevels } from "./rules";
import { texts } from "./texts";

/** Head-count of each department now, as a bar of states. A click shows only its agents. */
export function Departments({
  departments,
  chosen,
  onChoose,
}: {
  departments: Department[];
  chosen: string | null;
  onChoose: (name: string | null) => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  if (departments.length === 0) return <Nothing title={t("departments.empty")} />;
  return (
    <ul className="rows">
      {departments.map((one) => {
        const name = one.name || t("departments.none");
        const states = AGENT_STATES.filter((state) => one.states[state] > 0);
        const words = states.map((state) => `${c(`state.${state}`)} ${one.states[state]}`).join("，");
        return (
          <li key={one.name} className="row row-stack">
            <button
              type="button"
              className="department"
              aria-pressed={chosen === one.name}
              title={t("departments.filter", { name })}
              onClick={() => onChoose(chosen === one.name ? null : one.name)}
            >
              <span className="department-head">
                <span translate={one.name ? "no" : undefined}>{name}</span>
                <span className="dim">{t("departments.signed", { n: one.signedIn, total: one.total })}</span>
              </span>
              <span className="unseen">{words}</span>
              <span className="stack-bar" title={words}>
                {states.map((state) => (
                  <i key={state} style={{ flexGrow: one.states[state], background: stateColor(state) }} />
                ))}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

export function MenuCalls({ calls, frozen }: { calls: BoardCall[]; frozen: boolean }) {
  const t = useT(texts);
  if (calls.length === 0) return <Nothing title={t("menus.none")} />;
  return (
    <ul className="rows">
      {calls.map((call) => {
        const key = `phase.${call.phase}`;
        return (
          <li key={call.contact_id} className="row">
            <span className="row-age">
              <Elapsed since={call.since} frozen={frozen} />
            </span>
            <span className="row-main">
              <Link to="/contacts/$id" params={{ id: call.contact_id }}>
                {call.number_label || t("waiting.open")}
              </Link>
            </span>
            <span className="row-end">{key in texts.zh ? t(key as "phase.flow") : call.phase}</span>
          </li>
        );
      })}
    </ul>
  );
}

export function Trunks({ trunks }: { trunks: BoardTrunk[] }) {
  const t = useT(texts);
  const rule = useRuleLevels();
  if (trunks.length === 0) return <Nothing title={t("trunks.none")} />;
  return (
    <ul className="rows">
      {trunks.map((trunk) => {
        const share = trunk.limit > 0 ? trunk.in_use / trunk.limit : 0;
        return (
          <li key={trunk.trunk_id} className="row row-stack" data-rule={rule("trunk_use", trunk.trunk_id)}>
            <span className="department-head">
              <span>{trunk.name}</span>
              <span className="dim">{t("trunks.use", { used: trunk.in_use, limit: trunk.limit })}</span>
            </span>
            <span
              className="use-bar"
              aria-hidden="true"
              data-level={share >= 0.95 ? "alarm" : share >= 0.8 ? "warn" : ""}
            >
              <i style={{ width: `${Math.min(100, share * 100)}%` }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Alarms that stand now; nothing is drawn without one. */
export function Alarms({ alarms, frozen }: { alarms: BoardAlarm[]; frozen: boolean }) {
  const t = useT(texts);
  const a = useT(alarmTexts);
  const sentence = useAlarmSentence();
  if (alarms.length === 0) return null;
  return (
    <div role="alert">
      <ul className="alarms" aria-label={t("alarms.title")}>
        {alarms.map((alarm) => {
          const key = `alarm.${alarm.code}`;
          if (isRuleAlarm(alarm))
            return (
              <li key={alarmKey(alarm)} data-level={alarm.level}>
                <b>
                  {a(`level.${alarm.level}`)} · {alarm.name}
                </b>
                <span>{alarm.about_name || a("centre")}</span>
                <span>{sentence(alarm)}</span>
                <Elapsed since={alarm.since} frozen={frozen} />
              </li>
            );
          return (
            <li key={alarmKey(alarm)}>
              <b>{key in texts.zh ? t(key as "alarm.disk_full") : alarm.code}</b>
              <span>{alarm.subject}</span>
              <Elapsed since={alarm.since} frozen={frozen} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
