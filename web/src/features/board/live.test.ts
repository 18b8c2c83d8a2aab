import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Board } from "@/shared/api";
import { useBoardStore } from "./live";

const empty = { agents: [], queues: [], waiting: [], calls: [], monitors: [], trunks: [], alarms: [] };
const trunk = (in_use: number) => ({ trunk_id: "t", name: "t", in_use, limit: 9 });
const board = (seq: number) => ({ ...empty, seq, server_time: "2026-03-02T01:00:00Z" }) as unknown as Board;
const delta = (seq: number) => ({
  delta: {
    seq,
    server_time: "2026-03-02T01:00:00Z",
    changed: { trunks: [trunk(seq)] },
    removed: {},
  } as never,
});
const drawn = () => useBoardStore.getState().board?.trunks.get("t")?.in_use;

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

it("draws the first news at once, what comes close behind together, and loses none of it", () => {
  const { take } = useBoardStore.getState();
  const draws = vi.fn();
  take(delta(1));
  expect(useBoardStore.getState().board).toBeNull();
  take({ snapshot: board(0) });
  vi.advanceTimersByTime(1000);
  const stop = useBoardStore.subscribe(draws);
  take(delta(1));
  expect(drawn()).toBe(1);
  for (let seq = 2; seq < 30; seq += 1) take(delta(seq));
  expect(drawn()).toBe(1);
  vi.advanceTimersByTime(100);
  expect(drawn()).toBe(29);
  expect(draws).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  take(delta(30));
  expect(drawn()).toBe(30);
  stop();
});
