"""Call control: an agent passes the caller on, or calls somebody else to the conversation. Pure.

The rule behind every way it can end: while the caller is there, somebody has them. Whoever is called and does
not come, or leaves, gives the caller back to the first agent; an agent who leaves gives the caller to whoever
was called; with nobody left the caller goes to the head of the queue.
"""

from andon.interactions.events import (
    By,
    ContactConnected,
    ContactHeld,
    ContactMuted,
    ContactRetrieved,
    OfferMade,
    PartyJoined,
    TransferAsked,
    TransferEnded,
    TransferHow,
    TransferWay,
)
from andon.interactions.inputs import (
    AgentAnswered,
    AgentCancels,
    AgentCompletes,
    AgentConferences,
    AgentDials,
    AgentEnded,
    AgentHangsUp,
    AgentKeys,
    AgentMutes,
    AgentRejects,
    AgentSwaps,
    AgentTransfers,
    Summoned,
    Withdrawn,
)
from andon.interactions.machine.ending import close_talk, set_music
from andon.interactions.machine.offering import CAUSE_REJECTED, offer_end
from andon.interactions.machine.second import dismiss, end_transfer, party_left, stop_ringing
from andon.interactions.machine.table import IN_TALK, Out, on
from andon.interactions.model import Contact, Handover, Place, Second, Stage, Talk, span_ms
from andon.interactions.orders import (
    Dial,
    DialOut,
    Drop,
    Enter,
    Join,
    MuteAgent,
    Park,
    Part,
    Requeue,
    RouterHeld,
    RouterSummonsAnswered,
    SendKeys,
    Tell,
)
from andon.interactions.ports import QueueLeave, QueueLeft
from andon.routing.model import OfferEnd

WRONG_NUMBER = frozenset({1, 2, 3, 28})
BUSY = frozenset({17})
TIMED_OUT = frozenset({18, 19})
LEFT = {Stage.TALKING, Stage.RETURNING, Stage.AFTER}  # where a call is that the second party has left
AFTER_RING = {
    OfferEnd.REJECTED: TransferHow.REJECTED,
    OfferEnd.TIMEOUT: TransferHow.TIMEOUT,
    OfferEnd.UNREACHABLE: TransferHow.UNREACHABLE,
    OfferEnd.FAILED: TransferHow.FAILED,
    OfferEnd.ENDED: TransferHow.ENDED,
    OfferEnd.CALLER_GONE: TransferHow.CALLER_GONE,
}


def no_answer(second: Second, heard: AgentEnded) -> TransferHow:
    """What the end of a ringing second leg means. Q.850."""
    if second.agent_id is not None:
        return AFTER_RING[offer_end(heard.cause, heard.lost)]
    if heard.cause in WRONG_NUMBER:
        return TransferHow.WRONG_NUMBER
    if heard.cause in BUSY:
        return TransferHow.BUSY
    if heard.cause in TIMED_OUT:
        return TransferHow.TIMEOUT
    return TransferHow.REJECTED if heard.cause == CAUSE_REJECTED else TransferHow.UNREACHABLE


# --- beginning ------------------------------------------------------------------------------------------


@on(AgentTransfers, at=IN_TALK, to={Stage.RETURNING})
def to_queue(contact: Contact, ask: AgentTransfers, out: Out) -> None:
    """The caller waits for somebody else, as who has waited already; the agent is done."""
    talk, handover = contact.talk, ask.handover
    if talk is None or talk.agent_id != handover.by:
        return
    out.fact(
        TransferAsked,
        agent_id=handover.by,
        transfer_id=handover.transfer_id,
        way=handover.way,
        queue_id=ask.queue_id,
        reason=handover.reason,
    )
    out.fact(
        TransferEnded,
        agent_id=handover.by,
        transfer_id=handover.transfer_id,
        how=TransferHow.COMPLETED,
        lasted_ms=0,
    )
    contact.handover, contact.told = handover, None
    close_talk(contact, out, By.AGENT, drop=True, caller_stays=True, transferred=True)
    contact.stage = Stage.RETURNING
    out.route(Requeue(ask.queue_id, ask.head))


def begin(contact: Contact, out: Out, talk: Talk, second: Second) -> None:
    """The caller hears music while somebody is called."""
    handover = second.handover
    out.fact(
        TransferAsked,
        agent_id=handover.by,
        transfer_id=handover.transfer_id,
        way=handover.way,
        to_agent_id=second.agent_id,
        number=second.number,
        reason=handover.reason,
    )
    contact.stage = Stage.CONSULTING
    contact.second, contact.handover, contact.told = second, handover, None
    if talk.held_since is None:
        hold_caller(contact, out, talk)


def hold_caller(contact: Contact, out: Out, talk: Talk) -> None:
    talk.held_since = out.at
    out.fact(ContactHeld, agent_id=talk.agent_id, why="transfer")
    out.do(Part(talk.leg_id, agent_stays=True))
    set_music(contact, out, on=True)
    out.route(RouterHeld(True, talk.agent_id))


def take_caller(contact: Contact, out: Out, talk: Talk) -> None:
    """Agent and caller hear each other again; a caller who was not on hold stays where they are."""
    if talk.held_since is None:
        return
    ms = span_ms(out.at, talk.held_since)
    talk.held_ms += ms
    talk.held_since = None
    out.fact(ContactRetrieved, agent_id=talk.agent_id, held_ms=ms)
    set_music(contact, out, on=False)
    out.do(Join(talk.leg_id, report=False))
    out.route(RouterHeld(False, talk.agent_id))


def new_second(contact: Contact, out: Out, talk: Talk, handover: Handover) -> Second:
    contact.legs += 1
    return Second(
        handover=handover,
        leg_id=f"a-{contact.contact_id.hex}-{contact.legs}",
        asked=out.at,
        queue_id=talk.queue_id,
        blind=handover.way is TransferWay.BLIND,
    )


@on(Summoned, at=IN_TALK, to={Stage.CONSULTING})
def summoned(contact: Contact, ring: Summoned, out: Out) -> None:
    """Ring the agent named. The router and the contact move in one step."""
    talk = contact.talk
    if talk is None:
        return
    second = new_second(contact, out, talk, ring.handover)
    second.agent_id, second.offer_id = ring.agent_id, ring.offer_id
    begin(contact, out, talk, second)
    out.fact(
        OfferMade,
        agent_id=ring.agent_id,
        offer_id=ring.offer_id,
        queue_id=ring.queue_id,
        device=ring.device,
        decision=ring.decision,
    )
    out.do(
        Dial(
            leg_id=second.leg_id,
            agent_id=ring.agent_id,
            ring_timeout_s=ring.ring_timeout_s,
        )
    )


@on(AgentDials, at=IN_TALK, to={Stage.CONSULTING})
def dials_out(contact: Contact, ask: AgentDials, out: Out) -> None:
    talk = contact.talk
    if talk is None or talk.agent_id != ask.handover.by:
        return
    second = new_second(contact, out, talk, ask.handover)
    second.number = ask.number
    begin(contact, out, talk, second)
    out.do(DialOut(leg_id=second.leg_id, number=ask.number, ring_timeout_s=ask.ring_timeout_s))


# --- the second party comes, or does not -----------------------------------------------------------------


@on(AgentAnswered, at={Stage.CONSULTING}, to={Stage.TALKING, Stage.OUTSIDE})
def second_answered(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    second, talk = contact.second, contact.talk
    if second is None or heard.leg_id != second.leg_id:
        if talk is None or heard.leg_id != talk.leg_id:
            out.do(Drop(heard.leg_id))
        return
    if second.place is not Place.RINGING:
        return
    if second.offer_id is not None:
        stop_ringing(contact, out, second, "answered")
        out.route(RouterSummonsAnswered(second.offer_id))
    if second.blind:
        if second.agent_id is None:
            joins(out, second)
        take_over(contact, out, By.AGENT, drop=True)
        return
    joins(out, second)
    second.place = Place.APART
    out.do(Enter(second.leg_id))


def joins(out: Out, second: Second) -> None:
    second.answered = out.at
    out.fact(
        PartyJoined,
        agent_id=second.agent_id,
        transfer_id=second.handover.transfer_id,
        number=second.number,
    )


def give_back(
    contact: Contact, out: Out, how: TransferHow, *, drop: bool, router_knows: bool = False
) -> None:
    """The second party is gone: the first agent has the caller again, or the head of the queue has."""
    talk, second = contact.talk, contact.second
    if second is None:
        return
    dismiss(contact, out, how, drop=drop, router_knows=router_knows)
    if talk is None:
        to_nobody(contact, out, second)
        return
    take_caller(contact, out, talk)
    contact.stage = Stage.TALKING


def to_nobody(contact: Contact, out: Out, second: Second) -> None:
    """Neither agent is there any more. Who came by no queue has none to go back to: the call is over."""
    if second.queue_id is not None:
        contact.stage = Stage.RETURNING
        out.route(Requeue(second.queue_id))
        return
    set_music(contact, out, on=False)
    contact.stage = Stage.AFTER
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.CONVERSATION_ENDED, by=By.SYSTEM)))


def take_over(contact: Contact, out: Out, by: By, *, drop: bool) -> None:
    """The first agent leaves, the second party has the caller."""
    second = contact.second
    if second is None:
        return
    end_transfer(contact, out, second, TransferHow.COMPLETED)
    contact.told = None
    if contact.talk is not None:
        close_talk(contact, out, by, drop=drop, caller_stays=False, transferred=True)
    if second.place is Place.PARKED:
        out.do(Enter(second.leg_id))
    elif second.place is not Place.TOGETHER:
        set_music(contact, out, on=False)
        out.do(Join(second.leg_id, report=False))
    if second.agent_id is None or second.offer_id is None:
        second.place = Place.TOGETHER
        contact.stage = Stage.OUTSIDE
        return
    party_left(contact, out, second, "took_over")
    out.fact(
        ContactConnected,
        agent_id=second.agent_id,
        queue_id=second.queue_id,
        offer_id=second.offer_id,
        waited_ms=0,
    )
    contact.talk = Talk(
        agent_id=second.agent_id,
        offer_id=second.offer_id,
        queue_id=second.queue_id,
        leg_id=second.leg_id,
        at=out.at,
        muted=second.muted,
    )
    contact.second = None
    contact.connected = out.at
    contact.stage = Stage.TALKING


def first_leaves(contact: Contact, out: Out, by: By, *, drop: bool) -> None:
    """The first agent is done: the second party has the caller, now or as soon as it answers."""
    second = contact.second
    if second is None:
        return
    if second.place is not Place.RINGING:
        take_over(contact, out, by, drop=drop)
        return
    second.blind = True
    close_talk(contact, out, by, drop=drop, caller_stays=False, transferred=True)


@on(AgentEnded, at={Stage.CONSULTING}, to=LEFT | {Stage.OUTSIDE})
def leg_of_either_ended(contact: Contact, heard: AgentEnded, out: Out) -> None:
    second, talk = contact.second, contact.talk
    if second is not None and heard.leg_id == second.leg_id:
        ringing = second.place is Place.RINGING
        give_back(contact, out, no_answer(second, heard) if ringing else TransferHow.HUNG_UP, drop=False)
    elif talk is not None and heard.leg_id == talk.leg_id:
        first_leaves(contact, out, By.SYSTEM if heard.lost else By.AGENT, drop=False)


@on(Withdrawn, at={Stage.CONSULTING}, to=LEFT)
def summons_withdrawn(contact: Contact, back: Withdrawn, out: Out) -> None:
    """The router took the agent back: not answered in time, signed out, the device is gone."""
    second = contact.second
    if second is not None and second.offer_id == back.offer_id and second.place is Place.RINGING:
        give_back(contact, out, AFTER_RING[back.how], drop=True, router_knows=True)


@on(AgentRejects, at={Stage.CONSULTING}, to=LEFT)
def summons_rejected(contact: Contact, ask: AgentRejects, out: Out) -> None:
    second = contact.second
    if second is not None and second.agent_id == ask.agent_id and second.place is Place.RINGING:
        give_back(contact, out, TransferHow.REJECTED, drop=True)


@on(AgentEnded, at={Stage.OUTSIDE}, to={Stage.AFTER})
def outside_ended(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """Who was outside hung up: the flow has the caller for what follows."""
    second = contact.second
    if second is None or heard.leg_id != second.leg_id:
        return
    dismiss(contact, out, TransferHow.HUNG_UP, drop=False)
    out.do(Part("", agent_stays=False))
    contact.stage = Stage.AFTER
    contact.talk_ended_by = By.AGENT
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.CONVERSATION_ENDED, by=By.AGENT)))


# --- what the agents ask ----------------------------------------------------------------------------------


@on(AgentSwaps, at={Stage.CONSULTING})
def swaps(contact: Contact, ask: AgentSwaps, out: Out) -> None:
    second, talk = contact.second, contact.talk
    if second is None or talk is None or talk.agent_id != ask.agent_id:
        return
    if second.place is Place.APART:
        out.do(Park(second.leg_id))
        second.place = Place.PARKED
        take_caller(contact, out, talk)
    elif second.place is not Place.RINGING:
        hold_caller(contact, out, talk)
        if second.place is Place.PARKED:
            out.do(Enter(second.leg_id))
        second.place = Place.APART


@on(AgentConferences, at={Stage.CONSULTING})
def conferences(contact: Contact, ask: AgentConferences, out: Out) -> None:
    second, talk = contact.second, contact.talk
    if second is None or talk is None or talk.agent_id != ask.agent_id or second.place is Place.RINGING:
        return
    if second.place is Place.PARKED:
        out.do(Enter(second.leg_id))
    second.place = Place.TOGETHER
    take_caller(contact, out, talk)


@on(AgentCompletes, at={Stage.CONSULTING}, to={Stage.TALKING, Stage.OUTSIDE})
def completes(contact: Contact, ask: AgentCompletes, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        first_leaves(contact, out, By.AGENT, drop=True)


@on(AgentCancels, at={Stage.CONSULTING}, to={Stage.TALKING})
def cancels(contact: Contact, ask: AgentCancels, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        give_back(contact, out, TransferHow.CANCELLED, drop=True)


@on(AgentHangsUp, at={Stage.CONSULTING}, to=LEFT | {Stage.OUTSIDE})
def either_hangs_up(contact: Contact, ask: AgentHangsUp, out: Out) -> None:
    second, talk = contact.second, contact.talk
    if talk is not None and talk.agent_id == ask.agent_id:
        first_leaves(contact, out, By.AGENT, drop=True)
    elif second is not None and second.agent_id == ask.agent_id and second.place is not Place.RINGING:
        give_back(contact, out, TransferHow.HUNG_UP, drop=True)


@on(AgentMutes, at={Stage.CONSULTING})
def either_mutes(contact: Contact, ask: AgentMutes, out: Out) -> None:
    for party in (contact.talk, contact.second):
        if party is None or party.agent_id != ask.agent_id or party.muted is ask.on:
            continue
        party.muted = ask.on
        out.fact(ContactMuted, agent_id=ask.agent_id, muted=ask.on)
        out.do(MuteAgent(party.leg_id, ask.on))


@on(AgentKeys, at={Stage.CONSULTING})
def keys_to_whom_is_heard(contact: Contact, ask: AgentKeys, out: Out) -> None:
    second, talk = contact.second, contact.talk
    if second is None or talk is None or talk.agent_id != ask.agent_id or second.place is Place.RINGING:
        return
    out.do(SendKeys(ask.digits, "" if second.place is Place.PARKED else second.leg_id))
