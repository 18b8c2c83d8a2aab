import { describe, expect, it } from "vitest";
import { LineLog, mosOf } from "./mos";
import type { Quality } from "./quality";

const quality = (rttMs: number | null, jitterMs: number | null, loss: number | null): Quality => ({
  rttMs,
  jitterMs,
  loss,
  microphone: null,
  speaker: null,
  relayed: false,
  grade: "good",
});

describe("the estimate of how a call sounds", () => {
  it("is that of the recommendation for a clean line and falls with loss and delay", () => {
    // R 93.2 is MOS 4.41 by G.107; one packet's delay takes half a point of R.
    expect(mosOf(quality(0, 0, 0))).toBeCloseTo(4.4, 1);
    // G.711 with concealment, 5 % random loss, little delay: R 77, MOS 3.9.
    expect(mosOf(quality(0, 0, 0.05))).toBeCloseTo(3.9, 1);
    // The bad line: 5 % lost and 200 ms of jitter is past what pleases.
    const bad = mosOf(quality(40, 200, 0.05)) ?? 5;
    expect(bad).toBeGreaterThan(1.5);
    expect(bad).toBeLessThan(2.6);
    expect(mosOf(quality(4000, 500, 0.9))).toBe(1);
  });

  it("knows nothing where nothing arrived", () => {
    expect(mosOf(quality(20, 5, null))).toBeNull();
    const log = new LineLog(2000);
    log.add(quality(20, 5, null));
    expect(log.summary()).toBeNull();
  });

  it("tells a call's mean and its worst moment", () => {
    const log = new LineLog(2000);
    log.add(quality(20, 4, 0));
    log.add(quality(40, 8, 0.2));
    log.add(quality(null, 6, 0.1));
    const found = log.summary();
    expect(found).toMatchObject({ lossPercent: 10, jitterMs: 6, rttMs: 30, measuredMs: 6000 });
    expect(found?.mosLeast).toBeLessThan(found?.mos ?? 0);
  });
});
