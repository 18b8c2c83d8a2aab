"""HTTP of skills, queues and reasons."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from pydantic_core import to_jsonable_python
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.tables import CalendarRow
from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import (
    Administrator,
    Resource,
    Revised,
    Seen,
    Use,
    add_uses,
    announce,
    crud,
    refuse_stale,
    revision_of,
    used_by,
    values_of,
)
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit, Project, User
from andon.identity.undo import add_undo, refuse_changed
from andon.kit.errors import AndonError
from andon.kit.web import Body, Name, Services, invalid
from andon.routing import texts  # noqa: F401  (registers what is said here and by core)
from andon.routing.config import LaneFlag, OverflowWhen, Policy
from andon.routing.repository import all_queues, all_skills
from andon.routing.tables import (
    AgentSkill,
    Queue,
    RoutingRules,
    Skill,
    StateReason,
)

READERS = (Permission.CONFIG, Permission.BOARD, Permission.CONTACTS)
LEVELS = Field(ge=1, le=10)
SECONDS = Field(ge=0, le=86400)
Tier = Literal["normal", "silver", "gold", "vip"]
Names = Annotated[list[Name], Field(max_length=20, default_factory=list)]


class SkillIn(Body):
    name: Name


class SkillShown(Revised):
    id: UUID
    name: str
    created_at: datetime


class NeedIn(Body):
    skill_id: UUID
    min_level: Annotated[int, LEVELS] = 1


class RelaxIn(Body):
    """From `after_s` on; a minimum of 0 means the skill is no longer needed. `groups` are departments."""

    after_s: Annotated[int, Field(ge=1, le=86400)]
    min_levels: Annotated[
        dict[UUID, Annotated[int, Field(ge=0, le=10)]], Field(max_length=20, default_factory=dict)
    ]
    groups: Names


class OverflowIn(Body):
    """Without a queue the contact goes back to its flow."""

    when: OverflowWhen
    limit: Annotated[int, Field(ge=1, le=86400)]
    queue_id: UUID | None = None


class ReserveIn(Body):
    tier: Literal["silver", "gold", "vip"]
    agents: Annotated[int, Field(ge=1, le=1000)]


class DoorIn(Body):
    queue_id: UUID
    tiers: Annotated[list[Tier], Field(max_length=4, default_factory=list)]
    flags: Annotated[list[LaneFlag], Field(max_length=4, default_factory=list)]


class CallbackIn(Body):
    """How customers who keep their place are called back. `retry_s` is the distance to the second attempt and
    doubles each time; `calendar_id`: only within these hours; `international`: numbers abroad too;
    `when_interrupted`: also callers whose wait or conversation the system broke off."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    retry_s: Annotated[int, Field(ge=30, le=86400)] = 300
    ring_s: Annotated[int, Field(ge=10, le=120)] = 30
    expires_s: Annotated[int, Field(ge=300, le=604800)] = 86400
    calendar_id: UUID | None = None
    international: bool = False
    when_interrupted: bool = True


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
    preferred_skills: Annotated[list[NeedIn], Field(max_length=20, default_factory=list)]
    required_certificates: Names
    groups: Names
    relax: Annotated[list[RelaxIn], Field(max_length=5, default_factory=list)]
    overflow: Annotated[list[OverflowIn], Field(max_length=5, default_factory=list)]
    reserve: ReserveIn | None = None
    doors: Annotated[list[DoorIn], Field(max_length=10, default_factory=list)]
    dedicated_wait_s: Annotated[int, SECONDS] = 0
    last_agent_wait_s: Annotated[int, SECONDS] = 0
    redial_s: Annotated[int, SECONDS] = 300
    value_s: Annotated[int, SECONDS] = 30
    callback: CallbackIn = CallbackIn()


class QueueShown(Revised):
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
    preferred_skills: list[NeedIn]
    required_certificates: list[str]
    groups: list[str]
    relax: list[RelaxIn]
    overflow: list[OverflowIn]
    reserve: ReserveIn | None
    doors: list[DoorIn]
    dedicated_wait_s: int
    last_agent_wait_s: int
    redial_s: int
    value_s: int
    callback: CallbackIn
    created_at: datetime


class ReasonIn(Body):
    kind: Literal["break", "not_ready"]
    name_zh: Name
    name_en: Name
    limit_min: Annotated[int, Field(ge=1, le=1440)] | None = None


class ReasonShown(Revised):
    id: UUID
    kind: str
    name_zh: str
    name_en: str
    limit_min: int | None
    created_at: datetime


async def _prepare_queue(session: AsyncSession, values: dict[str, Any], row: Queue | None) -> None:
    """The client is the project's; every required skill exists and is asked for once."""
    if row is None:
        project = await session.get(Project, values["project_id"])
        if project is None or project.retired_at is not None:
            raise invalid(project_id="field.unknown_reference")
        values["client_id"] = project.client_id
    if "policy" in values:
        values["policy"] = str(values["policy"])
    for field in ("required_skills", "preferred_skills"):
        if field in values and not await all_skills(session, [need["skill_id"] for need in values[field]]):
            raise invalid(**{field: "field.unknown_reference"})
    await _check_relax(session, values)
    for field in ("overflow", "doors"):
        named = {rule["queue_id"] for rule in values.get(field, ()) if rule["queue_id"] is not None}
        if not await all_queues(session, named) or (row is not None and row.id in named):
            raise invalid(**{field: "field.unknown_reference"})
    calendar_id = values["callback"]["calendar_id"] if "callback" in values else None
    if calendar_id is not None:
        calendar = await session.get(CalendarRow, calendar_id)
        if calendar is None or calendar.retired_at is not None:
            raise invalid(callback="field.unknown_reference")
    for field in ("required_skills", "preferred_skills", "relax", "overflow", "reserve", "doors", "callback"):
        if field in values:
            values[field] = to_jsonable_python(values[field])


async def _check_relax(session: AsyncSession, values: dict[str, Any]) -> None:
    """Steps at different times, over skills that exist."""
    steps = values.get("relax", ())
    if len({step["after_s"] for step in steps}) < len(steps):
        raise invalid(relax="field.steps_at_once")
    if not await all_skills(session, list({skill for step in steps for skill in step["min_levels"]})):
        raise invalid(relax="field.unknown_reference")


def _queues_requiring(id: UUID) -> Select[int]:
    named = [{"skill_id": str(id)}]
    return (
        select(func.count())
        .select_from(Queue)
        .where(
            or_(Queue.required_skills.contains(named), Queue.preferred_skills.contains(named)),
            Queue.retired_at.is_(None),
        )
    )


def _queues_leading_to(id: UUID) -> Select[int]:
    named = [{"queue_id": str(id)}]
    return (
        select(func.count())
        .select_from(Queue)
        .where(or_(Queue.overflow.contains(named), Queue.doors.contains(named)), Queue.retired_at.is_(None))
    )


def _queues_calling_by(id: UUID) -> Select[int]:
    return (
        select(func.count())
        .select_from(Queue)
        .where(Queue.callback.contains({"calendar_id": str(id)}), Queue.retired_at.is_(None))
    )


def _agents_having(id: UUID) -> Select[int]:
    return (
        select(func.count())
        .select_from(AgentSkill)
        .join(User, User.id == AgentSkill.user_id)
        .where(AgentSkill.skill_id == id, User.active)
    )


add_uses("skill", Use("agent_skill", _agents_having), Use("queue", _queues_requiring))
add_uses("calendar", Use("queue", _queues_calling_by))
add_uses("queue", Use("queue", _queues_leading_to))
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


class SegmentIn(Body):
    """`floor_s`: the longest wait of this tier, which no weight of others may make it exceed."""

    tier: Tier
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    floor_s: Annotated[int, Field(ge=10, le=86400)] | None = None


class BreakRuleIn(Body):
    """What agents of `department` may take without asking a supervisor; empty: all without a rule of their
    own. Null: as much as they like."""

    department: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    minutes_per_day: Annotated[int, Field(ge=0, le=1440)] | None = None
    at_once: Annotated[int, Field(ge=0, le=10000)] | None = None


class RulesIn(Body):
    """`ageing_s`: waiting so many seconds is worth a point of priority; null: nothing is. A wish for a break
    that nobody answered is over after `break_ask_s`; one wrap-up may be extended by `acw_extend_s`.
    `record_internal`: calls between agents are recorded; both see it."""

    segments: Annotated[list[SegmentIn], Field(max_length=4, default_factory=list)]
    ageing_s: Annotated[int, Field(ge=1, le=86400)] | None = None
    certificate_warning_days: Annotated[int, Field(ge=0, le=365)] = 14
    breaks: Annotated[list[BreakRuleIn], Field(max_length=50, default_factory=list)]
    break_ask_s: Annotated[int, Field(ge=10, le=3600)] = 120
    acw_extend_s: Annotated[int, Field(ge=0, le=3600)] = 300
    record_internal: bool = False


class RulesShown(Revised):
    segments: list[SegmentIn]
    ageing_s: int | None
    certificate_warning_days: int
    breaks: list[BreakRuleIn]
    break_ask_s: int
    acw_extend_s: int
    record_internal: bool


@router.get("/api/routing-rules", tags=["queue"])
async def read_rules(actor: Annotated[Actor, may(*READERS)], services: At) -> RulesShown:
    """What holds for all queues."""
    async with services.db.session(scope_of(actor)) as session:
        return _rules_shown(services, _rules(await session.scalar(select(RoutingRules))))


@router.put("/api/routing-rules", tags=["queue"])
async def set_rules(body: RulesIn, actor: Administrator, services: At, seen: Seen = "") -> RulesShown:
    """Set what holds for all queues."""
    if len({segment.tier for segment in body.segments}) < len(body.segments):
        raise invalid(segments="field.taken")
    for n, rule in enumerate(body.breaks):
        if rule.department in {before.department for before in body.breaks[:n]}:
            raise invalid(**{f"breaks.{n}.department": "field.taken"})
    async with services.db.session(scope_of(actor)) as session:
        row = await session.scalar(select(RoutingRules).with_for_update())
        await refuse_stale(session, services, "routing_rules", actor.tenant_id, seen, _rules(row))
        before = to_jsonable_python(values_of(row)) if row is not None else {}
        if row is None:
            row = RoutingRules()
            session.add(row)
        after = body.model_dump(mode="json")
        for name, value in after.items():
            setattr(row, name, value)
        if before != after:
            audit.record(
                session,
                actor,
                services.clock.now(),
                "update",
                "routing_rules",
                object_id=actor.tenant_id,
                before=before,
                after=after,
            )
    announce(services, actor)
    return _rules_shown(services, after)


def _rules(row: RoutingRules | None) -> dict[str, Any]:
    """As they are stored; no row: as they come."""
    if row is None:
        return RulesIn(segments=[], breaks=[]).model_dump(mode="json")
    return {name: getattr(row, name) for name in RulesIn.model_fields}


async def _undo_rules(session: AsyncSession, entry: Audit, _actor: Actor, _now: datetime) -> None:
    """What held for all queues before. Raises `undo.changed_since`."""
    row = await session.scalar(select(RoutingRules).with_for_update())
    refuse_changed(_rules(row), entry)
    if row is None:
        raise AndonError("undo.changed_since", 409)
    before = {name: value for name, value in (entry.before or {}).items() if name in RulesIn.model_fields}
    for name, value in RulesIn.model_validate(before).model_dump(mode="json").items():
        setattr(row, name, value)


add_undo("routing_rules", "update", _undo_rules)


def _rules_shown(services: Services, values: dict[str, Any]) -> RulesShown:
    return RulesShown(revision=revision_of(services, values), **values)
