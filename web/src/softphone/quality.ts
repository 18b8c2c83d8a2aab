/** What the media path did lately, from two readings of `RTCPeerConnection.getStats`. Pure but for `read`. */

export interface Reading {
  at: number;
  received: number;
  lost: number;
  jitterMs: number | null;
  rttMs: number | null;
  /** 0 to 1 */
  microphone: number | null;
  /** 0 to 1 */
  speaker: number | null;
  /** Sound goes through a relay (TURN), not straight. */
  relayed: boolean;
}

export interface Quality {
  rttMs: number | null;
  jitterMs: number | null;
  /** Share of packets lost since the reading before, 0 to 1. */
  loss: number | null;
  microphone: number | null;
  speaker: number | null;
  relayed: boolean;
  grade: "good" | "fair" | "poor" | "silent";
}

type Entry = Record<string, unknown> & { type: string };

export function readingOf(entries: Iterable<Entry>, at: number): Reading {
  const reading: Reading = {
    at,
    received: 0,
    lost: 0,
    jitterMs: null,
    rttMs: null,
    microphone: null,
    speaker: null,
    relayed: false,
  };
  let pair: unknown;
  const relays = new Set<unknown>();
  const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
  for (const entry of entries) {
    if (entry.type === "inbound-rtp" && entry.kind === "audio") {
      reading.received += number(entry.packetsReceived) ?? 0;
      reading.lost += number(entry.packetsLost) ?? 0;
      const jitter = number(entry.jitter);
      reading.jitterMs = jitter === null ? reading.jitterMs : jitter * 1000;
      reading.speaker = number(entry.audioLevel) ?? reading.speaker;
    } else if (entry.type === "media-source" && entry.kind === "audio") {
      reading.microphone = number(entry.audioLevel);
    } else if (entry.type === "candidate-pair" && entry.nominated === true) {
      const rtt = number(entry.currentRoundTripTime);
      reading.rttMs = rtt === null ? reading.rttMs : rtt * 1000;
      pair = entry.localCandidateId;
    } else if (entry.type === "local-candidate" && entry.candidateType === "relay") relays.add(entry.id);
  }
  reading.relayed = relays.has(pair);
  return reading;
}

// Voice stays pleasant below the first limits and understandable below the second (ITU-T G.114 for delay).
const FAIR = { rttMs: 200, jitterMs: 30, loss: 0.02 };
const POOR = { rttMs: 400, jitterMs: 80, loss: 0.06 };

export function qualityOf(before: Reading, now: Reading): Quality {
  const arrived = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const loss = arrived + lost > 0 ? lost / (arrived + lost) : null;
  const over = (limit: typeof FAIR) =>
    (now.rttMs ?? 0) > limit.rttMs || (now.jitterMs ?? 0) > limit.jitterMs || (loss ?? 0) > limit.loss;
  const silent = arrived <= 0;
  return {
    rttMs: now.rttMs,
    jitterMs: now.jitterMs,
    loss,
    microphone: now.microphone,
    speaker: now.speaker,
    relayed: now.relayed,
    grade: silent ? "silent" : over(POOR) ? "poor" : over(FAIR) ? "fair" : "good",
  };
}

export async function read(connection: RTCPeerConnection): Promise<Reading> {
  const report = await connection.getStats();
  return readingOf([...report.values()] as Entry[], Date.now());
}
