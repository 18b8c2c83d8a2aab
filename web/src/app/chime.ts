import type { Level } from "@/shared/alarms";

const NOTES: Record<Level, readonly number[]> = { warning: [784, 988], alarm: [988, 784, 988, 784] };
const EVERY_S = 0.18;
const LOUDNESS = 0.25;

let around: AudioContext | undefined;

/** A few soft notes. A browser that lets no page sound before it was touched stays silent. */
export function chime(level: Level): void {
  around ??= new AudioContext();
  void around.resume().catch(() => undefined);
  const begin = around.currentTime + 0.02;
  for (const [index, hertz] of NOTES[level].entries()) {
    const at = begin + index * EVERY_S;
    const oscillator = around.createOscillator();
    const gain = around.createGain();
    oscillator.frequency.value = hertz;
    gain.gain.setValueAtTime(LOUDNESS, at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + EVERY_S * 1.5);
    oscillator.connect(gain).connect(around.destination);
    oscillator.start(at);
    oscillator.stop(at + EVERY_S * 1.6);
  }
}
