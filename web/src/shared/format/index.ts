import type { Locale } from "@/shared/i18n";
import { say, useLocale } from "@/shared/i18n";
import { common } from "@/shared/texts";

const TAGS: Record<Locale, string> = { zh: "zh-CN", en: "en-GB" };

/** Running timers: `4:05`, `1:04:05`. Never negative. */
export function timer(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** A span in words: `45 秒`, `3 分 5 秒`, `1 小时 4 分`. */
export function span(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return say(common, "value.none");
  const total = Math.max(0, Math.round(ms / 1000));
  if (total < 60) return say(common, "unit.seconds", { n: total });
  if (total < 3600) {
    const s = total % 60;
    return s === 0
      ? say(common, "unit.minutes", { n: total / 60 })
      : say(common, "unit.minutes_seconds", { m: Math.floor(total / 60), s });
  }
  return say(common, "unit.hours_minutes", {
    h: Math.floor(total / 3600),
    m: Math.floor((total % 3600) / 60),
  });
}

/** Time of day, 24 hours: `09:04` or with seconds `09:04:05`. */
export function clock(iso: string | number | null | undefined, locale: Locale, seconds = false): string {
  const instant = iso === null || iso === undefined ? Number.NaN : new Date(iso).getTime();
  if (Number.isNaN(instant)) return say(common, "value.none");
  return new Intl.DateTimeFormat(TAGS[locale], {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  }).format(instant);
}

/** Day and time; today and yesterday by name. `now` is for tests. */
export function moment(iso: string | null | undefined, locale: Locale, now = Date.now()): string {
  const instant = iso ? new Date(iso) : undefined;
  if (!instant || Number.isNaN(instant.getTime())) return say(common, "value.none");
  const days = Math.round((startOfDay(new Date(now)) - startOfDay(instant)) / 86_400_000);
  const time = clock(instant.getTime(), locale);
  if (days === 0) return `${say(common, "day.today")} ${time}`;
  if (days === 1) return `${say(common, "day.yesterday")} ${time}`;
  return `${day(iso, locale)} ${time}`;
}

/** A date: `2026-03-07`, the same in both languages so that nobody mistakes month and day. */
export function day(iso: string | null | undefined, _locale?: Locale): string {
  const at = iso ? new Date(iso) : undefined;
  if (!at || Number.isNaN(at.getTime())) return say(common, "value.none");
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function startOfDay(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** A number as people read it aloud: `138 0013 8000`, `010 6552 9988`, `400 820 8820`, `95588`. */
export function phone(given: string | null | undefined): string {
  if (!given) return say(common, "caller.withheld");
  const bare = given.replace(/[\s-]/g, "").replace(/^(\+86|0086)(?=1\d{10}$|0\d)/, "");
  const mobile = /^(1[\d*]{2})([\d*]{4})([\d*]{4})$/.exec(bare);
  if (mobile) return `${mobile[1]} ${mobile[2]} ${mobile[3]}`;
  const service = /^([48]00)(\d{3})(\d{4})$/.exec(bare);
  if (service) return `${service[1]} ${service[2]} ${service[3]}`;
  const fixed = /^(0(?:10|2\d|[3-9]\d{2}))([\d*]{3,4})([\d*]{4})$/.exec(bare);
  if (fixed) return `${fixed[1]} ${fixed[2]} ${fixed[3]}`;
  return bare;
}

/** A count with separators. */
export function count(value: number | null | undefined, locale: Locale): string {
  return value === null || value === undefined
    ? say(common, "value.none")
    : new Intl.NumberFormat(TAGS[locale]).format(value);
}

/** A share between 0 and 1 as per cent with one decimal. */
export function share(value: number | null | undefined, locale: Locale): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? say(common, "value.none")
    : new Intl.NumberFormat(TAGS[locale], { style: "percent", maximumFractionDigits: 1 }).format(value);
}

/** A figure by its unit: share | percent | s | ms | count | score. */
export function figure(value: number | null | undefined, unit: string, locale: Locale): string {
  if (value === null || value === undefined) return say(common, "value.none");
  if (unit === "share" || unit === "ratio") return share(value, locale);
  if (unit === "percent" || unit === "%") return share(value / 100, locale);
  if (unit === "ms") return timer(value);
  if (unit === "s" || unit === "seconds") return timer(value * 1000);
  return new Intl.NumberFormat(TAGS[locale], { maximumFractionDigits: 2 }).format(value);
}

/** Formatters that follow the page's language. */
export function useFormat() {
  const locale = useLocale();
  return {
    locale,
    timer,
    span,
    phone,
    clock: (iso: string | number | null | undefined, seconds = false) => clock(iso, locale, seconds),
    moment: (iso: string | null | undefined) => moment(iso, locale),
    day: (iso: string | null | undefined) => day(iso, locale),
    count: (value: number | null | undefined) => count(value, locale),
    share: (value: number | null | undefined) => share(value, locale),
    figure: (value: number | null | undefined, unit: string) => figure(value, unit, locale),
  };
}
