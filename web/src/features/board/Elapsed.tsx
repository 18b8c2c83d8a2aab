import { memo, useLayoutEffect, useRef } from "react";
import { timer } from "@/shared/format";
import { everySecond } from "./ticker";

interface Props {
  since: string | null | undefined;
  /** From this age in ms on it is drawn as a warning, and as an alarm. */
  warnMs?: number;
  alarmMs?: number;
  /** Said beside the time once it is an alarm. */
  alarmText?: string;
  /** Counts down to the instant instead, and stands at nought after it. */
  down?: boolean;
  /** Stands still: the connection is lost and nobody knows. */
  frozen?: boolean;
}

/** Time since an instant, or until it, ticking. Its text is written past React; see `ticker.ts`. */
export const Elapsed = memo(function Elapsed({
  since,
  warnMs,
  alarmMs,
  alarmText,
  down = false,
  frozen = false,
}: Props) {
  const host = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const from = since ? Date.parse(since) : Number.NaN;
    if (Number.isNaN(from)) {
      element.textContent = "—";
      delete element.dataset.level;
      return;
    }
    const write = (now: number) => {
      const age = now - from;
      const level = alarmMs && age >= alarmMs ? "alarm" : warnMs && age >= warnMs ? "warn" : "";
      const shown = timer(down ? -age : age);
      element.textContent = level === "alarm" && alarmText ? `${shown} ${alarmText}` : shown;
      if (element.dataset.level !== level) element.dataset.level = level;
    };
    const stop = everySecond(write);
    if (frozen) stop();
    return stop;
  }, [since, warnMs, alarmMs, alarmText, down, frozen]);
  return <span ref={host} className="elapsed" />;
});
