/** The live push: one WebSocket that comes back by itself. No React, no globals: the test hands in its own. */

export type LiveStatus = "idle" | "connecting" | "open" | "lost";

export interface LiveMessage {
  type: string;
  [key: string]: unknown;
}

export interface SocketLike {
  onopen: ((event: unknown) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface Surroundings {
  open(url: string): SocketLike;
  after(ms: number, work: () => void): () => void;
  random(): number;
}

export interface Listener {
  onMessage(message: LiveMessage): void;
  onStatus(status: LiveStatus): void;
  /** The server refused the session. */
  onRefused(): void;
}

/** Silence longer than this means that the connection is dead; the server beats more often. */
export const SILENCE_MS = 35_000;
export const BEAT_MS = 15_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;
const SESSION_REFUSED = 4401;

/** Wait before attempt `n` (from 0): doubling, capped, half of it random so that 500 desks do not return at once. */
export function backOff(n: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(n, 10));
  return Math.round(full / 2 + (full / 2) * random);
}

export class LiveSocket {
  private socket: SocketLike | undefined;
  private attempts = 0;
  private wanted = false;
  private topics = new Set<string>();
  private stopSilence: (() => void) | undefined;
  private stopBeat: (() => void) | undefined;
  private stopRetry: (() => void) | undefined;

  constructor(
    private readonly url: string,
    private readonly listener: Listener,
    private readonly around: Surroundings,
  ) {}

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.attempts = 0;
    this.connect();
  }

  stop(): void {
    this.wanted = false;
    this.stopRetry?.();
    this.drop(1000);
    this.listener.onStatus("idle");
  }

  /** Tries at once, for instance when the machine says that it is online again. */
  hurry(): void {
    if (!this.wanted || this.socket) return;
    this.stopRetry?.();
    this.attempts = 0;
    this.connect();
  }

  subscribe(topic: string): void {
    this.topics.add(topic);
    this.send({ subscribe: topic });
  }

  unsubscribe(topic: string): void {
    this.topics.delete(topic);
    this.send({ unsubscribe: topic });
  }

  private opened = false;

  private send(message: object): void {
    if (this.opened) this.socket?.send(JSON.stringify(message));
  }

  private connect(): void {
    this.listener.onStatus("connecting");
    const socket = this.around.open(this.url);
    this.socket = socket;
    this.awaitSound();
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.opened = true;
      this.attempts = 0;
      this.listener.onStatus("open");
      for (const topic of this.topics) this.send({ subscribe: topic });
      this.beat();
    };
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      this.awaitSound();
      const message = read(event.data);
      if (message) this.listener.onMessage(message);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code);
    };
  }

  private awaitSound(): void {
    this.stopSilence?.();
    this.stopSilence = this.around.after(SILENCE_MS, () => {
      this.drop(4000);
      this.lost(4000);
    });
  }

  private beat(): void {
    this.stopBeat = this.around.after(BEAT_MS, () => {
      this.send({ type: "ping" });
      this.beat();
    });
  }

  private drop(code: number): void {
    const socket = this.socket;
    this.socket = undefined;
    this.opened = false;
    this.stopSilence?.();
    this.stopBeat?.();
    if (socket) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close(code);
    }
  }

  private lost(code: number): void {
    this.socket = undefined;
    this.opened = false;
    this.stopSilence?.();
    this.stopBeat?.();
    if (!this.wanted) return;
    if (code === SESSION_REFUSED) {
      this.wanted = false;
      this.listener.onStatus("idle");
      this.listener.onRefused();
      return;
    }
    this.listener.onStatus("lost");
    this.stopRetry = this.around.after(backOff(this.attempts, this.around.random()), () => this.connect());
    this.attempts += 1;
  }
}

function read(data: unknown): LiveMessage | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null && "type" in message
      ? (message as LiveMessage)
      : undefined;
  } catch {
    // A broken frame is not worth losing the connection for; the next whole view repairs it.
    return undefined;
  }
}
