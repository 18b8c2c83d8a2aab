"""Calling back: who keeps the place while hanging up, and the call that is returned. Pure.

A returned call is a contact of its own. It begins when an agent is offered; the agent's device rings first,
then the customer's telephone, and both are joined. From then on it is a contact like any other.
"""

from andon.interactions.events import (
    By,
    CallbackDialled,
    CallbackKept,
    ContactArrived,
    ContactIdentified,
    Outcome,
)
from andon.interactions.inputs import CallbackOver, CallerEnded, CustomerAnswered, PlaceKept, TimerDue
from andon.interactions.machine.ending import (
    close_offer,
    close_wait,
    finish,
    hang_up,
    hush,
    set_music,
    settle,
)
from andon.interactions.machine.table import IN_QUEUE, Effect, Out, on
from andon.interactions.model import Contact, Offering, Placed, Stage, Taping
from andon.interactions.orders import (
    DialCustomer,
    Join,
    Requeue,
    Ringback,
    RouterAnswered,
    RouterLeave,
    SetTimer,
    Tape,
    Tell,
)
from andon.interactions.ports import QueueLeave, QueueLeft
from andon.routing.model import OfferEnd

RING_TIMER = "customer"
RING_GRACE_S = 10.0  # after the longest ringing, before the engine's word is waited for no longer
CAUSE_NO_ANSWER = 19


@on(PlaceKept, at=IN_QUEUE, to={Stage.FLOW, Stage.AFTER})
def place_kept(contact: Contact, kept: PlaceKept, out: Out) -> None:
    """The caller may hang up; the flow says so."""
    queue_id = contact.queue_id
    close_offer(contact, out, "ended")
    close_wait(contact, out, "callback_kept")
    out.fact(CallbackKept, queue_id=queue_id, position=kept.position, expires_at=kept.expires_at)
    contact.stage = Stage.AFTER if contact.talked else Stage.FLOW
    contact.kept, contact.expected = True, Outcome.CALLBACK_KEPT
    hush(contact, out)
    set_music(contact, out, on=False)
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.CALLBACK_KEPT)))
    out.route(RouterLeave(OfferEnd.ENDED))


def call_back(contact: Contact, back: Placed, node: str) -> list[Effect]:
    """A returned call begins: an agent is about to be offered."""
    out = Out(contact, contact.arrived)
    view = contact.view
    out.fact(
        ContactArrived,
        medium="voice",
        direction="outbound",
        caller=back.number,
        caller_raw=back.number,
        dnis=view.dnis if view is not None else "",
        number_id=view.number_id if view is not None else None,
        node=node,
        channel_id="",
        callback_of=back.callback_id,
    )
    if view is not None and view.customer_id is not None:
        out.fact(ContactIdentified, customer_id=view.customer_id, tier=view.tier, matched_by="callback")
    contact.placed, contact.stage = back, Stage.QUEUED
    return out.effects


def dial_customer(contact: Contact, back: Placed, offer: Offering, out: Out) -> None:
    """The agent is there and hears ringing while the customer's telephone does."""
    contact.stage = Stage.DIALLING
    back.dialled = out.at
    out.fact(CallbackDialled, agent_id=offer.agent_id, channel_id=contact.leg_id)
    out.do(Ringback(offer.leg_id, True))
    out.do(DialCustomer(back.number, back.ring_s))
    out.do(SetTimer(RING_TIMER, back.ring_s + RING_GRACE_S))
    out.route(RouterAnswered(offer.offer_id))


@on(CustomerAnswered, at={Stage.DIALLING}, to={Stage.CONNECTING})
def customer_answered(contact: Contact, _: CustomerAnswered, out: Out) -> None:
    back, offer = contact.placed, contact.offer
    if back is None or offer is None:
        return
    contact.stage = Stage.CONNECTING
    contact.answered = True
    out.do(SetTimer(RING_TIMER, None))
    if back.recording_id is not None:
        contact.taping = Taping(recording_id=back.recording_id)
        out.do(Tape(back.recording_id))
    out.do(Ringback(offer.leg_id, False))
    out.do(Join(offer.leg_id, report=True))


@on(CallerEnded, at={Stage.DIALLING}, to={Stage.ENDED})
def customer_away(contact: Contact, heard: CallerEnded, out: Out) -> None:
    """Busy, not answered, not to be reached: the agent is ready again."""
    close_offer(contact, out, OfferEnd.CUSTOMER_AWAY.value)
    out.route(RouterLeave(OfferEnd.CUSTOMER_AWAY))
    finish(contact, out, Outcome.CALLBACK_MISSED, By.SYSTEM, heard.cause)


@on(TimerDue, at={Stage.DIALLING}, to={Stage.ENDING})
def rung_long_enough(contact: Contact, due: TimerDue, out: Out) -> None:
    """The engine does not say what became of the call."""
    if due.tag == RING_TIMER:
        close_offer(contact, out, OfferEnd.CUSTOMER_AWAY.value)
        out.route(RouterLeave(OfferEnd.CUSTOMER_AWAY))
        settle(contact, out, Outcome.CALLBACK_MISSED, By.SYSTEM, CAUSE_NO_ANSWER)
        hang_up(contact, out)


def agent_lost(contact: Contact, out: Out) -> None:
    """The agent went while the customer was being called: it stops ringing there. Who has answered already
    waits at the head of the queue, as anybody whose agent was lost."""
    out.route(RouterLeave(OfferEnd.ENDED))
    if contact.answered and contact.queue_id is not None:
        contact.stage = Stage.RETURNING
        set_music(contact, out, on=True)
        out.route(Requeue(contact.queue_id))
        return
    settle(contact, out, Outcome.CALLBACK_MISSED, By.AGENT, 16)
    hang_up(contact, out)


@on(CallbackOver, at=IN_QUEUE, to={Stage.ENDED})
def over(contact: Contact, _: CallbackOver, out: Out) -> None:
    if contact.placed is None or contact.placed.dialled is not None:
        return
    close_offer(contact, out, OfferEnd.ENDED.value)
    out.route(RouterLeave(OfferEnd.ENDED))
    finish(contact, out, Outcome.CALLBACK_MISSED, By.SYSTEM, 0)
