import { AudioMutedOutlined, PhoneFilled } from "@ant-design/icons";
import { App, Button, Segmented, Tooltip } from "antd";
import { useEffect, useRef } from "react";
import type { BoardMonitor } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { Elapsed } from "../Elapsed";
import { useBoardStore } from "../live";
import { HEARING, type Hearing, isHearing, talksOn } from "./actions";
import { end, monitor, useLine } from "./line";
import { texts } from "./texts";
import { useOwnMonitor, useRun } from "./useVerbs";
import "./verbs.css";

/** What the supervisor is at now: the mode with its switch, whose call, how long, and the way out. */
export function SessionBar() {
  const t = useT(texts);
  const run = useRun();
  const own = useOwnMonitor();
  const { busy, deaf } = useLine();
  const { message } = App.useApp();
  const agent = useBoardStore((store) => (own?.agent_id ? store.board?.agents.get(own.agent_id) : undefined));

  // Said once when a session ends by itself, or never came about.
  const before = useRef<{ monitor: BoardMonitor; left: boolean } | null>(null);
  useEffect(() => {
    const last = before.current;
    if (!own && last && !last.left)
      void message.info(t(last.monitor.mode === null ? "bar.failed" : "bar.over"));
    before.current = own ? { monitor: own, left: last?.left ?? false } : null;
  }, [own, message, t]);

  // Nobody listens on from another page, where nothing shows it.
  useEffect(
    () => () => {
      const last = before.current;
      if (last && !talksOn(last.monitor)) void end().catch(() => undefined);
    },
    [],
  );

  if (!own) return null;
  const leave = () => {
    if (before.current) before.current.left = true;
    void run(end);
  };
  const talking = talksOn(own);
  return (
    <section className="session" aria-label={t("bar.label")} data-mode={own.mode ?? "none"}>
      <strong className="session-mode" role="status">
        {own.mode ? t(`on.${own.mode}`) : t("bar.connecting")}
      </strong>
      <span className="session-who">
        {agent ? t("bar.at", { name: `${agent.name} ${agent.agent_no}` }) : t("bar.pulled")}
      </span>
      <Elapsed since={own.since} />
      {deaf ? (
        <Tooltip title={t("bar.microphone")}>
          <span role="status" aria-label={t("bar.microphone")} className="session-deaf">
            <AudioMutedOutlined aria-hidden="true" />
          </span>
        </Tooltip>
      ) : null}
      {own.deaf && !talking ? (
        <span role="status" className="session-card">
          {t("bar.card")}
        </span>
      ) : null}
      {talking ? null : (
        <Segmented<Hearing>
          size="small"
          value={isHearing(own.wanted) ? own.wanted : "listen"}
          disabled={busy || own.agent_id === null}
          onChange={(mode) => void run(() => monitor(own.agent_id ?? "", mode))}
          aria-label={t("bar.switch")}
          options={HEARING.map((mode) => ({ value: mode, label: t(mode), title: t(`hint.${mode}`) }))}
        />
      )}
      <Button size="small" danger type="primary" icon={<PhoneFilled rotate={225} />} onClick={leave}>
        {t(talking ? "bar.hang_up" : "bar.end")}
      </Button>
    </section>
  );
}
