import { audioChoice, audioContext, playThrough } from "./media";

const RING_EVERY_MS = 2400;

/** One soft note that fades away. */
function note(around: AudioContext, hertz: number, at: number, loudness: number): void {
  const oscillator = around.createOscillator();
  const gain = around.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loudness * 0.5, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
  oscillator.connect(gain).connect(around.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.65);
}

function chime(loudness: number): void {
  const around = audioContext();
  const begin = around.currentTime + 0.02;
  for (const [index, hertz] of [659, 880, 659, 880].entries())
    note(around, hertz, begin + index * 0.22, loudness);
}

/** Rings until told to stop. */
export function startRinging(): () => void {
  const { ring, speaker } = audioChoice();
  if (ring <= 0) return () => {};
  void playThrough(audioContext(), speaker).catch(() => undefined);
  chime(ring);
  const timer = setInterval(() => chime(ring), RING_EVERY_MS);
  return () => clearInterval(timer);
}

/** One short note: the call that follows answers itself. Heard whatever the loudness of the ring. */
export function beep(): void {
  const { ring, speaker } = audioChoice();
  const around = audioContext();
  void playThrough(around, speaker).catch(() => undefined);
  note(around, 988, around.currentTime + 0.02, Math.max(0.4, ring));
}

/** A speaker that has not begun by then is not waited for. */
const STARTS_MS = 5000;
const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The sound of the speaker test. Resolves when it is over, or would be over if the speaker had begun. */
export async function playTestSound(speaker: string | undefined): Promise<void> {
  const around = audioContext();
  const begun = around.resume().then(() => playThrough(around, speaker));
  await Promise.race([begun, later(STARTS_MS)]); // a speaker that hangs never begins
  const begin = around.currentTime + 0.05;
  for (const [index, hertz] of [523, 659, 784].entries()) note(around, hertz, begin + index * 0.35, 0.8);
  await later(1500);
}
