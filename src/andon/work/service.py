"""The work list: what facts make of it, and what people do with it. Each change is a row and a fact."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity.model import Actor, Permission, Role
from andon.identity.tables import User
from andon.interactions.events import ContactConnected, WrapUpSubmitted
from andon.kit.errors import AndonError, not_found
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.kit.journal.store import append
from andon.kit.web import invalid
from andon.routing.repository import queues_served
from andon.work import repository
from andon.work.events import WorkDone, WorkGivenBack, WorkOpened, WorkRepeated, WorkTaken
from andon.work.model import BY_ITSELF, Call, Kind, Opening, Outcome, State, opening, sort_at
from andon.work.tables import WorkItem

SETTLED_BY_A_CALL: Final = frozenset({Kind.MISSED_CALL.value, Kind.CALLBACK.value})


# --- what facts make of it ----------------------------------------------------------------------------


async def hear(session: AsyncSession, fact: Fact, call: Call) -> bool:
    """Bring the list up to a fact of this contact; whether it changed."""
    if isinstance(fact, ContactConnected):
        return await _talked(session, fact, call)
    if isinstance(fact, WrapUpSubmitted):
        return await _promised(session, fact, call)
    made = opening(call, fact)
    if made is None:
        return False
    if made.kind is Kind.MISSED_CALL and await _missed_again(session, fact, call, made):
        return True
    await _open(session, fact, call, made)
    return True


async def _talked(session: AsyncSession, fact: ContactConnected, call: Call) -> bool:
    """The caller is with an agent: nobody needs to call them back for what was before, unless somebody
    has taken it already."""
    settled = [
        item
        for item in await repository.undone(session, call.client_id, call.caller_key)
        if item.state == State.OPEN.value and item.kind in SETTLED_BY_A_CALL and item.last_at <= fact.at
    ]
    for item in settled if call.caller_key else ():
        await _over(session, item, Outcome.CALLED_AGAIN, fact.at)
    return bool(settled) and bool(call.caller_key)


async def _missed_again(session: AsyncSession, fact: Fact, call: Call, made: Opening) -> bool:
    """Counts the call where the same caller is to be called back already."""
    for item in await repository.undone(session, call.client_id, call.caller_key):
        if item.kind == made.kind.value and item.queue_id == made.queue_id:
            item.calls += 1
            item.last_at = max(item.last_at, fact.at)
            again = WorkRepeated(
                **_about(item, fact.at), item_id=item.id, again_id=call.contact_id, calls=item.calls
            )
            await append(session, again)
            return True
    return False


async def _promised(session: AsyncSession, fact: WrapUpSubmitted, call: Call) -> bool:
    """A summary's follow-up belongs to the agent who promised it."""
    summary = await repository.summary_of(session, call.contact_id)
    due_at = summary.follow_up_at if summary is not None else None
    items = await repository.of_contact(session, call.contact_id, Kind.FOLLOW_UP)
    waiting = next((item for item in items if item.state != State.DONE.value), None)
    if due_at is None:
        if waiting is not None:
            await _over(session, waiting, Outcome.WITHDRAWN, fact.at)
        return waiting is not None
    if any(item.due_at == due_at for item in items):
        return False
    if waiting is not None:
        waiting.due_at = waiting.sort_at = due_at
        return True
    made = Opening(kind=Kind.FOLLOW_UP, why="follow_up", queue_id=call.queue_id)
    item = await _open(session, fact, call, made, due_at)
    if fact.agent_id is not None:
        _hand(item, fact.agent_id, fact.at)
        await append(session, WorkTaken(**_about(item, fact.at), agent_id=fact.agent_id, item_id=item.id))
    return True


async def _open(
    session: AsyncSession, fact: Fact, call: Call, made: Opening, due_at: datetime | None = None
) -> WorkItem:
    item = WorkItem(
        id=uuid7(),
        client_id=call.client_id,
        project_id=call.project_id,
        queue_id=made.queue_id,
        contact_id=call.contact_id,
        kind=made.kind.value,
        why=made.why,
        caller=call.caller,
        caller_key=call.caller_key,
        customer_id=call.customer_id,
        length_ms=made.length_ms,
        calls=1,
        opened_at=fact.at,
        last_at=fact.at,
        due_at=due_at,
        sort_at=sort_at(fact.at, due_at),
        state=State.OPEN.value,
        note="",
    )
    session.add(item)
    await session.flush()
    opened = WorkOpened(
        **_about(item, fact.at),
        item_id=item.id,
        what=made.kind,
        why=made.why,
        queue_id=made.queue_id,
        due_at=due_at,
    )
    await append(session, opened)
    return item


async def _over(session: AsyncSession, item: WorkItem, outcome: Outcome, at: datetime) -> None:
    item.state, item.outcome, item.done_at = State.DONE.value, outcome.value, at
    await session.flush()
    await append(session, WorkDone(**_about(item, at), item_id=item.id, outcome=outcome))


# --- what people do with it ---------------------------------------------------------------------------


Sight = ColumnElement[bool] | None


async def sight_of(session: AsyncSession, actor: Actor, now: datetime) -> Sight:
    """What the asker may see of the list within their walls; None: all of it. Needs the operator's
    session: skills are out of sight behind a client's walls."""
    if actor.may(Permission.CONTACTS) or actor.supervises:
        return None
    return repository.seen_by(actor.user_id, await queues_served(session, actor.user_id, now))


async def take(session: AsyncSession, actor: Actor, sight: Sight, id: UUID, now: datetime) -> bool:
    """An open item becomes the asker's; false when it is already. Raises `work.taken`, `work.over`."""
    item = await _locked(session, sight, id)
    if item.state == State.TAKEN.value and item.agent_id == actor.user_id:
        return False
    await _refuse_unless(session, item, State.OPEN)
    _hand(item, actor.user_id, now)
    await append(session, WorkTaken(**_about(item, now), agent_id=actor.user_id, item_id=id))
    return True


async def assign(
    session: AsyncSession, actor: Actor, sight: Sight, id: UUID, agent_id: UUID, now: datetime
) -> bool:
    """A supervisor gives an item, open or somebody's, to an agent; false when that agent has it. Raises a
    field error for somebody who is no agent or may not see the item's client, and `work.over`."""
    item = await _locked(session, sight, id)
    if item.state == State.DONE.value:
        raise AndonError("work.over", 409)
    agent = await session.get(User, agent_id)
    if agent is None or not agent.active or Role.AGENT.value not in agent.roles:
        raise invalid(agent_id="field.unknown_reference")
    if agent.client_id not in {None, item.client_id}:
        raise invalid(agent_id="field.unknown_reference")
    if item.agent_id == agent_id and item.state == State.TAKEN.value:
        return False
    if item.state == State.TAKEN.value:
        await _return(session, item, actor, now)
    _hand(item, agent_id, now)
    taken = WorkTaken(**_about(item, now), agent_id=agent_id, item_id=id, by_id=actor.user_id)
    await append(session, taken)
    return True


async def give_back(session: AsyncSession, actor: Actor, sight: Sight, id: UUID, now: datetime) -> None:
    """The item is open again. Raises `work.not_yours` unless the asker has it or supervises."""
    item = await _locked(session, sight, id)
    await _refuse_unless(session, item, State.TAKEN)
    if item.agent_id != actor.user_id and not actor.supervises:
        raise AndonError("work.not_yours", 409)
    await _return(session, item, actor, now)


async def finish(
    session: AsyncSession,
    actor: Actor,
    sight: Sight,
    id: UUID,
    outcome: Outcome,
    note: str,
    now: datetime,
) -> None:
    """The item is done. Raises `work.not_yours` unless the asker has it or supervises, `work.over`."""
    if outcome in BY_ITSELF:
        raise invalid(outcome="field.invalid")
    item = await _locked(session, sight, id)
    if item.state == State.DONE.value:
        raise AndonError("work.over", 409)
    if item.agent_id != actor.user_id and not actor.supervises:
        raise AndonError("work.not_yours", 409)
    item.done_by, item.note = actor.user_id, note
    item.state, item.outcome, item.done_at = State.DONE.value, outcome.value, now
    await session.flush()
    done = WorkDone(**_about(item, now), agent_id=actor.user_id, item_id=id, outcome=outcome)
    await append(session, done)


async def _locked(session: AsyncSession, sight: Sight, id: UUID) -> WorkItem:
    item = await repository.lock(session, id, sight)
    if item is None:
        raise not_found("work_item")
    return item


async def _refuse_unless(session: AsyncSession, item: WorkItem, state: State) -> None:
    if item.state == state.value:
        return
    if item.state == State.TAKEN.value and item.agent_id is not None:
        holder = await session.get(User, item.agent_id)
        raise AndonError("work.taken", 409, who=holder.name if holder is not None else "—")
    raise AndonError("work.over" if item.state == State.DONE.value else "work.not_yours", 409)


async def _return(session: AsyncSession, item: WorkItem, actor: Actor, now: datetime) -> None:
    by_id = None if item.agent_id == actor.user_id else actor.user_id
    back = WorkGivenBack(**_about(item, now), agent_id=item.agent_id, item_id=item.id, by_id=by_id)
    item.state, item.agent_id, item.taken_at = State.OPEN.value, None, None
    await session.flush()
    await append(session, back)


def _hand(item: WorkItem, agent_id: UUID, at: datetime) -> None:
    item.state, item.agent_id, item.taken_at = State.TAKEN.value, agent_id, at


def _about(item: WorkItem, at: datetime) -> dict[str, Any]:
    """The envelope of a fact about an item, the agent aside."""
    return {
        "at": at,
        "tenant_id": item.tenant_id,
        "client_id": item.client_id,
        "project_id": item.project_id,
        "contact_id": item.contact_id,
    }


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an item's history."""

    at: datetime
    kind: str
    agent_id: UUID | None
    by_id: UUID | None
    detail: str


async def history(session: AsyncSession, item: WorkItem) -> list[Step]:
    """What happened to the item. `detail` is an outcome, a count of calls, or empty."""
    steps = []
    for fact in await repository.history_of(session, item):
        detail = ""
        if isinstance(fact, WorkDone):
            detail = fact.outcome.value
        elif isinstance(fact, WorkRepeated):
            detail = str(fact.calls)
        steps.append(
            Step(
                at=fact.at,
                kind=fact.kind.removeprefix("work."),
                agent_id=fact.agent_id,
                by_id=getattr(fact, "by_id", None),
                detail=detail,
            )
        )
    return steps
