"""SQL of calendars."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.day import DEFAULT_ZONE
from andon.calendars.model import Calendar, parse_calendar
from andon.calendars.tables import CalendarRow

_ZONES = text(
    "SELECT project_id, timezone FROM calendar WHERE retired_at IS NULL ORDER BY created_at DESC, id DESC"
)


def to_calendar(row: CalendarRow) -> Calendar:
    """The pure form of a row. Raises `CalendarInvalid`."""
    return parse_calendar(
        calendar_id=row.id,
        name=row.name,
        timezone=row.timezone,
        periods=row.periods,
        follow_cn_holidays=row.follow_cn_holidays,
        exceptions=row.exceptions,
    )


async def load_calendars(session: AsyncSession) -> list[Calendar]:
    """Every calendar of the tenant, for the core."""
    return [
        to_calendar(row)
        for row in await session.scalars(
            select(CalendarRow).where(CalendarRow.retired_at.is_(None)).order_by(CalendarRow.id)
        )
    ]


async def zones(session: AsyncSession) -> tuple[str, dict[UUID, str]]:
    """The centre's time zone, and those of projects with a calendar of their own.

    A project's is that of its oldest calendar; the centre's that of the oldest calendar of no project.
    """
    centre = DEFAULT_ZONE
    of_project: dict[UUID, str] = {}
    for row in await session.execute(_ZONES):
        if row.project_id is None:
            centre = row.timezone
        else:
            of_project[row.project_id] = row.timezone
    return centre, of_project
