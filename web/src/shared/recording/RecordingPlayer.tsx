import {
  BackwardOutlined,
  ForwardOutlined,
  LoadingOutlined,
  PauseCircleFilled,
  PlayCircleFilled,
} from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Select, Tooltip, theme } from "antd";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import WaveSurfer from "wavesurfer.js";
import { api, asProblem, take } from "@/shared/api";
import { timer } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { common } from "@/shared/texts";
import { Nothing, Pending, ProblemView } from "@/shared/ui";
import "./recording.css";

export interface RecordingHandle {
  /** Moves to an offset from the recording's start, in ms, and plays. */
  playFrom(ms: number): void;
}

export interface RecordingPlayerProps {
  contactId: string;
  /** Height of each channel in pixels. */
  height?: number;
  /** Called while playing with the offset in ms. */
  onTime?: (ms: number) => void;
  /**
   * Sets the wave exactly between two shares (0 to 1) of the player's width, without the channels' names,
   * so that it lines up with a time line above it.
   */
  place?: { from: number; to: number };
  /** Drawn behind the wave, for instance the legs as a CSS gradient. */
  background?: string;
  ref?: Ref<RecordingHandle>;
}

interface Peaks {
  duration_ms: number;
  channels: number[][];
}

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const STEP_S = 5;

function pct(share: number): string {
  return `${share * 100}%`;
}

export default function RecordingPlayer({ ref, ...props }: RecordingPlayerProps) {
  const { contactId } = props;
  const t = useT(common);
  const peaks = useQuery({
    queryKey: ["contacts", contactId, "peaks"],
    queryFn: async () =>
      (await take(
        api.GET("/api/contacts/{contact_id}/peaks", { params: { path: { contact_id: contactId } } }),
      )) as Peaks,
    staleTime: 60_000,
    retry: false,
  });
  if (peaks.isError) {
    return asProblem(peaks.error).status === 404 ? (
      <Nothing title={t("audio.none.title")} hint={t("audio.none.remedy")} />
    ) : (
      <ProblemView problem={peaks.error} onRetry={() => void peaks.refetch()} />
    );
  }
  if (!peaks.data) return <Pending rows={2} />;
  return <Wave key={contactId} {...props} peaks={peaks.data} ref={ref} />;
}

function Wave({
  contactId,
  peaks,
  height = 44,
  onTime,
  place,
  background,
  ref,
}: RecordingPlayerProps & { peaks: Peaks }) {
  const t = useT(common);
  const { token } = theme.useToken();
  const host = useRef<HTMLDivElement>(null);
  const player = useRef<WaveSurfer>(null);
  const tell = useRef(onTime);
  const [playing, setPlaying] = useState(false);
  const [ready, setReady] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [speed, setSpeed] = useState(1);
  const [at, setAt] = useState(0);
  const total = peaks.duration_ms;
  tell.current = onTime;

  const names = [t("audio.caller"), t("audio.agent")];
  const colors = [
    [token.colorInfo, token.colorInfoBorder],
    [token.colorPrimary, token.colorPrimaryBorder],
  ] as const;
  const [[firstOn, firstOff], [secondOn, secondOff]] = colors;

  useEffect(() => {
    if (!host.current) return;
    const wave = WaveSurfer.create({
      container: host.current,
      url: `/api/contacts/${contactId}/recording`,
      peaks: peaks.channels,
      duration: total / 1000,
      height,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      cursorWidth: 1,
      cursorColor: token.colorText,
      dragToSeek: true,
      normalize: false,
      splitChannels: [
        { waveColor: firstOff, progressColor: firstOn },
        { waveColor: secondOff, progressColor: secondOn },
      ].slice(0, peaks.channels.length),
    });
    player.current = wave;
    wave.on("ready", () => setReady(true));
    wave.on("play", () => setPlaying(true));
    wave.on("pause", () => setPlaying(false));
    wave.on("finish", () => setPlaying(false));
    wave.on("timeupdate", (seconds) => {
      setAt(seconds * 1000);
      tell.current?.(seconds * 1000);
    });
    wave.on("error", (error) => setProblem(error));
    return () => {
      player.current = null;
      wave.destroy();
    };
  }, [contactId, peaks, total, height, token.colorText, firstOn, firstOff, secondOn, secondOff]);

  useEffect(() => player.current?.setPlaybackRate(speed, true), [speed]);

  const seek = (seconds: number) => player.current?.setTime(Math.min(Math.max(0, seconds), total / 1000));
  useImperativeHandle(ref, () => ({
    playFrom(ms: number) {
      player.current?.setTime(Math.min(Math.max(0, ms), total) / 1000);
      player.current?.play().catch(setProblem);
    },
  }));
  const toggle = () => void player.current?.playPause().catch(setProblem);

  if (problem) return <ProblemView problem={problem} onRetry={() => setProblem(undefined)} />;
  return (
    <div className="recording" data-playing={playing} data-at-ms={Math.round(at)}>
      <div
        className="recording-body"
        style={place ? { marginInlineStart: pct(place.from), width: pct(place.to - place.from) } : undefined}
      >
        {place ? null : (
          <div className="recording-names" aria-hidden="true">
            {peaks.channels.map((_, index) => (
              <span
                key={names[index] ?? index}
                style={{ height, borderInlineStart: `3px solid ${colors[index]?.[0]}` }}
              >
                {names[index]}
              </span>
            ))}
          </div>
        )}
        <div
          className="recording-wave"
          style={{ background }}
          ref={host}
          role="slider"
          tabIndex={0}
          aria-label={t("audio.wave")}
          aria-valuemin={0}
          aria-valuemax={Math.round(total / 1000)}
          aria-valuenow={Math.round(at / 1000)}
          aria-valuetext={`${timer(at)} / ${timer(total)}`}
          onKeyDown={(event) => {
            const now = player.current?.getCurrentTime() ?? 0;
            if (event.key === "ArrowLeft") seek(now - STEP_S);
            else if (event.key === "ArrowRight") seek(now + STEP_S);
            else if (event.key === "Home") seek(0);
            else if (event.key === " ") toggle();
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div className="recording-controls">
        <Tooltip title={t("audio.back")}>
          <Button
            type="text"
            icon={<BackwardOutlined />}
            aria-label={t("audio.back")}
            onClick={() => seek((player.current?.getCurrentTime() ?? 0) - STEP_S)}
          />
        </Tooltip>
        <Button
          type="text"
          className="recording-play"
          icon={!ready ? <LoadingOutlined /> : playing ? <PauseCircleFilled /> : <PlayCircleFilled />}
          aria-label={!ready ? t("audio.loading") : playing ? t("audio.pause") : t("audio.play")}
          disabled={!ready}
          onClick={toggle}
        />
        <Tooltip title={t("audio.forward")}>
          <Button
            type="text"
            icon={<ForwardOutlined />}
            aria-label={t("audio.forward")}
            onClick={() => seek((player.current?.getCurrentTime() ?? 0) + STEP_S)}
          />
        </Tooltip>
        <span className="recording-time">
          {timer(at)} / {timer(total)}
        </span>
        <Select
          size="small"
          variant="borderless"
          aria-label={t("audio.speed")}
          value={speed}
          onChange={setSpeed}
          options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
        />
      </div>
    </div>
  );
}
