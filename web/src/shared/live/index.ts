import { useEffect } from "react";
import { create } from "zustand";
import { type AgentView, announceSignedOut, type Board, type BoardDelta } from "@/shared/api";
import { serverNow, setServerTime } from "@/shared/time";
import { type Listener, type LiveMessage, LiveSocket, type LiveStatus } from "./socket";

interface LiveState {
  status: LiveStatus;
  /** Page time since which the status holds. */
  since: number;
  /** The agent's own view; whole at each change, the newest `seq` wins. */
  agent: AgentView | null;
  /** False while the server says that the call core is away. */
  core: boolean;
}

export const useLive = create<LiveState>(() => ({
  status: "idle",
  since: Date.now(),
  agent: null,
  core: true,
}));

export type BoardNews = { snapshot: Board; delta?: never } | { delta: BoardDelta; snapshot?: never };
const listeners = new Map<string, Set<(message: LiveMessage) => void>>();
const figureListeners = new Set<(message: LiveMessage) => void>();
const boardListeners = new Set<(news: BoardNews) => void>();

/** Takes a view that came in the answer to a command, which may be ahead of the push. */
export function takeAgentView(view: AgentView): void {
  setServerTime(view.server_time);
  const known = useLive.getState().agent;
  // A smaller `seq` on a later clock means that the core started anew.
  const stale =
    known !== null &&
    known.agent_id === view.agent_id &&
    view.seq < known.seq &&
    Date.parse(view.server_time) <= Date.parse(known.server_time);
  if (!stale) useLive.setState({ agent: view });
}

function receive(message: LiveMessage): void {
  if (message.type === "agent") takeAgentView(message.view as AgentView);
  if (message.type === "core") useLive.setState({ core: message.up === true });
  for (const listener of listeners.get(message.type) ?? []) listener(message);
  if (message.type === "figures") for (const listener of figureListeners) listener(message);
  if (message.type === "board") {
    const news = (message.snapshot ? { snapshot: message.snapshot } : { delta: message.delta }) as BoardNews;
    setServerTime((news.snapshot ?? news.delta).server_time);
    for (const listener of boardListeners) listener(news);
  }
}

let socket: LiveSocket | undefined;

/** A socket to a path of this server that comes back by itself. */
export function webSocketTo(path: string, listener: Listener): LiveSocket {
  const { protocol, host } = globalThis.location;
  return new LiveSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}${path}`, listener, {
    open: (url) => new WebSocket(url) as never,
    after: (ms, work) => {
      const id = setTimeout(work, ms);
      return () => clearTimeout(id);
    },
    random: Math.random,
  });
}

function liveSocket(): LiveSocket {
  if (socket) return socket;
  socket = webSocketTo("/api/live", {
    onMessage: receive,
    onStatus: (status) => useLive.setState({ status, since: Date.now() }),
    onRefused: announceSignedOut,
  });
  globalThis.addEventListener("online", () => socket?.hurry());
  return socket;
}

export function startLive(): void {
  liveSocket().start();
}

export function stopLive(): void {
  socket?.stop();
  useLive.setState({ agent: null });
}

/** Every message of one type while mounted, for instance `figures` or `today`. */
export function useLiveMessage(type: string, listener: (message: LiveMessage) => void): void {
  useEffect(() => {
    const those = listeners.get(type) ?? new Set();
    listeners.set(type, those);
    those.add(listener);
    return () => {
      those.delete(listener);
    };
  }, [type, listener]);
}

/** Board news while mounted: a snapshot first (and after each reconnection), then deltas. */
export function useBoardNews(listener: (news: BoardNews) => void): void {
  useEffect(() => {
    boardListeners.add(listener);
    if (boardListeners.size === 1) liveSocket().subscribe("board");
    return () => {
      boardListeners.delete(listener);
      if (boardListeners.size === 0) liveSocket().unsubscribe("board");
    };
  }, [listener]);
}

export type { LiveMessage, LiveStatus } from "./socket";
/** Today's figures as they change, while mounted and while the board is subscribed to. */
export function useFigureNews(listener: (message: LiveMessage) => void): void {
  useEffect(() => {
    figureListeners.add(listener);
    return () => {
      figureListeners.delete(listener);
    };
  }, [listener]);
}

export { serverNow };
