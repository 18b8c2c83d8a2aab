import dayjs from "dayjs";
import { describe, expect, it } from "vitest";
import { COLUMNS, moved, readColumns, toggled, USUAL } from "./columns";
import { apiQuery, conditionsOf, moreCount, periodOf, readSearch, searchOf } from "./search";

const now = dayjs("2026-03-10T15:00:00");

describe("a search", () => {
  it("is read from an address and keeps only what it understands", () => {
    expect(
      readSearch({
        waited_from: "20",
        waited_to: -1,
        talked_to: "x",
        resolved: "false",
        recording: true,
        tier: "platinum",
        ended_by: "agent",
        made_up: 1,
        from: "2026-03-01",
      }),
    ).toEqual({
      waited_from: 20,
      resolved: false,
      recording: true,
      ended_by: "agent",
      from: "2026-03-01",
    });
  });

  it("counted back from today means other days tomorrow", () => {
    const search = readSearch({ last: "week", from: "2026-01-01" });
    expect(search).toEqual({ last: "week" });
    expect(apiQuery(search, now)).toEqual({
      from: dayjs("2026-03-04").toISOString(),
      to: dayjs("2026-03-11").toISOString(),
    });
    expect(periodOf(search, now)).toEqual({ last: "week" });
    expect(periodOf({}, now)).toEqual({ last: "today" });
  });

  it("comes back from where it was kept as it was", () => {
    const search = readSearch({ from: "2026-03-01", to: "2026-03-02", score_to: 2, transferred: true });
    expect(searchOf(conditionsOf(search), periodOf(search, now))).toEqual(search);
    expect(moreCount(search)).toBe(2);
  });
});

describe("columns", () => {
  it("are those chosen, in their order, and never none", () => {
    expect(readColumns(["agent", "made_up", "arrived", "agent"])).toEqual(["agent", "arrived"]);
    expect(readColumns([])).toBe(USUAL);
    expect(toggled(["agent"], "agent")).toEqual(["agent"]);
    expect(toggled(["agent", "queue"], "agent")).toEqual(["queue"]);
    expect(toggled(["agent"], "score")).toEqual(["agent", "score"]);
    expect(USUAL.every((column) => COLUMNS.includes(column))).toBe(true);
  });

  it("move one place, not over the edge", () => {
    expect(moved(["agent", "queue", "score"], "score", -1)).toEqual(["agent", "score", "queue"]);
    expect(moved(["agent", "queue"], "queue", 1)).toEqual(["agent", "queue"]);
    expect(moved(["agent", "queue"], "agent", -1)).toEqual(["agent", "queue"]);
  });
});
