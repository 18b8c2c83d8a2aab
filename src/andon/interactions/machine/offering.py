"""The contact while it is offered to an agent, until the two are joined. Pure."""

from datetime import timedelta

from andon.interactions.events import ContactConnected, OfferMade
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    AgentRejects,
    Joined,
    JoinFailed,
    Offered,
    TimerDue,
    Withdrawn,
)
from andon.interactions.machine.callback import agent_lost, dial_customer
from andon.interactions.machine.ending import close_offer, close_wait, hush, set_music, state_of_supervisor
from andon.interactions.machine.table import IN_CONTROL, Out, on
from andon.interactions.model import Contact, Offering, Stage, Talk, span_ms
from andon.interactions.orders import (
    Dial,
    Drop,
    Join,
    Order,
    Requeue,
    RouterConnected,
    RouterOfferEnded,
    SetTimer,
)
from andon.routing.events import AgentState
from andon.routing.model import OfferEnd

JOIN_S = 1.0  # a refused join means somebody is gone; who, the engine says within this time
REJECTED = frozenset({16, 17, 21})
UNREACHABLE = frozenset({1, 3, 18, 20, 22, 27})
TIMED_OUT = frozenset({19})
CAUSE_REJECTED = 21


def offer_end(cause: int, lost: bool) -> OfferEnd:
    """What the end of a ringing leg means. Q.850; 18 is a device that gave no sign at all."""
    if lost or cause in UNREACHABLE:
        return OfferEnd.UNREACHABLE
    if cause in REJECTED:
        return OfferEnd.REJECTED
    return OfferEnd.TIMEOUT if cause in TIMED_OUT else OfferEnd.FAILED


@on(Offered, at={Stage.QUEUED}, to={Stage.OFFERING})
def offered(contact: Contact, offer: Offered, out: Out) -> None:
    """Ring the agent. The router and the contact move in one step, so an offer never meets another stage."""
    contact.legs += 1
    leg_id = f"a-{contact.contact_id.hex}-{contact.legs}"
    contact.stage = Stage.OFFERING
    contact.offered = out.at
    contact.offer = Offering(
        offer_id=offer.offer_id,
        agent_id=offer.agent_id,
        queue_id=offer.queue_id,
        leg_id=leg_id,
        at=out.at,
        ring_until=out.at + timedelta(seconds=offer.ring_timeout_s),
    )
    out.fact(
        OfferMade,
        agent_id=offer.agent_id,
        offer_id=offer.offer_id,
        queue_id=offer.queue_id,
        device=offer.device,
        decision=offer.decision,
    )
    out.do(
        Dial(
            leg_id=leg_id,
            agent_id=offer.agent_id,
            ring_timeout_s=offer.ring_timeout_s,
        )
    )


@on(AgentAnswered, at={Stage.OFFERING}, to={Stage.CONNECTING, Stage.DIALLING})
def agent_answered(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    """The agent picked up: silence for the caller, then both into one bridge; a call to be returned is."""
    if contact.offer is None or heard.leg_id != contact.offer.leg_id:
        out.do(Drop(heard.leg_id))
        return
    if contact.placed is not None and contact.placed.dialled is None:
        dial_customer(contact, contact.placed, contact.offer, out)
        return
    contact.stage = Stage.CONNECTING
    hush(contact, out)
    set_music(contact, out, on=False)
    out.do(Join(heard.leg_id, report=True))


@on(
    AgentAnswered,
    at=set(Stage)
    - IN_CONTROL
    - {Stage.CALLING, Stage.BUZZING, Stage.INSIDE, Stage.PARKED}
    - {Stage.OFFERING, Stage.RETURNING, Stage.CONSULTING},
)
def late_answer(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    """An agent picked up after the offer was over (time-out racing the answer): that leg goes. Doubled
    answers of the leg in use change nothing."""
    in_use = {contact.offer.leg_id} if contact.offer else set()
    if contact.talk:
        in_use.add(contact.talk.leg_id)
    if contact.second:
        in_use.add(contact.second.leg_id)
    if heard.leg_id not in in_use:
        out.do(Drop(heard.leg_id))


def back_to_wait(contact: Contact, out: Out, *orders: Order) -> None:
    """`orders`: what the router is told of it."""
    for order in orders:
        out.route(order)
    if contact.placed is not None and contact.placed.dialled is not None and contact.queued is None:
        agent_lost(contact, out)
        return
    contact.stage = Stage.QUEUED
    if contact.has_leg and not contact.playing:
        set_music(contact, out, on=True)


BACK = {Stage.QUEUED, Stage.RETURNING, Stage.ENDING}
PULLED_BACK = {Stage.FLOW, Stage.AFTER}  # where a call goes that a supervisor had pulled


def lose_offer(contact: Contact, out: Out, offer: Offering, how: OfferEnd, *, drop: bool) -> None:
    """The offer came to nothing: the contact waits on. One that a supervisor had pulled waits anew."""
    close_offer(contact, out, how.value, drop=drop)
    if not offer.pulled:
        back_to_wait(contact, out, RouterOfferEnded(offer.offer_id, how))
        return
    close_wait(contact, out, "ended")
    contact.stage = Stage.AFTER if contact.talked else Stage.FLOW
    out.route(Requeue(offer.queue_id))


@on(AgentEnded, at={Stage.OFFERING, Stage.DIALLING, Stage.CONNECTING}, to=BACK | PULLED_BACK)
def ringing_ended(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """The ringing device said no, is not there, or vanished while being joined."""
    offer = contact.offer
    if offer is None or heard.leg_id != offer.leg_id:
        return
    how = offer_end(heard.cause, heard.lost)
    if contact.stage is Stage.CONNECTING and how is OfferEnd.TIMEOUT:
        how = OfferEnd.FAILED
    lose_offer(contact, out, offer, how, drop=False)


@on(AgentRejects, at={Stage.OFFERING, Stage.DIALLING}, to=BACK)
def rejected(contact: Contact, ask: AgentRejects, out: Out) -> None:
    offer = contact.offer
    if offer is None or offer.agent_id != ask.agent_id:
        return
    close_offer(contact, out, OfferEnd.REJECTED.value, cause=CAUSE_REJECTED)
    back_to_wait(contact, out, RouterOfferEnded(offer.offer_id, OfferEnd.REJECTED))


@on(Withdrawn, at={Stage.OFFERING, Stage.DIALLING, Stage.CONNECTING}, to=BACK)
def withdrawn(contact: Contact, back: Withdrawn, out: Out) -> None:
    """The router took the offer back (ring time-out, the agent signed out) and has gone on already."""
    if contact.offer is None or contact.offer.offer_id != back.offer_id:
        return
    close_offer(contact, out, back.how.value)
    back_to_wait(contact, out)


@on(JoinFailed, at={Stage.CONNECTING})
def join_failed(contact: Contact, heard: JoinFailed, out: Out) -> None:
    """Somebody is gone; the engine says who. Should it stay silent, the timer blames the agent's leg."""
    if contact.offer is not None and heard.leg_id == contact.offer.leg_id:
        out.do(SetTimer("join:" + heard.leg_id, JOIN_S))


@on(TimerDue, at={Stage.CONNECTING}, to=BACK | PULLED_BACK)
def join_given_up(contact: Contact, due: TimerDue, out: Out) -> None:
    offer = contact.offer
    if offer is None or due.tag != "join:" + offer.leg_id:
        return
    lose_offer(contact, out, offer, OfferEnd.FAILED, drop=True)


@on(Joined, at={Stage.CONNECTING}, to={Stage.TALKING})
def joined(contact: Contact, heard: Joined, out: Out) -> None:
    """They hear each other."""
    offer = contact.offer
    if offer is None or heard.leg_id != offer.leg_id:
        return
    waited = span_ms(out.at, contact.queued) if contact.queued is not None else 0
    close_offer(contact, out, "answered", drop=False)
    close_wait(contact, out, "answered")
    out.fact(
        ContactConnected,
        agent_id=offer.agent_id,
        queue_id=offer.queue_id,
        offer_id=offer.offer_id,
        waited_ms=waited,
    )
    contact.talk = Talk(
        agent_id=offer.agent_id,
        offer_id=offer.offer_id,
        queue_id=offer.queue_id,
        leg_id=offer.leg_id,
        at=out.at,
        waited_ms=waited,
        supervisor=offer.pulled,
    )
    contact.talked = True
    contact.connected = out.at
    contact.stage = Stage.TALKING
    if offer.pulled:
        state_of_supervisor(out, offer.agent_id, AgentState.TALKING, 0)
    else:
        out.route(RouterConnected(offer.offer_id))
