"""HTTP of what supervisors tell agents: messages to some or all, notes at a moment of a recording.

An agent reads, acknowledges and answers the own ones only, whatever walls the agent works behind.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from andon.identity import audit
from andon.identity.access import At, Supervisor, may
from andon.identity.model import Actor, Permission, Role
from andon.identity.tables import User
from andon.interactions.events import ContactConnected
from andon.kit.database import Scope
from andon.kit.errors import AndonError, not_found
from andon.kit.ids import uuid7
from andon.kit.journal.store import append
from andon.kit.web import Body, Services, invalid
from andon.messages import texts  # noqa: F401  (registers what is said here)
from andon.messages.events import MessageAnswered, MessageRead, MessageSent
from andon.messages.tables import Message

TOPIC = "message"  # message.<tenant_id>: `to` names whose messages are others now
MOST_AT_ONCE = 2000

router = APIRouter(prefix="/api", tags=["message"])

Agent = Annotated[Actor, may(Permission.DESK)]
Either = Annotated[Actor, may(Permission.DESK, Permission.SUPERVISE)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]

_TALKED = text(
    "SELECT EXISTS (SELECT FROM journal WHERE tenant_id = andon_tenant() AND contact_id = :contact"
    " AND kind = :kind AND agent_id = :agent)"
)


class MessageIn(Body):
    """To agents by name, to departments, or to everybody who is an agent."""

    text: Words
    agent_ids: Annotated[list[UUID], Field(max_length=500, default_factory=list)]
    departments: Annotated[
        list[Annotated[str, StringConstraints(max_length=80)]], Field(max_length=50, default_factory=list)
    ]
    everybody: bool = False


class NoteIn(Body):
    """`at_ms` from the start of the recording."""

    agent_id: UUID
    at_ms: Annotated[int, Field(ge=0, le=86_400_000)]
    text: Words


class AnswerIn(Body):
    text: Words


class Sent(BaseModel):
    """How many agents were told."""

    count: int


class Unread(BaseModel):
    count: int


class MessageShown(BaseModel):
    """`contact_id` and `at_ms`: the moment of a recording that it is about."""

    id: UUID
    from_name: str
    to_id: UUID
    to_name: str
    text: str
    sent_at: datetime
    contact_id: UUID | None
    at_ms: int | None
    read_at: datetime | None
    answer: str
    answered_at: datetime | None


class MessagePage(BaseModel):
    items: list[MessageShown]
    next: UUID | None


def _scope(actor: Actor) -> Scope:
    """The operator's: what is shown is narrowed to the asker by name."""
    return Scope(actor.tenant_id, user_id=actor.user_id)


@router.post("/messages", status_code=201)
async def send(body: MessageIn, actor: Supervisor, here: At) -> Sent:
    """Tell agents something; it is at their desks at once and kept. Raises `message.nobody`."""
    async with here.db.session(_scope(actor)) as session:
        agents = await _agents(session, body)
        if not agents:
            raise AndonError("message.nobody", 422)
        await _tell(session, actor, here, agents, body.text)
    _announce(here, actor, agents)
    return Sent(count=len(agents))


@router.post("/contacts/{contact_id}/notes", status_code=201)
async def note_moment(contact_id: UUID, body: NoteIn, actor: Supervisor, here: At) -> Sent:
    """Tell an agent something about a moment of the recording. Raises `message.not_theirs`."""
    async with here.db.session(_scope(actor)) as session:
        wanted = {"contact": contact_id, "agent": body.agent_id, "kind": ContactConnected.kind}
        if not await session.scalar(_TALKED, wanted):
            raise AndonError("message.not_theirs", 422)
        await _tell(session, actor, here, [body.agent_id], body.text, contact_id, body.at_ms)
    _announce(here, actor, [body.agent_id])
    return Sent(count=1)


@router.get("/contacts/{contact_id}/notes")
async def notes_of(contact_id: UUID, actor: Either, here: At) -> MessagePage:
    """What was said about moments of the recording, in their order; an agent sees the own only."""
    where = [Message.contact_id == contact_id]
    if not actor.supervises:
        where.append(Message.to_id == actor.user_id)
    async with here.db.session(_scope(actor)) as session:
        rows = await session.execute(_listed().where(*where).order_by(Message.at_ms, Message.id).limit(200))
        return MessagePage(items=[_shown(row) for row in rows], next=None)


@router.get("/messages")
async def list_messages(
    actor: Either,
    here: At,
    box: Literal["in", "out"] = "in",
    notes: bool | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MessagePage:
    """What the asker was told, or told others; `notes`: only those about a moment, or only the others."""
    where: list[ColumnElement[bool]] = [(Message.to_id if box == "in" else Message.from_id) == actor.user_id]
    if notes is not None:
        where.append(Message.contact_id.is_not(None) if notes else Message.contact_id.is_(None))
    if cursor is not None:
        where.append(Message.id < cursor)
    async with here.db.session(_scope(actor)) as session:
        rows = list(
            await session.execute(_listed().where(*where).order_by(Message.id.desc()).limit(limit + 1))
        )
    items = [_shown(row) for row in rows[:limit]]
    return MessagePage(items=items, next=items[-1].id if len(rows) > limit else None)


@router.get("/messages/unread")
async def unread(actor: Agent, here: At) -> Unread:
    """How many the asker has not acknowledged."""
    query = select(func.count()).where(Message.to_id == actor.user_id, Message.read_at.is_(None))
    async with here.db.session(_scope(actor)) as session:
        return Unread(count=await session.scalar(query) or 0)


@router.post("/messages/{id}/read")
async def acknowledge(id: UUID, actor: Agent, here: At) -> MessageShown:
    """The asker has seen it."""
    async with here.db.session(_scope(actor)) as session:
        message = await _own(session, actor, id)
        await _read(session, actor, message, here.clock.now())
        answer = await _one(session, id)
    _announce(here, actor, [message.to_id, message.from_id])
    return answer


@router.post("/messages/{id}/answer")
async def answer(id: UUID, body: AnswerIn, actor: Agent, here: At) -> MessageShown:
    """Answer once; that also says that it was seen. Raises `message.answered`."""
    now = here.clock.now()
    async with here.db.session(_scope(actor)) as session:
        message = await _own(session, actor, id)
        if message.answered_at is not None:
            raise AndonError("message.answered", 409)
        await _read(session, actor, message, now)
        message.answer, message.answered_at = body.text, now
        await session.flush()
        fact = MessageAnswered(
            at=now, tenant_id=actor.tenant_id, agent_id=actor.user_id, message_id=message.id
        )
        await append(session, fact)
        audit.record(session, actor, now, "answer", "message", object_id=id, after={"answer": body.text})
        shown = await _one(session, id)
    _announce(here, actor, [message.to_id, message.from_id])
    return shown


async def _agents(session: AsyncSession, body: MessageIn) -> list[UUID]:
    """Those who are told. Raises a field error for somebody who is no agent."""
    wanted = select(User.id).where(User.active, User.roles.contains([Role.AGENT.value]))
    if body.everybody:
        return list(await session.scalars(wanted.limit(MOST_AT_ONCE)))
    named = set(await session.scalars(wanted.where(User.id.in_(body.agent_ids))))
    if named != set(body.agent_ids):
        raise invalid(agent_ids="field.unknown_reference")
    there = await session.scalars(wanted.where(User.department.in_(body.departments)).limit(MOST_AT_ONCE))
    return list(named | set(there))


async def _tell(
    session: AsyncSession,
    actor: Actor,
    here: Services,
    agents: list[UUID],
    words: str,
    contact_id: UUID | None = None,
    at_ms: int | None = None,
) -> None:
    """The rows, their facts, and one audit entry for all."""
    now, batch_id = here.clock.now(), uuid7()
    rows = [
        Message(
            id=uuid7(),
            batch_id=batch_id,
            from_id=actor.user_id,
            to_id=agent_id,
            text=words,
            sent_at=now,
            contact_id=contact_id,
            at_ms=at_ms,
        )
        for agent_id in agents
    ]
    session.add_all(rows)
    await session.flush()
    facts = [
        MessageSent(
            at=now,
            tenant_id=actor.tenant_id,
            agent_id=row.to_id,
            message_id=row.id,
            by_id=actor.user_id,
            about_id=contact_id,
            at_ms=at_ms,
        )
        for row in rows
    ]
    await append(session, *facts)
    after: dict[str, Any] = {"text": words, "agents": [str(agent_id) for agent_id in agents]}
    if contact_id is not None:
        after |= {"contact_id": str(contact_id), "at_ms": at_ms}
    audit.record(session, actor, now, "send", "message", object_id=batch_id, after=after)


async def _own(session: AsyncSession, actor: Actor, id: UUID) -> Message:
    wanted = select(Message).where(Message.id == id, Message.to_id == actor.user_id)
    message: Message | None = await session.scalar(wanted.with_for_update())
    if message is None:
        raise not_found("message")
    return message


async def _read(session: AsyncSession, actor: Actor, message: Message, now: datetime) -> None:
    if message.read_at is not None:
        return
    message.read_at = now
    await session.flush()
    waited_ms = max(0, round((now - message.sent_at).total_seconds() * 1000))
    await append(
        session,
        MessageRead(
            at=now,
            tenant_id=actor.tenant_id,
            agent_id=actor.user_id,
            message_id=message.id,
            waited_ms=waited_ms,
        ),
    )


_From, _To = aliased(User), aliased(User)


def _listed() -> Any:
    return (
        select(Message, _From.name.label("from_name"), _To.name.label("to_name"))
        .join(_From, _From.id == Message.from_id)
        .join(_To, _To.id == Message.to_id)
    )


async def _one(session: AsyncSession, id: UUID) -> MessageShown:
    return _shown((await session.execute(_listed().where(Message.id == id))).one())


def _shown(row: Any) -> MessageShown:
    message: Message = row.Message
    return MessageShown(
        id=message.id,
        from_name=row.from_name,
        to_id=message.to_id,
        to_name=row.to_name,
        text=message.text,
        sent_at=message.sent_at,
        contact_id=message.contact_id,
        at_ms=message.at_ms,
        read_at=message.read_at,
        answer=message.answer,
        answered_at=message.answered_at,
    )


def _announce(here: Services, actor: Actor, to: list[UUID]) -> None:
    here.bus.publish(f"{TOPIC}.{actor.tenant_id}", {"to": [str(id) for id in to]})
