"""Opening hours against plain statements and against a minute-by-minute reading."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from andon.calendars import (
    holidays,
    texts,  # noqa: F401  (registers what is said of hours)
)
from andon.calendars.model import (
    DAYS,
    Calendar,
    CalendarInvalid,
    Why,
    is_open,
    next_change,
    parse_calendar,
    plan,
    preview,
)
from andon.kit import i18n

pytestmark = pytest.mark.unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in DAYS[:5]}


def calendar(periods: dict[str, Any] | None = None, **other: Any) -> Calendar:
    given_ = {"timezone": "Asia/Shanghai", "follow_cn_holidays": True, "exceptions": [], **other}
    return parse_calendar(calendar_id=UUID(int=1), name="c", periods=periods or OFFICE, **given_)


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("when", "expected", "why"),
    [
        ("2026-03-02 08:59:59.999", False, Why.OUTSIDE),  # Monday
        ("2026-03-02 09:00", True, Why.PERIOD),
        ("2026-03-02 12:00", False, Why.OUTSIDE),
        ("2026-03-02 13:00", True, Why.PERIOD),
        ("2026-03-02 17:59:59.999", True, Why.PERIOD),
        ("2026-03-02 18:00", False, Why.OUTSIDE),
        ("2026-03-07 10:00", False, Why.OUTSIDE),  # Saturday
        ("2026-10-01 10:00", False, Why.HOLIDAY),  # Thursday, National Day
        ("2026-10-10 10:00", True, Why.PERIOD),  # Saturday, made up for it
        ("2026-02-14 10:00", True, Why.PERIOD),  # Saturday, made up for Spring Festival
        ("2026-10-08 10:00", True, Why.PERIOD),  # Thursday after the holiday
    ],
)
def test_office_hours_with_chinese_holidays(when: str, expected: bool, why: Why) -> None:
    answer = is_open(calendar(), at(when))
    assert (answer.open, answer.why, answer.holiday_data_missing) == (expected, why, False)


def test_a_holiday_is_named_in_both_languages() -> None:
    answer = is_open(calendar(), at("2026-10-01 10:00"))
    assert (answer.name_zh, answer.name_en) == ("国庆节", "National Day")


def test_a_calendar_that_does_not_follow_holidays_ignores_them() -> None:
    assert is_open(calendar(follow_cn_holidays=False), at("2026-10-01 10:00")).open
    assert not is_open(calendar(follow_cn_holidays=False), at("2026-10-10 10:00")).open


def test_an_exception_is_stronger_than_holiday_and_week() -> None:
    special = calendar(
        exceptions=[
            {"date": "2026-10-01", "periods": [["10:00", "11:00"]]},
            {"date": "2026-03-02", "name": "盘点"},
        ]
    )
    assert is_open(special, at("2026-10-01 10:30")).open
    closed = is_open(special, at("2026-03-02 10:30"))
    assert (closed.open, closed.why, closed.name_zh) == (False, Why.EXCEPTION, "盘点")


@pytest.mark.parametrize("year", [holidays.FIRST_YEAR - 1, holidays.LAST_YEAR + 1])
def test_a_year_without_data_falls_back_to_weekdays_and_says_so(year: int) -> None:
    monday = next(date(year, 1, day) for day in range(1, 8) if date(year, 1, day).weekday() == 0)
    answer = is_open(calendar(), datetime(year, 1, monday.day, 10, tzinfo=SHANGHAI))
    assert answer.open and answer.holiday_data_missing
    assert preview(calendar(), monday)[0].holiday_data_missing
    assert not is_open(
        calendar(follow_cn_holidays=False), datetime(year, 1, 1, 10, tzinfo=SHANGHAI)
    ).holiday_data_missing


def test_a_period_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    night = calendar({"fri": [["22:00", "02:00"]]}, follow_cn_holidays=False)
    assert is_open(night, at("2026-03-06 23:00")).open  # Friday
    assert is_open(night, at("2026-03-07 01:59")).open
    assert not is_open(night, at("2026-03-07 02:00")).open
    assert not is_open(night, at("2026-03-06 01:00")).open


def test_a_night_before_a_holiday_ends_on_the_holiday() -> None:
    night = calendar({"wed": [["22:00", "02:00"]], "thu": [["22:00", "02:00"]]})
    assert is_open(night, at("2026-10-01 01:00")).open  # began on Wednesday 30 September
    assert not is_open(night, at("2026-10-01 22:30")).open
    assert not is_open(night, at("2026-10-02 01:00")).open


def test_round_the_clock_never_changes() -> None:
    always = calendar({day: [["00:00", "24:00"]] for day in DAYS}, follow_cn_holidays=False)
    assert is_open(always, at("2026-03-06 00:00")).open
    assert next_change(always, at("2026-03-06 00:00")) is None


def test_next_change_skips_a_whole_holiday() -> None:
    # Closes Wednesday 30 September at 18:00; National Day lasts to 7 October.
    assert next_change(calendar(), at("2026-09-30 18:00")) == at("2026-10-08 09:00")


def test_a_period_starting_in_the_hour_that_spring_skips_opens_when_the_clock_has_jumped() -> None:
    berlin = calendar({"sun": [["02:30", "04:00"]]}, timezone="Europe/Berlin", follow_cn_holidays=False)
    assert next_change(berlin, datetime(2026, 3, 29, 0, 0, tzinfo=UTC)) == datetime(
        2026, 3, 29, 1, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"periods": {"monday": []}}, "periods.monday"),
        ({"periods": {"mon": "09:00"}}, "periods.mon"),
        ({"periods": {"mon": [["9:00", "18:00"]]}}, "periods.mon.0"),
        ({"periods": {"mon": [["24:00", "18:00"]]}}, "periods.mon.0"),
        ({"periods": {"mon": [["09:00", "25:00"]]}}, "periods.mon.0"),
        ({"periods": {"mon": [["09:00", "13:00"], ["12:00", "18:00"]]}}, "periods.mon.1"),
        ({"timezone": "Asia/Nowhere"}, "timezone"),
        ({"exceptions": [{"date": "soon"}]}, "exceptions.0.date"),
        ({"exceptions": [{"date": "2026-05-01"}, {"date": "2026-05-01"}]}, "exceptions.1.date"),
    ],
)
def test_a_bad_calendar_names_its_field(bad: dict[str, Any], field: str) -> None:
    with pytest.raises(CalendarInvalid) as raised:
        calendar(**bad)
    assert raised.value.field == field
    assert i18n.has(f"field.calendar.{raised.value.problem}")


@st.composite
def days_periods(draw: st.DrawFn) -> list[list[str]]:
    marks = sorted(draw(st.sets(st.integers(0, 95), max_size=6)))
    marks = marks[: len(marks) // 2 * 2]
    pairs = [[a, b] for a, b in zip(marks[::2], marks[1::2], strict=True)]
    if pairs and draw(st.booleans()):
        pairs[-1][1] = draw(st.integers(0, min(pairs[0][0], 40)))  # over midnight
    return [[f"{a // 4:02}:{a % 4 * 15:02}" for a in pair] for pair in pairs]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    around = st.dates(date(2025, 9, 20), date(2025, 10, 20))
    return calendar(
        {day: draw(days_periods()) for day in DAYS} | {"mon": draw(days_periods())},
        timezone=draw(
            st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
        ),
        follow_cn_holidays=draw(st.booleans()),
        exceptions=[
            {"date": day.isoformat(), "periods": draw(days_periods())}
            for day in draw(st.sets(around, max_size=3))
        ],
    )


FIRST = datetime(2025, 9, 20, tzinfo=UTC)
INSTANTS = st.integers(0, 46 * 86_400_000).map(lambda ms: FIRST + timedelta(milliseconds=ms))


@given(calendars(), INSTANTS)
@settings(max_examples=100, deadline=None)
def test_next_change_is_the_first_change(open_hours: Calendar, instant: datetime) -> None:
    now = is_open(open_hours, instant).open
    change = next_change(open_hours, instant)
    end = change or instant + timedelta(days=8)
    if change is not None:
        assert change > instant
        assert is_open(open_hours, change).open != now
        assert is_open(open_hours, change - timedelta(microseconds=1)).open == now
    probe = instant
    while probe < min(end, instant + timedelta(days=3)):
        assert is_open(open_hours, probe).open == now
        probe += timedelta(minutes=15)


@given(calendars(), INSTANTS)
@settings(max_examples=100, deadline=None)
def test_open_is_what_the_plans_of_today_and_yesterday_say(open_hours: Calendar, instant: datetime) -> None:
    local = instant.astimezone(ZoneInfo(open_hours.timezone)).replace(tzinfo=None)
    expected = False
    for day in (local.date() - timedelta(days=1), local.date()):
        midnight = datetime.combine(day, datetime.min.time())
        for period in plan(open_hours, day).periods:
            begin, end = (midnight + timedelta(minutes=m) for m in (period.start, period.end))
            expected = expected or begin <= local < end
    assert is_open(open_hours, instant).open == expected


def test_preview_shows_thirty_days_with_their_reason() -> None:
    days = preview(calendar(), date(2026, 9, 25))
    assert len(days) == 30
    assert [d.source for d in days[:8]] == ["holiday"] * 3 + ["week"] * 3 + ["holiday"] * 2
    assert days[15].source == "make_up" and days[15].periods == calendar().week[0]
