"""HTTP of skills, queues and reasons."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import Administrator, Resource, Use, add_uses, announce, crud, present, used_by
from andon.identity.model import Actor, Permission
from andon.identity.tables import Project, User
from andon.kit.web import Body, Name, Page, Shown, invalid
from andon.routing import texts  # noqa: F401  (registers what is said here and by core)
from andon.routing.model import Policy
from andon.routing.tables import AgentSkill, Queue, Skill, StateReason

READERS = (Permission.CONFIG, Permission.BOARD, Permission.CONTACTS)
LEVELS = Field(ge=1, le=10)


class SkillIn(Body):
    name: Name


class SkillShown(Shown):
    id: UUID
    name: str
    created_at: datetime


class NeedIn(Body):
    skill_id: UUID
    min_level: Annotated[int, LEVELS] = 1


class QueueIn(Body):
    """Spans in seconds. A queue without required skills is served by every agent."""

    project_id: UUID
    name: Name
    required_skills: Annotated[list[NeedIn], Field(max_length=20, default_factory=list)]
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    policy: Policy = Policy.LONGEST_IDLE
    ring_timeout_s: Annotated[int, Field(ge=5, le=120)] = 20
    acw_s: Annotated[int, Field(ge=0, le=3600)] = 30
    target_percent: Annotated[int, Field(ge=1, le=100)] = 80
    target_s: Annotated[int, Field(ge=1, le=3600)] = 20
    max_wait_s: Annotated[int, Field(ge=10, le=86400)] | None = None
    music: Name = "default"


class QueueShown(Shown):
    id: UUID
    client_id: UUID
    project_id: UUID
    name: str
    required_skills: list[NeedIn]
    priority: int
    policy: str
    ring_timeout_s: int
    acw_s: int
    target_percent: int
    target_s: int
    max_wait_s: int | None
    music: str
    created_at: datetime


class ReasonIn(Body):
    kind: Literal["break", "not_ready"]
    name_zh: Name
    name_en: Name
    limit_min: Annotated[int, Field(ge=1, le=1440)] | None = None


class ReasonShown(Shown):
    id: UUID
    kind: str
    name_zh: str
    name_en: str
    limit_min: int | None
    created_at: datetime


class AgentSkillShown(Shown):
    user_id: UUID
    skill_id: UUID
    level: int


class AgentSkillIn(Body):
    skill_id: UUID
    level: Annotated[int, LEVELS]


async def _prepare_queue(session: AsyncSession, values: dict[str, Any], row: Queue | None) -> None:
    """The client is the project's; every required skill exists and is asked for once."""
    if row is None:
        project = await session.get(Project, values["project_id"])
        if project is None or project.retired_at is not None:
            raise invalid(project_id="field.unknown_reference")
        values["client_id"] = project.client_id
    if "policy" in values:
        values["policy"] = str(values["policy"])
    if "required_skills" in values:
        wanted = [need["skill_id"] for need in values["required_skills"]]
        if not await _all_skills(session, wanted):
            raise invalid(required_skills="field.unknown_reference")
        values["required_skills"] = [
            {"skill_id": str(need["skill_id"]), "min_level": need["min_level"]}
            for need in values["required_skills"]
        ]


async def _all_skills(session: AsyncSession, wanted: list[UUID]) -> bool:
    """Whether these are different skills that exist."""
    known = await session.scalar(
        select(func.count()).select_from(Skill).where(Skill.id.in_(wanted), Skill.retired_at.is_(None))
    )
    return known == len(wanted)


def _queues_requiring(id: UUID) -> Select[int]:
    return (
        select(func.count())
        .select_from(Queue)
        .where(Queue.required_skills.contains([{"skill_id": str(id)}]), Queue.retired_at.is_(None))
    )


def _agents_having(id: UUID) -> Select[int]:
    return (
        select(func.count())
        .select_from(AgentSkill)
        .join(User, User.id == AgentSkill.user_id)
        .where(AgentSkill.skill_id == id, User.active)
    )


add_uses("skill", Use("agent_skill", _agents_having), Use("queue", _queues_requiring))
add_uses("project", used_by("queue", Queue, Queue.project_id))

router = APIRouter()
for resource in (
    Resource(path="/api/skills", kind="skill", table=Skill, model=SkillIn, shown=SkillShown, readers=READERS),
    Resource(
        path="/api/queues",
        kind="queue",
        table=Queue,
        model=QueueIn,
        shown=QueueShown,
        fixed=frozenset({"project_id"}),
        prepare=_prepare_queue,
        filters={"project_id": Queue.project_id, "client_id": Queue.client_id},
        readers=READERS,
    ),
    Resource(
        path="/api/state-reasons",
        kind="state_reason",
        table=StateReason,
        model=ReasonIn,
        shown=ReasonShown,
        label="name_zh",
        unique="name_zh",
        order=(StateReason.kind, StateReason.id),
        readers=(*READERS, Permission.DESK),
    ),
):
    router.include_router(crud(resource))


@router.get("/api/agent-skills", tags=["skill"])
async def list_agent_skills(
    actor: Annotated[Actor, may(*READERS)], services: At, user_id: UUID | None = None
) -> Page[AgentSkillShown]:
    """Who can what, of everybody or of one person."""
    wanted = select(AgentSkill).order_by(AgentSkill.user_id, AgentSkill.level.desc(), AgentSkill.skill_id)
    if user_id is not None:
        wanted = wanted.where(AgentSkill.user_id == user_id)
    async with services.db.session(scope_of(actor)) as session:
        items = [AgentSkillShown.model_validate(row) for row in await session.scalars(wanted)]
    return Page(items=items, total=len(items))


@router.put("/api/users/{id}/skills", tags=["skill"])
async def set_agent_skills(
    id: UUID, body: list[AgentSkillIn], actor: Administrator, services: At
) -> Page[AgentSkillShown]:
    """Set all of an agent's skills and levels."""
    async with services.db.session(scope_of(actor)) as session:
        user = await present(session, User, id)
        if not await _all_skills(session, [link.skill_id for link in body]):
            raise invalid(skill_id="field.unknown_reference")
        before = {
            str(link.skill_id): link.level
            for link in await session.scalars(select(AgentSkill).where(AgentSkill.user_id == id))
        }
        await session.execute(delete(AgentSkill).where(AgentSkill.user_id == id))
        session.add_all([AgentSkill(user_id=id, skill_id=link.skill_id, level=link.level) for link in body])
        after = {str(link.skill_id): link.level for link in body}
        if before != after:
            audit.record(
                session,
                actor,
                services.clock.now(),
                "skills",
                "user",
                object_id=id,
                name=user.name,
                before=before,
                after=after,
            )
    announce(services, actor)
    items = [AgentSkillShown(user_id=id, skill_id=link.skill_id, level=link.level) for link in body]
    return Page(items=items, total=len(items))
