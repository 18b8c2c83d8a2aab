"""HTTP of what agents have beside their account: skills, certificates, settings of their own in queues.

Each is a list that is set as a whole.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, Select, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import (
    Administrator,
    RevisedPage,
    Seen,
    announce,
    present,
    refuse_stale_list,
    revision_of,
    values_of,
)
from andon.identity.model import Actor
from andon.identity.tables import Audit, User
from andon.identity.undo import UNDO, add_undo
from andon.kit.errors import AndonError
from andon.kit.web import Body, Name, Page, Services, Shown, invalid
from andon.routing.http import LEVELS, READERS
from andon.routing.levels_http import skill_levels_of
from andon.routing.repository import all_queues, all_skills
from andon.routing.tables import AgentCertificate, AgentSkill, QueueSeat

router = APIRouter()

List = Literal["skills", "certificates", "queue_seats"]
TABLES: Final[dict[List, type[AgentSkill | AgentCertificate | QueueSeat]]] = {
    "skills": AgentSkill,
    "certificates": AgentCertificate,
    "queue_seats": QueueSeat,
}
Reader = Annotated[Actor, may(*READERS)]


class AgentSkillIn(Body):
    skill_id: UUID
    level: Annotated[int, LEVELS]


class AgentSkillShown(Shown):
    user_id: UUID
    skill_id: UUID
    level: int


class CertificateIn(Body):
    """Valid to the end of that day in the tenant's time zone."""

    name: Name
    valid_until: date


class CertificateShown(Shown):
    user_id: UUID
    name: str
    valid_until: date


class SeatIn(Body):
    """Of the agent's queues those with a lower `order` are served first."""

    queue_id: UUID
    order: Annotated[int, Field(ge=0, le=100)] = 0
    level: Annotated[int, Field(ge=0, le=10)] = 0
    value: Annotated[int, Field(ge=0, le=100)] = 0


class SeatShown(Shown):
    user_id: UUID
    queue_id: UUID
    order: int
    level: int
    value: int


_SKILLS = select(AgentSkill).order_by(AgentSkill.user_id, AgentSkill.level.desc(), AgentSkill.skill_id)
_PAPERS = select(AgentCertificate).order_by(AgentCertificate.valid_until, AgentCertificate.user_id)
_SEATS = select(QueueSeat).order_by(QueueSeat.user_id, QueueSeat.order, QueueSeat.queue_id)


@router.get("/api/agent-skills", tags=["skill"])
async def list_agent_skills(
    actor: Reader, services: At, user_id: UUID | None = None
) -> Page[AgentSkillShown]:
    """Who can what, of everybody or of one person."""
    async with services.db.session(scope_of(actor)) as session:
        rows = await session.scalars(_of(_SKILLS, AgentSkill, user_id))
        items = [AgentSkillShown.model_validate(row) for row in rows]
    return Page(items=items, total=len(items))


@router.get("/api/users/{id}/skills", tags=["skill"])
async def read_agent_skills(id: UUID, actor: Reader, services: At) -> RevisedPage[AgentSkillShown]:
    """What one agent can."""
    async with services.db.session(scope_of(actor)) as session:
        return await _read(session, services, id, "skills", AgentSkillShown)


@router.put("/api/users/{id}/skills", tags=["skill"])
async def set_agent_skills(
    id: UUID, body: list[AgentSkillIn], actor: Administrator, services: At, seen: Seen = ""
) -> RevisedPage[AgentSkillShown]:
    """Set all of an agent's skills and levels."""
    rows = [AgentSkill(user_id=id, skill_id=link.skill_id, level=link.level) for link in body]
    return await _set(services, actor, id, "skills", rows, AgentSkillShown, seen)


@router.get("/api/agent-certificates", tags=["queue"])
async def list_certificates(
    actor: Reader, services: At, user_id: UUID | None = None
) -> Page[CertificateShown]:
    """Certificates of everybody or of one person, the first to end first."""
    async with services.db.session(scope_of(actor)) as session:
        rows = await session.scalars(_of(_PAPERS, AgentCertificate, user_id))
        items = [CertificateShown.model_validate(row) for row in rows]
    return Page(items=items, total=len(items))


@router.get("/api/users/{id}/certificates", tags=["queue"])
async def read_certificates(id: UUID, actor: Reader, services: At) -> RevisedPage[CertificateShown]:
    """One agent's certificates."""
    async with services.db.session(scope_of(actor)) as session:
        return await _read(session, services, id, "certificates", CertificateShown)


@router.put("/api/users/{id}/certificates", tags=["queue"])
async def set_certificates(
    id: UUID, body: list[CertificateIn], actor: Administrator, services: At, seen: Seen = ""
) -> RevisedPage[CertificateShown]:
    """Set all of an agent's certificates."""
    if len({paper.name for paper in body}) < len(body):
        raise invalid(name="field.taken")
    rows = [AgentCertificate(user_id=id, name=paper.name, valid_until=paper.valid_until) for paper in body]
    return await _set(services, actor, id, "certificates", rows, CertificateShown, seen)


@router.get("/api/queue-seats", tags=["queue"])
async def list_seats(actor: Reader, services: At, user_id: UUID | None = None) -> Page[SeatShown]:
    """Agents' own settings in queues, of everybody or of one person."""
    async with services.db.session(scope_of(actor)) as session:
        rows = await session.scalars(_of(_SEATS, QueueSeat, user_id))
        items = [SeatShown.model_validate(row) for row in rows]
    return Page(items=items, total=len(items))


@router.get("/api/users/{id}/queue-seats", tags=["queue"])
async def read_seats(id: UUID, actor: Reader, services: At) -> RevisedPage[SeatShown]:
    """One agent's own settings in queues."""
    async with services.db.session(scope_of(actor)) as session:
        return await _read(session, services, id, "queue_seats", SeatShown)


@router.put("/api/users/{id}/queue-seats", tags=["queue"])
async def set_seats(
    id: UUID, body: list[SeatIn], actor: Administrator, services: At, seen: Seen = ""
) -> RevisedPage[SeatShown]:
    """Set all of an agent's own settings in queues."""
    rows = [QueueSeat(user_id=id, **seat.model_dump()) for seat in body]
    return await _set(services, actor, id, "queue_seats", rows, SeatShown, seen)


S = TypeVar("S", bound=Shown)


async def _read(
    session: AsyncSession, services: Services, id: UUID, what: List, shown: type[S]
) -> RevisedPage[S]:
    await present(session, User, id)
    rows = list(await session.scalars(_rows_of(TABLES[what], id)))
    return _page(services, what, rows, shown)


async def _set(
    services: Services, actor: Actor, id: UUID, what: List, rows: list[Any], shown: type[S], seen: str
) -> RevisedPage[S]:
    """Put these rows in the place of the agent's others, with an audit entry if anything is new."""
    answer = _page(services, what, rows, shown)
    async with services.db.session(scope_of(actor)) as session:
        user = await present(session, User, id, lock=True)
        before = _told(what, list(await session.scalars(_rows_of(TABLES[what], id))))
        await refuse_stale_list(session, services, what, seen, before, _changes(user, what))
        await _put(session, id, what, rows)
        after = _told(what, rows)
        if before != after:
            audit.record(
                session,
                actor,
                services.clock.now(),
                what,
                "user",
                object_id=id,
                name=user.name,
                before=before,
                after=after,
            )
    announce(services, actor)
    return answer


async def _put(session: AsyncSession, id: UUID, what: List, rows: Sequence[Any]) -> None:
    """Raises `invalid` when they name what is not there, or one thing twice."""
    if what == "skills" and not await all_skills(session, [row.skill_id for row in rows]):
        raise invalid(skill_id="field.unknown_reference")
    queues = {row.queue_id for row in rows} if what == "queue_seats" else set()
    if what == "queue_seats" and (len(queues) < len(rows) or not await all_queues(session, queues)):
        raise invalid(queue_id="field.unknown_reference")
    await session.execute(delete(TABLES[what]).where(TABLES[what].user_id == id))
    session.add_all(rows)
    await session.flush()


def _told(what: List, rows: Sequence[Any]) -> dict[str, Any]:
    """As the audit log keeps them."""
    if what == "skills":
        return {str(link.skill_id): link.level for link in rows}
    kept: list[dict[str, Any]] = [to_jsonable_python(values_of(row)) for row in rows]
    return {what: sorted(kept, key=lambda each: str(each.get("name", each.get("queue_id"))))}


def _rows(what: List, id: UUID, told: dict[str, Any]) -> list[Any]:
    """As they were when the audit log was told."""
    if what == "skills":
        return [AgentSkill(user_id=id, skill_id=UUID(skill), level=level) for skill, level in told.items()]
    shown: type[Shown] = CertificateShown if what == "certificates" else SeatShown
    return [TABLES[what](**shown.model_validate(each).model_dump()) for each in told.get(what, ())]


def _changes(user: User, what: List) -> ColumnElement[bool]:
    """Entries that may have changed the list; skills are changed for many people at once too."""
    own = (Audit.object_kind == "user", Audit.object_id == user.id, Audit.action.in_((what, UNDO)))
    return skill_levels_of(user) if what == "skills" else and_(*own)


def _page(services: Services, what: List, rows: Sequence[Any], shown: type[S]) -> RevisedPage[S]:
    items = [shown.model_validate(row) for row in rows]
    return RevisedPage(items=items, total=len(items), revision=revision_of(services, _told(what, rows)))


def _of(wanted: Select[Any], table: type[Any], user_id: UUID | None) -> Select[Any]:
    return wanted if user_id is None else wanted.where(table.user_id == user_id)


def _rows_of(table: type[Any], id: UUID) -> Select[Any]:
    return select(table).where(table.user_id == id)


def _add_undo(what: List) -> None:
    async def take_back(session: AsyncSession, entry: Audit, _actor: Actor, _now: datetime) -> None:
        """The list as it was. Raises `undo.changed_since`."""
        assert entry.object_id is not None
        here = _told(what, list(await session.scalars(_rows_of(TABLES[what], entry.object_id))))
        if here != _told(what, _rows(what, entry.object_id, entry.after or {})):
            raise AndonError("undo.changed_since", 409)
        await _put(session, entry.object_id, what, _rows(what, entry.object_id, entry.before or {}))

    add_undo("user", what, take_back)


for _what in TABLES:
    _add_undo(_what)
