import { Button } from "antd";
import type { CardTaking } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNow } from "@/shared/time";
import { ariaKey, keyName } from "./shortcuts";
import { texts } from "./texts";
import "./callcontrol.css";

/** Card data is being taken: red, with how long, and how long yet, so that nobody forgets it. */
export function CardBar({
  card,
  busy,
  onAlone,
  onEnd,
}: {
  card: CardTaking;
  busy: boolean;
  onAlone: () => void;
  onEnd: () => void;
}) {
  const t = useT(texts);
  const { timer } = useFormat();
  const now = useNow();
  return (
    <section className="card-bar" aria-label={t("card.label")}>
      <strong role="status">{t(card.alone ? "card.alone" : "card.on")}</strong>
      <span className="consult-time" role="timer">
        {timer(now - Date.parse(card.since))}
      </span>
      <span className="card-bar-what">
        {card.alone ? t("card.alone.what", { n: card.keys ?? 0 }) : t("card.what")}
      </span>
      <span className="card-bar-left">
        {t("card.left", { time: timer(Math.max(0, Date.parse(card.until) - now)) })}
      </span>
      {card.alone ? null : (
        <Button
          size="small"
          loading={busy}
          title={keyName("alone")}
          aria-keyshortcuts={ariaKey("alone")}
          onClick={onAlone}
        >
          {t("card.alone.begin")}
        </Button>
      )}
      <Button
        size="small"
        danger
        type="primary"
        loading={busy}
        title={keyName("card")}
        aria-keyshortcuts={ariaKey("card")}
        onClick={onEnd}
      >
        {t(card.alone ? "card.alone.end" : "card.end")}
      </Button>
    </section>
  );
}
