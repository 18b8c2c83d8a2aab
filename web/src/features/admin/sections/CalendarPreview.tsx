import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Form, type FormInstance } from "antd";
import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";
import { useFormat } from "@/shared/format";
import { useT } from "@/shared/i18n";
import { ProblemView, useSettled } from "@/shared/ui";
import { type CalendarValues, hoursOf } from "../calendarForm";
import { typedPeriods } from "../hours";
import { texts } from "../texts";
import { DAYS } from "../types";

type Hours = components["schemas"]["Hours"];
type DayShown = components["schemas"]["DayShown"];

const SHOWN_DAYS = 35;
const SETTLE_MS = 400;

/** What the hours in the form would mean, as the server that answers the calls reads them. */
export function CalendarPreview({ form }: { form: FormInstance<CalendarValues> }) {
  const t = useT(texts);
  const values = Form.useWatch([], form) as CalendarValues | undefined;
  const read = values?.periods ? hoursOf({ ...values, exceptions: values.exceptions ?? [] }) : null;
  const hours = useSettled(read ? JSON.stringify(read) : null, SETTLE_MS);
  const preview = useQuery({
    queryKey: ["calendar-preview", hours],
    queryFn: ({ signal }) =>
      take(
        api.POST("/api/calendars/preview", {
          params: { query: { days: SHOWN_DAYS } },
          body: JSON.parse(hours ?? "") as Hours,
          signal,
        }),
      ),
    enabled: hours !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <section className="preview" aria-labelledby="preview-title">
      <h3 id="preview-title">{t("preview.title")}</h3>
      {read === null ? <p className="dim">{t("preview.unreadable")}</p> : null}
      {preview.isError ? <ProblemView problem={preview.error} /> : null}
      {preview.data && !preview.isError ? (
        <>
          <p role="status">
            <b>{t(preview.data.open ? "preview.open" : "preview.closed")}</b>{" "}
            {preview.data.next_change
              ? t(preview.data.open ? "preview.until" : "preview.opens", {
                  at: wallTime(preview.data.next_change, values?.timezone ?? "UTC"),
                })
              : t("preview.never")}
          </p>
          <DayGrid days={preview.data.days} />
        </>
      ) : null}
    </section>
  );
}

function DayGrid({ days }: { days: DayShown[] }) {
  const t = useT(texts);
  const { locale } = useFormat();
  const [first] = days;
  const lead = first ? (new Date(`${first.on}T00:00:00Z`).getUTCDay() + 6) % 7 : 0;
  return (
    <>
      <ol className="preview-days">
        {days.map((day, index) => {
          const name = (locale === "zh" ? day.name_zh : day.name_en) || sourceName(day, t);
          const weekday = DAYS[(lead + index) % 7] ?? "mon";
          return (
            <li
              key={day.on}
              data-open={day.periods.length > 0}
              data-source={day.source}
              style={index === 0 ? { gridColumnStart: lead + 1 } : undefined}
            >
              <span className="preview-date">
                <span className="unseen">{t(`day.${weekday}`)} </span>
                {day.on.slice(5)}
              </span>
              <span>{day.periods.length > 0 ? typedPeriods(day.periods) : t("hours.closed")}</span>
              {name ? <span className="preview-name">{name}</span> : null}
            </li>
          );
        })}
      </ol>
      {days.some((day) => day.holiday_data_missing) ? <p className="dim">{t("preview.missing")}</p> : null}
    </>
  );
}

function sourceName(day: DayShown, t: ReturnType<typeof useT<keyof typeof texts.zh>>): string {
  return day.source === "exception" ? t("preview.exception") : "";
}

/** An instant as the calendar's own clock shows it: `2026-03-07 09:00`. */
function wallTime(instant: string, timeZone: string): string {
  // Swedish writes dates the way this page does in both languages.
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(
    new Date(instant),
  );
}
