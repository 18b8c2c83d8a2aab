"""HTTP of opening hours."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars import texts  # noqa: F401  (registers what is said here)
from andon.calendars.model import (
    MINUTES_A_DAY,
    Calendar,
    CalendarInvalid,
    is_open,
    next_change,
    parse_calendar,
    preview,
)
from andon.calendars.tables import CalendarRow
from andon.identity.access import At
from andon.identity.admin import Administrator, Resource, Revised, crud
from andon.kit.ids import uuid7
from andon.kit.web import Body, Name, Shown, invalid

WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": [], "sun": []}


class Hours(Body):
    """`periods` maps `mon` … `sun` to `[["09:00", "18:00"], …]`; an exception is `{date, periods, name}`."""

    timezone: str = "Asia/Shanghai"
    periods: dict[str, list[list[str]]] = Field(default_factory=lambda: dict(WEEK))
    follow_cn_holidays: bool = True
    exceptions: list[dict[str, Any]] = Field(default_factory=list)


class CalendarIn(Hours):
    """Without `project_id` the calendar is every project's."""

    name: Name
    project_id: UUID | None = None


class CalendarShown(Revised):
    id: UUID
    name: str
    project_id: UUID | None
    timezone: str
    periods: dict[str, list[list[str]]]
    follow_cn_holidays: bool
    exceptions: list[dict[str, Any]]
    created_at: datetime


class DayShown(Shown):
    """One date: `source` is what decided it: exception, holiday, make_up or week."""

    on: date
    periods: list[list[str]]
    source: str
    name_zh: str
    name_en: str
    holiday_data_missing: bool


class PreviewShown(Shown):
    """`open` is the answer for this moment, `next_change` when it becomes the other one; null: never."""

    open: bool
    next_change: datetime | None
    days: list[DayShown]


async def _check(_session: AsyncSession, values: dict[str, Any], row: CalendarRow | None) -> None:
    """The hours must make sense together, changed and unchanged ones."""
    _read({name: values[name] if name in values else getattr(row, name) for name in Hours.model_fields})


def _read(hours: dict[str, Any]) -> Calendar:
    """The pure form; what cannot be read is said of its field."""
    try:
        return parse_calendar(calendar_id=uuid7(), name="", **hours)
    except CalendarInvalid as error:
        raise invalid(**{error.field: f"field.calendar.{error.problem}"}) from error


router = crud(
    Resource(
        path="/api/calendars",
        kind="calendar",
        table=CalendarRow,
        model=CalendarIn,
        shown=CalendarShown,
        prepare=_check,
    )
)


@router.post("/api/calendars/preview", tags=["calendar"])
async def preview_calendar(
    body: Hours, _actor: Administrator, services: At, days: Annotated[int, Query(ge=1, le=400)] = 35
) -> PreviewShown:
    """What these hours would mean now and on the next days. Stores nothing."""
    calendar = _read(body.model_dump())
    now = services.clock.now()
    return PreviewShown(
        open=is_open(calendar, now).open,
        next_change=next_change(calendar, now),
        days=[
            DayShown(
                on=day.on,
                periods=[[_wall(period.start), _wall(period.end)] for period in day.periods],
                source=day.source,
                name_zh=day.name_zh,
                name_en=day.name_en,
                holiday_data_missing=day.holiday_data_missing,
            )
            for day in preview(calendar, now.astimezone(ZoneInfo(calendar.timezone)).date(), days)
        ],
    )


def _wall(minute: int) -> str:
    """As stored: an end on the next day is written as that day's time, midnight as 24:00."""
    if minute != MINUTES_A_DAY:
        minute %= MINUTES_A_DAY
    return f"{minute // 60:02}:{minute % 60:02}"
