"""HTTP of opening hours."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars import texts  # noqa: F401  (registers what is said here)
from andon.calendars.model import CalendarInvalid, parse_calendar
from andon.calendars.tables import CalendarRow
from andon.identity.admin import Resource, crud
from andon.kit.ids import uuid7
from andon.kit.web import Body, Name, Shown, invalid

WEEK = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": [], "sun": []}


class CalendarIn(Body):
    """`periods` maps `mon` … `sun` to `[["09:00", "18:00"], …]`; an exception is `{date, periods, name}`."""

    name: Name
    project_id: UUID | None = None
    timezone: str = "Asia/Shanghai"
    periods: dict[str, list[list[str]]] = Field(default_factory=lambda: dict(WEEK))
    follow_cn_holidays: bool = True
    exceptions: list[dict[str, Any]] = Field(default_factory=list)


class CalendarShown(Shown):
    id: UUID
    name: str
    project_id: UUID | None
    timezone: str
    periods: dict[str, list[list[str]]]
    follow_cn_holidays: bool
    exceptions: list[dict[str, Any]]
    created_at: datetime


async def _check(_session: AsyncSession, values: dict[str, Any], row: CalendarRow | None) -> None:
    """The hours must make sense together, changed and unchanged ones."""
    names = ("name", "timezone", "periods", "follow_cn_holidays", "exceptions")
    whole = {name: values[name] if name in values else getattr(row, name) for name in names}
    try:
        parse_calendar(calendar_id=uuid7(), **whole)
    except CalendarInvalid as error:
        raise invalid(**{error.field: ("field.calendar", {"problem": error.problem})}) from error


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
