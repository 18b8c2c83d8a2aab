import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { texts } from "./texts";
import { type Merit, merit } from "./why";

/** What was recorded beside the reason, in words. */
export function useDetail(): (detail: Merit | string | null) => string {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  return (detail) => {
    if (detail === null || typeof detail === "string") return detail ?? "";
    const words: string[] = [];
    const level = merit(detail, "level");
    const min = merit(detail, "needs");
    const idle = merit(detail, "idle_ms");
    if (level !== null && min !== null) words.push(t("detail.need", { level, min }));
    else if (level !== null) words.push(t("detail.level", { level }));
    if (idle !== null) words.push(t("detail.idle", { idle: f.span(idle) }));
    const occupancy = merit(detail, "occupancy");
    const calls = merit(detail, "calls");
    const value = merit(detail, "value");
    const after = merit(detail, "after_s");
    const step = merit(detail, "step");
    const missing = merit(detail, "missing");
    if (occupancy !== null) words.push(t("detail.occupancy", { share: f.share(occupancy) }));
    if (calls !== null) words.push(t("detail.calls", { n: calls }));
    if (value !== null) words.push(t("detail.value", { n: value }));
    if (after !== null) words.push(t("detail.after", { span: f.span(after * 1000) }));
    if (step !== null) words.push(t("detail.step", { n: step }));
    if (missing !== null) words.push(t("detail.missing", { n: missing }));
    if (typeof detail.state === "string") {
      const key = `state.${detail.state}`;
      if (["state.ringing", "state.talking", "state.held", "state.acw"].includes(key))
        words.push(c(key as "state.acw"));
    }
    for (const name of ["skill", "certificate"])
      if (typeof detail[name] === "string") words.push(detail[name]);
    return words.join(" · ");
  };
}
