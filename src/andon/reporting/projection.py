"""Facts in, rows out: how the journal becomes the reporting tables. Pure.

`needs` names the rows a batch touches, `project` applies the batch to them. Applying a fact twice gives
the same rows as applying it once, so a projector that stops anywhere may begin again anywhere before.
Facts of one contact arrive in order, except those other processes append (wrap-up, recording storage),
which only set columns of their own.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from andon.interactions.dialling.events import OutboundDialled
from andon.interactions.events import (
    By,
    CallbackEnded,
    CallbackKept,
    CallbackPostponed,
    ContactArrived,
    ContactConnected,
    ContactDequeued,
    ContactDisconnected,
    ContactEnded,
    ContactIdentified,
    ContactQueued,
    FlowEntered,
    OfferEnded,
    OfferMade,
    SurveyAnswered,
    SurveyAsked,
    VoicemailLeft,
    WrapUpSubmitted,
)
from andon.interactions.inside.events import InternalDialled
from andon.kit.journal import Fact, Record
from andon.reporting.model import (
    CallbackRow,
    Changes,
    ContactRow,
    Needs,
    OfferRow,
    RecordingRow,
    Row,
    Shelf,
    StateRow,
    SurveyRow,
    Talk,
    VisitRow,
    VoicemailRow,
)
from andon.routing.events import AgentSignedIn, AgentState, AgentStateChanged
from andon.telephony.events import RecordingIncomplete, RecordingStarted, RecordingStopped, RecordingStored

_RECORDING_FACTS = (RecordingStarted, RecordingStopped, RecordingStored, RecordingIncomplete)


def needs(records: Iterable[Record]) -> Needs:
    """Keys of the rows that must be on the shelf before `project` sees these records."""
    wanted = Needs()
    for record in records:
        fact = record.fact
        if fact.contact_id is not None and type(fact) in _HANDLERS:
            wanted.contacts.add(fact.contact_id)
        if isinstance(fact, AgentStateChanged | AgentSignedIn) and fact.agent_id is not None:
            wanted.agents.add(fact.agent_id)
            wanted.records.add(record.id)
        if isinstance(fact, _RECORDING_FACTS):
            wanted.recordings.add(fact.recording_id)
    return wanted


def project(shelf: Shelf, records: Iterable[Record]) -> Changes:
    """Apply the records, in journal order, to the shelf; returns the rows that are new or differ."""
    batch = _Batch(shelf)
    for record in records:
        handler = _HANDLERS.get(type(record.fact))
        if handler is not None:
            handler(batch, record)
    return batch.changes()


class _Batch:
    """The shelf with a memory of what was touched."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._touched: dict[tuple[str, Any], Row] = {}
        self._news = Changes()

    def touch(self, key: object, row: Row) -> None:
        self._touched[type(row).__name__, key] = row

    def changes(self) -> Changes:
        self._news.rows = list(self._touched.values())
        return self._news

    def contact(self, fact: Fact) -> ContactRow | None:
        """The contact's row, made when a fact is the first we see of it; null for a fact of no contact."""
        if fact.contact_id is None:
            return None
        row = self.shelf.contacts.get(fact.contact_id)
        if row is None:
            row = self.shelf.contacts[fact.contact_id] = ContactRow(
                contact_id=fact.contact_id, arrived_at=fact.at
            )
        row.client_id = row.client_id or fact.client_id
        row.project_id = row.project_id or fact.project_id
        self.touch(row.contact_id, row)
        self._news.contacts.add(row.contact_id)
        if row.project_id is not None:
            self._news.projects.add(row.project_id)
        if row.agent_id is not None:
            self._news.agents.add(row.agent_id)
        return row

    def visits(self, contact_id: UUID) -> list[VisitRow]:
        found = [row for row in self.shelf.visits.values() if row.contact_id == contact_id]
        return sorted(found, key=lambda row: (row.queued_at, row.visit_id))

    def close_visit(self, visit: VisitRow, how: str, at: datetime, waited_ms: int) -> None:
        visit.how, visit.left_at, visit.waited_ms = how, at, waited_ms
        self.touch(visit.visit_id, visit)
        self._news.queues.add(visit.queue_id)

    def sum_visits(self, contact: ContactRow) -> None:
        """Bring the contact's queue columns up to its visits."""
        visits = self.visits(contact.contact_id)
        if not visits:
            return
        waits = [visit.waited_ms for visit in visits if visit.waited_ms is not None]
        contact.visits = len(visits)
        contact.queued_at = visits[0].queued_at
        contact.queue_id = visits[-1].queue_id
        contact.queue_how = visits[-1].how
        contact.waited_ms = sum(waits) if waits else None
        self._news.queues.update(visit.queue_id for visit in visits)

    def sum_wrap_up(self, contact_id: UUID | None) -> None:
        """Bring the contact's wrap-up time up to the agents' states."""
        contact = self.shelf.contacts.get(contact_id) if contact_id is not None else None
        if contact is None:
            return
        spent: dict[UUID, int] = {}
        for state in self.shelf.states.values():
            if state.contact_id == contact_id and state.state == AgentState.ACW:
                spent[state.agent_id] = spent.get(state.agent_id, 0) + (state.lasted_ms or 0)
        contact.acw_ms = sum(spent.values())
        talks = _talks(contact)
        for talk in reversed(talks):  # an agent's wrap-up stands with the last conversation
            talk.acw_ms = spent.pop(talk.agent_id, None) if talk.agent_id is not None else None
        self.keep_talks(contact, talks)
        self.touch(contact.contact_id, contact)
        if contact.queue_id is not None:
            self._news.queues.add(contact.queue_id)

    def keep_talks(self, contact: ContactRow, talks: list[Talk]) -> None:
        """Bring the contact's columns up to its conversations."""
        contact.talks = msgspec.to_builtins(talks)
        if not talks:
            return
        over = [talk for talk in talks if talk.talked_ms is not None]
        contact.connected_at, contact.agent_id = talks[0].connected_at, talks[-1].agent_id
        contact.talked_ms = sum(talk.talked_ms or 0 for talk in over) if over else None
        contact.held_ms = sum(talk.held_ms or 0 for talk in over) if over else None

    def agent_news(self, agent_id: UUID | None) -> None:
        if agent_id is not None:
            self._news.agents.add(agent_id)


def _talks(contact: ContactRow) -> list[Talk]:
    return msgspec.convert(contact.talks, list[Talk])


def _ms(since: datetime, until: datetime) -> int:
    return max(0, (until - since) // timedelta(milliseconds=1))


def _arrived(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactArrived)
    row = batch.contact(fact)
    if row is None:
        return
    row.arrived_at = fact.at
    row.medium, row.direction = fact.medium, fact.direction
    row.caller, row.dnis = fact.caller, fact.dnis
    row.number_id, row.trunk_id = fact.number_id, fact.trunk_id
    row.node, row.channel_id = fact.node, fact.channel_id


def _identified(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactIdentified)
    row = batch.contact(fact)
    if row is not None:
        row.customer_id, row.tier = fact.customer_id, fact.tier


def _flow_entered(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, FlowEntered)
    row = batch.contact(fact)
    if row is not None:
        row.flow_id, row.flow_version = fact.flow_id, fact.flow_version


def _queued(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactQueued)
    row = batch.contact(fact)
    if row is None:
        return
    if record.id not in batch.shelf.visits:
        visit = batch.shelf.visits[record.id] = VisitRow(
            visit_id=record.id,
            contact_id=row.contact_id,
            client_id=fact.client_id or row.client_id,
            project_id=fact.project_id or row.project_id,
            queue_id=fact.queue_id,
            priority=fact.priority,
            position=fact.position,
            queued_at=fact.at,
            estimated_wait_s=fact.estimated_wait_s,
        )
        batch.touch(visit.visit_id, visit)
    batch.sum_visits(row)


def _dequeued(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactDequeued)
    row = batch.contact(fact)
    if row is None:
        return
    for visit in batch.visits(row.contact_id):
        if visit.how is None and visit.queue_id == fact.queue_id and visit.queued_at <= fact.at:
            batch.close_visit(visit, fact.how, fact.at, fact.waited_ms)
    batch.sum_visits(row)


def _offer_made(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, OfferMade)
    row = batch.contact(fact)
    if row is None:
        return
    if fact.offer_id not in batch.shelf.offers:
        offer = batch.shelf.offers[fact.offer_id] = OfferRow(
            offer_id=fact.offer_id,
            contact_id=row.contact_id,
            client_id=fact.client_id or row.client_id,
            project_id=fact.project_id or row.project_id,
            queue_id=fact.queue_id,
            agent_id=fact.agent_id,
            device=fact.device,
            made_at=fact.at,
        )
        batch.touch(offer.offer_id, offer)
    row.offers = sum(1 for offer in batch.shelf.offers.values() if offer.contact_id == row.contact_id)
    batch.agent_news(fact.agent_id)


def _offer_ended(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, OfferEnded)
    offer = batch.shelf.offers.get(fact.offer_id)
    if offer is not None:
        offer.how, offer.ended_at, offer.rang_ms = fact.how, fact.at, fact.rang_ms
        batch.touch(offer.offer_id, offer)
        batch.agent_news(offer.agent_id)


def _outbound_dialled(batch: _Batch, record: Record) -> None:
    """Whoever calls is the contact's agent, also when nobody comes to the telephone."""
    fact = record.fact
    assert isinstance(fact, OutboundDialled | InternalDialled)
    row = batch.contact(fact)
    if row is not None and not row.talks:
        row.agent_id = fact.agent_id
        batch.agent_news(fact.agent_id)


def _connected(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactConnected)
    row = batch.contact(fact)
    if row is not None:
        row.queue_id = row.queue_id or fact.queue_id  # a returned call waits in none
        talks = _talks(row)
        if not any(talk.offer_id == fact.offer_id for talk in talks):
            talks.append(
                Talk(
                    offer_id=fact.offer_id,
                    agent_id=fact.agent_id,
                    queue_id=fact.queue_id,
                    connected_at=fact.at,
                )
            )
        if len(talks) == 1:
            row.answer_wait_ms = fact.waited_ms
        batch.keep_talks(row, talks)
        batch.agent_news(fact.agent_id)


def _disconnected(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactDisconnected)
    row = batch.contact(fact)
    if row is not None:
        row.disconnected_at, row.disconnected_by = fact.at, fact.by.value
        talks = _talks(row)
        for talk in talks:  # the one that began so long before; facts may be applied again
            if talk.agent_id == fact.agent_id and _ms(talk.connected_at, fact.at) == fact.talked_ms:
                talk.talked_ms, talk.held_ms = fact.talked_ms, fact.held_ms
                talk.transferred = fact.transferred
        batch.keep_talks(row, talks)
        batch.agent_news(fact.agent_id)


def _survey_asked(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, SurveyAsked)
    row = batch.contact(fact)
    if row is not None:
        _survey(batch, row, fact.survey, fact.at)


def _survey(batch: _Batch, contact: ContactRow, name: str, at: datetime) -> SurveyRow:
    key = (contact.contact_id, name)
    row = batch.shelf.surveys.get(key)
    if row is None:
        row = batch.shelf.surveys[key] = SurveyRow(
            contact_id=contact.contact_id,
            survey=name,
            client_id=contact.client_id,
            project_id=contact.project_id,
            queue_id=contact.queue_id,
            agent_id=contact.agent_id,
            asked_at=at,
        )
    batch.touch(key, row)
    return row


def _survey_answered(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, SurveyAnswered)
    contact = batch.contact(fact)
    if contact is not None:
        row = _survey(batch, contact, fact.survey, fact.at)
        row.answered_at, row.score = fact.at, fact.score
        contact.survey_score = fact.score


def _voicemail(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, VoicemailLeft)
    contact = batch.contact(fact)
    if contact is None:
        return
    contact.voicemail_ms = fact.voicemail_ms
    row = batch.shelf.voicemails[contact.contact_id] = VoicemailRow(
        contact_id=contact.contact_id,
        client_id=contact.client_id,
        project_id=contact.project_id,
        queue_id=fact.queue_id or contact.queue_id,
        left_at=fact.at,
        voicemail_ms=fact.voicemail_ms,
    )
    batch.touch(contact.contact_id, row)


def _callback_kept(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, CallbackKept)
    contact = batch.contact(fact)
    if contact is not None and contact.contact_id not in batch.shelf.callbacks:
        row = batch.shelf.callbacks[contact.contact_id] = CallbackRow(
            contact_id=contact.contact_id,
            client_id=contact.client_id,
            project_id=contact.project_id,
            queue_id=fact.queue_id,
            kept_at=fact.at,
            expires_at=fact.expires_at,
            why=fact.why,
        )
        batch.touch(contact.contact_id, row)


def _callback_postponed(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, CallbackPostponed)
    row = batch.shelf.callbacks.get(fact.contact_id) if fact.contact_id is not None else None
    if row is not None:
        row.attempts, row.not_before, row.returned_id = fact.attempt, fact.until, fact.returned_id
        batch.touch(row.contact_id, row)


def _callback_ended(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, CallbackEnded)
    row = batch.shelf.callbacks.get(fact.contact_id) if fact.contact_id is not None else None
    if row is not None:
        row.ended_at, row.how, row.attempts = fact.at, fact.how, fact.attempts
        row.waited_ms, row.not_before = fact.waited_ms, None
        row.returned_id = fact.returned_id or row.returned_id
        batch.touch(row.contact_id, row)


def _ended(batch: _Batch, record: Record) -> None:
    """The contact is over: what it left open (a visit, an offer, a conversation) ends with it."""
    fact = record.fact
    assert isinstance(fact, ContactEnded)
    row = batch.contact(fact)
    if row is None:
        return
    row.outcome, row.ended_by = fact.outcome.value, fact.by.value
    row.sip_cause, row.total_ms, row.ended_at = fact.sip_cause, fact.total_ms, fact.at
    for visit in batch.visits(row.contact_id):
        if visit.how is None:
            batch.close_visit(visit, "ended", fact.at, _ms(visit.queued_at, fact.at))
    batch.sum_visits(row)
    for offer in batch.shelf.offers.values():
        if offer.contact_id == row.contact_id and offer.how is None:
            offer.how, offer.ended_at, offer.rang_ms = "ended", fact.at, _ms(offer.made_at, fact.at)
            batch.touch(offer.offer_id, offer)
    talks = _talks(row)
    if talks and talks[-1].talked_ms is None:
        row.disconnected_at, row.disconnected_by = fact.at, By.SYSTEM.value
        talks[-1].talked_ms, talks[-1].held_ms = _ms(talks[-1].connected_at, fact.at), 0
        batch.keep_talks(row, talks)


def _wrapped(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, WrapUpSubmitted)
    row = batch.contact(fact)
    if row is not None:
        row.reason_id, row.resolved, row.follow_up = fact.reason_id, fact.resolved, fact.follow_up
        row.wrapped_at = fact.at


def _close_states(batch: _Batch, record: Record, lasted_ms: int | None) -> None:
    """End the agent's open spans that began before this record."""
    fact = record.fact
    for row in batch.shelf.states.values():
        if row.agent_id == fact.agent_id and row.ended_at is None and row.seq < record.seq:
            row.lasted_ms = _ms(row.started_at, fact.at) if lasted_ms is None else lasted_ms
            row.ended_at = row.started_at + timedelta(milliseconds=row.lasted_ms)
            batch.touch(row.state_id, row)
            if row.state == AgentState.ACW:
                batch.sum_wrap_up(row.contact_id)


def _state(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, AgentStateChanged)
    if fact.agent_id is None:
        return
    _close_states(batch, record, fact.previous_ms)
    batch.agent_news(fact.agent_id)
    if fact.state is AgentState.OFFLINE or record.id in batch.shelf.states:
        return
    row = batch.shelf.states[record.id] = StateRow(
        state_id=record.id,
        seq=record.seq,
        agent_id=fact.agent_id,
        client_id=fact.client_id,
        project_id=fact.project_id,
        contact_id=fact.contact_id,
        state=fact.state.value,
        by=fact.by,
        why=fact.why,
        reason_id=fact.reason_id,
        started_at=fact.at,
    )
    batch.touch(row.state_id, row)


def _signed_in(batch: _Batch, record: Record) -> None:
    """A sign-in that moved here from another session changes no state; any other begins from nothing."""
    fact = record.fact
    assert isinstance(fact, AgentSignedIn)
    if not fact.took_over:
        _close_states(batch, record, None)
    batch.agent_news(fact.agent_id)


def _recording(batch: _Batch, fact: Fact, recording_id: UUID) -> RecordingRow:
    row = batch.shelf.recordings.get(recording_id)
    if row is None:
        row = batch.shelf.recordings[recording_id] = RecordingRow(recording_id=recording_id)
    row.contact_id = row.contact_id or fact.contact_id
    row.client_id = row.client_id or fact.client_id
    row.project_id = row.project_id or fact.project_id
    batch.touch(recording_id, row)
    contact = batch.contact(fact)
    if contact is not None:
        contact.recording_id = contact.recording_id or recording_id
        row.client_id = row.client_id or contact.client_id
        row.project_id = row.project_id or contact.project_id
    return row


def _recording_started(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingStarted)
    _recording(batch, fact, fact.recording_id).started_at = fact.at


def _recording_stopped(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingStopped)
    row = _recording(batch, fact, fact.recording_id)
    row.total_ms, row.spans = fact.total_ms, msgspec.to_builtins(fact.spans)


def _recording_stored(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingStored)
    row = _recording(batch, fact, fact.recording_id)
    row.path, row.audio_ms, row.size = fact.path, fact.audio_ms, fact.size
    row.sha256, row.stored_at = fact.sha256, fact.at


def _recording_incomplete(batch: _Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingIncomplete)
    row = _recording(batch, fact, fact.recording_id)
    row.missing_ms, row.missing_why = fact.missing_ms, fact.why


_HANDLERS: dict[type[Fact], Callable[[_Batch, Record], None]] = {
    ContactArrived: _arrived,
    ContactIdentified: _identified,
    FlowEntered: _flow_entered,
    ContactQueued: _queued,
    ContactDequeued: _dequeued,
    OfferMade: _offer_made,
    OfferEnded: _offer_ended,
    OutboundDialled: _outbound_dialled,
    InternalDialled: _outbound_dialled,
    ContactConnected: _connected,
    ContactDisconnected: _disconnected,
    SurveyAsked: _survey_asked,
    SurveyAnswered: _survey_answered,
    VoicemailLeft: _voicemail,
    CallbackKept: _callback_kept,
    CallbackPostponed: _callback_postponed,
    CallbackEnded: _callback_ended,
    ContactEnded: _ended,
    WrapUpSubmitted: _wrapped,
    AgentSignedIn: _signed_in,
    AgentStateChanged: _state,
    RecordingStarted: _recording_started,
    RecordingStopped: _recording_stopped,
    RecordingStored: _recording_stored,
    RecordingIncomplete: _recording_incomplete,
}

KINDS: frozenset[str] = frozenset(fact.kind for fact in _HANDLERS)
