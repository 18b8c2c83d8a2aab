"""A contact on its way: queues, offers, conversations, outcome and wrap-up. Pure."""

from andon.interactions.dialling.events import OutboundDialled
from andon.interactions.events import (
    By,
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
    WrapUpSubmitted,
)
from andon.interactions.inside.events import InternalDialled
from andon.kit.journal import Record
from andon.reporting.model import OfferRow, Talk, VisitRow
from andon.reporting.projection.batch import Batch, ms, talks_of
from andon.reporting.projection.table import on


@on(ContactArrived)
def arrived(batch: Batch, record: Record) -> None:
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


@on(ContactIdentified)
def identified(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactIdentified)
    row = batch.contact(fact)
    if row is not None:
        row.customer_id, row.tier = fact.customer_id, fact.tier


@on(FlowEntered)
def flow_entered(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, FlowEntered)
    row = batch.contact(fact)
    if row is not None:
        row.flow_id, row.flow_version = fact.flow_id, fact.flow_version


@on(ContactQueued)
def queued(batch: Batch, record: Record) -> None:
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


@on(ContactDequeued)
def dequeued(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactDequeued)
    row = batch.contact(fact)
    if row is None:
        return
    for visit in batch.visits(row.contact_id):
        if visit.how is None and visit.queue_id == fact.queue_id and visit.queued_at <= fact.at:
            batch.close_visit(visit, fact.how, fact.at, fact.waited_ms)
    batch.sum_visits(row)


@on(OfferMade)
def offer_made(batch: Batch, record: Record) -> None:
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


@on(OfferEnded)
def offer_ended(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, OfferEnded)
    offer = batch.shelf.offers.get(fact.offer_id)
    if offer is not None:
        offer.how, offer.ended_at, offer.rang_ms = fact.how, fact.at, fact.rang_ms
        batch.touch(offer.offer_id, offer)
        batch.agent_news(offer.agent_id)


@on(OutboundDialled, InternalDialled)
def outbound_dialled(batch: Batch, record: Record) -> None:
    """Whoever calls is the contact's agent, also when nobody comes to the telephone."""
    fact = record.fact
    assert isinstance(fact, OutboundDialled | InternalDialled)
    row = batch.contact(fact)
    if row is not None and not row.talks:
        row.agent_id = fact.agent_id
        batch.agent_news(fact.agent_id)


@on(ContactConnected)
def connected(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactConnected)
    row = batch.contact(fact)
    if row is not None:
        row.queue_id = row.queue_id or fact.queue_id  # a returned call waits in none
        talks = talks_of(row)
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


@on(ContactDisconnected)
def disconnected(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, ContactDisconnected)
    row = batch.contact(fact)
    if row is not None:
        row.disconnected_at, row.disconnected_by = fact.at, fact.by.value
        talks = talks_of(row)
        for talk in talks:  # the one that began so long before; facts may be applied again
            if talk.agent_id == fact.agent_id and ms(talk.connected_at, fact.at) == fact.talked_ms:
                talk.talked_ms, talk.held_ms = fact.talked_ms, fact.held_ms
                talk.transferred = fact.transferred
        batch.keep_talks(row, talks)
        batch.agent_news(fact.agent_id)


@on(ContactEnded)
def ended(batch: Batch, record: Record) -> None:
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
            batch.close_visit(visit, "ended", fact.at, ms(visit.queued_at, fact.at))
    batch.sum_visits(row)
    for offer in batch.shelf.offers.values():
        if offer.contact_id == row.contact_id and offer.how is None:
            offer.how, offer.ended_at, offer.rang_ms = "ended", fact.at, ms(offer.made_at, fact.at)
            batch.touch(offer.offer_id, offer)
    talks = talks_of(row)
    if talks and talks[-1].talked_ms is None:
        row.disconnected_at, row.disconnected_by = fact.at, By.SYSTEM.value
        talks[-1].talked_ms, talks[-1].held_ms = ms(talks[-1].connected_at, fact.at), 0
        batch.keep_talks(row, talks)


@on(WrapUpSubmitted)
def wrapped(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, WrapUpSubmitted)
    row = batch.contact(fact)
    if row is not None:
        row.reason_id, row.resolved, row.follow_up = fact.reason_id, fact.resolved, fact.follow_up
        row.wrapped_at = fact.at
