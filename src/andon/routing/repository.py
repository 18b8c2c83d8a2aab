"""SQL of routing: what the core's router must know."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.repository import zones
from andon.identity.model import Role
from andon.identity.tables import User
from andon.routing.config import (
    AgentConfig,
    BreakRule,
    CallbackRules,
    CentreConfig,
    Door,
    Overflow,
    Policy,
    QueueConfig,
    Relax,
    Reserve,
    Seat,
    Segment,
    SkillNeed,
)
from andon.routing.eligibility import lacks, steps_of
from andon.routing.model import to_ms
from andon.routing.tables import (
    AgentCertificate,
    AgentSkill,
    Queue,
    QueueSeat,
    RoutingRules,
    Skill,
    StateReason,
)


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why an agent may be on break or not ready. `limit_min` is what is allowed at a time, in minutes."""

    reason_id: UUID
    kind: str
    name_zh: str
    name_en: str
    limit_min: int | None


async def load_centre(session: AsyncSession) -> CentreConfig:
    """The router's configuration of the session's tenant. Users who left are in it, inactive, so that the
    router can sign them out in order."""
    tenant_id: UUID = (await session.execute(select(func.andon_tenant()))).scalar_one()
    levels: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for link in await session.scalars(select(AgentSkill)):
        levels[link.user_id][link.skill_id] = link.level
    centre_zone, _ = await zones(session)
    zone = ZoneInfo(centre_zone)
    papers: dict[UUID, dict[str, datetime]] = defaultdict(dict)
    for paper in await session.scalars(select(AgentCertificate)):
        papers[paper.user_id][paper.name] = end_of(paper.valid_until, zone)
    seats: dict[UUID, dict[UUID, Seat]] = defaultdict(dict)
    for seat in await session.scalars(select(QueueSeat)):
        seats[seat.user_id][seat.queue_id] = Seat(order=seat.order, level=seat.level, value=seat.value)
    rules = await session.scalar(select(RoutingRules)) or RoutingRules(
        segments=[],
        ageing_s=None,
        certificate_warning_days=14,
        breaks=[],
        break_ask_s=120,
        acw_extend_s=300,
        record_internal=False,
    )
    users = await session.scalars(
        select(User).where(User.roles.contains([Role.AGENT.value])).order_by(User.agent_no, User.id)
    )
    queues = await session.scalars(select(Queue).where(Queue.retired_at.is_(None)).order_by(Queue.id))
    return CentreConfig(
        tenant_id=tenant_id,
        agents=tuple(
            AgentConfig(
                agent_id=user.id,
                agent_no=user.agent_no or user.login,
                name=user.name,
                department=user.department,
                skills=levels[user.id],
                certificates=papers[user.id],
                seats=seats[user.id],
                client_id=user.client_id,
                active=user.active,
            )
            for user in users
        ),
        queues=tuple(_queue(row) for row in queues),
        segments=msgspec.convert(rules.segments, tuple[Segment, ...]),
        ageing_s=rules.ageing_s,
        certificate_warning_days=rules.certificate_warning_days,
        breaks=msgspec.convert(rules.breaks, tuple[BreakRule, ...]),
        break_ask_s=rules.break_ask_s,
        acw_extend_s=rules.acw_extend_s,
        record_internal=rules.record_internal,
        zone=centre_zone,
        breaks_taken=await _breaks_taken(session, zone) if rules.breaks else {},
    )


_BREAKS = text(
    "SELECT agent_id, sum((data->>'previous_ms')::bigint) AS ms FROM journal"
    " WHERE kind = 'agent.state' AND at >= :midnight AND data->>'previous' = 'break' GROUP BY agent_id"
)


async def _breaks_taken(session: AsyncSession, zone: ZoneInfo) -> dict[UUID, int]:
    """How long each agent has been on breaks that ended today, in ms."""
    now: datetime = (await session.execute(select(func.now()))).scalar_one()
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await session.execute(_BREAKS, {"midnight": midnight})
    return {row.agent_id: int(row.ms) for row in rows}


async def queues_served(session: AsyncSession, user_id: UUID, now: datetime) -> list[UUID]:
    """The queues this agent may serve, at some step of relaxing at least."""
    user = await session.get(User, user_id)
    if user is None:
        return []
    skills = await session.scalars(select(AgentSkill).where(AgentSkill.user_id == user_id))
    papers = await session.scalars(select(AgentCertificate).where(AgentCertificate.user_id == user_id))
    centre_zone, _ = await zones(session)
    zone = ZoneInfo(centre_zone)
    agent = AgentConfig(
        agent_id=user.id,
        agent_no=user.agent_no or user.login,
        name=user.name,
        department=user.department,
        skills={link.skill_id: link.level for link in skills},
        certificates={paper.name: end_of(paper.valid_until, zone) for paper in papers},
        seats={},
        client_id=user.client_id,
        active=user.active,
    )
    rows = await session.scalars(select(Queue).where(Queue.retired_at.is_(None)))
    queues = [_queue(row) for row in rows]
    return [queue.queue_id for queue in queues if lacks(agent, queue, steps_of(queue), to_ms(now)) is None]


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The midnight that ends a day there."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


async def load_reasons(session: AsyncSession) -> list[Reason]:
    """Reasons for break and not ready."""
    rows = await session.scalars(
        select(StateReason).where(StateReason.retired_at.is_(None)).order_by(StateReason.kind, StateReason.id)
    )
    return [
        Reason(
            reason_id=row.id,
            kind=row.kind,
            name_zh=row.name_zh,
            name_en=row.name_en,
            limit_min=row.limit_min,
        )
        for row in rows
    ]


def _queue(row: Queue) -> QueueConfig:
    return QueueConfig(
        queue_id=row.id,
        client_id=row.client_id,
        project_id=row.project_id,
        name=row.name,
        required_skills=msgspec.convert(row.required_skills, tuple[SkillNeed, ...]),
        preferred_skills=msgspec.convert(row.preferred_skills, tuple[SkillNeed, ...]),
        required_certificates=tuple(row.required_certificates),
        groups=tuple(row.groups),
        relax=msgspec.convert(row.relax, tuple[Relax, ...]),
        overflow=msgspec.convert(row.overflow, tuple[Overflow, ...]),
        reserve=msgspec.convert(row.reserve, Reserve | None),
        doors=msgspec.convert(row.doors, tuple[Door, ...]),
        dedicated_wait_s=row.dedicated_wait_s,
        last_agent_wait_s=row.last_agent_wait_s,
        redial_s=row.redial_s,
        value_s=row.value_s,
        priority=row.priority,
        policy=Policy(row.policy),
        ring_timeout_s=row.ring_timeout_s,
        acw_s=row.acw_s,
        target_percent=row.target_percent,
        target_s=row.target_s,
        max_wait_s=row.max_wait_s,
        music=row.music,
        callback=msgspec.convert(row.callback, CallbackRules),
    )


async def all_queues(session: AsyncSession, wanted: set[UUID]) -> bool:
    """Whether these queues exist."""
    known = await session.scalar(
        select(func.count()).select_from(Queue).where(Queue.id.in_(wanted), Queue.retired_at.is_(None))
    )
    return known == len(wanted)


async def all_skills(session: AsyncSession, wanted: list[UUID]) -> bool:
    """Whether these are different skills that exist."""
    known = await session.scalar(
        select(func.count()).select_from(Skill).where(Skill.id.in_(wanted), Skill.retired_at.is_(None))
    )
    return known == len(wanted)
