/** A calendar as its form holds it: hours as typed. Pure. */

import { parsePeriods, typedPeriods, type Week } from "./hours";
import { type Calendar, DAYS, type Day } from "./types";

export interface CalendarValues {
  name: string;
  project_id?: string | null;
  timezone: string;
  follow_cn_holidays: boolean;
  /** As typed: `09:00-12:00, 13:00-18:00`. */
  periods: Partial<Record<Day, string>>;
  exceptions: { date: string; periods: string; name: string }[];
}

const WORKDAY = "09:00-18:00";
const NEW_CALENDAR: CalendarValues = {
  name: "",
  timezone: "Asia/Shanghai",
  follow_cn_holidays: true,
  periods: { mon: WORKDAY, tue: WORKDAY, wed: WORKDAY, thu: WORKDAY, fri: WORKDAY, sat: "", sun: "" },
  exceptions: [],
};

/** What the form starts with. */
export function calendarValues(row: Calendar | null): CalendarValues {
  if (row === null) return NEW_CALENDAR;
  return {
    name: row.name,
    project_id: row.project_id ?? undefined,
    timezone: row.timezone,
    follow_cn_holidays: row.follow_cn_holidays,
    periods: Object.fromEntries(DAYS.map((day) => [day, typedPeriods(row.periods[day] ?? [])])),
    exceptions: row.exceptions.map(({ date, periods, name }) => ({
      date,
      periods: typedPeriods(periods ?? []),
      name: name ?? "",
    })),
  };
}

/** The hours as the API takes them; null while something typed is not hours yet. */
export function hoursOf(values: Omit<CalendarValues, "name">): object | null {
  const week: Week = {};
  for (const day of DAYS) {
    const periods = parsePeriods(values.periods[day] ?? "");
    if (periods === null) return null;
    week[day] = periods;
  }
  const exceptions = [];
  for (const special of values.exceptions) {
    const periods = parsePeriods(special?.periods ?? "");
    if (periods === null || !/^\d{4}-\d{2}-\d{2}$/.test(special?.date ?? "")) return null;
    exceptions.push({ date: special.date, periods, name: special.name ?? "" });
  }
  const { timezone, follow_cn_holidays } = values;
  return { timezone, follow_cn_holidays, periods: week, exceptions };
}
