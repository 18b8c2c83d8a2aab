"""Opening hours: is it open at this instant, when does that change, what do the next days hold. Pure.

Wall times are those of the calendar's zone. A period belongs to the day on which it begins, also when it
ends after midnight. What a day's periods are is decided in this order:

1. an exception for the date: its periods (none: closed);
2. a Chinese public holiday, when the calendar follows them: closed;
3. a make-up working day, when the calendar follows them: the periods of Monday;
4. the weekday's periods.

For a year without holiday data 2 and 3 cannot be applied; the answer then carries `holiday_data_missing`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from andon.calendars.holidays import FIRST_YEAR, LAST_YEAR, DayKind, day_kind, holiday_name

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY: Final = 24 * 60
LOOK_AHEAD_DAYS: Final = 400  # a calendar without a change for so long is taken as never changing
_MINUTE: Final = timedelta(minutes=1)


class CalendarInvalid(ValueError):
    """The stored form cannot be read. `field` is its path, `problem` ends the key of a text."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class Period(msgspec.Struct, frozen=True, order=True):
    """From `start` up to, not including, `end`, in minutes of the day; an `end` past 1440 is the next day."""

    start: int
    end: int


class SpecialDay(msgspec.Struct, frozen=True, kw_only=True):
    """One date with its own periods (none: closed), stronger than week and holidays."""

    on: date
    periods: tuple[Period, ...] = ()
    name: str = ""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """`week` holds seven tuples of periods, Monday first."""

    calendar_id: UUID
    name: str
    timezone: str = "Asia/Shanghai"
    week: tuple[tuple[Period, ...], ...]
    follow_cn_holidays: bool = True
    exceptions: Mapping[date, SpecialDay] = {}


class Why(StrEnum):
    """What decided the answer."""

    PERIOD = "period"  # open: within a period
    OUTSIDE = "outside"  # closed: a day with periods, but none now; or a weekday without any
    HOLIDAY = "holiday"  # closed: public holiday
    EXCEPTION = "exception"  # closed: an exception for the date says so


class OpenState(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for an instant. `name_zh`, `name_en`: the holiday's or exception's name when it decided."""

    open: bool
    why: Why
    name_zh: str = ""
    name_en: str = ""
    holiday_data_missing: bool = False


class DayPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One date as the calendar sees it. `source`: exception, holiday, make_up or week."""

    on: date
    periods: tuple[Period, ...]
    source: str
    name_zh: str = ""
    name_en: str = ""
    holiday_data_missing: bool = False


def parse_calendar(
    *,
    calendar_id: UUID,
    name: str,
    timezone: str,
    periods: Mapping[str, Any],
    follow_cn_holidays: bool,
    exceptions: Sequence[Mapping[str, Any]] = (),
) -> Calendar:
    """From the stored form.

    `periods` is `{"mon": [["09:00", "18:00"], ["22:00", "02:00"]], …}`, `exceptions` is
    `[{"date": "2026-05-01", "periods": [["10:00", "16:00"]], "name": "…"}]`. A period whose end is not
    after its start ends on the next day; "24:00" is a valid end. Raises `CalendarInvalid`.
    """
    try:
        _zone(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CalendarInvalid("timezone", "zone") from error
    if not isinstance(periods, Mapping):
        raise CalendarInvalid("periods", "days")
    unknown = sorted(set(periods) - set(DAYS))
    if unknown:
        raise CalendarInvalid(f"periods.{unknown[0]}", "day")
    specials: dict[date, SpecialDay] = {}
    for number, stored in enumerate(exceptions):
        field = f"exceptions.{number}"
        try:
            on = date.fromisoformat(stored["date"])
        except (KeyError, TypeError, ValueError) as error:
            raise CalendarInvalid(f"{field}.date", "date") from error
        if on in specials:
            raise CalendarInvalid(f"{field}.date", "twice")
        own = _parse_periods(f"{field}.periods", stored.get("periods") or [])
        specials[on] = SpecialDay(on=on, periods=own, name=str(stored.get("name") or ""))
    return Calendar(
        calendar_id=calendar_id,
        name=name,
        timezone=timezone,
        week=tuple(_parse_periods(f"periods.{day}", periods.get(day) or []) for day in DAYS),
        follow_cn_holidays=follow_cn_holidays,
        exceptions=specials,
    )


def plan(calendar: Calendar, on: date) -> DayPlan:
    """The periods of one date and what decided them."""
    special = calendar.exceptions.get(on)
    if special is not None:
        return DayPlan(
            on=on, periods=special.periods, source="exception", name_zh=special.name, name_en=special.name
        )
    week = calendar.week[on.weekday()]
    if not calendar.follow_cn_holidays:
        return DayPlan(on=on, periods=week, source="week")
    kind = day_kind(on)
    name_zh, name_en = holiday_name(on) or ("", "")
    if kind is DayKind.HOLIDAY:
        return DayPlan(on=on, periods=(), source="holiday", name_zh=name_zh, name_en=name_en)
    if kind is DayKind.MAKE_UP:
        return DayPlan(on=on, periods=calendar.week[0], source="make_up", name_zh=name_zh, name_en=name_en)
    return DayPlan(on=on, periods=week, source="week", holiday_data_missing=kind is DayKind.UNKNOWN)


def is_open(calendar: Calendar, instant: datetime) -> OpenState:
    """Whether the calendar is open at the aware `instant`, and why."""
    local = instant.astimezone(_zone(calendar.timezone))
    minute = local.hour * 60 + local.minute
    today = plan(calendar, local.date())
    yesterday = plan(calendar, local.date() - timedelta(days=1))
    missing = today.holiday_data_missing
    for day, at in ((today, minute), (yesterday, minute + MINUTES_A_DAY)):
        if any(period.start <= at < period.end for period in day.periods):
            return OpenState(open=True, why=Why.PERIOD, holiday_data_missing=missing)
    why = Why.OUTSIDE
    if not today.periods and today.source == "holiday":
        why = Why.HOLIDAY
    elif not today.periods and today.source == "exception":
        why = Why.EXCEPTION
    named = why is not Why.OUTSIDE
    return OpenState(
        open=False,
        why=why,
        name_zh=today.name_zh if named else "",
        name_en=today.name_en if named else "",
        holiday_data_missing=missing,
    )


def next_change(calendar: Calendar, instant: datetime) -> datetime | None:
    """The first instant after `instant` at which open becomes closed or the other way round, in UTC.

    None when nothing changes within `LOOK_AHEAD_DAYS` days.
    """
    before = is_open(calendar, instant).open
    for candidate in _boundaries(calendar, instant):
        if is_open(calendar, candidate).open != before:
            return candidate
    return None


def preview(calendar: Calendar, first: date, days: int = 30) -> list[DayPlan]:
    """The plan of `days` dates from `first` on."""
    return [plan(calendar, first + timedelta(days=number)) for number in range(days)]


def holiday_data_missing(calendar: Calendar, first: datetime, last: datetime) -> int | None:
    """The first year between two instants whose holidays the calendar should follow but which has no data."""
    if not calendar.follow_cn_holidays:
        return None
    zone = _zone(calendar.timezone)
    years = range(first.astimezone(zone).year, last.astimezone(zone).year + 1)
    return next((year for year in years if not FIRST_YEAR <= year <= LAST_YEAR), None)


def _boundaries(calendar: Calendar, after: datetime) -> Iterator[datetime]:
    """Every instant after `after` at which the answer may change, in order."""
    zone = _zone(calendar.timezone)
    first = after.astimezone(zone).date() - timedelta(days=1)
    for number in range(LOOK_AHEAD_DAYS + 2):
        # Two days' boundaries overlap when a period runs over midnight, so a day is gathered with the
        # one before and only its own 24 hours are given out.
        day = first + timedelta(days=number)
        start, end = _utc(day, 0, zone), _utc(day + timedelta(days=1), 0, zone)
        found = set(_clock_changes(start, end, zone))
        for of in (day - timedelta(days=1), day):
            for period in plan(calendar, of).periods:
                for minute in (period.start, period.end):
                    found.update(_utc(of, minute, zone, fold) for fold in (0, 1))
        found.add(start)
        yield from sorted(instant for instant in found if start <= instant < end and instant > after)


def _clock_changes(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The instant, to the minute, at which the zone's offset changes between two instants."""
    before = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == before:
        return
    low, high = 0, int((end - start) / _MINUTE)
    while high - low > 1:
        middle = (low + high) // 2
        if (start + middle * _MINUTE).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield start + high * _MINUTE


def _utc(day: date, minute: int, zone: ZoneInfo, fold: int = 0) -> datetime:
    days, rest = divmod(minute, MINUTES_A_DAY)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    return wall.replace(fold=fold).astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _parse_periods(field: str, stored: Any) -> tuple[Period, ...]:
    if not isinstance(stored, Sequence) or isinstance(stored, str):
        raise CalendarInvalid(field, "periods")
    periods = []
    for number, pair in enumerate(stored):
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise CalendarInvalid(f"{field}.{number}", "span")
        start, end = (_parse_minute(f"{field}.{number}", text) for text in pair)
        if start == MINUTES_A_DAY:
            raise CalendarInvalid(f"{field}.{number}", "midnight")
        periods.append(Period(start, end if end > start else end + MINUTES_A_DAY))
    periods.sort()
    for number in range(1, len(periods)):
        if periods[number].start < periods[number - 1].end:
            raise CalendarInvalid(f"{field}.{number}", "overlaps")
    return tuple(periods)


def _parse_minute(field: str, text: Any) -> int:
    if isinstance(text, str) and len(text) == 5 and text[2] == ":" and (text[:2] + text[3:]).isdecimal():
        minute = int(text[:2]) * 60 + int(text[3:])
        if int(text[3:]) < 60 and minute <= MINUTES_A_DAY:
            return minute
    raise CalendarInvalid(field, "time")
