import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { useNow } from "@/shared/time";
import { TierTag } from "@/shared/ui";
import { texts } from "./texts";

/** Who the call is with and how long it lasts. */
export function CallBrief() {
  const t = useT(texts);
  const { phone: number, timer } = useFormat();
  const now = useNow();
  const contact = useLive((live) => live.agent?.contact ?? null);
  if (!contact || contact.phase === "wrap")
    return <div className="bar-brief bar-brief-none">{t("bar.no_call")}</div>;
  const held = contact.phase === "held" && contact.held_since;
  const from = held ? contact.held_since : (contact.answered_at ?? contact.offered_at);
  return (
    <div className="bar-brief">
      <strong>{contact.customer_name ?? number(contact.caller)}</strong>
      {contact.customer_name ? <span className="bar-brief-more">{number(contact.caller)}</span> : null}
      <span className="bar-brief-more">
        <TierTag tier={contact.tier} />
      </span>
      <span className={`bar-brief-project${contact.direction === "internal" ? "" : " bar-brief-more"}`}>
        {contact.direction === "internal"
          ? t(contact.other_holds ? "call.internal.held" : "call.internal")
          : contact.direction === "outbound"
            ? t("call.outbound", { number: number(contact.dnis) })
            : contact.project_name}
      </span>
      {contact.phase === "ringing" ? null : (
        <span className="bar-brief-time" title={held ? t("call.held") : t("call.since")}>
          {from ? timer(now - Date.parse(from)) : ""}
        </span>
      )}
      {contact.recorded ? <span className="bar-brief-more">{t("call.recorded")}</span> : null}
      {contact.muted ? <span className="bar-brief-muted">{t("call.muted")}</span> : null}
    </div>
  );
}
