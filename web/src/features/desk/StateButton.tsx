import { CheckOutlined, CloseOutlined, DownOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Dropdown, type MenuProps, Tooltip } from "antd";
import { useState } from "react";
import type { AgentState, AgentView } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { useNow } from "@/shared/time";
import { StateDot, stateColor } from "@/shared/ui";
import { chooseAutoAnswer, useAutoAnswer } from "./autoAnswer";
import { commands, type useCommands } from "./commands";
import { stateReasonsQuery } from "./data";
import { ariaKey, keyName, useShortcuts } from "./shortcuts";
import { texts } from "./texts";

const EXTEND_S = 30;

type Wanted = "ready" | "not_ready" | "break";

/** What is left of the day's breaks; below zero what was taken beyond them, null when all may be taken. */
function breakLeftMs(view: AgentView, now: number): number | null {
  const breaks = view.breaks;
  if (!breaks || breaks.allowed_min === null) return null;
  const present = view.state === "break" ? now - Date.parse(view.since) : 0;
  return breaks.allowed_min * 60_000 - breaks.taken_ms - present;
}

/** The agent's state with its timer; opens the menu of states. In a call it chooses the state after it. */
export function StateButton({
  view,
  commandsOf,
  onSignOut,
}: {
  view: AgentView;
  commandsOf: ReturnType<typeof useCommands>;
  onSignOut: () => void;
}) {
  const t = useT(texts);
  const c = useT(common);
  const { timer, locale } = useFormat();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const autoAnswer = useAutoAnswer(({ agents }) => agents.includes(view.agent_id));
  const reasons = useQuery(stateReasonsQuery);
  const inCall = ["dialing", "ringing", "talking", "held"].includes(view.state);

  const change = (state: Wanted, reason?: string) =>
    void commandsOf.run("state", () => commands.state(state, reason ?? null));
  useShortcuts({
    ready: () => change("ready"),
    not_ready: () => change("not_ready"),
    state: () => setOpen((shown) => !shown),
  });

  const label = (state: AgentState, shortcut?: "ready" | "not_ready") => (
    <span className="state-item">
      <StateDot state={state} />
      <span>{c(`state.${state}`)}</span>
      {shortcut ? <kbd>{keyName(shortcut)}</kbd> : null}
    </span>
  );
  const reasonItems = (kind: "break" | "not_ready"): MenuProps["items"] =>
    (reasons.data?.items ?? [])
      .filter((reason) => reason.kind === kind)
      .map((reason) => ({
        key: `${kind}:${reason.id}`,
        label: (
          <span className="state-item">
            <span>{locale === "zh" ? reason.name_zh : reason.name_en}</span>
            {reason.limit_min ? <small>{t("state.limit", { n: reason.limit_min })}</small> : null}
          </span>
        ),
      }));
  const allowed = () => {
    const ms = breakLeftMs(view, now);
    return ms === null ? null : (
      <small>{ms > 0 ? t("break.left", { time: timer(ms) }) : t("break.used")}</small>
    );
  };
  const group = (kind: "break" | "not_ready") => {
    const children = reasonItems(kind) ?? [];
    const shortcut = kind === "not_ready" ? ("not_ready" as const) : undefined;
    return children.length > 0
      ? {
          key: kind,
          label: (
            <>
              {label(kind, shortcut)} {kind === "break" ? allowed() : null}
            </>
          ),
          children: [{ key: `${kind}:`, label: c(`state.${kind}`) }, ...children],
        }
      : { key: `${kind}:`, label: label(kind, shortcut) };
  };
  const items: MenuProps["items"] = [
    { key: "head", type: "group", label: inCall ? t("state.after_call") : t("state.now") },
    { key: "ready:", label: label("ready", "ready") },
    group("not_ready"),
    group("break"),
    { type: "divider" },
    ...(view.device === "browser"
      ? [
          {
            key: "auto_answer",
            label: t("bar.auto_answer"),
            icon: autoAnswer ? <CheckOutlined /> : <span className="state-unchecked" />,
          },
        ]
      : []),
    { key: "sign_out", label: t("bar.sign_out"), danger: true },
  ];

  const extend = Math.min(EXTEND_S, view.acw_extend_left_s ?? EXTEND_S);
  const breaks = view.breaks ?? null;
  const breakLeft = breakLeftMs(view, now);
  const left = view.state === "acw" && view.acw_until ? Date.parse(view.acw_until) - now : null;
  const shown = left === null ? timer(now - Date.parse(view.since)) : timer(left);
  const reason = reasons.data?.items.find((each) => each.id === view.reason_id);
  const name = c(`state.${view.state}`);
  const detail = reason ? (locale === "zh" ? reason.name_zh : reason.name_en) : null;

  return (
    <div className="bar-state">
      <Dropdown
        open={open}
        onOpenChange={setOpen}
        trigger={["click"]}
        menu={{
          items,
          onClick: ({ key }) => {
            setOpen(false);
            if (key === "sign_out") return onSignOut();
            if (key === "auto_answer") return chooseAutoAnswer(view.agent_id, !autoAnswer);
            const [state, id] = key.split(":");
            change(state as Wanted, id || undefined);
          },
        }}
      >
        <button
          type="button"
          className="state-button"
          style={{ "--state": stateColor(view.state) } as React.CSSProperties}
          aria-keyshortcuts={ariaKey("state")}
          title={`${t("bar.state.tip")} ${keyName("state")}`}
          data-state={view.state}
        >
          <StateDot state={view.state} pulse={view.state === "ringing" || view.state === "dialing"} />
          <span className="state-button-name">
            {name}
            {detail ? <small>{detail}</small> : null}
            {view.state === "break" && breakLeft !== null ? (
              <small className={breakLeft < 0 ? "state-over" : undefined}>
                {breakLeft < 0
                  ? t("break.over", { time: timer(-breakLeft) })
                  : t("break.left", { time: timer(breakLeft) })}
              </small>
            ) : null}
            {view.forced ? <small>{t("forced.by", { name: view.forced.name })}</small> : null}
          </span>
          <span className="state-button-time" data-testid="state-timer">
            {left === null ? null : <small>{t("bar.acw_left")}</small>}
            {shown}
          </span>
          <DownOutlined className="state-button-arrow" aria-hidden="true" />
          <span className="unseen">{t("bar.state.tip")}</span>
        </button>
      </Dropdown>
      {view.state === "acw" && extend > 0 ? (
        <Button
          size="small"
          loading={commandsOf.busy === "extend"}
          onClick={() => void commandsOf.run("extend", () => commands.wrapExtend(extend))}
        >
          {t("bar.extend", { n: extend })}
        </Button>
      ) : null}
      {breaks?.asked ? (
        <span className="bar-pending" role="status">
          <StateDot state="break" />
          {t("break.asked", { time: timer(Math.max(0, Date.parse(breaks.asked.until) - now)) })}
          <Tooltip title={t("break.withdraw")}>
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={t("break.withdraw")}
              onClick={() => void commandsOf.run("state", commands.withdrawBreak)}
            />
          </Tooltip>
        </span>
      ) : null}
      {view.pending_state ? (
        <span className="bar-pending">
          <StateDot state={view.pending_state} />
          {t("bar.pending", { state: c(`state.${view.pending_state}`) })}
          {view.pending_forced ? (
            <small>{t("forced.by", { name: view.pending_forced.name })}</small>
          ) : view.pending_state === "ready" ? null : (
            <Tooltip title={t("bar.pending.clear")}>
              <Button
                type="text"
                size="small"
                icon={<CloseOutlined />}
                aria-label={t("bar.pending.clear")}
                onClick={() => change("ready")}
              />
            </Tooltip>
          )}
        </span>
      ) : null}
    </div>
  );
}
