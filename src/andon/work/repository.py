"""SQL of the work list."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, text, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.customers.model import phone_key
from andon.customers.tables import CustomerRow
from andon.identity.tables import Client, Project, User
from andon.interactions.tables import WrapUp
from andon.kit.journal import Fact
from andon.kit.journal.reader import FACT_COLUMNS, Cursor, fact_of
from andon.routing.tables import Queue
from andon.work.model import Kind, State
from andon.work.tables import WorkCursor, WorkItem

_CALLS = text(
    f"SELECT {FACT_COLUMNS} FROM journal WHERE tenant_id = andon_tenant()"  # noqa: S608  # constants
    " AND contact_id = ANY(CAST(:contacts AS uuid[])) AND kind IN ('contact.arrived', 'contact.identified',"
    " 'contact.queued', 'contact.dequeued', 'callback.kept') ORDER BY at, seq"
)
_HISTORY = text(
    f"SELECT {FACT_COLUMNS} FROM journal WHERE tenant_id = andon_tenant()"  # noqa: S608  # constants
    " AND contact_id = :contact AND kind IN ('work.opened', 'work.repeated', 'work.taken', 'work.given_back',"
    " 'work.done') AND data->>'item_id' = CAST(:item AS text) ORDER BY at, seq"
)


async def load_cursor(session: AsyncSession, *, lock: bool = False) -> Cursor:
    """How far the scope's tenant was read; `lock` keeps other readers out until the commit."""
    if lock:
        await session.execute(insert(WorkCursor).values(xid=0, seq=0).on_conflict_do_nothing())
    query = select(WorkCursor.xid, WorkCursor.seq)
    found = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return Cursor() if found is None else Cursor(found.xid, found.seq)


async def save_cursor(session: AsyncSession, cursor: Cursor) -> None:
    """Keep the place reached; the row was locked by `load_cursor`."""
    await session.execute(update(WorkCursor).values(xid=cursor.xid, seq=cursor.seq))


async def facts_of_calls(session: AsyncSession, contacts: Iterable[UUID]) -> dict[UUID, list[Fact]]:
    """What says whose calls these are and where they waited, in order, by contact."""
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for row in await session.execute(_CALLS, {"contacts": list(contacts)}):
        found[row.contact_id].append(fact_of(row))
    return found


async def history_of(session: AsyncSession, item: WorkItem) -> list[Fact]:
    """The item's own facts in order of time."""
    rows = await session.execute(_HISTORY, {"contact": item.contact_id, "item": str(item.id)})
    return [fact_of(row) for row in rows]


async def undone(session: AsyncSession, client_id: UUID, caller_key: str) -> list[WorkItem]:
    """What is still to be done about a caller, locked."""
    rows = await session.scalars(
        select(WorkItem)
        .where(
            WorkItem.client_id == client_id,
            WorkItem.caller_key == caller_key,
            WorkItem.state != State.DONE.value,
        )
        .order_by(WorkItem.opened_at)
        .with_for_update()
    )
    return list(rows)


async def of_contact(session: AsyncSession, contact_id: UUID, kind: Kind) -> list[WorkItem]:
    """The contact's items of a kind, done ones too, locked; the newest first."""
    rows = await session.scalars(
        select(WorkItem)
        .where(WorkItem.contact_id == contact_id, WorkItem.kind == kind.value)
        .order_by(WorkItem.id.desc())
        .with_for_update()
    )
    return list(rows)


async def summary_of(session: AsyncSession, contact_id: UUID) -> WrapUp | None:
    return await session.get(WrapUp, contact_id)


def seen_by(agent_id: UUID, queues: Sequence[UUID]) -> ColumnElement[bool]:
    """What an agent may see: work of the queues the agent serves, of no queue, and the own."""
    return or_(WorkItem.queue_id.is_(None), WorkItem.queue_id.in_(queues), WorkItem.agent_id == agent_id)


def of_customer(project_id: UUID, caller: str, customer_id: UUID | None) -> ColumnElement[bool]:
    """What is not done yet for a caller or a customer, at the client of a project."""
    key = phone_key(caller)
    client = select(Project.client_id).where(Project.id == project_id).scalar_subquery()
    who = [WorkItem.caller_key == key] if key else []
    if customer_id is not None:
        who.append(WorkItem.customer_id == customer_id)
    return and_(WorkItem.state != State.DONE.value, WorkItem.client_id == client, or_(false(), *who))


async def lock(session: AsyncSession, id: UUID, where: ColumnElement[bool] | None) -> WorkItem | None:
    """The item, nobody else's until the commit."""
    query = select(WorkItem).where(WorkItem.id == id, true() if where is None else where)
    found: WorkItem | None = await session.scalar(query.with_for_update())
    return found


def _listed() -> Any:
    return (
        select(
            WorkItem,
            CustomerRow.name.label("customer"),
            CustomerRow.tier.label("tier"),
            Client.short_name.label("client"),
            Project.name.label("project"),
            Queue.name.label("queue"),
            User.name.label("agent"),
            WrapUp.note.label("promise"),
        )
        .outerjoin(CustomerRow, CustomerRow.id == WorkItem.customer_id)
        .outerjoin(Client, Client.id == WorkItem.client_id)
        .outerjoin(Project, Project.id == WorkItem.project_id)
        .outerjoin(Queue, Queue.id == WorkItem.queue_id)
        .outerjoin(User, User.id == WorkItem.agent_id)
        .outerjoin(
            WrapUp,
            (WrapUp.contact_id == WorkItem.contact_id) & (WorkItem.kind == Kind.FOLLOW_UP.value),
        )
    )


async def one(session: AsyncSession, id: UUID, where: ColumnElement[bool] | None) -> Any | None:
    """The item with the names it needs."""
    query = _listed().where(WorkItem.id == id, true() if where is None else where)
    return (await session.execute(query)).one_or_none()


async def find(
    session: AsyncSession,
    where: Sequence[ColumnElement[bool]],
    *,
    done: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Any]:
    """Items with names: those to be done in their order, those done the latest first."""
    at = WorkItem.done_at if done else WorkItem.sort_at
    query = _listed().where(*where)
    if after is not None:
        place = tuple_(at, WorkItem.id)
        query = query.where(place < tuple_(*after) if done else place > tuple_(*after))
    order = (at.desc(), WorkItem.id.desc()) if done else (at, WorkItem.id)
    return list(await session.execute(query.order_by(*order).limit(limit)))


async def tally(
    session: AsyncSession, where: ColumnElement[bool] | None, agent_id: UUID, now: datetime
) -> tuple[int, int, int]:
    """How many are open, the agent's own, and of both together due by now."""
    mine = (WorkItem.state == State.TAKEN.value) & (WorkItem.agent_id == agent_id)
    is_open = WorkItem.state == State.OPEN.value
    due = or_(is_open, mine) & (WorkItem.due_at <= now)
    query = select(func.count().filter(is_open), func.count().filter(mine), func.count().filter(due)).where(
        WorkItem.state != State.DONE.value, true() if where is None else where
    )
    row = (await session.execute(query)).one()
    return row[0], row[1], row[2]


def entrusted(contact_id: UUID, agent_id: UUID) -> ColumnElement[bool]:
    """Whether the agent has, or had, work about the contact: its call is then the agent's to know."""
    return (
        select(WorkItem.id).where(WorkItem.contact_id == contact_id, WorkItem.agent_id == agent_id).exists()
    )
