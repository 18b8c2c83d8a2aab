/**
 * How a call sounds, estimated from what the media path does: a simplified E-model. Pure.
 *
 * ITU-T G.107: R = R0 − Is − Id − Ie,eff + A, here with the recommendation's default values, for which
 * R0 − Is = 93.2 and A = 0. Id by delay alone, after Cole and Rosenbluth, "Voice over IP performance
 * monitoring" (2001): 0.024 d, and 0.11 (d − 177.3) beyond 177.3 ms. Ie,eff by random loss (G.107, 7.2, BurstR 1):
 * Ie + (95 − Ie) Ppl / (Ppl + Bpl), with Ie 0 and Bpl 25.1 of G.711 with loss concealment (G.113, appendix I). MOS
 * from R by G.107, annex B. What one ear of one speaker would say no formula knows: it is an estimate.
 */

import type { Quality } from "./quality";

const CODEC_MS = 20; // one packet
const IE = 0;
const BPL = 25.1;

/** From 1 (bad) to 4.4 (as good as a telephone gets); null where nothing is known of loss. */
export function mosOf({
  rttMs,
  jitterMs,
  loss,
}: Pick<Quality, "rttMs" | "jitterMs" | "loss">): number | null {
  if (loss === null) return null;
  // The jitter buffer waits for about twice the jitter.
  const delay = (rttMs ?? 0) / 2 + 2 * (jitterMs ?? 0) + CODEC_MS;
  const delayed = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const lost = IE + ((95 - IE) * loss * 100) / (loss * 100 + BPL);
  const r = 93.2 - delayed - lost;
  if (r <= 0) return 1;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/** What the line was over one call. Spans in ms, loss in per cent. */
export interface LineSummary {
  mos: number;
  mosLeast: number;
  lossPercent: number;
  jitterMs: number;
  rttMs: number | null;
  measuredMs: number;
}

/** Gathers a call's measurements. */
export class LineLog {
  private mos = 0;
  private least = 5;
  private loss = 0;
  private jitter = 0;
  private rtt: number[] = [];
  private n = 0;

  constructor(private readonly everyMs: number) {}

  add(quality: Quality): void {
    const mos = mosOf(quality);
    if (mos === null || quality.loss === null) return;
    this.n += 1;
    this.mos += mos;
    this.least = Math.min(this.least, mos);
    this.loss += quality.loss;
    this.jitter += quality.jitterMs ?? 0;
    if (quality.rttMs !== null) this.rtt.push(quality.rttMs);
  }

  /** Null where nothing was measured. */
  summary(): LineSummary | null {
    if (this.n === 0) return null;
    const tenth = (value: number) => Math.round(value * 10) / 10;
    const sum = this.rtt.reduce((all, one) => all + one, 0);
    return {
      mos: tenth(this.mos / this.n),
      mosLeast: tenth(this.least),
      lossPercent: tenth((this.loss / this.n) * 100),
      jitterMs: Math.round(this.jitter / this.n),
      rttMs: this.rtt.length > 0 ? Math.round(sum / this.rtt.length) : null,
      measuredMs: this.n * this.everyMs,
    };
  }
}
