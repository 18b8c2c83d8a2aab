"""Chinese public holidays and make-up working days, as the State Council's notices set them. Pure data.

Source: the `chinesecalendar` package, whose tables are typed from the yearly notices. They reach from
`FIRST_YEAR` to `LAST_YEAR`; the notice for a year appears in the November before it.
"""

from datetime import date
from enum import StrEnum
from typing import Final

import chinese_calendar

FIRST_YEAR: Final = min(chinese_calendar.holidays).year
LAST_YEAR: Final = max(chinese_calendar.holidays).year

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "New Year's Day": ("元旦", "New Year's Day"),
    "Spring Festival": ("春节", "Spring Festival"),
    "Tomb-sweeping Day": ("清明节", "Tomb-sweeping Day"),
    "Labour Day": ("劳动节", "Labour Day"),
    "Dragon Boat Festival": ("端午节", "Dragon Boat Festival"),
    "National Day": ("国庆节", "National Day"),
    "Mid-autumn Festival": ("中秋节", "Mid-autumn Festival"),
    "Anti-Fascist 70th Day": ("抗战胜利纪念日", "Victory Day"),
}


class DayKind(StrEnum):
    """What the public calendar says of a date."""

    ORDINARY = "ordinary"  # the weekday decides
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"  # a Saturday or Sunday worked in exchange for a day off
    UNKNOWN = "unknown"  # no data for this year: the weekday decides, and somebody should know


def day_kind(day: date) -> DayKind:
    """What the public calendar says of `day`."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return DayKind.UNKNOWN
    if day in chinese_calendar.holidays:
        return DayKind.HOLIDAY
    if day in chinese_calendar.workdays:
        return DayKind.MAKE_UP
    return DayKind.ORDINARY


def holiday_name(day: date) -> tuple[str, str] | None:
    """Chinese and English name of the holiday on `day`, or of the one `day` is worked in exchange for."""
    name: str | None = chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)
    if name is None:
        return None
    return _NAMES.get(name, (name, name))
