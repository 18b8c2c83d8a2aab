"""What a core that died left open in the journal, and the next one cannot resume, is closed.

Everything open that is not resumed ends at the last instant the journal knows of that core (its heartbeat
or any later fact): contacts as `interrupted`, offers and waits as `ended`, agents as offline. So the books
balance, and what can have been lost is at most one heartbeat.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice.events import MobileDialled, MobileEnd, MobileEnded
from andon.channels.voice.model import VoiceConfig
from andon.interactions.callbacks import Callbacks
from andon.interactions.card.events import CardBegan, CardEnd, CardEnded
from andon.interactions.events import (
    By,
    CallbackKept,
    ContactArrived,
    ContactConnected,
    ContactDequeued,
    ContactDisconnected,
    ContactEnded,
    ContactHeld,
    ContactIdentified,
    ContactQueued,
    ContactRetrieved,
    OfferEnded,
    OfferMade,
    Outcome,
    VoicemailLeft,
)
from andon.interactions.inside.events import InternalJoined, InternalLeft, InternalPassed
from andon.interactions.model import Mark, Taping, span_ms, spans_of
from andon.interactions.monitor.events import (
    FollowBegan,
    FollowEnded,
    MonitorEnded,
    MonitorModeChanged,
    MonitorStarted,
)
from andon.interactions.ports import ContactView
from andon.kit.database import Database, Scope
from andon.kit.journal import Fact, decode
from andon.routing.events import AgentSignedOut, AgentState, AgentStateChanged
from andon.telephony.events import RecordingStarted, RecordingStopped

log = structlog.get_logger(__name__)

WHY = "core_lost"


class _Left(msgspec.Struct):
    """What one contact left open."""

    arrived: ContactArrived
    tier: str = "normal"
    customer_id: UUID | None = None
    queue: ContactQueued | None = None
    first: ContactQueued | None = None
    last: ContactQueued | None = None
    offer: OfferMade | None = None
    talk: ContactConnected | None = None
    colleague: InternalJoined | InternalPassed | None = None
    held_since: datetime | None = None
    held_ms: int = 0
    talked: bool = False
    voicemail: bool = False
    label: str = "flow"
    card: CardBegan | None = None
    tape: Taping | None = None
    mobiles: dict[str, MobileDialled] = {}


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A caller who waited in a queue, or talked, and is cut off."""

    arrived: ContactArrived
    tier: str
    customer_id: UUID | None
    queue_id: UUID
    priority: int  # asked for
    since: datetime  # waiting
    at: datetime


Owe = Callable[[Broken], datetime | None]  # until when the caller will be called back; None: not at all


def _nothing(broken: Broken) -> None:
    return None


def owed(callbacks: Callbacks, config: VoiceConfig, broken: Broken) -> datetime | None:
    """Keep the place of a caller who was cut off, if the number dialled still is one of ours."""
    arrived = broken.arrived
    number = next((each for each in config.numbers if each.number_id == arrived.number_id), None)
    project = next((each for each in config.projects if each.project_id == arrived.project_id), None)
    if number is None or number.flow_id is None or project is None or arrived.contact_id is None:
        return None
    view = ContactView(
        contact_id=arrived.contact_id,
        tenant_id=config.tenant_id,
        client_id=number.client_id,
        project_id=number.project_id,
        number_id=number.number_id,
        flow_id=number.flow_id,
        caller=arrived.caller,
        dnis=number.e164,
        language=project.language,
        arrived_at=arrived.at,
        customer_id=broken.customer_id,
        tier=broken.tier,
    )
    callback = callbacks.owed_to(view, broken.queue_id, broken.priority, broken.since, broken.at)
    return None if callback is None else callback.expires_at


def close_contact(facts: Sequence[Fact], at: datetime, owe: Owe = _nothing) -> list[Fact]:
    """The facts that end a contact at `at`, given all it has; nothing when it has ended or never arrived."""
    left: _Left | None = None
    for fact in facts:
        if isinstance(fact, ContactEnded):
            return []
        if isinstance(fact, ContactArrived):
            left = _Left(arrived=fact)
        elif left is not None:
            _follow(left, fact)
    if left is None:
        return []
    at = max(at, facts[-1].at)
    first = left.arrived
    subject: dict[str, Any] = {
        "at": at,
        "tenant_id": first.tenant_id,
        "client_id": first.client_id,
        "project_id": first.project_id,
        "contact_id": first.contact_id,
    }
    closing: list[Fact] = []
    if left.offer is not None:
        closing.append(
            OfferEnded(
                **subject,
                agent_id=left.offer.agent_id,
                offer_id=left.offer.offer_id,
                queue_id=left.offer.queue_id,
                how="ended",
                rang_ms=span_ms(at, left.offer.at),
            )
        )
    if left.queue is not None:
        closing.append(
            ContactDequeued(
                **subject,
                queue_id=left.queue.queue_id,
                how="ended",
                waited_ms=span_ms(at, left.queue.at),
            )
        )
    if left.talk is not None:
        held = left.held_ms + (span_ms(at, left.held_since) if left.held_since else 0)
        closing.append(
            ContactDisconnected(
                **subject,
                agent_id=left.talk.agent_id,
                by=By.SYSTEM,
                talked_ms=span_ms(at, left.talk.at),
                held_ms=held,
            )
        )
    if left.colleague is not None:
        since = left.colleague
        closing.append(InternalLeft(**subject, agent_id=since.agent_id, talked_ms=span_ms(at, since.at)))
    closing += [
        MobileEnded(
            **subject,
            agent_id=mobile.agent_id,
            channel_id=mobile.channel_id,
            how=MobileEnd.WITHDRAWN,
            total_ms=span_ms(at, mobile.at),
        )
        for mobile in left.mobiles.values()
    ]
    if left.card is not None:
        closing.append(
            CardEnded(
                **subject,
                agent_id=left.card.agent_id,
                source=left.card.source,
                how=CardEnd.CALL_OVER,
                began_at=left.card.at,
                private_ms=span_ms(at, left.card.at),
                keys=0,
            )
        )
    if left.tape is not None and left.tape.started is not None:
        total = span_ms(at, left.tape.started)
        closing.append(
            RecordingStopped(
                **subject,
                recording_id=left.tape.recording_id,
                total_ms=total,
                spans=spans_of(left.tape, total),
                open_end=True,
            )
        )
    if left.queue is not None or left.talk is not None:
        closing += _callback(left, at, subject, owe)
    outcome = Outcome.INTERRUPTED
    if left.talk is None and (left.talked or left.voicemail):
        outcome = Outcome.SERVED if left.talked else Outcome.VOICEMAIL
    closing.append(
        ContactEnded(**subject, outcome=outcome, by=By.SYSTEM, sip_cause=0, total_ms=span_ms(at, first.at))
    )
    return closing


def _callback(left: _Left, at: datetime, subject: dict[str, Any], owe: Owe) -> list[Fact]:
    """Who waited or talked may be owed a call."""
    first, last = left.first, left.last
    if first is None or last is None:
        return []
    broken = Broken(
        arrived=left.arrived,
        tier=left.tier,
        customer_id=left.customer_id,
        queue_id=last.queue_id,
        priority=last.asked_priority or 0,
        since=first.at,
        at=at,
    )
    until = owe(broken)
    if until is None:
        return []
    position = last.position if left.queue is not None else 1
    return [
        CallbackKept(
            **subject, queue_id=last.queue_id, position=position, expires_at=until, why="interrupted"
        )
    ]


def _follow(left: _Left, fact: Fact) -> None:
    agent_id: UUID | None = None
    match fact:
        case ContactIdentified():
            left.tier, left.customer_id = fact.tier, fact.customer_id
        case ContactQueued():
            left.first, left.last = left.first or fact, fact
            left.queue, left.label = fact, "queue"
        case ContactDequeued():
            left.queue, left.label = None, "flow"
        case OfferMade():
            left.offer = fact
        case OfferEnded():
            left.offer = None
        case ContactConnected():
            left.talk, left.talked, left.label = fact, True, "agent"
            left.held_ms, left.held_since = 0, None
        case ContactHeld():
            left.held_since, left.label = fact.at, "hold"
        case ContactRetrieved():
            left.held_ms += fact.held_ms
            left.held_since, left.label = None, "agent"
        case ContactDisconnected():
            left.talk, left.held_since, left.label = None, None, "survey"
        case InternalJoined() | InternalPassed():
            left.colleague = fact
        case InternalLeft():
            left.colleague = None
        case CardBegan():
            left.card = fact
        case CardEnded():
            left.card = None
        case MobileDialled():
            left.mobiles[fact.channel_id] = fact
        case MobileEnded():
            left.mobiles.pop(fact.channel_id, None)
        case VoicemailLeft():
            left.voicemail = True
        case RecordingStarted():
            left.tape = Taping(recording_id=fact.recording_id, started=fact.at)
        case RecordingStopped():
            left.tape = None
        case _:
            return
    if left.talk is not None:
        agent_id = left.talk.agent_id
    tape = left.tape
    if tape is not None and tape.started is not None:
        mark = Mark(span_ms(fact.at, tape.started), "card" if left.card is not None else left.label, agent_id)
        if not tape.marks or (tape.marks[-1].leg, tape.marks[-1].agent_id) != (mark.leg, mark.agent_id):
            tape.marks.append(mark)


def close_agent(last: AgentStateChanged, at: datetime) -> list[Fact]:
    """The facts that take an agent offline at `at`, given the last state; nothing for one who is."""
    if last.state is AgentState.OFFLINE:
        return []
    at = max(at, last.at)
    return [
        AgentStateChanged(
            at=at,
            tenant_id=last.tenant_id,
            agent_id=last.agent_id,
            state=AgentState.OFFLINE,
            previous=last.state,
            previous_ms=span_ms(at, last.at),
            by="system",
            why=WHY,
        ),
        AgentSignedOut(at=at, tenant_id=last.tenant_id, agent_id=last.agent_id, by="system", why=WHY),
    ]


def close_monitors(facts: Iterable[Fact], at: datetime, resumed: Set[UUID] = frozenset()) -> list[Fact]:
    """The facts that end at `at` the sessions of supervisors which these facts leave open, and their wishes
    to hear an agent's next calls, but those `resumed`."""
    begun: dict[UUID, MonitorStarted] = {}
    follows: dict[UUID, tuple[FollowBegan, int]] = {}  # with how many are left
    last: dict[UUID, MonitorStarted | MonitorModeChanged] = {}
    for fact in facts:
        match fact:
            case MonitorStarted():
                begun[fact.monitor_id] = last[fact.monitor_id] = fact
                if fact.follow_id in follows:
                    wish, left = follows[fact.follow_id]
                    follows[fact.follow_id] = wish, left - 1
            case FollowBegan():
                follows[fact.follow_id] = fact, fact.calls
            case FollowEnded():
                follows.pop(fact.follow_id, None)
            case MonitorModeChanged():
                last[fact.monitor_id] = fact
            case MonitorEnded():
                begun.pop(fact.monitor_id, None)
    closing: list[Fact] = [
        FollowEnded(
            at=max(at, wish.at),
            tenant_id=wish.tenant_id,
            agent_id=wish.agent_id,
            follow_id=wish.follow_id,
            supervisor_id=wish.supervisor_id,
            left=left,
            why=WHY,
        )
        for wish, left in follows.values()
        if wish.follow_id not in resumed
    ]
    for monitor_id, first in begun.items():
        if monitor_id in resumed:
            continue
        now = last[monitor_id]
        closing.append(
            MonitorEnded(
                at=max(at, now.at),
                tenant_id=first.tenant_id,
                client_id=first.client_id,
                project_id=first.project_id,
                contact_id=first.contact_id,
                agent_id=first.agent_id,
                monitor_id=monitor_id,
                supervisor_id=first.supervisor_id,
                mode=now.mode,
                previous_ms=span_ms(max(at, now.at), now.at),
                total_ms=span_ms(max(at, now.at), first.at),
                why=WHY,
            )
        )
    return closing


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    """What the core before left: `clean` when it stopped in order, all facts of each contact that is not
    resumed, the facts that close what else is not, and the last instant the journal knows."""

    clean: bool
    contacts: list[list[Fact]] = []
    closing: list[Fact] = []
    at: datetime | None = None

    def close(self, owe: Owe) -> list[Fact]:
        """The facts that close everything; `owe` keeps the places of callers who will be called back."""
        at = self.at
        contacts = [] if at is None else [close_contact(facts, at, owe) for facts in self.contacts]
        return [*(fact for facts in contacts for fact in facts), *self.closing]


# The order is `seq`; `at` only finds the partitions. Two days because a clock may have been set back.
_SINCE = "seq > :seq AND at >= CAST(:since AS timestamptz) - interval '2 days'"
_ROW = "kind, version, at, tenant_id, client_id, project_id, contact_id, agent_id, data"
_CORE = text(
    "SELECT kind, seq, at FROM journal WHERE kind IN ('core.started', 'core.stopped')"
    " ORDER BY seq DESC LIMIT 1"
)
# What is open began after the last core that had resumed nothing.
_BEGINNING = text(
    "SELECT seq, at FROM journal WHERE kind = 'core.started'"
    " AND coalesce((data->>'resumed_contacts')::int, 0) = 0"
    " AND coalesce((data->>'resumed_agents')::int, 0) = 0 ORDER BY seq DESC LIMIT 1"
)
_LAST = text(
    f"SELECT max(at) FROM journal WHERE {_SINCE}"  # noqa: S608  # constants only
    # written with or without a core: they say nothing of when it died
    " AND kind !~ '^(work|message)[.]'"
    " AND kind NOT IN ('wrapup.submitted', 'recording.stored', 'recording.incomplete')"
)
_OPEN_CONTACTS = text(
    f"SELECT {_ROW} FROM journal WHERE {_SINCE} AND contact_id IN ("  # noqa: S608  # constants only
    f" SELECT contact_id FROM journal WHERE kind = 'contact.arrived' AND {_SINCE}"
    f" EXCEPT SELECT contact_id FROM journal WHERE kind = 'contact.ended' AND {_SINCE})"
    " ORDER BY contact_id, seq"
)
_LAST_STATES = text(
    f"SELECT DISTINCT ON (agent_id) {_ROW} FROM journal"  # noqa: S608  # constants only
    f" WHERE kind = 'agent.state' AND {_SINCE} ORDER BY agent_id, seq DESC"
)

_MONITORS = text(
    f"SELECT {_ROW} FROM journal WHERE {_SINCE}"  # noqa: S608  # constants only
    " AND kind IN ('monitor.started', 'monitor.mode', 'monitor.ended', 'follow.began', 'follow.ended')"
    " ORDER BY seq"
)


def _fact(row: Any) -> Fact:
    envelope = {
        name: value
        for name in ("at", "tenant_id", "client_id", "project_id", "contact_id", "agent_id")
        if (value := getattr(row, name)) is not None
    }
    return decode(row.kind, row.version, envelope, row.data)


async def _facts(session: AsyncSession, query: Any, since: dict[str, Any]) -> Iterable[Fact]:
    return [_fact(row) for row in await session.execute(query, since)]


async def remains(
    db: Database,
    tenant_id: UUID,
    contacts: Set[UUID] = frozenset(),
    agents: Set[UUID] = frozenset(),
    follows: Set[UUID] = frozenset(),
    monitors: Set[UUID] = frozenset(),
) -> Remains:
    """Look what the core before left open for this tenant, besides the contacts, agents, supervisors'
    wishes and sessions resumed."""
    async with db.session(Scope(tenant_id)) as session:
        last = (await session.execute(_CORE)).first()
        if last is None or last.kind == "core.stopped":
            return Remains(clean=True)
        last = (await session.execute(_BEGINNING)).one()
        since = {"seq": last.seq, "since": last.at}
        at = await session.scalar(_LAST, since) or last.at
        by_contact: dict[UUID | None, list[Fact]] = {}
        for fact in await _facts(session, _OPEN_CONTACTS, since):
            if fact.contact_id not in contacts:
                by_contact.setdefault(fact.contact_id, []).append(fact)
        closing: list[Fact] = []
        for fact in await _facts(session, _LAST_STATES, since):
            if isinstance(fact, AgentStateChanged) and fact.agent_id not in agents:
                closing += close_agent(fact, at)
        closing += close_monitors(await _facts(session, _MONITORS, since), at, follows | monitors)
    log.warning("core_before_died", tenant_id=str(tenant_id), closed=len(by_contact), resumed=len(contacts))
    return Remains(clean=False, contacts=list(by_contact.values()), closing=closing, at=at)
