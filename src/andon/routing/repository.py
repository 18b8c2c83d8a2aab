"""SQL of routing: what the core's router must know."""

from collections import defaultdict
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity.model import Role
from andon.identity.tables import User
from andon.routing.model import AgentConfig, CentreConfig, Policy, QueueConfig, SkillNeed
from andon.routing.tables import AgentSkill, Queue, StateReason


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
                client_id=user.client_id,
                active=user.active,
            )
            for user in users
        ),
        queues=tuple(_queue(row) for row in queues),
    )


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
        required_skills=tuple(
            SkillNeed(skill_id=UUID(need["skill_id"]), min_level=need["min_level"])
            for need in row.required_skills
        ),
        priority=row.priority,
        policy=Policy(row.policy),
        ring_timeout_s=row.ring_timeout_s,
        acw_s=row.acw_s,
        target_percent=row.target_percent,
        target_s=row.target_s,
        max_wait_s=row.max_wait_s,
        music=row.music,
    )
