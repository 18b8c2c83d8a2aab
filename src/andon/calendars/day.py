"""Which instants make a day. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Shanghai"


class Span(NamedTuple):
    """Half-open: from `since` inclusive to `until` exclusive, both UTC."""

    since: datetime
    until: datetime


def day_span(day: date, zone: str) -> Span:
    """The day in that time zone; 23 or 25 hours long where clocks change."""
    place = ZoneInfo(zone)
    since = datetime.combine(day, time(), place)
    until = datetime.combine(day + timedelta(days=1), time(), place)
    return Span(since.astimezone(UTC), until.astimezone(UTC))


def today(now: datetime, zone: str) -> date:
    """The date it is there at that instant."""
    return now.astimezone(ZoneInfo(zone)).date()
