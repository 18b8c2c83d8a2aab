import { PhoneFilled, StopOutlined, UserOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Avatar } from "antd";
import { useEffect, useId } from "react";
import type { AgentContact } from "@/shared/api";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useNow } from "@/shared/time";
import { OutcomeTag, TierTag } from "@/shared/ui";
import { startRinging } from "@/softphone";
import type { Obstacle } from "./abilities";
import { CallButton } from "./CallButton";
import { From } from "./ConsultBar";
import { historyQuery } from "./data";
import { notifyRing } from "./notify";
import { usePhone } from "./seat";
import { texts } from "./texts";
import "./ringcard.css";

interface Handle {
  obstacle: Obstacle | null;
  busy: boolean;
  press: () => void;
}

/** The call that rings: who, from where, to which project, what they pressed, and how long is left. */
export function RingCard({
  contact,
  answer,
  reject,
}: {
  contact: AgentContact;
  answer: Handle;
  reject: Handle;
}) {
  const t = useT(texts);
  const { phone: number, span, timer, moment } = useFormat();
  const now = useNow();
  const heading = useId();
  const fault = usePhone((state) => state.mediaFault);
  const history = useQuery({
    ...historyQuery(contact.contact_id, contact.caller, contact.customer_id),
    enabled: contact.direction !== "internal",
  });
  const inside = contact.direction === "internal";
  const who = contact.customer_name ?? (inside ? contact.caller : t("ring.stranger"));
  const notice = inside
    ? t("ring.notice.internal", { who, number: contact.caller })
    : t("ring.notice", { caller: number(contact.caller), project: contact.project_name ?? "" });

  useEffect(() => startRinging(), []);
  const title = t(inside ? "ring.title.internal" : "ring.title");
  useEffect(() => notifyRing(title, notice), [title, notice]);
  useEffect(() => {
    const before = document.title;
    document.title = `☎ ${title}`;
    return () => {
      document.title = before;
    };
  }, [title]);

  const until = contact.ring_until ? Date.parse(contact.ring_until) : null;
  const begun = contact.offered_at ? Date.parse(contact.offered_at) : now;
  const left = until === null ? null : Math.max(0, until - now);
  const share = until === null || left === null ? 1 : Math.min(1, left / Math.max(1, until - begun));
  const earlier = (history.data?.items ?? [])
    .filter((each) => each.contact_id !== contact.contact_id)
    .slice(0, 3);

  return (
    <section
      className="ring"
      role="alertdialog"
      aria-modal="false"
      aria-labelledby={heading}
      data-testid="ring-card"
    >
      <div className="ring-progress" aria-hidden="true">
        <i style={{ transform: `scaleX(${share})` }} />
      </div>
      <div className="ring-head">
        <Avatar size={44} icon={<UserOutlined />} className="ring-avatar" />
        <div className="ring-who">
          <h2 id={heading}>
            {who} <TierTag tier={contact.tier} />
          </h2>
          <div className="ring-number">
            {inside ? t("ring.internal", { number: contact.caller }) : number(contact.caller)}
            {contact.caller_home ? <span>{contact.caller_home}</span> : null}
          </div>
        </div>
        {left === null ? null : (
          <div className="ring-left" role="timer" aria-label={t("ring.left", { n: Math.ceil(left / 1000) })}>
            {Math.ceil(left / 1000)}
          </div>
        )}
      </div>
      {contact.handed_over ? <From from={contact.handed_over} /> : null}
      {contact.greeting ? (
        <blockquote className="ring-greeting" aria-label={t("ring.greeting")}>
          {contact.greeting}
        </blockquote>
      ) : null}
      {inside ? null : (
        <dl className="ring-facts">
          <dt>{t("ring.project")}</dt>
          <dd>{[contact.client_name, contact.project_name].filter(Boolean).join(" · ")}</dd>
          <dt>{t("ring.number")}</dt>
          <dd>
            {[contact.number_label, number(contact.dnis), contact.number_home].filter(Boolean).join(" · ")}
          </dd>
          <dt>{t("ring.keys")}</dt>
          <dd>
            {contact.keys.length === 0
              ? t("ring.keys.none")
              : contact.keys.map((key) => (
                  <span className="ring-key" key={`${key.node}:${key.keys}`}>
                    <kbd>{key.keys}</kbd>
                    {key.label}
                  </span>
                ))}
          </dd>
          <dt>{t("ring.waited")}</dt>
          <dd>{contact.queued_at ? timer(now - Date.parse(contact.queued_at)) : span(0)}</dd>
          <dt>{t("ring.last")}</dt>
          <dd>
            {history.isLoading ? (
              <span className="ring-faint">…</span>
            ) : earlier.length === 0 ? (
              t("ring.last.none")
            ) : (
              <ul className="ring-last">
                {earlier.map((each) => (
                  <li key={each.contact_id}>
                    <time>{moment(each.arrived_at)}</time>
                    <span>{each.reason?.name ?? each.queue?.name ?? ""}</span>
                    <OutcomeTag outcome={each.outcome} />
                  </li>
                ))}
              </ul>
            )}
          </dd>
        </dl>
      )}
      {answer.obstacle === "call.no.mobile" ? (
        <Alert type="info" showIcon title={t("call.no.mobile")} />
      ) : null}
      {fault ? (
        <Alert
          type="error"
          showIcon
          title={t(fault === "denied" ? "ring.fault.denied" : "ring.fault.other")}
        />
      ) : null}
      <div className="ring-actions">
        <CallButton
          large
          name={t("call.answer")}
          shortcut="answer"
          tone="good"
          icon={<PhoneFilled />}
          obstacle={answer.obstacle}
          busy={answer.busy}
          onPress={answer.press}
        />
        <CallButton
          large
          name={t("call.reject")}
          shortcut="reject"
          tone="bad"
          icon={<StopOutlined />}
          obstacle={reject.obstacle}
          busy={reject.busy}
          onPress={reject.press}
        />
      </div>
    </section>
  );
}
