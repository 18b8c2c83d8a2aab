import { describe, expect, it } from "vitest";
import { decibels, goertzel, power } from "./media";
import { qualityOf, readingOf } from "./quality";

const stats = (received: number, lost: number, jitter: number, rtt: number) => [
  {
    type: "inbound-rtp",
    kind: "audio",
    packetsReceived: received,
    packetsLost: lost,
    jitter,
    audioLevel: 0.3,
  },
  { type: "media-source", kind: "audio", audioLevel: 0.2 },
  { type: "local-candidate", id: "host", candidateType: "host" },
  { type: "candidate-pair", nominated: true, currentRoundTripTime: rtt, localCandidateId: "host" },
  { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 },
];

describe("line quality", () => {
  it("counts loss between two readings only", () => {
    const first = readingOf(stats(1000, 500, 0.004, 0.02), 0);
    const second = readingOf(stats(1100, 500, 0.004, 0.02), 2000);
    expect(qualityOf(first, second)).toMatchObject({ loss: 0, rttMs: 20, jitterMs: 4, grade: "good" });
    const third = readingOf(stats(1190, 510, 0.004, 0.02), 4000);
    expect(qualityOf(second, third)).toMatchObject({ loss: 0.1, grade: "poor" });
  });

  it("knows whether sound goes through a relay", () => {
    const relay = { type: "local-candidate", id: "relay", candidateType: "relay" };
    const through = { type: "candidate-pair", nominated: true, localCandidateId: "relay" };
    expect(readingOf([...stats(1, 0, 0, 0), relay], 0).relayed).toBe(false);
    expect(readingOf([through, relay], 0).relayed).toBe(true);
  });

  it("says fair for jitter and silent when nothing arrives", () => {
    const first = readingOf(stats(1000, 0, 0.05, 0.02), 0);
    expect(qualityOf(first, readingOf(stats(1100, 0, 0.05, 0.02), 2000)).grade).toBe("fair");
    expect(qualityOf(first, readingOf(stats(1000, 0, 0.05, 0.02), 2000)).grade).toBe("silent");
  });
});

describe("tones", () => {
  const rate = 48_000;
  const tone = (hertz: number, amplitude: number) =>
    Float32Array.from({ length: 2048 }, (_, n) => amplitude * Math.sin((2 * Math.PI * hertz * n) / rate));

  it("finds a tone's power at its own frequency and not at another", () => {
    const samples = tone(1020, 0.5);
    const total = power(samples);
    expect(decibels(total)).toBeCloseTo(-9.03, 1);
    expect(goertzel(samples, 1020, rate) / total).toBeGreaterThan(0.95);
    expect(goertzel(samples, 440, rate) / total).toBeLessThan(0.02);
  });

  it("calls silence silence", () => {
    expect(decibels(power(new Float32Array(2048)))).toBe(-100);
  });
});
