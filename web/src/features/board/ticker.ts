/**
 * One timer for every running clock on the page. A clock writes its own text node, so that 500 agents'
 * times cost no React work at all.
 */

import { serverNow } from "@/shared/time";

type Tick = (now: number) => void;

const ticks = new Set<Tick>();
let timer: ReturnType<typeof setInterval> | undefined;

function run(): void {
  const now = serverNow();
  for (const tick of ticks) tick(now);
}

/** Calls `tick` at once and then every second with the server's time in ms. Returns the way to stop. */
export function everySecond(tick: Tick): () => void {
  ticks.add(tick);
  tick(serverNow());
  timer ??= setInterval(run, 1000);
  return () => {
    ticks.delete(tick);
    if (ticks.size === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
