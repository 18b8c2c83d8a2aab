import { audioContext, Ear } from "./media";
import { qualityOf, read } from "./quality";
import type { Signalling } from "./signalling";

/** ITU's reference tone: passes every telephone codec. */
const TONE_HZ = 1020;
const TONE_LEVEL = 0.3;
const HEARD_SHARE = 0.5;
const HEARD_DB = -45;
const LISTEN_MS = 6000;
const SETTLE_MS = 500;
const LOOK_MS = 20;

export type EchoFault = "unreachable" | "silent";

export interface EchoResult {
  heard: boolean;
  fault: EchoFault | null;
  /** From tone out to tone back, ms. */
  delayMs: number | null;
  /** Level of the tone that came back, dB. */
  levelDb: number | null;
  rttMs: number | null;
  jitterMs: number | null;
  /** Share of packets lost, 0 to 1. */
  loss: number | null;
}

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A real call to the engine's echo: sends a tone over the line and listens for it. Never throws. */
export async function echoTest(signalling: Signalling): Promise<EchoResult> {
  const around = audioContext();
  await around.resume();
  const out = around.createMediaStreamDestination();
  const gain = around.createGain();
  const oscillator = around.createOscillator();
  oscillator.frequency.value = TONE_HZ;
  gain.gain.value = 0;
  oscillator.connect(gain).connect(out);
  oscillator.start();
  const nothing: EchoResult = {
    heard: false,
    fault: "unreachable",
    delayMs: null,
    levelDb: null,
    rttMs: null,
    jitterMs: null,
    loss: null,
  };
  try {
    const call = await signalling.echo(out.stream).catch(() => undefined);
    if (!call) return nothing;
    // A stream is only decoded while some element plays it; this one stays silent.
    const sink = new Audio();
    sink.muted = true;
    sink.srcObject = call.remote;
    void sink.play().catch(() => undefined);
    const ear = new Ear(call.remote, around);
    try {
      await wait(SETTLE_MS);
      const before = await read(call.connection);
      const begun = performance.now();
      gain.gain.value = TONE_LEVEL;
      let found: { delayMs: number; levelDb: number } | undefined;
      while (!found && performance.now() - begun < LISTEN_MS) {
        await wait(LOOK_MS);
        const { share, level } = ear.tone(TONE_HZ);
        if (share > HEARD_SHARE && level > HEARD_DB)
          found = { delayMs: performance.now() - begun, levelDb: level };
      }
      await wait(SETTLE_MS);
      const quality = qualityOf(before, await read(call.connection));
      return {
        heard: found !== undefined,
        fault: found ? null : "silent",
        delayMs: found ? Math.round(found.delayMs) : null,
        levelDb: found ? Math.round(found.levelDb) : null,
        rttMs: quality.rttMs,
        jitterMs: quality.jitterMs,
        loss: quality.loss,
      };
    } finally {
      ear.close();
      sink.srcObject = null;
      call.stop();
    }
  } finally {
    oscillator.stop();
    gain.disconnect();
  }
}
