import {
  AudioMutedOutlined,
  AudioOutlined,
  CreditCardOutlined,
  CustomerServiceOutlined,
  InboxOutlined,
  MutedOutlined,
  PauseOutlined,
  PhoneFilled,
  PhoneOutlined,
  PlayCircleOutlined,
  QuestionCircleOutlined,
  StopOutlined,
  SwapRightOutlined,
  TableOutlined,
} from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Tooltip } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { useDialWish, wishToDial } from "@/shared/dial";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import { serverNow } from "@/shared/time";
import { watchSilence } from "@/softphone";
import { obstacles } from "./abilities";
import { CallBrief } from "./CallBrief";
import { CallButton } from "./CallButton";
import { CardBar } from "./CardBar";
import { ConsultBar } from "./ConsultBar";
import { commands, useCommands } from "./commands";
import { Keypad } from "./Keypad";
import { LineLamp } from "./LineLamp";
import { ParkedBar } from "./ParkedBar";
import { RingCard } from "./RingCard";
import { StateButton } from "./StateButton";
import { followView, leaveDesk, openTest, phone, talkingHere, usePhone, useSeat } from "./seat";
import { select } from "./selection";
import { useShortcuts } from "./shortcuts";
import { texts } from "./texts";
import { useBreakNotice } from "./useBreakNotice";
import { useForcedNotice } from "./useForcedNotice";
import { useReturned } from "./useReturned";
import "./phonebar.css";

/** Older news about the own state is no news: the page was only opened again. */
const FRESH_MS = 8000;

const DeviceTestDialog = lazy(() => import("./DeviceTest"));
const PhoneTestDialog = lazy(() => import("./PhoneTest"));
const DialPanel = lazy(() => import("./DialPanel"));
const TargetPanel = lazy(() => import("./TargetPanel"));

/** The test's code comes only when a test is wanted. */
function DeviceTest() {
  const open = useSeat((seat) => seat.testing && seat.step === "in");
  const browser = useSeat((seat) => seat.device === "browser");
  return open ? (
    <Suspense fallback={null}>{browser ? <DeviceTestDialog /> : <PhoneTestDialog />}</Suspense>
  ) : null;
}

/** Of the keys, those that only open something. */
const OPENS: ReadonlySet<string> = new Set(["keypad", "dial", "colleague", "transfer", "consult"]);

/** The phone bar: stays above every page, so that a call survives a look at another room. */
export default function PhoneBar() {
  const t = useT(texts);
  const { message } = App.useApp();
  const queries = useQueryClient();
  const view = useLive((live) => live.agent);
  const step = useSeat((seat) => seat.step);
  const ringing = usePhone();
  const commandsOf = useCommands();
  const [keypad, setKeypad] = useState(false);
  const [panel, setPanel] = useState<"transfer" | "consult" | "dial" | "colleague" | null>(null);
  const wish = useDialWish((dial) => dial.wish);
  useReturned(view?.contact ?? null);
  const [silenced, setSilenced] = useState(false);
  useEffect(() => watchSilence(setSilenced), []);

  useEffect(() => followView(view), [view]);

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (talkingHere()) event.preventDefault();
    };
    globalThis.addEventListener("beforeunload", warn);
    return () => globalThis.removeEventListener("beforeunload", warn);
  }, []);

  // What happened to the agent by rule, not by own hand, is said once.
  const why = view?.why;
  const since = view?.since;
  useEffect(() => {
    const key = `why.${why}`;
    const fresh = since !== undefined && serverNow() - Date.parse(since) < FRESH_MS;
    if (fresh && why && key in texts.zh)
      void message.info({ key: "why", content: t(key as "why.rejected"), duration: 6 });
  }, [why, since, message, t]);

  useForcedNotice(view);
  useBreakNotice(view);

  const contactId = view?.contact?.contact_id ?? null;
  const callPhase = view?.contact?.phase ?? null;
  useEffect(() => {
    if (contactId && callPhase === "ringing") select(null);
    if (!callPhase || callPhase === "ringing") setKeypad(false);
    const talks = callPhase === "talking" || callPhase === "held";
    setPanel((shown) => (talks === (shown === "dial" || shown === "colleague") ? null : shown));
    // The figures and the list follow a moment later, when the journal has been read.
    const later = setTimeout(() => void queries.invalidateQueries({ queryKey: ["desk"] }), 700);
    return () => clearTimeout(later);
  }, [contactId, callPhase, queries]);

  // Somewhere on the page a number was pressed.
  useEffect(() => {
    if (wish) setPanel("dial");
  }, [wish]);

  const blocked = obstacles(view, step === "in", ringing);
  const idle = callPhase === null || callPhase === "wrap";
  const inside = view?.contact?.direction === "internal";
  const held = callPhase === "held" && (inside || !view?.contact?.second);
  const muted = view?.contact?.muted || ringing.muted;
  const card = view?.contact?.card ?? null;
  const press = {
    answer: () => phone.answer(),
    reject: () => void commandsOf.run("reject", commands.reject),
    hold: () => void commandsOf.run("hold", held ? commands.retrieve : commands.hold),
    mute: () => void commandsOf.run("mute", () => commands.mute(!muted)),
    keypad: () => setKeypad((shown) => !shown),
    dial: () => setPanel("dial"),
    colleague: () => setPanel("colleague"),
    transfer: () => setPanel("transfer"),
    consult: () => setPanel("consult"),
    card: () => void commandsOf.run("card", () => commands.card(!card, "button")),
    alone: () => void commandsOf.run("card", commands.leaveAlone),
    park: () => void commandsOf.run("park", commands.park),
    hangup: () => void commandsOf.run("hangup", commands.hangUp),
    swap: () => void commandsOf.run("swap", commands.swap),
    conference: () => void commandsOf.run("conference", commands.conference),
    complete: () => void commandsOf.run("complete", commands.complete),
    cancel: () => void commandsOf.run("cancel", commands.cancel),
  };
  const guarded = (name: keyof typeof press) => () => {
    if (blocked[name === "colleague" ? "dial" : name] !== null) return;
    // What only opens need not wait for the answer to the command before it.
    if (commandsOf.busy === null || OPENS.has(name)) press[name]();
  };
  useShortcuts({
    answer: guarded("answer"),
    reject: guarded("reject"),
    hold: guarded("hold"),
    mute: guarded("mute"),
    keypad: guarded(idle ? "dial" : "keypad"),
    colleague: guarded("colleague"),
    transfer: guarded("transfer"),
    consult: guarded("consult"),
    park: guarded("park"),
    card: guarded("card"),
    alone: guarded("alone"),
    hangup: guarded("hangup"),
    swap: guarded("swap"),
    conference: guarded("conference"),
    complete: guarded("complete"),
    cancel: guarded("cancel"),
  });

  const signOut = async () => {
    if (await commandsOf.run("sign_out", leaveDesk)) void message.success(t("seat.signed_out"));
  };

  if (!view || step !== "in") return null;
  const busy = commandsOf.busy;
  const isRinging = callPhase === "ringing";
  return (
    <>
      <section
        className="bar"
        aria-label={t("bar.label")}
        aria-busy={busy !== null}
        data-phase={callPhase ?? "none"}
      >
        <StateButton view={view} commandsOf={commandsOf} onSignOut={() => void signOut()} />
        <CallBrief />
        <div className="bar-calls">
          <CallButton
            name={t("call.answer")}
            shortcut="answer"
            tone={isRinging ? "good" : undefined}
            icon={<PhoneFilled />}
            obstacle={blocked.answer}
            busy={ringing.phase === "answering"}
            onPress={press.answer}
          />
          <CallButton
            name={held ? t("call.retrieve") : t("call.hold")}
            shortcut="hold"
            tone={held && !card?.alone ? "on" : undefined}
            pressed={held}
            icon={held ? <PlayCircleOutlined /> : <PauseOutlined />}
            obstacle={blocked.hold}
            busy={busy === "hold"}
            onPress={press.hold}
          />
          <CallButton
            name={muted ? t("call.unmute") : t("call.mute")}
            shortcut="mute"
            tone={muted ? "on" : undefined}
            pressed={Boolean(muted)}
            icon={muted ? <AudioMutedOutlined /> : <AudioOutlined />}
            obstacle={blocked.mute}
            busy={busy === "mute"}
            onPress={press.mute}
          />
          <Keypad open={keypad} onClose={() => setKeypad(false)} commandsOf={commandsOf}>
            <span className="bar-keypad">
              {idle ? (
                <CallButton
                  name={t("call.dial")}
                  shortcut="keypad"
                  icon={<PhoneOutlined />}
                  obstacle={blocked.dial}
                  busy={busy === "dial"}
                  onPress={press.dial}
                />
              ) : (
                <CallButton
                  name={t("call.keypad")}
                  shortcut="keypad"
                  icon={<TableOutlined />}
                  obstacle={blocked.keypad}
                  busy={false}
                  pressed={keypad}
                  onPress={press.keypad}
                />
              )}
            </span>
          </Keypad>
          <CallButton
            name={t("call.transfer")}
            shortcut="transfer"
            icon={<SwapRightOutlined />}
            obstacle={blocked.transfer}
            busy={busy === "transfer"}
            onPress={press.transfer}
          />
          <CallButton
            name={t("call.consult")}
            shortcut="consult"
            icon={<QuestionCircleOutlined />}
            obstacle={blocked.consult}
            busy={busy === "consult"}
            onPress={press.consult}
          />
          <CallButton
            name={t("call.park")}
            shortcut="park"
            icon={<InboxOutlined />}
            obstacle={blocked.park}
            busy={busy === "park"}
            onPress={press.park}
          />
          <CallButton
            name={card ? t("card.end") : t("card.begin")}
            shortcut="card"
            tone={card ? "bad" : undefined}
            pressed={card !== null}
            icon={<CreditCardOutlined />}
            obstacle={blocked.card}
            busy={busy === "card"}
            onPress={press.card}
          />
          {isRinging ? (
            <CallButton
              name={t("call.reject")}
              shortcut="reject"
              tone="bad"
              icon={<StopOutlined />}
              obstacle={blocked.reject}
              busy={busy === "reject"}
              onPress={press.reject}
            />
          ) : (
            <CallButton
              name={t("call.hangup")}
              shortcut="hangup"
              tone="bad"
              icon={<PhoneFilled rotate={225} />}
              obstacle={blocked.hangup}
              busy={busy === "hangup"}
              onPress={press.hangup}
            />
          )}
        </div>
        <div className="bar-tools">
          {silenced ? (
            <Tooltip title={t("bar.sound.off")}>
              <span className="bar-silenced" role="status" aria-label={t("bar.sound.off")}>
                <MutedOutlined />
              </span>
            </Tooltip>
          ) : null}
          <LineLamp registered={view.registered} />
          <Tooltip title={t("bar.device_test")}>
            <Button
              type="text"
              icon={<CustomerServiceOutlined />}
              aria-label={t("bar.device_test")}
              disabled={view.contact !== null && callPhase !== "wrap"}
              onClick={() => openTest(true)}
            />
          </Tooltip>
        </div>
      </section>
      {card ? <CardBar card={card} busy={busy === "card"} onAlone={press.alone} onEnd={press.card} /> : null}
      {view.contact ? (
        <ConsultBar contact={view.contact} blocked={blocked} busy={busy} press={press} />
      ) : null}
      <ParkedBar
        parked={view.parked ?? []}
        open={blocked.dial === null}
        busy={busy === "pick_up"}
        onPickUp={(contactId) => void commandsOf.run("pick_up", () => commands.pickUp(contactId))}
      />
      {panel === "dial" || panel === "colleague" ? (
        <Suspense fallback={null}>
          <DialPanel
            key={`${panel}${wish?.number ?? ""}`}
            wish={wish}
            first={panel === "dial" ? "number" : "colleague"}
            onClose={() => {
              setPanel(null);
              wishToDial(null);
            }}
            commandsOf={commandsOf}
          />
        </Suspense>
      ) : null}
      {panel === "transfer" || panel === "consult" ? (
        <Suspense fallback={null}>
          <TargetPanel verb={panel} inside={inside} onClose={() => setPanel(null)} commandsOf={commandsOf} />
        </Suspense>
      ) : null}
      {isRinging && view.contact ? (
        <RingCard
          contact={view.contact}
          answer={{ obstacle: blocked.answer, busy: ringing.phase === "answering", press: press.answer }}
          reject={{ obstacle: blocked.reject, busy: busy === "reject", press: press.reject }}
        />
      ) : null}
      <DeviceTest />
    </>
  );
}
