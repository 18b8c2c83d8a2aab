import type { MediaFault } from "./machine";

const KEY = "andon.audio";

export interface AudioChoice {
  microphone?: string;
  speaker?: string;
  /** Echo cancelling, noise suppression and gain control by the browser; off for headsets that do it themselves. */
  processing: boolean;
  /** Loudness of the ring, 0 to 1. */
  ring: number;
}

export function audioChoice(): AudioChoice {
  const usual: AudioChoice = { processing: true, ring: 0.6 };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<AudioChoice>) };
  } catch {
    return usual;
  }
}

export function keepAudioChoice(choice: AudioChoice): void {
  localStorage.setItem(KEY, JSON.stringify(choice));
}

export class MediaProblem extends Error {
  constructor(readonly fault: MediaFault) {
    super(fault);
  }
}

export function faultOf(thrown: unknown): MediaFault {
  if (thrown instanceof MediaProblem) return thrown.fault;
  const name = (thrown as { name?: string } | null)?.name ?? "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "failed";
}

/** Opens the chosen microphone, or the usual one when the chosen one is gone. Throws `MediaProblem`. */
export async function openMicrophone(choice: AudioChoice = audioChoice()): Promise<MediaStream> {
  if (!globalThis.isSecureContext || !navigator.mediaDevices) throw new MediaProblem("insecure");
  const constraints = (deviceId?: string): MediaStreamConstraints => ({
    audio: {
      ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      echoCancellation: choice.processing,
      noiseSuppression: choice.processing,
      autoGainControl: choice.processing,
      channelCount: 1,
    },
  });
  try {
    return await navigator.mediaDevices.getUserMedia(constraints(choice.microphone));
  } catch (thrown) {
    if (choice.microphone && faultOf(thrown) === "missing") {
      try {
        return await navigator.mediaDevices.getUserMedia(constraints());
      } catch (again) {
        throw new MediaProblem(faultOf(again));
      }
    }
    throw new MediaProblem(faultOf(thrown));
  }
}

export function closeStream(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

export interface Devices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

export async function listDevices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  return {
    microphones: all.filter((device) => device.kind === "audioinput"),
    speakers: all.filter((device) => device.kind === "audiooutput"),
  };
}

/** Sends an element's sound to the chosen speaker where the browser can; others play on the system's. */
export async function playThrough(
  element: HTMLMediaElement | AudioContext,
  speaker: string | undefined,
): Promise<void> {
  const target = element as { setSinkId?: (id: string) => Promise<void> };
  if (speaker && target.setSinkId) await target.setSinkId(speaker);
}

let context: AudioContext | undefined;

/** The page's one audio context. Browsers keep it silent until the person touches the page. */
export function audioContext(): AudioContext {
  if (!context) {
    const made = new AudioContext();
    context = made;
    const wake = () => {
      if (made.state === "suspended") void made.resume();
    };
    for (const gesture of ["pointerdown", "keydown"])
      globalThis.addEventListener(gesture, wake, { capture: true });
  }
  return context;
}

/** Calls back now and whenever the browser starts or stops silencing the page. Returns the way to stop. */
export function watchSilence(told: (silenced: boolean) => void): () => void {
  const around = audioContext();
  const tell = () => told(around.state === "suspended");
  tell();
  around.addEventListener("statechange", tell);
  return () => around.removeEventListener("statechange", tell);
}

/** Reads a stream's level and the strength of single tones in it. */
export class Ear {
  private readonly analyser: AnalyserNode;
  private readonly source: MediaStreamAudioSourceNode;
  private readonly samples: Float32Array<ArrayBuffer>;

  constructor(stream: MediaStream, around = audioContext()) {
    this.analyser = around.createAnalyser();
    this.analyser.fftSize = 2048;
    this.source = around.createMediaStreamSource(stream);
    this.source.connect(this.analyser);
    this.samples = new Float32Array(this.analyser.fftSize);
  }

  /** Level of the last 40 ms in dB below full scale; -100 for silence. */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return decibels(power(this.samples));
  }

  /** Share of the sound's power that lies at `hertz`, 0 to 1, and the level in dB. */
  tone(hertz: number): { share: number; level: number } {
    this.analyser.getFloatTimeDomainData(this.samples);
    const total = power(this.samples);
    const at = goertzel(this.samples, hertz, this.analyser.context.sampleRate);
    return { share: total > 0 ? Math.min(1, at / total) : 0, level: decibels(total) };
  }

  close(): void {
    this.source.disconnect();
  }
}

export function power(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length > 0 ? sum / samples.length : 0;
}

export function decibels(meanSquare: number): number {
  return meanSquare > 1e-10 ? Math.max(-100, 10 * Math.log10(meanSquare)) : -100;
}

/** Mean power at one frequency (Goertzel's algorithm); a pure tone gives its own mean square. */
export function goertzel(samples: Float32Array, hertz: number, rate: number): number {
  const turn = (2 * Math.PI * hertz) / rate;
  const twice = 2 * Math.cos(turn);
  let last = 0;
  let before = 0;
  for (const sample of samples) {
    const next = sample + twice * last - before;
    before = last;
    last = next;
  }
  const magnitude = last * last + before * before - twice * last * before;
  return (2 * magnitude) / (samples.length * samples.length);
}
