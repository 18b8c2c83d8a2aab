import { ArrowLeftOutlined, LinkOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { App, Button, Tag } from "antd";
import { type ReactNode, Suspense, useMemo, useRef, useState } from "react";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { type RecordingHandle, RecordingPlayer, Transcript } from "@/shared/recording";
import { permitted, useMe } from "@/shared/session";
import { common } from "@/shared/texts";
import { serverNow } from "@/shared/time";
import { Nothing, OutcomeTag, Pending, QueryView, TierTag } from "@/shared/ui";
import { WhyNot, WhyNotAnswer, WhyPanel } from "@/shared/why";
import { Coaching } from "./Coaching";
import { PathChart, type PathChartHandle } from "./PathChart";
import { buildPath, type Span, stepAt } from "./path";
import { agentsQuery, contactQuery, whyNotQuery, whyQuery } from "./queries";
import { Steps } from "./Steps";
import { texts } from "./texts";
import type { ContactDetail, RecordingInfo, WrapUpNote } from "./types";
import "./history.css";

export default function ContactPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { locale } = useFormat();
  const contact = useQuery(contactQuery(id, locale));
  return (
    <div className="contact-page">
      <QueryView query={contact} rows={10}>
        {(data) => <Contact key={data.contact_id} contact={data} />}
      </QueryView>
    </div>
  );
}

function Contact({ contact }: { contact: ContactDetail }) {
  const t = useT(texts);
  const f = useFormat();
  const why = useQuery(whyQuery(contact.contact_id, f.locale));
  const [offer, setOffer] = useState<number | null>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const chart = useRef<PathChartHandle>(null);
  const player = useRef<RecordingHandle>(null);
  const heard = useRef(0);
  const coaches = permitted(useMe(), ["supervise"]);
  const path = useMemo(() => buildPath(contact, serverNow() - Date.parse(contact.arrived_at)), [contact]);
  const { recording } = path;
  const playable = recording !== null && contact.recording?.stored === true;

  const playAt = (ms: number): (() => void) | null =>
    playable && ms >= recording.from - 500 && ms < recording.to
      ? () => player.current?.playFrom(Math.max(0, ms - recording.from))
      : null;
  const onSpan = (span: Span) => {
    if (span.offer !== undefined) {
      setOffer(span.offer);
      document.getElementById("why")?.scrollIntoView({ block: "nearest" });
    } else playAt(span.from)?.();
  };
  const onTime = (ms: number) => {
    heard.current = ms;
    if (!recording) return;
    chart.current?.moveTo(recording.from + ms);
    setCurrent(stepAt(contact.timeline, recording.from + ms));
  };

  return (
    <>
      <Head contact={contact} />
      <section className="card contact-path" aria-labelledby="contact-path">
        <h2 id="contact-path">{t("contact.path")}</h2>
        <PathChart ref={chart} path={path} onSpan={onSpan} currentOffer={offer}>
          {recording && playable ? (
            <div className="path-lane path-recording">
              <span className="path-name">{t("lane.recording")}</span>
              <div className="path-track">
                <Suspense fallback={<Pending rows={2} />}>
                  <RecordingPlayer
                    ref={player}
                    contactId={contact.contact_id}
                    height={30}
                    onTime={onTime}
                    place={{ from: recording.from / path.total, to: recording.to / path.total }}
                    background={legGradient(contact.recording)}
                  />
                </Suspense>
              </div>
            </div>
          ) : null}
        </PathChart>
        <RecordingFoot recording={contact.recording} />
        {playable ? (
          <Transcript contactId={contact.contact_id} onPlay={(ms) => player.current?.playFrom(ms)} />
        ) : null}
      </section>
      <div className="contact-columns">
        <section className="card" aria-labelledby="contact-steps">
          <h2 id="contact-steps">{t("contact.steps")}</h2>
          <Steps steps={contact.timeline} current={current} onPlay={(step) => playAt(step.offset_ms)} />
        </section>
        <div className="contact-right">
          <section className="card" id="why" aria-labelledby="contact-why">
            <h2 id="contact-why">{t("contact.why")}</h2>
            <QueryView query={why}>
              {(decisions) => (
                <>
                  <WhyPanel decisions={decisions} current={offer} />
                  {decisions.length > 0 ? <AskWhyNot contactId={contact.contact_id} /> : null}
                </>
              )}
            </QueryView>
          </section>
          <section className="card" aria-labelledby="contact-wrapup">
            <h2 id="contact-wrapup">{t("contact.wrapup")}</h2>
            <WrapUp note={contact.wrap_up} />
          </section>
          {coaches ? (
            <Coaching
              contact={contact}
              now={() => heard.current}
              onPlay={(ms) => player.current?.playFrom(ms)}
            />
          ) : null}
        </div>
      </div>
    </>
  );
}

function AskWhyNot({ contactId }: { contactId: string }) {
  const { locale } = useFormat();
  const agents = useQuery(agentsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const answer = useQuery(whyNotQuery(contactId, chosen, locale));
  return (
    <WhyNot agents={agents.data ?? []} chosen={chosen} onChoose={setChosen}>
      {chosen === null ? null : (
        <QueryView query={answer} rows={2}>
          {(offers) => <WhyNotAnswer offers={offers} />}
        </QueryView>
      )}
    </WhyNot>
  );
}

/** The legs of the recording as bands behind its wave. */
function legGradient(recording: RecordingInfo | null): string | undefined {
  if (!recording?.duration_ms) return undefined;
  const share = (ms: number) => `${((ms / (recording.duration_ms ?? 1)) * 100).toFixed(3)}%`;
  const bands = recording.parts.map(
    (part) => `var(--leg-${part.leg}-soft) ${share(part.from_ms)} ${share(part.to_ms)}`,
  );
  return bands.length > 0 ? `linear-gradient(to right, ${bands.join(", ")})` : undefined;
}

function Head({ contact }: { contact: ContactDetail }) {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  const { message } = App.useApp();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(globalThis.location.href);
      message.success(t("contact.copied"));
    } catch {
      // Insecure pages and refused permissions have no clipboard.
      message.warning(t("contact.copy.failed"));
    }
  };
  const facts: [string, ReactNode][] = [
    [t("col.arrived"), `${f.day(contact.arrived_at)} ${f.clock(contact.arrived_at, true)}`],
    [t("col.number"), `${f.phone(contact.dnis)}${contact.number ? ` · ${contact.number.name}` : ""}`],
    [t("col.client"), contact.client?.name],
    [t("col.project"), contact.project?.name],
    [t("col.queue"), contact.queue?.name],
    [t("col.agent"), contact.agent?.name],
    [t("col.waited"), contact.waited_ms === null ? null : f.span(contact.waited_ms)],
    [t("col.talked"), contact.talked_ms === null ? null : f.span(contact.talked_ms)],
    [t("col.held"), contact.held_ms ? f.span(contact.held_ms) : null],
    [t("col.total"), contact.total_ms === null ? null : f.span(contact.total_ms)],
    [
      t("col.ended_by"),
      contact.ended_by && `by.${contact.ended_by}` in common.zh
        ? c(`by.${contact.ended_by}` as "by.caller")
        : contact.ended_by,
    ],
    [
      t("col.score"),
      contact.survey_score === null ? null : <Score key="score" value={contact.survey_score} />,
    ],
  ];
  return (
    <header className="contact-head">
      <div className="contact-title">
        <Link
          to="/contacts"
          className="contact-back"
          aria-label={t("contact.back")}
          title={t("contact.back")}
        >
          <ArrowLeftOutlined />
        </Link>
        <h1>{f.phone(contact.caller)}</h1>
        {contact.customer ? <span className="contact-customer">{contact.customer.name}</span> : null}
        <TierTag tier={contact.tier} />
        <OutcomeTag outcome={contact.outcome} name={contact.outcome_name} />
        <Button icon={<LinkOutlined />} onClick={() => void copy()} className="contact-copy">
          {t("contact.copy")}
        </Button>
      </div>
      <dl className="facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </header>
  );
}

/** A rating from 1 to 5 as a number and as filled dots. */
export function Score({ value }: { value: number }) {
  const t = useT(texts);
  return (
    <span className="score" data-low={value <= 2}>
      <span aria-hidden="true">{"●".repeat(value) + "○".repeat(Math.max(0, 5 - value))}</span>{" "}
      {t("score.of", { score: value })}
    </span>
  );
}

function RecordingFoot({ recording }: { recording: RecordingInfo | null }) {
  const t = useT(texts);
  const c = useT(common);
  const f = useFormat();
  if (!recording) return <p className="contact-foot">{c("audio.none.title")}</p>;
  const legs = [...new Set(recording.parts.map((part) => part.leg))];
  return (
    <div className="contact-foot">
      {legs.map((leg) => {
        const key = `leg.${leg}`;
        return (
          <span key={leg} className="leg">
            <i style={{ background: `var(--leg-${leg})` }} aria-hidden="true" />
            {key in texts.zh ? t(key as "leg.flow") : leg}
          </span>
        );
      })}
      {recording.stored ? <span className="dim">{t("keys.hint")}</span> : <span>{t("contact.pending")}</span>}
      {recording.missing_ms ? (
        <Tag color="warning">
          {t("contact.missing", {
            span: recording.missing_ms < 1000 ? t("contact.moment") : f.span(recording.missing_ms),
          })}
          {recording.missing_why_name ? ` · ${recording.missing_why_name}` : ""}
        </Tag>
      ) : null}
      {recording.sha256 ? (
        <span className="hash" title={`${t("contact.hash")}: ${recording.sha256}`}>
          SHA-256 {recording.sha256.slice(0, 12)}…
        </span>
      ) : null}
    </div>
  );
}

function WrapUp({ note }: { note: WrapUpNote | null }) {
  const t = useT(texts);
  const f = useFormat();
  if (!note) return <Nothing title={t("contact.wrapup.none")} hint={t("contact.wrapup.none.hint")} />;
  return (
    <div className="wrapup">
      <div className="wrapup-head">
        <b>{note.reason?.name ?? "—"}</b>
        {note.resolved === null ? null : (
          <Tag color={note.resolved ? "success" : "warning"}>
            {t(note.resolved ? "contact.resolved" : "contact.unresolved")}
          </Tag>
        )}
        {note.follow_up_at ? (
          <Tag color="blue">{t("contact.follow_up", { time: f.moment(note.follow_up_at) })}</Tag>
        ) : null}
      </div>
      {note.note ? <p className="wrapup-note">{note.note}</p> : null}
      {note.answers.length > 0 ? (
        <dl className="facts">
          {note.answers.map((answer) => (
            <div key={answer.label}>
              <dt translate="no">{answer.label}</dt>
              <dd className="wrapup-note" translate="no" dir="auto">
                {answer.text}
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      <p className="dim">
        {t("contact.by", { name: note.agent?.name ?? "—", time: f.moment(note.submitted_at) })}
      </p>
    </div>
  );
}
