import { describe, expect, it } from "vitest";
import { calendarValues, hoursOf } from "./calendarForm";
import { dayRanges, parsePeriods, typedPeriods } from "./hours";
import type { Calendar } from "./types";

describe("hours as typed", () => {
  it.each([
    ["", []],
    ["  ", []],
    ["09:00-18:00", [["09:00", "18:00"]]],
    [
      "9:00-12:00, 13:00 - 18:00",
      [
        ["09:00", "12:00"],
        ["13:00", "18:00"],
      ],
    ],
    [
      "9\uff1a00\u201312\uff1a00\uff0c13:00~24:00",
      [
        ["09:00", "12:00"],
        ["13:00", "24:00"],
      ],
    ],
    ["22:00-02:00", [["22:00", "02:00"]]],
  ])("%s", (typed, periods) => expect(parsePeriods(typed)).toEqual(periods));

  it.each(["9-18", "09:00", "25:00-26:00", "09:60-10:00", "24:00-25:00", "24:00-02:00", "09:00-24:01", "x"])(
    "%s is not hours",
    (typed) => expect(parsePeriods(typed)).toBeNull(),
  );

  it("come back as they were", () => {
    const periods = parsePeriods("09:00-12:00, 13:00-18:00") ?? [];
    expect(parsePeriods(typedPeriods(periods))).toEqual(periods);
  });
});

describe("a week in few words", () => {
  it("joins neighbouring days with the same hours and leaves closed days out", () => {
    const day: [string, string][] = [["09:00", "18:00"]];
    const ranges = dayRanges({ mon: day, tue: day, wed: [], thu: day, sat: [["10:00", "16:00"]] });
    expect(ranges.map(({ first, last }) => [first, last])).toEqual([
      ["mon", "tue"],
      ["thu", "thu"],
      ["sat", "sat"],
    ]);
    expect(dayRanges({})).toEqual([]);
  });
});

describe("a calendar in its form", () => {
  const calendar: Calendar = {
    id: "c",
    name: "hours",
    project_id: null,
    timezone: "Asia/Shanghai",
    periods: { mon: [["09:00", "18:00"]] },
    follow_cn_holidays: true,
    exceptions: [{ date: "2026-05-01", periods: [], name: "May" }],
  };

  it("is sent as it came, closed days named", () => {
    expect(hoursOf(calendarValues(calendar))).toEqual({
      timezone: "Asia/Shanghai",
      follow_cn_holidays: true,
      periods: { mon: [["09:00", "18:00"]], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] },
      exceptions: calendar.exceptions,
    });
  });

  it("has no hours while something is half typed", () => {
    const values = calendarValues(calendar);
    expect(hoursOf({ ...values, periods: { ...values.periods, tue: "9" } })).toBeNull();
    expect(hoursOf({ ...values, exceptions: [{ date: "", periods: "", name: "" }] })).toBeNull();
  });
});
