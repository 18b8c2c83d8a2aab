"""SQL of alarm rules."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.alarms.events import RuleCleared, RuleRaised
from andon.alarms.model import Figure, Level, Rule
from andon.alarms.tables import AlarmRuleRow

LOOK_BACK = timedelta(days=7)  # an alarm that has stood for longer is raised anew by a core that follows

_LAST = text("""
    SELECT DISTINCT ON (data->>'rule_id', data->>'about_id') kind, at, data
    FROM journal WHERE tenant_id = andon_tenant() AND kind IN (:raised, :cleared) AND at >= :since
    ORDER BY data->>'rule_id', data->>'about_id', seq DESC
""")


class Raised(msgspec.Struct, frozen=True):
    """An alarm that was on when the journal ends. `since` when it came to its level."""

    rule_id: UUID
    name: str
    figure: Figure
    about_id: UUID | None
    level: Level
    since: datetime


def minute_of(clock: str) -> int:
    """Minutes since midnight of `22:00`."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def to_rule(row: AlarmRuleRow) -> Rule:
    """The pure form of a row."""
    return Rule(
        rule_id=row.id,
        name=row.name,
        figure=Figure(row.figure),
        variant=row.variant,
        state=row.state,
        project_id=row.project_id,
        queue_id=row.queue_id,
        warn_at=row.warn_at,
        alarm_at=row.alarm_at,
        hold_s=row.hold_s,
        quiet=(minute_of(row.quiet_from), minute_of(row.quiet_until)) if row.quiet_from else None,
        roles=tuple(row.roles),
        sound=row.sound,
        webhook=row.webhook,
        secret=row.secret,
    )


async def load_rules(session: AsyncSession) -> list[Rule]:
    """Every active rule of the tenant, for the core."""
    wanted = select(AlarmRuleRow).where(AlarmRuleRow.retired_at.is_(None), AlarmRuleRow.active)
    return [to_rule(row) for row in await session.scalars(wanted.order_by(AlarmRuleRow.id))]


async def load_raised(session: AsyncSession, now: datetime) -> list[Raised]:
    """What the rules had raised and not cleared when the core before ended."""
    bound = {"raised": RuleRaised.kind, "cleared": RuleCleared.kind, "since": now - LOOK_BACK}
    return [
        Raised(
            UUID(row.data["rule_id"]),
            row.data["name"],
            Figure(row.data["figure"]),
            UUID(about) if (about := row.data.get("about_id")) else None,
            Level(row.data["level"]),
            row.at,
        )
        for row in await session.execute(_LAST, bound)
        if row.kind == RuleRaised.kind
    ]
