"""SQL of alarm rules and of the calls of their webhooks."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.alarms.events import HookWanted, RuleCleared, RuleRaised
from andon.alarms.model import Figure, Level, Rule
from andon.alarms.tables import AlarmDelivery, AlarmDeliveryCursor, AlarmRuleRow
from andon.kit.journal.reader import Cursor

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


# --- calls of webhooks -------------------------------------------------------------------------------------


async def load_cursor(session: AsyncSession, *, lock: bool = False) -> Cursor:
    """How far the scope's tenant was read; `lock` keeps other readers out until the commit."""
    if lock:
        await session.execute(insert(AlarmDeliveryCursor).values(xid=0, seq=0).on_conflict_do_nothing())
    query = select(AlarmDeliveryCursor.xid, AlarmDeliveryCursor.seq)
    found = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return Cursor() if found is None else Cursor(found.xid, found.seq)


async def save_cursor(session: AsyncSession, cursor: Cursor) -> None:
    """Keep the place reached; the row was locked by `load_cursor`."""
    await session.execute(update(AlarmDeliveryCursor).values(xid=cursor.xid, seq=cursor.seq))


async def put_deliveries(session: AsyncSession, wanted: list[HookWanted]) -> None:
    """Calls to be made, due since they were wanted. One that is there already stays as it is."""
    rows = [
        {"id": fact.delivery_id, "rule_id": fact.rule_id, "told": fact.told, "next_at": fact.at}
        for fact in wanted
    ]
    await session.execute(insert(AlarmDelivery).values(rows).on_conflict_do_nothing())


async def take_due(
    session: AsyncSession, now: datetime, lease: timedelta, most: int
) -> list[tuple[AlarmDelivery, Rule | None]]:
    """Calls that are due, counted as tried and nobody else's for the time of `lease`; with the rule as it is
    by now, None when it is no more."""
    due = (
        select(AlarmDelivery.id)
        .where(AlarmDelivery.next_at <= now)
        .order_by(AlarmDelivery.next_at, AlarmDelivery.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(AlarmDelivery)
        .where(AlarmDelivery.id.in_(due))
        .values(next_at=now + lease, tries=AlarmDelivery.tries + 1)
        .returning(AlarmDelivery)
    )
    calls = list(await session.scalars(taken))
    named = AlarmRuleRow.id.in_({call.rule_id for call in calls})
    rows = await session.scalars(select(AlarmRuleRow).where(named, AlarmRuleRow.retired_at.is_(None)))
    rules = {row.id: to_rule(row) for row in rows}
    return [(call, rules.get(call.rule_id)) for call in sorted(calls, key=lambda call: call.id)]


async def put_off(session: AsyncSession, id: UUID, until: datetime) -> None:
    """Make the call again then."""
    await session.execute(update(AlarmDelivery).where(AlarmDelivery.id == id).values(next_at=until))


async def drop_delivery(session: AsyncSession, id: UUID) -> bool:
    """Nothing is left to do about it; false when somebody else said so before."""
    gone = await session.scalar(
        delete(AlarmDelivery).where(AlarmDelivery.id == id).returning(AlarmDelivery.id)
    )
    return gone is not None


async def next_due(session: AsyncSession) -> datetime | None:
    """When the tenant's next call is due, None when there is none to make."""
    due: datetime | None = await session.scalar(select(func.min(AlarmDelivery.next_at)))
    return due
