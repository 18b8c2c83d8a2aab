import {
  AudioMutedOutlined,
  AudioOutlined,
  BellOutlined,
  CheckCircleOutlined,
  ClockCircleOutlined,
  NumberOutlined,
  PauseCircleOutlined,
  PhoneOutlined,
  PlayCircleOutlined,
  SmileOutlined,
  StopOutlined,
  UserOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";
import type { AgentContact } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNow } from "@/shared/time";
import { StateDot } from "@/shared/ui";
import type { TimelineStep } from "./data";
import { texts } from "./texts";
import { linesOf } from "./timeline";

const ICONS: Record<string, ReactNode> = {
  "contact.arrived": <PhoneOutlined />,
  "outbound.dialled": <PhoneOutlined />,
  "internal.dialled": <PhoneOutlined />,
  "internal.joined": <CheckCircleOutlined />,
  "internal.passed": <CheckCircleOutlined />,
  "internal.left": <StopOutlined />,
  "contact.identified": <UserOutlined />,
  "flow.key": <NumberOutlined />,
  "contact.queued": <ClockCircleOutlined />,
  "offer.made": <BellOutlined />,
  "offer.ended": <BellOutlined />,
  "contact.connected": <CheckCircleOutlined />,
  "contact.held": <PauseCircleOutlined />,
  "contact.retrieved": <PlayCircleOutlined />,
  "contact.muted": <AudioMutedOutlined />,
  "contact.disconnected": <StopOutlined />,
  "contact.ended": <StopOutlined />,
  "survey.asked": <SmileOutlined />,
  "survey.answered": <SmileOutlined />,
  "recording.stored": <AudioOutlined />,
};

/** What happened, line by line, and what goes on now with its timer. */
export function CallTimeline({
  steps,
  live,
}: {
  steps: readonly TimelineStep[] | undefined;
  live: AgentContact | null;
}) {
  const t = useT(texts);
  const { clock, timer } = useFormat();
  const now = useNow();
  const lines = linesOf(steps, live);
  const since =
    live?.phase === "held"
      ? live.held_since
      : live?.phase === "talking"
        ? live.answered_at
        : live?.phase === "ringing" || live?.phase === "dialing"
          ? live.offered_at
          : null;
  return (
    <ol className="path" aria-label={t("work.timeline")}>
      {lines.map((line) => (
        <li key={line.key} data-kind={line.kind}>
          <time>{clock(line.at, true)}</time>
          <span className="path-icon" aria-hidden="true">
            {ICONS[line.kind] ?? <i />}
          </span>
          <span>{line.text}</span>
        </li>
      ))}
      {live && live.phase !== "wrap" ? (
        <li className="path-now">
          <time>{since ? timer(now - Date.parse(since)) : ""}</time>
          <span className="path-icon" aria-hidden="true">
            <StateDot state={live.phase} pulse={live.phase === "ringing" || live.phase === "dialing"} />
          </span>
          <strong>{t(`line.step.now.${live.phase}`)}</strong>
        </li>
      ) : null}
    </ol>
  );
}
