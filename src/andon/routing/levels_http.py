"""HTTP of one skill given to, changed for or taken from many agents at once: all of them or none."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, scope_of
from andon.identity.admin import Administrator, announce, present, who_changed_last
from andon.identity.model import Actor, Role
from andon.identity.tables import Audit, User
from andon.identity.undo import UNDO, add_undo
from andon.kit.errors import AndonError
from andon.kit.web import Body, invalid
from andon.routing import texts  # noqa: F401  (registers what is said here)
from andon.routing.tables import AgentSkill, Skill

router = APIRouter(tags=["skill"])

KIND: Final = "agent_skill"
LEVELS: Final = "levels"
SKILLS: Final = "skills"  # as all of one agent's are told
NAMED: Final = 5  # who changed meanwhile, by name

Level = Annotated[int, Field(ge=0, le=10)]


class LevelChange(Body):
    """An agent's level `before`, as the asker saw it, and `after`; 0 is without the skill."""

    user_id: UUID
    before: Level
    after: Level


class LevelChanges(Body):
    changes: Annotated[list[LevelChange], Field(min_length=1, max_length=2000)]

    @field_validator("changes")
    @classmethod
    def _once(cls, changes: list[LevelChange]) -> list[LevelChange]:
        if len({change.user_id for change in changes}) < len(changes):
            raise ValueError("field.taken")
        return changes


class LevelsChanged(BaseModel):
    """`changed`: how many agents have another level now."""

    skill_id: UUID
    changed: int


@router.post("/api/skills/{id}/levels")
async def change_levels(id: UUID, body: LevelChanges, actor: Administrator, services: At) -> LevelsChanged:
    """Change one skill for many agents. Raises `skill.changed_since` when somebody changed one of them
    meanwhile; then nobody is changed."""
    changes = {change.user_id: change for change in body.changes if change.before != change.after}
    try:
        async with services.db.session(scope_of(actor)) as session:
            skill = await present(session, Skill, id)
            agents = await _agents(session, [change.user_id for change in body.changes])
            before = {each: change.before for each, change in changes.items()}
            after = {each: change.after for each, change in changes.items()}
            others = await _put(session, id, before, after)
            if others:
                names = ", ".join(agents[each].name for each in others[:NAMED])
                who = await who_changed_last(session, skill_levels_of(*(agents[each] for each in others)))
                raise AndonError("skill.changed_since", 409, who=who, names=names, count=len(others))
            if changes:
                audit.record(
                    session,
                    actor,
                    services.clock.now(),
                    LEVELS,
                    KIND,
                    object_id=id,
                    name=skill.name,
                    before={agents[each].login: level for each, level in before.items()},
                    after={agents[each].login: level for each, level in after.items()},
                )
    except IntegrityError as error:  # given the skill by somebody else in the same moment
        raise AndonError("skill.changed_since", 409, who="?", names="…", count=1) from error
    announce(services, actor)
    return LevelsChanged(skill_id=id, changed=len(changes))


def skill_levels_of(*people: User) -> ColumnElement[bool]:
    """Entries of the audit log that may have changed these people's skills: one's own, or many people's."""
    own = and_(Audit.object_kind == "user", Audit.object_id.in_([each.id for each in people]))
    many = and_(Audit.object_kind == KIND, or_(*(Audit.after.has_key(each.login) for each in people)))
    return or_(and_(own, Audit.action.in_((SKILLS, UNDO))), many)


async def _agents(session: AsyncSession, ids: list[UUID]) -> dict[UUID, User]:
    """These people, all of them agents who are here. Raises `invalid`."""
    rows = await session.scalars(
        select(User).where(User.id.in_(ids), User.active, User.roles.contains([Role.AGENT.value]))
    )
    found = {row.id: row for row in rows}
    if len(found) < len(ids):
        raise invalid(user_id="field.unknown_reference")
    return found


async def _put(
    session: AsyncSession, skill_id: UUID, before: dict[UUID, int], after: dict[UUID, int]
) -> list[UUID]:
    """Give these agents the levels of `after`, if they have those of `before`; else nothing, and who has
    others. What is read stays as it is until the transaction ends."""
    rows = await session.scalars(
        select(AgentSkill)
        .where(AgentSkill.skill_id == skill_id, AgentSkill.user_id.in_(before))
        .order_by(AgentSkill.user_id)
        .with_for_update()
    )
    links = {row.user_id: row for row in rows}
    others = [each for each in before if (links[each].level if each in links else 0) != before[each]]
    if others:
        return others
    for user_id, level in after.items():
        link = links.get(user_id)
        if link is None:
            session.add(AgentSkill(user_id=user_id, skill_id=skill_id, level=level))
        elif level:
            link.level = level
        else:
            await session.delete(link)
    await session.flush()
    return []


async def _undo(session: AsyncSession, entry: Audit, _actor: Actor, _now: datetime) -> None:
    """All levels as they were. Raises `undo.changed_since`."""
    if entry.object_id is None:
        raise AndonError("undo.impossible", 409)
    await present(session, Skill, entry.object_id)
    was, now = entry.before or {}, entry.after or {}
    rows = await session.scalars(select(User).where(User.login.in_(now)))
    ids = {row.login: row.id for row in rows}
    if len(ids) < len(now) or await _put(
        session,
        entry.object_id,
        {ids[login]: int(level) for login, level in now.items()},
        {ids[login]: int(level) for login, level in was.items()},
    ):
        raise AndonError("undo.changed_since", 409)


add_undo(KIND, LEVELS, _undo)
