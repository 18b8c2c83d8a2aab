import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  LoadingOutlined,
  SoundOutlined,
} from "@ant-design/icons";
import { App, Button, Modal, Select, Slider, Switch } from "antd";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { api, take } from "@/shared/api";
import { useT } from "@/shared/i18n";
import { useLive } from "@/shared/live";
import {
  type AudioChoice,
  audioChoice,
  type Devices,
  type EchoResult,
  keepAudioChoice,
  listDevices,
  playTestSound,
  startRinging,
} from "@/softphone";
import { commands, useCommands } from "./commands";
import { askNotifyRight, type NotifyRight, notifyRight } from "./notify";
import { openTest, phone, usePhone } from "./seat";
import { texts } from "./texts";
import { useMicrophoneTest } from "./useMicrophoneTest";
import "./devicetest.css";

type StepState = "wait" | "run" | "pass" | "fail";

const ICONS: Record<StepState, ReactNode> = {
  wait: <ClockCircleOutlined className="test-wait" />,
  run: <LoadingOutlined className="test-run" />,
  pass: <CheckCircleFilled className="test-pass" />,
  fail: <CloseCircleFilled className="test-fail" />,
};

function Part({
  name,
  state,
  note,
  children,
}: {
  name: string;
  state: StepState | null;
  note?: string;
  children: ReactNode;
}) {
  const t = useT(texts);
  return (
    <section className="test-part" data-state={state ?? "none"} aria-label={name}>
      <div className="test-head">
        {state ? <span aria-hidden="true">{ICONS[state]}</span> : <SoundOutlined className="test-wait" />}
        <h2>{name}</h2>
        <span className="test-state" role="status">
          {note ?? (state ? t(`test.state.${state}`) : "")}
        </span>
      </div>
      <div className="test-body">{children}</div>
    </section>
  );
}

/** Share of the meter that a level fills: -60 dB is empty, 0 dB is full. */
function meter(level: number): number {
  return Math.max(0, Math.min(1, (level + 60) / 60));
}

function ms(value: number | null | undefined): string {
  return value == null ? "—" : String(Math.round(value));
}

/**
 * Microphone, speaker and a real call to the engine's echo. Must pass before the agent can go ready.
 *
 * Results come while somebody is about to press: whatever is there later has its place from the beginning.
 */
export default function DeviceTest() {
  const t = useT(texts);
  const { message } = App.useApp();
  const commandsOf = useCommands();
  const registered = usePhone((state) => state.registered);
  const view = useLive((live) => live.agent);
  const [choice, setChoice] = useState<AudioChoice>(audioChoice);
  const [devices, setDevices] = useState<Devices>({ microphones: [], speakers: [] });
  const [round, setRound] = useState(0);
  const [speaker, setSpeaker] = useState<StepState>("wait");
  const [played, setPlayed] = useState(false);
  const [line, setLine] = useState<StepState>("wait");
  const [echo, setEcho] = useState<EchoResult | null>(null);
  const [right, setRight] = useState<NotifyRight>(notifyRight);
  const microphone = useMicrophoneTest(true, choice, round);

  const change = (part: Partial<AudioChoice>) => {
    const next = { ...choice, ...part };
    keepAudioChoice(next);
    setChoice(next);
  };

  // Names of devices are only told once the microphone is allowed.
  const opened = microphone.level > -100 || microphone.state === "pass";
  useEffect(() => {
    if (!navigator.mediaDevices) return;
    const look = () => void listDevices().then(setDevices, () => undefined);
    if (opened) look();
    navigator.mediaDevices.addEventListener("devicechange", look);
    return () => navigator.mediaDevices.removeEventListener("devicechange", look);
  }, [opened]);

  const callEcho = useCallback(async () => {
    setLine("run");
    const result = await phone.echo();
    setEcho(result);
    setLine(result.heard ? "pass" : "fail");
  }, []);
  useEffect(() => {
    if (registered && line === "wait") void callEcho();
  }, [registered, line, callEcho]);

  const playSound = async () => {
    setSpeaker("run");
    setPlayed(true);
    await playTestSound(choice.speaker).catch(() => undefined);
    setSpeaker((state) => (state === "run" ? "wait" : state));
  };

  const asked = played && speaker !== "run" && speaker !== "pass";
  const passed = microphone.state === "pass" && speaker === "pass" && line === "pass";
  const report = (all: boolean) =>
    take(
      api.POST("/api/desk/device-test", {
        body: {
          passed: all,
          microphone_db: microphone.peak > -100 ? Math.round(microphone.peak) : null,
          speaker: speaker === "pass",
          rtt_ms: echo?.rttMs ?? null,
          echo: echo?.heard ?? false,
        },
      }),
    );
  const finish = async (ready: boolean) => {
    const told = await commandsOf.run(ready ? "test_ready" : "test", async () => {
      await report(true);
      if (ready) await commands.state("ready");
    });
    if (!told) return;
    openTest(false);
    void message.success(t("test.passed"));
  };
  const later = async () => {
    // A failed test is written down too: it tells the supervisor why this desk takes no calls.
    if (microphone.state === "fail" || line === "fail") await commandsOf.run("test", () => report(false));
    openTest(false);
  };

  const pick = (list: MediaDeviceInfo[]) => [
    { value: "", label: t("test.microphone.default") },
    ...list
      .filter((device) => device.deviceId !== "" && device.deviceId !== "default")
      .map((device) => ({ value: device.deviceId, label: device.label || device.deviceId.slice(0, 8) })),
  ];
  const fault = microphone.fault;
  const lineState = registered || line !== "wait" ? line : "wait";
  const canReady = passed && !view?.contact;

  return (
    <Modal
      open
      width={560}
      title={t("test.title")}
      onCancel={() => void later()}
      mask={{ closable: false }}
      transitionName="" // it opens by itself: nothing may be on its way under the pointer
      footer={
        <div className="test-footer">
          <span>{t(passed ? "test.all_passed" : "test.not_yet")}</span>
          <Button onClick={() => void later()} disabled={commandsOf.busy !== null}>
            {t("test.later")}
          </Button>
          <Button disabled={!passed} loading={commandsOf.busy === "test"} onClick={() => void finish(false)}>
            {t("test.done")}
          </Button>
          <Button
            type="primary"
            disabled={!canReady}
            loading={commandsOf.busy === "test_ready"}
            onClick={() => void finish(true)}
          >
            {t("test.done_ready")}
          </Button>
        </div>
      }
    >
      <p className="test-lead">{t("test.lead")}</p>

      <Part name={t("test.microphone")} state={microphone.state}>
        <div className="test-row">
          <Select
            size="small"
            aria-label={t("test.microphone.pick")}
            value={choice.microphone ?? ""}
            options={pick(devices.microphones)}
            onChange={(value: string) => change({ microphone: value || undefined })}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: a native meter cannot be drawn alike in all browsers */}
          <div
            className="test-meter"
            role="meter"
            aria-label={t("test.microphone.level")}
            aria-valuemin={-60}
            aria-valuemax={0}
            aria-valuenow={Math.round(Math.max(-60, microphone.level))}
          >
            <i style={{ transform: `scaleX(${meter(microphone.level)})` }} />
          </div>
        </div>
        <p data-kind={microphone.state}>
          {microphone.state === "pass"
            ? t("test.microphone.ok", { db: Math.round(microphone.peak) })
            : fault === "quiet"
              ? t("test.microphone.quiet")
              : fault
                ? t(`fault.${fault}`)
                : t("test.microphone.say")}
        </p>
        <div className="test-row">
          <div className="test-switch">
            <Switch
              size="small"
              checked={choice.processing}
              onChange={(processing) => change({ processing })}
              aria-label={t("test.processing")}
            />
            <span>
              {t("test.processing")} <small>{t("test.processing.hint")}</small>
            </span>
          </div>
          {microphone.state === "fail" ? (
            <Button size="small" onClick={() => setRound((n) => n + 1)}>
              {t("test.line.again")}
            </Button>
          ) : null}
        </div>
      </Part>

      <Part name={t("test.speaker")} state={speaker}>
        <div className="test-row">
          <Select
            size="small"
            aria-label={t("test.speaker.pick")}
            value={choice.speaker ?? ""}
            options={pick(devices.speakers)}
            onChange={(value: string) => {
              change({ speaker: value || undefined });
              setSpeaker("wait");
            }}
          />
          <Button
            size="small"
            icon={<SoundOutlined />}
            loading={speaker === "run"}
            onClick={() => void playSound()}
          >
            {t("test.speaker.play")}
          </Button>
        </div>
        <div className="test-row">
          <p data-kind={speaker}>
            {speaker === "pass"
              ? t("test.speaker.ok")
              : speaker === "fail"
                ? t("test.speaker.bad")
                : t("test.speaker.ask")}
          </p>
          <Button size="small" type="primary" disabled={!asked} onClick={() => setSpeaker("pass")}>
            {t("test.speaker.heard")}
          </Button>
          <Button size="small" disabled={!asked} onClick={() => setSpeaker("fail")}>
            {t("test.speaker.not_heard")}
          </Button>
        </div>
        <div className="test-row test-ring">
          <span>{t("test.ring")}</span>
          <Slider
            min={0}
            max={100}
            step={10}
            value={Math.round(choice.ring * 100)}
            onChange={(value) => change({ ring: value / 100 })}
            onChangeComplete={() => {
              const stop = startRinging();
              setTimeout(stop, 1200);
            }}
            ariaLabelForHandle={t("test.ring")}
            style={{ flex: 1, margin: "4px 8px" }}
          />
        </div>
      </Part>

      <Part name={t("test.line")} state={lineState}>
        <div className="test-row">
          <p data-kind={line}>
            {line === "pass" && echo
              ? t("test.line.ok", { delay: ms(echo.delayMs) })
              : line === "fail" && echo
                ? t(echo.fault === "silent" ? "test.line.silent" : "test.line.unreachable")
                : line === "run"
                  ? t("test.line.running")
                  : t("test.line.waiting")}
          </p>
          <Button
            size="small"
            disabled={!registered || (line !== "pass" && line !== "fail")}
            onClick={() => void callEcho()}
          >
            {t("test.line.again")}
          </Button>
        </div>
        {line === "fail" ? null : (
          <p>
            {t("test.line.numbers", {
              rtt: ms(echo?.rttMs),
              jitter: ms(echo?.jitterMs),
              loss: echo?.loss == null ? "—" : `${(echo.loss * 100).toFixed(1)}%`,
            })}
          </p>
        )}
      </Part>

      <Part
        name={t("test.notify")}
        state={right === "granted" ? "pass" : null}
        note={right === "granted" ? undefined : t("test.notify.optional")}
      >
        {right === "default" ? (
          <Button size="small" onClick={() => void askNotifyRight().then(setRight)}>
            {t("test.notify.ask")}
          </Button>
        ) : (
          <p>{t(`test.notify.${right}`)}</p>
        )}
      </Part>
    </Modal>
  );
}
