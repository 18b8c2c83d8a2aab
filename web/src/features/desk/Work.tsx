import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { Fragment, lazy, Suspense, useEffect, useState } from "react";
import type { AgentContact } from "@/shared/api";
import { DialNumber, DirectionTag } from "@/shared/dial";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { RecordingPlayer } from "@/shared/recording";
import { OutcomeTag, Pending, QueryView, stateColor } from "@/shared/ui";
import { inCall } from "@/softphone";
import { CallTimeline } from "./CallTimeline";
import { contactQuery } from "./data";
import { SCROLLED, WithPop } from "./Pop";
import { SipAccount } from "./SipAccount";
import { openTest, usePhone, useSeat } from "./seat";
import { select, useSelection } from "./selection";
import { keyName, type ShortcutName } from "./shortcuts";
import { texts } from "./texts";

const SOUND_PATIENCE_MS = 1500;

const loadWrapUp = () => import("./WrapUp");
const WrapUp = lazy(loadWrapUp);

/** Middle column: the current call, a contact of the past, or waiting. */
export function Work() {
  const current = useLive((live) => live.agent?.contact ?? null);
  const chosen = useSelection((state) => state.contactId);
  if (chosen !== null && chosen !== current?.contact_id)
    return <Past contactId={chosen} live={current !== null} />;
  if (current) return <Current contact={current} />;
  return <Idle />;
}

/** A conversation that the core still knows but this page has no sound of: after a reload, for instance. */
function useSoundLost(contact: AgentContact): boolean {
  const browser = useSeat((seat) => seat.device === "browser");
  const phase = usePhone((state) => state.phase);
  const talking = contact.phase === "talking" || contact.phase === "held";
  const silent = browser && talking && !inCall(phase);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    setLost(false);
    if (!silent) return;
    const timer = setTimeout(() => setLost(true), SOUND_PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [silent]);
  return lost;
}

function Current({ contact }: { contact: AgentContact }) {
  const t = useT(texts);
  // What the page knows itself is all there is to tell while it rings; the journal is read a moment later.
  const detail = useQuery({
    ...contactQuery(contact.contact_id),
    enabled: contact.phase !== "ringing" && contact.phase !== "dialing",
  });
  const lost = useSoundLost(contact);
  return (
    <div className="column work">
      {lost ? (
        <Alert
          type="warning"
          showIcon
          role="alert"
          className="work-lost"
          title={t("work.lost")}
          description={t("work.lost.hint")}
        />
      ) : null}
      <Head
        title={
          contact.direction === "internal"
            ? t("work.internal", { who: contact.customer_name ?? contact.caller })
            : [contact.client_name, contact.project_name].filter(Boolean).join(" · ")
        }
        side={contact.queue_name}
      />
      {contact.greeting && contact.direction !== "outbound" ? (
        <blockquote className="work-greeting">{contact.greeting}</blockquote>
      ) : null}
      <WithPop contact={contact}>
        <CallTimeline steps={detail.data?.timeline} live={contact} />
      </WithPop>
      {contact.phase === "ringing" ||
      contact.phase === "dialing" ||
      contact.direction === "internal" ? null : (
        <Suspense fallback={<Pending rows={4} />}>
          <WrapUp
            key={contact.contact_id}
            contactId={contact.contact_id}
            projectId={contact.project_id}
            phase={contact.phase === "wrap" ? "wrap" : "talking"}
          />
        </Suspense>
      )}
    </div>
  );
}

function Past({ contactId, live }: { contactId: string; live: boolean }) {
  const t = useT(texts);
  const { phone, moment, span, day } = useFormat();
  const query = useQuery(contactQuery(contactId));
  return (
    <div className="column work">
      {live ? (
        <Button
          className="work-back"
          type="primary"
          ghost
          icon={<ArrowLeftOutlined />}
          onClick={() => select(null)}
        >
          {t("work.back")}
        </Button>
      ) : null}
      <QueryView query={query} rows={10}>
        {(contact) => (
          <>
            <Head
              title={contact.customer?.name ?? phone(contact.caller)}
              side={
                <>
                  {contact.customer || contact.direction === "internal" ? null : (
                    <DialNumber number={contact.caller} projectId={contact.project?.id} />
                  )}
                  {contact.direction === "inbound" ? null : <DirectionTag direction={contact.direction} />}
                  <OutcomeTag outcome={contact.outcome} />
                  {moment(contact.arrived_at)}
                  {contact.talked_ms === null ? "" : ` · ${span(contact.talked_ms)}`}
                </>
              }
            />
            <div className="work-scroll" {...SCROLLED}>
              {contact.has_recording ? (
                <section aria-label={t("work.recording")} className="work-part">
                  <h2>{t("work.recording")}</h2>
                  <Suspense fallback={<Pending rows={2} />}>
                    <RecordingPlayer contactId={contactId} />
                  </Suspense>
                </section>
              ) : null}
              {contact.wrap_up ? (
                <section aria-label={t("wrap.title")} className="work-part">
                  <h2>
                    {contact.wrap_up.agent
                      ? t("wrap.by", { who: contact.wrap_up.agent.name })
                      : t("wrap.title")}
                  </h2>
                  <dl className="work-facts">
                    <dt>{t("wrap.reason")}</dt>
                    <dd>{contact.wrap_up.reason?.name ?? "—"}</dd>
                    <dt>{t("wrap.resolved")}</dt>
                    <dd>
                      {contact.wrap_up.resolved === null
                        ? "—"
                        : t(contact.wrap_up.resolved ? "wrap.resolved.yes" : "wrap.resolved.no")}
                    </dd>
                    {contact.wrap_up.answers.map((answer) => (
                      <Fragment key={answer.label}>
                        <dt translate="no">{answer.label}</dt>
                        <dd className="work-note" translate="no" dir="auto">
                          {answer.text}
                        </dd>
                      </Fragment>
                    ))}
                    {contact.wrap_up.note ? (
                      <>
                        <dt>{t("wrap.note")}</dt>
                        <dd className="work-note">{contact.wrap_up.note}</dd>
                      </>
                    ) : null}
                    {contact.wrap_up.follow_up_at ? (
                      <>
                        <dt>{t("wrap.follow_up")}</dt>
                        <dd>{day(contact.wrap_up.follow_up_at)}</dd>
                      </>
                    ) : null}
                  </dl>
                </section>
              ) : null}
              <section aria-label={t("work.timeline")} className="work-part">
                <h2>{t("work.timeline")}</h2>
                <CallTimeline steps={contact.timeline} live={null} />
              </section>
            </div>
            {!contact.wrap_up && contact.outcome === "served" && contact.direction !== "internal" ? (
              <Suspense fallback={<Pending rows={4} />}>
                <WrapUp
                  key={contactId}
                  contactId={contactId}
                  projectId={contact.project?.id ?? null}
                  phase="late"
                />
              </Suspense>
            ) : null}
          </>
        )}
      </QueryView>
    </div>
  );
}

function Head({ title, side }: { title: string; side: React.ReactNode }) {
  return (
    <header className="work-head">
      <h1>{title}</h1>
      <span>{side}</span>
    </header>
  );
}

const TIPS: ShortcutName[] = [
  "ready",
  "not_ready",
  "answer",
  "hold",
  "mute",
  "keypad",
  "colleague",
  "transfer",
  "consult",
  "hangup",
  "wrap",
  "pop",
];

function Idle() {
  const t = useT(texts);
  const view = useLive((live) => live.agent);
  const device = useSeat((seat) => seat.device);
  const state = view?.state === "ready" || view?.state === "break" ? view.state : "not_ready";
  useEffect(() => {
    // Fetched while there is time: a call must not wait for code, nor for a server that is just renewed.
    void loadWrapUp().catch(() => undefined);
  }, []);
  return (
    <div className="column work work-idle">
      <div
        className="idle-lamp"
        style={{ "--state": stateColor(state) } as React.CSSProperties}
        aria-hidden="true"
      >
        <i />
      </div>
      <h1>{t(`work.idle.${state}`)}</h1>
      <p>{t(`work.idle.${state}.hint`, { key: keyName("ready") })}</p>
      {device === "sip" ? <SipAccount registered={view?.registered ?? false} /> : null}
      {device === "browser" ? null : (
        <div className="idle-phone">
          {device === "mobile" ? (
            <Alert type="info" showIcon title={t("seat.mobile.on", { number: view?.mobile ?? "" })} />
          ) : null}
          {view && !view.device_tested ? (
            <Button type="primary" disabled={!view.registered} onClick={() => openTest(true)}>
              {t("phonetest.title")}
            </Button>
          ) : null}
        </div>
      )}
      <dl className="idle-keys" aria-label={t("work.shortcuts")}>
        {TIPS.map((name) => (
          <div key={name}>
            <dt>
              <kbd>{keyName(name)}</kbd>
            </dt>
            <dd>{t(`work.shortcut.${name as "ready"}`)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
