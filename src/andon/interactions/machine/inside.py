"""An agent calls a colleague, without a customer: the own device comes first and answers by itself, then the
colleague's rings; they talk, hold and hang up. Pure.

The colleague's device is the contact's own leg, so nobody is left over: with either side the call ends.

Either may hand the other over to a third agent. Those two go on talking while the third's device rings, and
only its answer changes anything; whatever else becomes of the ring leaves them where they are.
"""

from uuid import UUID

from andon.interactions.events import (
    By,
    ContactArrived,
    ContactConnected,
    ContactHeld,
    ContactMuted,
    ContactRetrieved,
    Outcome,
    TransferAsked,
    TransferHow,
)
from andon.interactions.inputs import (
    AgentAnswered,
    AgentCancels,
    AgentEnded,
    AgentHangsUp,
    AgentHolds,
    AgentMutes,
    AgentRejects,
    AgentRetrieves,
    CalledOff,
    CallerEnded,
    ColleagueRefused,
    ColleagueRings,
    CustomerAnswered,
    DeviceHeld,
    DeviceRetrieved,
    ForcedHangUp,
    Joined,
    JoinFailed,
    Summoned,
    TimerDue,
    Withdrawn,
)
from andon.interactions.inside.events import InternalDialled, InternalJoined, InternalLeft, InternalPassed
from andon.interactions.machine.control import AFTER_RING, new_second, no_answer
from andon.interactions.machine.dialling import (
    JOIN_S,
    JOIN_TIMER,
    NO_DEVICE,
    RING_GRACE_S,
    RING_TIMER,
    own_device,
)
from andon.interactions.machine.ending import (
    close_talk,
    finish,
    free_dialler,
    hang_up,
    leave_inside,
    set_music,
    settle,
)
from andon.interactions.machine.offering import offer_end
from andon.interactions.machine.second import dismiss, end_transfer
from andon.interactions.machine.table import Effect, Out, on
from andon.interactions.model import Contact, Inside, Second, Stage, Talk, Taping, span_ms
from andon.interactions.orders import (
    Dial,
    DialColleague,
    Drop,
    Enter,
    Join,
    MuteAgent,
    Park,
    Part,
    Ringback,
    RingColleague,
    RouterConversationEnded,
    RouterDialConnected,
    RouterHeld,
    RouterSummonsAnswered,
    SetTimer,
    Succeed,
    Tape,
)
from andon.routing.model import OfferEnd

# Q.850
NORMAL = 16
NO_ANSWER = 19
REJECTED = 21
BUSY = 17
OUTCOMES = {
    OfferEnd.REJECTED: Outcome.CALLEE_REJECTED,
    OfferEnd.TIMEOUT: Outcome.CALLEE_NO_ANSWER,
}


def call_colleague(contact: Contact, node: str) -> list[Effect]:
    """An agent begins to call."""
    out = Out(contact, contact.arrived)
    inside = contact.inside
    if inside is None:
        return []
    out.fact(
        ContactArrived,
        medium="voice",
        direction="internal",
        caller=inside.by_no,
        caller_raw=inside.by_no,
        dnis=inside.agent_no,
        node=node,
        channel_id="",
    )
    own_device(contact, inside.by, Stage.BUZZING, out)
    return out.effects


# --- ringing --------------------------------------------------------------------------------------------


@on(AgentAnswered, at={Stage.BUZZING})
def own_device_up(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    dialler, inside = contact.dialler, contact.inside
    if dialler is None or inside is None or heard.leg_id != dialler.leg_id:
        out.do(Drop(heard.leg_id))
    elif inside.dialled is None:
        out.do(Ringback(dialler.leg_id, True))
        out.route(RingColleague(inside.by, inside.agent_id))


@on(ColleagueRings, at={Stage.BUZZING})
def colleague_rings(contact: Contact, rings: ColleagueRings, out: Out) -> None:
    inside = contact.inside
    if inside is None:
        return
    inside.offer_id, inside.dialled = rings.offer_id, out.at
    out.fact(InternalDialled, agent_id=inside.by, to_agent_id=inside.agent_id, channel_id=contact.leg_id)
    out.do(DialColleague(inside.agent_id, inside.by_no, rings.ring_timeout_s))
    out.do(SetTimer(RING_TIMER, rings.ring_timeout_s + RING_GRACE_S))


@on(ColleagueRefused, at={Stage.BUZZING}, to={Stage.ENDING, Stage.ENDED})
def colleague_gone(contact: Contact, heard: ColleagueRefused, out: Out) -> None:
    """Free when asked for, and not any more when the own device was there."""
    busy = heard.why == "colleague.busy"
    outcome = Outcome.CALLEE_BUSY if busy else Outcome.CALLEE_UNREACHABLE
    give_up(contact, out, outcome, By.SYSTEM, BUSY if busy else NO_ANSWER)


def give_up(
    contact: Contact, out: Out, outcome: Outcome, by: By, cause: int, *, drop: bool = True, why: str = ""
) -> None:
    """They will not talk: the agent is told `why`, the colleague's device rings no longer."""
    free_dialler(contact, out, why or outcome.value, drop=drop)
    leave_inside(contact, out)
    settle(contact, out, outcome, by, cause)
    hang_up(contact, out)


@on(CustomerAnswered, at={Stage.BUZZING})
def colleague_answered(contact: Contact, _: CustomerAnswered, out: Out) -> None:
    dialler, inside = contact.dialler, contact.inside
    if dialler is None or inside is None or contact.answered:
        return
    contact.answered = True
    out.do(SetTimer(RING_TIMER, None))
    if inside.recording_id is not None:
        contact.taping = Taping(recording_id=inside.recording_id)
        out.do(Tape(inside.recording_id))
    out.do(Ringback(dialler.leg_id, False))
    out.do(Join(dialler.leg_id, report=True))


@on(Joined, at={Stage.BUZZING}, to={Stage.INSIDE})
def they_talk(contact: Contact, heard: Joined, out: Out) -> None:
    """They hear each other. The contact's own id names the talk."""
    dialler, inside = contact.dialler, contact.inside
    if dialler is None or inside is None or inside.dialled is None or inside.offer_id is None:
        return
    if heard.leg_id != dialler.leg_id:
        return
    out.do(SetTimer(JOIN_TIMER, None))
    out.fact(ContactConnected, agent_id=inside.by, offer_id=contact.contact_id, waited_ms=0)
    out.fact(InternalJoined, agent_id=inside.agent_id, rang_ms=span_ms(out.at, inside.dialled))
    contact.talk = Talk(
        agent_id=inside.by, offer_id=contact.contact_id, queue_id=None, leg_id=dialler.leg_id, at=out.at
    )
    contact.dialler, contact.talked, contact.connected = None, True, out.at
    contact.stage, inside.since = Stage.INSIDE, out.at
    out.route(RouterDialConnected(inside.by))
    out.route(RouterSummonsAnswered(inside.offer_id))


@on(JoinFailed, at={Stage.BUZZING})
def not_joined(contact: Contact, heard: JoinFailed, out: Out) -> None:
    """Somebody is gone; the engine says who within a moment."""
    out.do(SetTimer(JOIN_TIMER, JOIN_S))


@on(CallerEnded, at={Stage.BUZZING}, to={Stage.ENDED})
def colleague_came_not(contact: Contact, heard: CallerEnded, out: Out) -> None:
    """Refused at the device, not answered, not there."""
    how = offer_end(heard.cause, heard.media_lost)
    outcome = OUTCOMES.get(how, Outcome.CALLEE_UNREACHABLE)
    free_dialler(contact, out, outcome.value)
    leave_inside(contact, out, how)
    finish(contact, out, outcome, By.SYSTEM, heard.cause)


@on(Withdrawn, at={Stage.BUZZING}, to={Stage.ENDING, Stage.ENDED})
def colleague_taken_back(contact: Contact, back: Withdrawn, out: Out) -> None:
    """The router took the colleague back: not answered in time, signed out, the device is gone."""
    inside = contact.inside
    if inside is None or inside.offer_id != back.offer_id:
        return
    leave_inside(contact, out, router_knows=True)
    give_up(contact, out, OUTCOMES.get(back.how, Outcome.CALLEE_UNREACHABLE), By.SYSTEM, NO_ANSWER)


def refuses(contact: Contact, out: Out) -> None:
    leave_inside(contact, out, OfferEnd.REJECTED)
    give_up(contact, out, Outcome.CALLEE_REJECTED, By.AGENT, REJECTED)


@on(AgentRejects, at={Stage.BUZZING}, to={Stage.ENDING, Stage.ENDED})
def colleague_rejects(contact: Contact, ask: AgentRejects, out: Out) -> None:
    if contact.inside is not None and contact.inside.agent_id == ask.agent_id:
        refuses(contact, out)


@on(AgentHangsUp, at={Stage.BUZZING}, to={Stage.ENDING, Stage.ENDED})
def either_gives_up(contact: Contact, ask: AgentHangsUp, out: Out) -> None:
    if contact.inside is None:
        return
    if contact.inside.by == ask.agent_id:
        give_up(contact, out, Outcome.DIAL_CANCELLED, By.AGENT, NORMAL)
    elif contact.inside.agent_id == ask.agent_id:
        refuses(contact, out)


@on(AgentEnded, at={Stage.BUZZING}, to={Stage.ENDING, Stage.ENDED})
def own_device_gone(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """The agent hung up, or the device never came."""
    if contact.dialler is None or heard.leg_id != contact.dialler.leg_id:
        return
    came = contact.inside is not None and contact.inside.dialled is not None
    why = "" if came else NO_DEVICE
    give_up(contact, out, Outcome.DIAL_CANCELLED, By.AGENT, NORMAL, drop=False, why=why)


@on(CalledOff, at={Stage.BUZZING}, to={Stage.ENDING, Stage.ENDED})
def called_off(contact: Contact, _: CalledOff, out: Out) -> None:
    """The agent has signed out, or was taken out of the configuration."""
    free_dialler(contact, out, "", router_knows=True)
    give_up(contact, out, Outcome.DIAL_CANCELLED, By.AGENT, NORMAL)


@on(TimerDue, at={Stage.BUZZING}, to={Stage.ENDING, Stage.ENDED})
def waited_long_enough(contact: Contact, due: TimerDue, out: Out) -> None:
    """The engine does not say what became of the ring, or of the joining."""
    if due.tag in {RING_TIMER, JOIN_TIMER}:
        outcome = Outcome.CALLEE_NO_ANSWER if due.tag == RING_TIMER else Outcome.CALLEE_UNREACHABLE
        give_up(contact, out, outcome, By.SYSTEM, NO_ANSWER)


# --- talking --------------------------------------------------------------------------------------------


def hold(contact: Contact, out: Out, agent_id: UUID, *, by_device: bool) -> None:
    """The other hears music; once at a time."""
    talk, inside = contact.talk, contact.inside
    if talk is None or inside is None or inside.holder is not None:
        return
    inside.holder, talk.held_since, talk.held_by_device = agent_id, out.at, by_device
    out.fact(ContactHeld, agent_id=agent_id)
    if agent_id != inside.by:
        out.do(Park(talk.leg_id))
    elif not by_device:  # a device's own hold gives music in the bridge by itself
        out.do(Part(talk.leg_id, agent_stays=True))
        set_music(contact, out, on=True)
    out.route(RouterHeld(True, agent_id))


def retrieve(contact: Contact, out: Out, agent_id: UUID) -> None:
    talk, inside = contact.talk, contact.inside
    if talk is None or inside is None or inside.holder != agent_id or talk.held_since is None:
        return
    ms = span_ms(out.at, talk.held_since)
    talk.held_ms += ms
    inside.holder = talk.held_since = None
    out.fact(ContactRetrieved, agent_id=agent_id, held_ms=ms)
    if agent_id != inside.by:
        out.do(Enter(talk.leg_id))
    elif not talk.held_by_device:
        set_music(contact, out, on=False)
        out.do(Join(talk.leg_id, report=False))
    talk.held_by_device = False
    out.route(RouterHeld(False, agent_id))


@on(AgentHolds, at={Stage.INSIDE})
def either_holds(contact: Contact, ask: AgentHolds, out: Out) -> None:
    if contact.inside is not None and ask.agent_id in {contact.inside.by, contact.inside.agent_id}:
        hold(contact, out, ask.agent_id, by_device=False)


@on(AgentRetrieves, at={Stage.INSIDE})
def either_retrieves(contact: Contact, ask: AgentRetrieves, out: Out) -> None:
    if contact.talk is not None and not contact.talk.held_by_device:
        retrieve(contact, out, ask.agent_id)


@on(DeviceHeld, at={Stage.INSIDE})
def device_held(contact: Contact, heard: DeviceHeld, out: Out) -> None:
    if contact.talk is not None and contact.talk.leg_id == heard.leg_id:
        hold(contact, out, contact.talk.agent_id, by_device=True)


@on(DeviceRetrieved, at={Stage.INSIDE})
def device_retrieved(contact: Contact, heard: DeviceRetrieved, out: Out) -> None:
    talk = contact.talk
    if talk is not None and talk.leg_id == heard.leg_id and talk.held_by_device:
        retrieve(contact, out, talk.agent_id)


@on(AgentMutes, at={Stage.INSIDE})
def either_mutes(contact: Contact, ask: AgentMutes, out: Out) -> None:
    talk, inside = contact.talk, contact.inside
    if talk is None or inside is None:
        return
    if ask.agent_id == talk.agent_id and talk.muted is not ask.on:
        talk.muted, leg_id = ask.on, talk.leg_id
    elif ask.agent_id == inside.agent_id and inside.muted is not ask.on:
        inside.muted, leg_id = ask.on, contact.leg_id
    else:
        return
    out.fact(ContactMuted, agent_id=ask.agent_id, muted=ask.on)
    out.do(MuteAgent(leg_id, ask.on))


def over(contact: Contact, out: Out, by: By, *, drop: bool) -> None:
    """Neither talks any longer, and nobody rings to be the third."""
    dismiss(contact, out, TransferHow.ENDED, drop=True)
    close_talk(contact, out, by, drop=drop, caller_stays=False)
    leave_inside(contact, out)


@on(AgentHangsUp, at={Stage.INSIDE}, to={Stage.ENDING})
def either_hangs_up(contact: Contact, ask: AgentHangsUp, out: Out) -> None:
    if contact.inside is None:
        return
    if ask.agent_id not in {contact.inside.by, contact.inside.agent_id}:
        third_refuses(contact, out, ask.agent_id)
    else:
        over(contact, out, By.AGENT, drop=True)
        settle(contact, out, Outcome.SERVED, By.AGENT, NORMAL)
        hang_up(contact, out)


@on(ForcedHangUp, at={Stage.INSIDE}, to={Stage.ENDING})
def forced_hang_up(contact: Contact, _: ForcedHangUp, out: Out) -> None:
    over(contact, out, By.SUPERVISOR, drop=True)
    settle(contact, out, Outcome.SERVED, By.SUPERVISOR, NORMAL)
    hang_up(contact, out)


@on(AgentEnded, at={Stage.INSIDE}, to={Stage.ENDING})
def calling_side_gone(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """Who called hung up at the device, or it vanished: nobody waits for a lost colleague."""
    second = contact.second
    if second is not None and second.leg_id == heard.leg_id:
        dismiss(contact, out, no_answer(second, heard), drop=False)
        return
    if contact.talk is None or contact.talk.leg_id != heard.leg_id:
        return
    by = By.SYSTEM if heard.lost else By.AGENT
    over(contact, out, by, drop=False)
    settle(contact, out, Outcome.SERVED, by, NORMAL)
    hang_up(contact, out)


@on(CallerEnded, at={Stage.INSIDE}, to={Stage.ENDED})
def colleague_side_gone(contact: Contact, heard: CallerEnded, out: Out) -> None:
    by = By.SYSTEM if heard.media_lost else By.AGENT
    over(contact, out, by, drop=True)
    finish(contact, out, Outcome.SERVED, by, heard.cause)


# --- handing the other over -----------------------------------------------------------------------------


@on(Summoned, at={Stage.INSIDE})
def third_rings(contact: Contact, ring: Summoned, out: Out) -> None:
    """The third's device shows who waits to talk there."""
    talk, inside = contact.talk, contact.inside
    if talk is None or inside is None:
        return
    second = new_second(contact, out, talk, ring.handover)
    second.agent_id, second.agent_no, second.offer_id = ring.agent_id, ring.agent_no, ring.offer_id
    contact.second, contact.handover, contact.told = second, ring.handover, None
    out.fact(
        TransferAsked,
        agent_id=ring.handover.by,
        transfer_id=ring.handover.transfer_id,
        way=ring.handover.way,
        to_agent_id=ring.agent_id,
        reason=ring.handover.reason,
    )
    _, shown = inside.other(ring.handover.by)
    out.do(
        Dial(leg_id=second.leg_id, agent_id=ring.agent_id, ring_timeout_s=ring.ring_timeout_s, shown=shown)
    )


@on(AgentAnswered, at={Stage.INSIDE})
def third_answered(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    """The third stands in the place of who handed over; a hold is over."""
    second, talk, inside = contact.second, contact.talk, contact.inside
    if talk is None or inside is None or heard.leg_id in {talk.leg_id, contact.leg_id}:
        return
    if second is None or second.offer_id is None or heard.leg_id != second.leg_id:
        out.do(Drop(heard.leg_id))
        return
    if inside.holder is not None:
        retrieve(contact, out, inside.holder)
    out.route(RouterSummonsAnswered(second.offer_id))
    end_transfer(contact, out, second, TransferHow.COMPLETED)
    contact.second = contact.told = None
    if second.handover.by == inside.by:
        for_the_caller(contact, out, inside, second)
    else:
        for_the_colleague(contact, out, inside, second, talk)
    inside.passed_to = second.agent_id


def for_the_caller(contact: Contact, out: Out, inside: Inside, second: Second) -> None:
    """The third has the conversation of who called."""
    if second.agent_id is None or second.offer_id is None:
        return
    close_talk(contact, out, By.AGENT, drop=True, caller_stays=False, transferred=True)
    out.do(Join(second.leg_id, report=False))
    out.fact(ContactConnected, agent_id=second.agent_id, offer_id=second.offer_id, waited_ms=0)
    contact.talk = Talk(
        agent_id=second.agent_id, offer_id=second.offer_id, queue_id=None, leg_id=second.leg_id, at=out.at
    )
    contact.connected = out.at
    inside.by, inside.by_no = second.agent_id, second.agent_no


def for_the_colleague(contact: Contact, out: Out, inside: Inside, second: Second, talk: Talk) -> None:
    """The third is the colleague: the contact's own leg is theirs."""
    if second.agent_id is None or inside.since is None:
        return
    out.fact(InternalLeft, agent_id=inside.agent_id, talked_ms=span_ms(out.at, inside.since))
    out.route(RouterConversationEnded(inside.agent_id))
    out.fact(
        InternalPassed,
        agent_id=second.agent_id,
        transfer_id=second.handover.transfer_id,
        channel_id=second.leg_id,
        rang_ms=span_ms(out.at, second.asked),
    )
    out.do(Succeed(second.leg_id, contact.leg_id))
    out.do(Join(talk.leg_id, report=False))
    before, contact.leg_id = contact.leg_id, second.leg_id
    inside.agent_id, inside.agent_no = second.agent_id, second.agent_no
    inside.offer_id, inside.since, inside.muted = second.offer_id, out.at, False
    inside.before = before


def third_refuses(contact: Contact, out: Out, agent_id: UUID) -> None:
    if contact.second is not None and contact.second.agent_id == agent_id:
        dismiss(contact, out, TransferHow.REJECTED, drop=True)


@on(AgentRejects, at={Stage.INSIDE})
def third_rejects(contact: Contact, ask: AgentRejects, out: Out) -> None:
    third_refuses(contact, out, ask.agent_id)


@on(Withdrawn, at={Stage.INSIDE})
def third_taken_back(contact: Contact, back: Withdrawn, out: Out) -> None:
    """The router took the third back: not answered in time, signed out, the device is gone."""
    if contact.second is not None and contact.second.offer_id == back.offer_id:
        dismiss(contact, out, AFTER_RING[back.how], drop=True, router_knows=True)


@on(AgentCancels, at={Stage.INSIDE})
def handing_over_cancelled(contact: Contact, ask: AgentCancels, out: Out) -> None:
    if contact.second is not None and contact.second.handover.by == ask.agent_id:
        dismiss(contact, out, TransferHow.CANCELLED, drop=True)
