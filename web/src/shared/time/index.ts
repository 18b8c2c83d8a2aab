import { useSyncExternalStore } from "react";

/** The server's clock as the page knows it: the page's own clock plus the last measured difference. */
let difference = 0;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** Called with the server's instant of each live message. */
export function setServerTime(iso: string): void {
  const instant = Date.parse(iso);
  if (Number.isFinite(instant)) difference = instant - Date.now();
}

export function serverNow(): number {
  return Date.now() + difference;
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = serverNow();
    timer = setInterval(() => {
      now = serverNow();
      for (const each of listeners) each();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function snapshot(): number {
  // Before the timer runs, whole seconds, so that two renders of one second see the same value.
  return timer === undefined ? Math.floor(serverNow() / 1000) * 1000 : now;
}

/** Server time in milliseconds, ticking once a second; one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(listen, snapshot);
}
