"""SQL of calendars."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.model import Calendar, parse_calendar
from andon.calendars.tables import CalendarRow


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
