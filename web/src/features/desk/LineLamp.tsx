import { WarningFilled } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useT } from "@/shared/i18n";
import { inCall, mosOf } from "@/softphone";
import { phone, usePhone, useSeat } from "./seat";
import { texts } from "./texts";

function whole(value: number | null): string {
  return value === null ? "—" : String(Math.round(value));
}

/** How the telephone is doing: registration between calls, the voice path during one. */
export function LineLamp({ registered }: { registered: boolean }) {
  const t = useT(texts);
  const device = useSeat((seat) => seat.device);
  const { phase, quality, registered: here } = usePhone();
  const browser = device === "browser";
  const up = browser ? here && registered : registered;

  if (browser && inCall(phase) && quality) {
    const measured = t("line.numbers", {
      mos: mosOf(quality)?.toFixed(1) ?? "—",
      rtt: whole(quality.rttMs),
      jitter: whole(quality.jitterMs),
      loss: quality.loss === null ? "—" : `${(quality.loss * 100).toFixed(1)}%`,
    });
    const numbers = quality.relayed ? `${measured} · ${t("line.relayed")}` : measured;
    const text = t(`line.${quality.grade}`);
    const strength = { good: 3, fair: 2, poor: 1, silent: 0 }[quality.grade];
    return (
      <Tooltip title={`${text}。${numbers}`}>
        <span className="line-lamp" data-grade={quality.grade} role="img" aria-label={`${text} ${numbers}`}>
          {[1, 2, 3].map((bar) => (
            <i key={bar} data-on={bar <= strength} style={{ height: 4 + bar * 4 }} />
          ))}
          {quality.grade === "poor" || quality.grade === "silent" ? <b>{text}</b> : null}
        </span>
      </Tooltip>
    );
  }
  if (browser && phase === "failed") {
    return (
      <span className="line-lamp" data-grade="poor" role="alert">
        <WarningFilled />
        <b>{t("line.failed")}</b>
        <Button size="small" onClick={() => phone.retry()}>
          {t("line.retry")}
        </Button>
      </span>
    );
  }
  const text = up ? t("line.registered") : t("line.registering");
  return (
    <Tooltip title={text}>
      <span className="line-lamp" data-grade={up ? "good" : "fair"} role="status" aria-label={text}>
        <span className="line-dot" />
        <span className="line-text">{text}</span>
      </span>
    </Tooltip>
  );
}
