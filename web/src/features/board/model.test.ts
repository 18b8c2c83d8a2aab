import { describe, expect, it } from "vitest";
import type { BoardWaiting } from "@/shared/api";
import { waitingInOrder } from "./model";

const waits = (contact_id: string, rank: [number, number], position = 1): BoardWaiting => ({
  contact_id,
  queue_id: "q",
  caller_masked: "138****0000",
  tier: "normal",
  priority: 0,
  since: "2026-03-02T01:00:00.000Z",
  position,
  urgent: rank[0] < -(2 ** 60),
  floor_at: null,
  rank,
});

describe("who waits", () => {
  it("stands in the router's order: near the floor, by priority, by place", () => {
    const found = waitingInOrder([
      waits("plain", [0, 100]),
      waits("later", [0, 200], 2),
      waits("gold", [-5, 300]),
      waits("same place", [0, 200], 1),
      waits("near its floor", [-(2 ** 62), 400]),
    ]);
    expect(found.map((row) => row.contact_id)).toEqual([
      "near its floor",
      "gold",
      "plain",
      "same place",
      "later",
    ]);
  });
});
