"""HTTP of the work list: what is to be done, taking it, giving it back, doing it.

An agent sees work of the queues the agent serves and of no queue, and the own; everybody within their walls.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from andon.customers.model import mask
from andon.identity import audit
from andon.identity.access import At, Supervisor, may, scope_of
from andon.identity.model import Actor, Permission
from andon.identity.tables import User
from andon.kit.database import Scope
from andon.kit.database.session import enter_scope
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Services
from andon.work import repository, service, texts  # noqa: F401  (texts registers what is said here)
from andon.work.keeper import TOPIC
from andon.work.model import Kind, Outcome, State
from andon.work.tables import WorkItem

OF_CUSTOMER_MOST: Final = 10

router = APIRouter(prefix="/api/work", tags=["work"])

Reader = Annotated[Actor, may(Permission.DESK, Permission.CONTACTS)]
Agent = Annotated[Actor, may(Permission.DESK)]
Doer = Annotated[Actor, may(Permission.DESK, Permission.SUPERVISE)]
Cursor = Annotated[str | None, Query(max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
By = Literal["reached", "not_reached", "solved", "not_needed"]


class Who(BaseModel):
    id: UUID
    name: str


class WorkShown(BaseModel):
    """`why` says how the contact or its kept place ended; `promise` is the summary's note of a follow-up;
    `mine`: the asker has it."""

    id: UUID
    kind: Kind
    why: str
    state: State
    contact_id: UUID
    caller: str
    customer: Who | None
    tier: str | None
    client: Who | None
    project: Who | None
    queue: Who | None
    agent: Who | None
    mine: bool
    calls: int
    length_ms: int | None
    opened_at: datetime
    last_at: datetime
    due_at: datetime | None
    taken_at: datetime | None
    done_at: datetime | None
    outcome: Outcome | None
    note: str
    promise: str


class WorkPage(BaseModel):
    items: list[WorkShown]
    next: str | None


class WorkStep(BaseModel):
    """`kind`: opened, repeated, taken, given_back, done. `by`: the supervisor who did it for the agent."""

    at: datetime
    kind: str
    agent: Who | None
    by: Who | None
    detail: str


class WorkDetail(WorkShown):
    history: list[WorkStep]


class WorkTally(BaseModel):
    """Open items, the asker's own, and of both those whose time has come."""

    open: int
    mine: int
    due: int


class Assignment(Body):
    agent_id: UUID


class WorkDoneBody(Body):
    outcome: By
    note: Note = ""


@dataclass(frozen=True)
class _Desk:
    """A request's session with the asker's walls, and what of the list the asker sees in them."""

    session: AsyncSession
    sight: service.Sight
    now: datetime


@asynccontextmanager
async def _opened(here: Services, actor: Actor) -> AsyncIterator[_Desk]:
    now = here.clock.now()
    async with here.db.session(Scope(actor.tenant_id, user_id=actor.user_id)) as session:
        sight = await service.sight_of(session, actor, now)
        await enter_scope(session, scope_of(actor))
        yield _Desk(session, sight, now)


@router.get("")
async def list_work(
    actor: Reader,
    here: At,
    state: State = State.OPEN,
    mine: bool = False,
    kind: Kind | None = None,
    queue: UUID | None = None,
    project: UUID | None = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WorkPage:
    """Items of a state: those to be done in the order of their time, those done the latest first."""
    async with _opened(here, actor) as desk:
        where: list[ColumnElement[bool]] = [WorkItem.state == state.value]
        if desk.sight is not None:
            where.append(desk.sight)
        if mine:
            where.append(WorkItem.agent_id == actor.user_id)
        for column, value in (
            (WorkItem.kind, kind.value if kind else None),
            (WorkItem.queue_id, queue),
            (WorkItem.project_id, project),
        ):
            if value is not None:
                where.append(column == value)
        done = state is State.DONE
        after = _read(cursor) if cursor is not None else None
        rows = await repository.find(desk.session, where, done=done, after=after, limit=limit + 1)
    page = rows[:limit]
    last = page[-1].WorkItem if len(rows) > limit else None
    place = None
    if last is not None:
        place = _place((last.done_at if done else last.sort_at) or last.sort_at, last.id)
    return WorkPage(items=[WorkShown(**_shown(row, actor)) for row in page], next=place)


@router.get("/of-customer")
async def of_customer(
    actor: Doer,
    here: At,
    project: UUID,
    caller: Annotated[str, Query(max_length=80)] = "",
    customer: UUID | None = None,
) -> WorkPage:
    """What is still to be done for who calls, at the project's client: by number, or for the customer."""
    async with _opened(here, actor) as desk:
        of = repository.of_customer(project, caller, customer)
        where = [of] if desk.sight is None else [of, desk.sight]
        rows = await repository.find(desk.session, where, done=False, after=None, limit=OF_CUSTOMER_MOST)
    return WorkPage(items=[WorkShown(**_shown(row, actor)) for row in rows], next=None)


@router.get("/tally")
async def tally(actor: Reader, here: At) -> WorkTally:
    """How much there is to do."""
    async with _opened(here, actor) as desk:
        counts = await repository.tally(desk.session, desk.sight, actor.user_id, desk.now)
    return WorkTally(open=counts[0], mine=counts[1], due=counts[2])


@router.get("/{id}")
async def read_work(id: UUID, actor: Reader, here: At) -> WorkDetail:
    """One item with its history."""
    async with _opened(here, actor) as desk:
        return await _detail(desk, actor, id)


@router.post("/{id}/take")
async def take(id: UUID, actor: Agent, here: At) -> WorkDetail:
    """Have the item; it is nobody else's until it is done or given back."""
    async with _opened(here, actor) as desk:
        fresh = await service.take(desk.session, actor, desk.sight, id, desk.now)
        answer = await _detail(desk, actor, id)
        if fresh:
            await _write_down(desk, actor, "work_take", id)
    return _told(here, actor, answer)


@router.post("/{id}/give-back")
async def give_back(id: UUID, actor: Doer, here: At) -> WorkDetail:
    """Let somebody else have it. Supervisors may take it away from anybody."""
    async with _opened(here, actor) as desk:
        await service.give_back(desk.session, actor, desk.sight, id, desk.now)
        answer = await _detail(desk, actor, id)
        await _write_down(desk, actor, "work_give_back", id)
    return _told(here, actor, answer)


@router.post("/{id}/assign")
async def assign(id: UUID, body: Assignment, actor: Supervisor, here: At) -> WorkDetail:
    """Give it to an agent, whoever has it now."""
    async with _opened(here, actor) as desk:
        fresh = await service.assign(desk.session, actor, desk.sight, id, body.agent_id, desk.now)
        answer = await _detail(desk, actor, id)
        if fresh:
            await _write_down(desk, actor, "work_assign", id, agent_id=body.agent_id)
    return _told(here, actor, answer)


@router.post("/{id}/done")
async def done(id: UUID, body: WorkDoneBody, actor: Doer, here: At) -> WorkDetail:
    """It is done: with what outcome, and a note."""
    async with _opened(here, actor) as desk:
        await service.finish(desk.session, actor, desk.sight, id, Outcome(body.outcome), body.note, desk.now)
        answer = await _detail(desk, actor, id)
        await _write_down(desk, actor, "work_done", id, outcome=body.outcome, note=body.note)
    return _told(here, actor, answer)


def _told(here: Services, actor: Actor, answer: WorkDetail) -> WorkDetail:
    here.bus.publish(f"{TOPIC}.{actor.tenant_id}", {})
    return answer


async def _write_down(desk: _Desk, actor: Actor, action: str, id: UUID, **after: Any) -> None:
    """The audit entry; behind a client's walls there is no audit log."""
    await enter_scope(desk.session, Scope(actor.tenant_id, user_id=actor.user_id))
    audit.record(
        desk.session,
        actor,
        desk.now,
        action,
        "work_item",
        object_id=id,
        after=audit.snapshot(after) or None,
    )


async def _detail(desk: _Desk, actor: Actor, id: UUID) -> WorkDetail:
    row = await repository.one(desk.session, id, desk.sight)
    if row is None:
        raise not_found("work_item")
    steps = await service.history(desk.session, row.WorkItem)
    ids = {person for step in steps for person in (step.agent_id, step.by_id) if person is not None}
    names = {person: user.name for person in ids if (user := await desk.session.get(User, person))}
    return WorkDetail(
        **_shown(row, actor),
        history=[
            WorkStep(
                at=step.at,
                kind=step.kind,
                agent=_who(step.agent_id, names.get(step.agent_id) if step.agent_id else None),
                by=_who(step.by_id, names.get(step.by_id) if step.by_id else None),
                detail=step.detail,
            )
            for step in steps
        ],
    )


def _shown(row: Any, actor: Actor) -> dict[str, Any]:
    item: WorkItem = row.WorkItem
    # From a client's people numbers are hidden, unless they take the calls.
    hidden = actor.client_id is not None and not actor.may(Permission.DESK)
    return {
        "id": item.id,
        "kind": item.kind,
        "why": item.why,
        "state": item.state,
        "contact_id": item.contact_id,
        "caller": mask(item.caller) if hidden else item.caller,
        "customer": _who(item.customer_id, row.customer),
        "tier": row.tier,
        "client": _who(item.client_id, row.client),
        "project": _who(item.project_id, row.project),
        "queue": _who(item.queue_id, row.queue),
        "agent": _who(item.agent_id, row.agent),
        "mine": item.state == State.TAKEN.value and item.agent_id == actor.user_id,
        "calls": item.calls,
        "length_ms": item.length_ms,
        "opened_at": item.opened_at,
        "last_at": item.last_at,
        "due_at": item.due_at,
        "taken_at": item.taken_at,
        "done_at": item.done_at,
        "outcome": item.outcome,
        "note": item.note,
        "promise": row.promise or "",
    }


def _who(id: UUID | None, name: str | None) -> Who | None:
    return Who(id=id, name=name) if id is not None and name is not None else None


def _place(at: datetime, id: UUID) -> str:
    """The place behind an item, opaque to clients."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {id}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    """What `_place` packed. Raises `cursor.invalid`."""
    try:
        at, _, id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(" ")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("an instant without zone")
        return instant, UUID(id)
    except ValueError as error:
        raise AndonError("cursor.invalid", 422) from error
