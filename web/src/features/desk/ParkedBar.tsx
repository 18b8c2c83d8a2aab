import { Button } from "antd";
import type { ParkedCaller } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNow } from "@/shared/time";
import { texts } from "./texts";
import "./callcontrol.css";

/** Callers in slots whom this agent may pick up: who, whose, since when. */
export function ParkedBar({
  parked,
  open,
  busy,
  onPickUp,
}: {
  parked: readonly ParkedCaller[];
  /** Whether a call can be picked up now. */
  open: boolean;
  busy: boolean;
  onPickUp: (contactId: string) => void;
}) {
  const t = useT(texts);
  const { phone, timer } = useFormat();
  const now = useNow();
  if (parked.length === 0) return null;
  return (
    <section className="parked" aria-label={t("parked.label")}>
      <ul>
        {parked.map((each) => {
          const who = each.customer_name ?? phone(each.caller);
          return (
            <li key={each.contact_id}>
              <strong>{t("parked.slot", { slot: each.slot })}</strong>
              <span>{who}</span>
              <span className="parked-more">
                {[each.queue_name, each.by_name ? t("parked.by", { who: each.by_name }) : null]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              <span className="consult-time">{timer(now - Date.parse(each.since))}</span>
              <Button
                size="small"
                type="primary"
                disabled={!open}
                loading={busy}
                aria-label={t("parked.pick.who", { slot: each.slot, who })}
                onClick={() => onPickUp(each.contact_id)}
              >
                {t("parked.pick")}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
