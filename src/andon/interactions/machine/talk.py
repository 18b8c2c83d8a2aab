"""Queue, offer, conversation: the contact between its flow and an agent. Pure."""

from datetime import timedelta

from andon.interactions.events import (
    By,
    ContactConnected,
    ContactHeld,
    ContactMuted,
    ContactQueued,
    ContactRetrieved,
    OfferMade,
    Outcome,
)
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    AgentHangsUp,
    AgentHolds,
    AgentKeys,
    AgentMutes,
    AgentRejects,
    AgentRetrieves,
    AskLeaveQueue,
    DeviceHeld,
    DeviceRetrieved,
    Enqueued,
    EnqueueRefused,
    Joined,
    JoinFailed,
    Offered,
    QueueChanged,
    SpeechEnded,
    Tick,
    TimerDue,
    WaitOver,
    Withdrawn,
)
from andon.interactions.machine.callback import agent_lost, dial_customer
from andon.interactions.machine.ending import (
    close_offer,
    close_outside,
    close_talk,
    close_wait,
    hush,
    set_music,
    speak,
    state_of_supervisor,
    system_prompt,
)
from andon.interactions.machine.table import IN_CONTROL, IN_QUEUE, IN_TALK, Out, on
from andon.interactions.model import Contact, Offering, Stage, Talk, span_ms
from andon.interactions.orders import (
    Answer,
    Dial,
    Drop,
    Join,
    MuteAgent,
    Order,
    Part,
    Requeue,
    RouterConnected,
    RouterHeld,
    RouterLeave,
    RouterOfferEnded,
    SendKeys,
    SetTimer,
    Tell,
)
from andon.interactions.ports import QueueLeave, QueueLeft, WaitTick
from andon.routing.events import AgentState
from andon.routing.model import OfferEnd, WaitEnd

JOIN_S = 1.0  # a refused join means somebody is gone; who, the engine says within this time
REJECTED = frozenset({16, 17, 21})
UNREACHABLE = frozenset({1, 3, 18, 20, 22, 27})
TIMED_OUT = frozenset({19})
CAUSE_REJECTED = 21
RECALL_S = 5  # a lost agent's device rings so long before it is dialled anew
RECALL_EVERY_S = 1.0


def offer_end(cause: int, lost: bool) -> OfferEnd:
    """What the end of a ringing leg means. Q.850; 18 is a device that gave no sign at all."""
    if lost or cause in UNREACHABLE:
        return OfferEnd.UNREACHABLE
    if cause in REJECTED:
        return OfferEnd.REJECTED
    return OfferEnd.TIMEOUT if cause in TIMED_OUT else OfferEnd.FAILED


# --- waiting --------------------------------------------------------------------------------------------


@on(Enqueued, at=IN_CONTROL | {Stage.RETURNING}, to={Stage.QUEUED})
def enqueued(contact: Contact, put: Enqueued, out: Out) -> None:
    """The contact waits. Music begins when nothing is being said."""
    close_outside(contact, out, "ended", drop=True)
    contact.stage = Stage.QUEUED
    contact.queue_id, contact.asked_priority = put.queue_id, put.asked_priority
    contact.queued, contact.announce_every_s = out.at, put.announce_every_s
    contact.first_queued = contact.first_queued or out.at
    out.fact(
        ContactQueued,
        queue_id=put.queue_id,
        priority=put.priority,
        position=put.position,
        estimated_wait_s=put.estimated_wait_s,
        asked_priority=put.asked_priority,
        asked_queue_id=put.asked_queue_id,
        flags=put.flags,
        wanted_agent_id=put.wanted_agent_id,
        wanted_wait_s=put.wanted_wait_s,
    )
    if not contact.answered:
        contact.answered = True
        out.do(Answer())
    if not contact.playing:
        set_music(contact, out, on=True)
    if put.announce_every_s:
        out.do(SetTimer("announce", put.announce_every_s))


@on(EnqueueRefused, at=IN_CONTROL)
def enqueue_refused(contact: Contact, _: EnqueueRefused, out: Out) -> None:
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.UNKNOWN_QUEUE)))


@on(EnqueueRefused, at={Stage.RETURNING}, to={Stage.AFTER})
def return_refused(contact: Contact, _: EnqueueRefused, out: Out) -> None:
    """The queue was removed while the agent was lost: the conversation counts as over."""
    contact.stage = Stage.AFTER
    hush(contact, out)
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.CONVERSATION_ENDED, by=By.SYSTEM)))


@on(Tick, at=IN_QUEUE)
def tick(contact: Contact, now: Tick, out: Out) -> None:
    if contact.queued is None:
        return
    out.do(SetTimer("announce", contact.announce_every_s))
    out.do(
        Tell(
            WaitTick(
                at=out.at,
                position=now.position,
                waited_s=span_ms(out.at, contact.queued) // 1000,
                estimated_wait_s=now.estimated_wait_s,
            )
        )
    )


@on(QueueChanged, at={Stage.QUEUED})
def queue_changed(contact: Contact, change: QueueChanged, out: Out) -> None:
    """Music and announcements go on; for the books one wait ends and another begins."""
    announce_every_s, contact.announce_every_s = contact.announce_every_s, 0
    close_wait(contact, out, change.how)
    contact.queue_id, contact.queued, contact.announce_every_s = change.queue_id, out.at, announce_every_s
    out.fact(
        ContactQueued,
        queue_id=change.queue_id,
        priority=change.priority,
        position=change.position,
        estimated_wait_s=change.estimated_wait_s,
        asked_priority=contact.asked_priority,
    )


@on(WaitOver, at=IN_QUEUE, to={Stage.FLOW, Stage.AFTER})
def wait_over(contact: Contact, over: WaitOver, out: Out) -> None:
    """The router ended the wait; the flow has the caller again."""
    how = {
        WaitEnd.TIMEOUT: (QueueLeave.TIMEOUT, "timeout", Outcome.QUEUE_TIMEOUT),
        WaitEnd.NOBODY_SIGNED_IN: (
            QueueLeave.NOBODY_SIGNED_IN,
            "nobody_signed_in",
            Outcome.NOBODY_SIGNED_IN,
        ),
        WaitEnd.OVERFLOW: (QueueLeave.OVERFLOW, "overflow", Outcome.QUEUE_TIMEOUT),
        WaitEnd.QUEUE_REMOVED: (QueueLeave.UNKNOWN_QUEUE, "ended", None),
    }[over.how]
    close_offer(contact, out, "ended")
    close_wait(contact, out, how[1])
    contact.stage = Stage.AFTER if contact.talked else Stage.FLOW
    if how[2] is not None:
        contact.expected = how[2]
    hush(contact, out)
    set_music(contact, out, on=False)
    out.do(Tell(QueueLeft(at=out.at, how=how[0])))


@on(AskLeaveQueue, at=IN_QUEUE, to={Stage.FLOW, Stage.AFTER})
def leave_queue(contact: Contact, _: AskLeaveQueue, out: Out) -> None:
    """The flow takes the caller out, for instance by a key."""
    close_offer(contact, out, "ended")
    close_wait(contact, out, "key_exit")
    contact.stage = Stage.AFTER if contact.talked else Stage.FLOW
    set_music(contact, out, on=False)
    out.route(RouterLeave(OfferEnd.ENDED))


# --- offering -------------------------------------------------------------------------------------------


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


# --- talking --------------------------------------------------------------------------------------------


def hold(contact: Contact, out: Out, *, by_device: bool, why: str = "", music: bool = True) -> None:
    """`music` False: the caller is told something first."""
    talk = contact.talk
    if talk is None:
        return
    contact.stage = Stage.HELD
    talk.held_since, talk.held_by_device = out.at, by_device
    out.fact(ContactHeld, agent_id=talk.agent_id, why=why)
    if not by_device:  # a device's own hold gives music in the bridge by itself
        out.do(Part(talk.leg_id, agent_stays=True))
        set_music(contact, out, on=music)
    out.route(RouterHeld(True, talk.agent_id))


def retrieve(contact: Contact, out: Out) -> None:
    talk = contact.talk
    if talk is None or talk.held_since is None:
        return
    ms = span_ms(out.at, talk.held_since)
    contact.stage = Stage.TALKING
    talk.held_ms += ms
    talk.held_since = None
    out.fact(ContactRetrieved, agent_id=talk.agent_id, held_ms=ms)
    if not talk.held_by_device:
        set_music(contact, out, on=False)
        out.do(Join(talk.leg_id, report=False))
    talk.held_by_device = False
    out.route(RouterHeld(False, talk.agent_id))


@on(AgentHolds, at={Stage.TALKING}, to={Stage.HELD})
def agent_holds(contact: Contact, ask: AgentHolds, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        hold(contact, out, by_device=False)


@on(AgentRetrieves, at={Stage.HELD}, to={Stage.TALKING})
def agent_retrieves(contact: Contact, ask: AgentRetrieves, out: Out) -> None:
    talk = contact.talk
    if talk is not None and talk.agent_id == ask.agent_id and not talk.held_by_device:
        retrieve(contact, out)


@on(DeviceHeld, at={Stage.TALKING}, to={Stage.HELD})
def device_held(contact: Contact, heard: DeviceHeld, out: Out) -> None:
    if contact.talk is not None and contact.talk.leg_id == heard.leg_id:
        hold(contact, out, by_device=True)


@on(DeviceRetrieved, at={Stage.HELD}, to={Stage.TALKING})
def device_retrieved(contact: Contact, heard: DeviceRetrieved, out: Out) -> None:
    talk = contact.talk
    if talk is not None and talk.leg_id == heard.leg_id and talk.held_by_device:
        retrieve(contact, out)


@on(AgentMutes, at=IN_TALK)
def agent_mutes(contact: Contact, ask: AgentMutes, out: Out) -> None:
    talk = contact.talk
    if talk is None or talk.agent_id != ask.agent_id or talk.muted is ask.on:
        return
    talk.muted = ask.on
    out.fact(ContactMuted, agent_id=talk.agent_id, muted=ask.on)
    out.do(MuteAgent(talk.leg_id, ask.on))


@on(AgentKeys, at={Stage.TALKING})
def agent_keys(contact: Contact, ask: AgentKeys, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        out.do(SendKeys(ask.digits))


def after(contact: Contact, out: Out, by: By, *, drop: bool) -> None:
    """The agent's side is over; the flow has the caller for what follows, a survey for instance."""
    close_talk(contact, out, by, drop=drop, caller_stays=True)
    contact.stage = Stage.AFTER
    out.do(Tell(QueueLeft(at=out.at, how=QueueLeave.CONVERSATION_ENDED, by=by)))


@on(AgentHangsUp, at=IN_TALK, to={Stage.AFTER})
def agent_hangs_up(contact: Contact, ask: AgentHangsUp, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        after(contact, out, By.AGENT, drop=True)


@on(AgentEnded, at=IN_TALK, to={Stage.AFTER, Stage.RETURNING})
def talking_leg_ended(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """The agent hung up; or the device vanished, and the agent is waited for."""
    talk = contact.talk
    if talk is None or talk.leg_id != heard.leg_id:
        return
    if not heard.lost:
        after(contact, out, By.AGENT, drop=False)
        return
    contact.stage = Stage.RETURNING
    if talk.held_since is None:
        talk.held_since = out.at
        out.fact(ContactHeld, agent_id=talk.agent_id, why="agent_lost")
        out.do(Part(talk.leg_id, agent_stays=False))
        speak(contact, out, system_prompt(contact, "please_hold"), of_flow=False)
        out.route(RouterHeld(True, talk.agent_id))
    talk.held_by_device = False
    out.do(SetTimer("return", contact.return_s))
    recall(contact, talk, out)


# --- a lost agent ---------------------------------------------------------------------------------------


def recall(contact: Contact, talk: Talk, out: Out) -> None:
    """Dial the agent's device again; one that is not there ends at once."""
    contact.legs += 1
    talk.leg_id = f"a-{contact.contact_id.hex}-{contact.legs}"
    out.do(
        Dial(
            leg_id=talk.leg_id,
            agent_id=talk.agent_id,
            ring_timeout_s=RECALL_S,
            by_itself=True,
        )
    )


@on(SpeechEnded, at={Stage.RETURNING})
def told_to_hold(contact: Contact, heard: SpeechEnded, out: Out) -> None:
    if heard.token == contact.playing:
        contact.playing = 0
        set_music(contact, out, on=True)


@on(AgentEnded, at={Stage.RETURNING}, to={Stage.AFTER})
def recall_ended(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """The device is not back yet; or the agent is, and does not want to be."""
    talk = contact.talk
    if talk is None or talk.leg_id != heard.leg_id:
        return
    talk.leg_id = ""
    if heard.cause == CAUSE_REJECTED:
        hush(contact, out)
        after(contact, out, By.AGENT, drop=False)
    else:
        out.do(SetTimer("recall", RECALL_EVERY_S))


@on(AgentAnswered, at={Stage.RETURNING})
def agent_is_back(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    talk = contact.talk
    if talk is None or talk.leg_id != heard.leg_id:
        out.do(Drop(heard.leg_id))
        return
    hush(contact, out)
    set_music(contact, out, on=False)
    out.do(Join(heard.leg_id, report=True))


@on(JoinFailed, at={Stage.RETURNING})
def back_for_nothing(contact: Contact, heard: JoinFailed, out: Out) -> None:
    """Somebody is gone again; the engine says who, and the device's end leads to the next recall."""
    if contact.talk is not None and contact.talk.leg_id == heard.leg_id:
        out.do(Drop(heard.leg_id))
        set_music(contact, out, on=True)


@on(Joined, at={Stage.RETURNING}, to={Stage.TALKING})
def together_again(contact: Contact, heard: Joined, out: Out) -> None:
    talk = contact.talk
    if talk is None or talk.leg_id != heard.leg_id or talk.held_since is None:
        return
    out.do(SetTimer("return", None))
    out.do(SetTimer("recall", None))
    ms = span_ms(out.at, talk.held_since)
    contact.stage = Stage.TALKING
    talk.held_ms += ms
    talk.held_since = None
    out.fact(ContactRetrieved, agent_id=talk.agent_id, held_ms=ms)
    if talk.muted:
        out.do(MuteAgent(talk.leg_id, True))
    out.route(RouterHeld(False, talk.agent_id))


@on(TimerDue, at={Stage.RETURNING}, to={Stage.AFTER})
def waited_for_the_agent(contact: Contact, due: TimerDue, out: Out) -> None:
    """Time to dial again; or enough: the caller goes back to the head of the queue, with its history. A call
    that came by no queue is over."""
    talk = contact.talk
    if talk is None:
        return
    if due.tag == "recall":
        recall(contact, talk, out)
    elif due.tag == "return":
        hush(contact, out)
        if talk.queue_id is None:
            after(contact, out, By.SYSTEM, drop=True)
            return
        close_talk(contact, out, By.SYSTEM, drop=True, caller_stays=True)
        out.route(Requeue(talk.queue_id))


@on(AgentHangsUp, at={Stage.RETURNING}, to={Stage.AFTER})
def lost_agent_hangs_up(contact: Contact, ask: AgentHangsUp, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        hush(contact, out)
        after(contact, out, By.AGENT, drop=True)
