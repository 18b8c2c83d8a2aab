/** Opening hours in the form of the API, as a person types them. Pure. */

import { DAYS, type Day, type Period } from "./types";

export type Week = Partial<Record<Day, Period[]>>;

const PERIOD = /^(\d{1,2})[:\uff1a](\d{2})\s*[-\u2013\u2014~\uff5e]\s*(\d{1,2})[:\uff1a](\d{2})$/;

function time(hours: string, minutes: string): string | null {
  const [h, m] = [Number(hours), Number(minutes)];
  if (m > 59 || h * 60 + m > 24 * 60) return null;
  return `${hours.padStart(2, "0")}:${minutes}`;
}

/** `09:00-12:00, 13:00-18:00` as periods; null when it is not hours. Nothing typed: closed. */
export function parsePeriods(typed: string): Period[] | null {
  const parts = typed
    .split(/[,\uff0c;\uff1b\u3001]/)
    .map((part) => part.trim())
    .filter(Boolean);
  const periods: Period[] = [];
  for (const part of parts) {
    const match = PERIOD.exec(part);
    const start = match && time(match[1] ?? "", match[2] ?? "");
    const end = match && time(match[3] ?? "", match[4] ?? "");
    if (!start || !end || start === "24:00") return null;
    periods.push([start, end]);
  }
  return periods;
}

/** The other way round. */
export function typedPeriods(periods: readonly (readonly string[])[]): string {
  return periods.map(([start, end]) => `${start}-${end}`).join(", ");
}

export interface DayRange {
  first: Day;
  last: Day;
  periods: Period[];
}

/** Neighbouring days with the same hours as one, closed days left out: “Mon–Fri 09:00-18:00”. */
export function dayRanges(week: Week): DayRange[] {
  const ranges: DayRange[] = [];
  let before = "";
  for (const day of DAYS) {
    const periods = week[day] ?? [];
    const typed = typedPeriods(periods);
    const open = ranges.at(-1);
    if (open && typed !== "" && typed === before) open.last = day;
    else if (typed !== "") ranges.push({ first: day, last: day, periods });
    before = typed;
  }
  return ranges;
}
