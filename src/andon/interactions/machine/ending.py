"""How a contact ends: by the caller, the flow, the operator or a failure; one outcome each. Pure."""

from uuid import UUID

from andon.interactions.card.events import CardEnd
from andon.interactions.events import (
    By,
    CallbackKept,
    ContactDequeued,
    ContactDisconnected,
    ContactEnded,
    OfferEnded,
    Outcome,
    OutsideEnded,
    TransferHow,
    VoicemailLeft,
)
from andon.interactions.inputs import (
    AskFinish,
    CallerEnded,
    FlowFailed,
    Interrupted,
    SpeechEnded,
    Stop,
    TimerDue,
)
from andon.interactions.inside.events import InternalLeft
from andon.interactions.machine.card import end_card
from andon.interactions.machine.second import dismiss, end_visit
from andon.interactions.machine.table import IN_QUEUE, IN_TALK, LISTENING, LIVE, Out, on
from andon.interactions.model import Contact, Stage, span_ms, spans_of
from andon.interactions.orders import (
    Drop,
    Forget,
    HangUp,
    Music,
    Part,
    RouterConversationEnded,
    RouterDialEnded,
    RouterLeave,
    RouterSummonsEnded,
    SetTimer,
    Speak,
    StopSpeaking,
    Tell,
)
from andon.interactions.parking.events import ContactUnparked
from andon.interactions.ports import CallerGone, Prompt
from andon.routing.events import AgentState, AgentStateChanged
from andon.routing.model import OfferEnd
from andon.telephony.events import RecordingStopped

MESSAGE_MS = 1000  # a shorter voicemail is none
END_S = 5.0  # a leg that does not go away after being hung up is given up
GOODBYE_S = 2.0  # at shutdown
SORRY_S = 12.0
FLOW_ALIVE = (
    LISTENING | IN_TALK | {Stage.CONNECTING, Stage.RETURNING, Stage.CONSULTING, Stage.OUTSIDE, Stage.PARKED}
)


def close_offer(contact: Contact, out: Out, how: str, *, drop: bool = True, cause: int = 16) -> None:
    """The offer is over; its leg is dropped unless it is gone already or goes on."""
    offer = contact.offer
    if offer is None:
        return
    out.fact(
        OfferEnded,
        agent_id=offer.agent_id,
        offer_id=offer.offer_id,
        queue_id=offer.queue_id,
        how=how,
        rang_ms=span_ms(out.at, offer.at),
    )
    if drop:
        out.do(Drop(offer.leg_id, cause))
    contact.offer = None


def close_wait(contact: Contact, out: Out, how: str) -> None:
    """The contact is in no queue any more."""
    if contact.queued is None:
        return
    out.fact(ContactDequeued, queue_id=contact.queue_id, how=how, waited_ms=span_ms(out.at, contact.queued))
    contact.queued = None
    if contact.announce_every_s:
        out.do(SetTimer("announce", None))


def close_talk(
    contact: Contact, out: Out, by: By, *, drop: bool, caller_stays: bool, transferred: bool = False
) -> None:
    """The conversation is over. `drop`: the agent's leg still lives."""
    talk = contact.talk
    if talk is None:
        return
    if contact.card is not None and contact.card.agent_id == talk.agent_id:  # a flow goes on with its own
        end_card(contact, out, CardEnd.CALL_OVER)
    held = talk.held_ms + (span_ms(out.at, talk.held_since) if talk.held_since else 0)
    out.fact(
        ContactDisconnected,
        agent_id=talk.agent_id,
        by=by,
        talked_ms=span_ms(out.at, talk.at),
        held_ms=held,
        transferred=transferred,
    )
    if contact.stage is Stage.RETURNING:
        out.do(SetTimer("return", None))
        out.do(SetTimer("recall", None))
    if drop and talk.leg_id:
        out.do(Drop(talk.leg_id))
    if caller_stays:
        if talk.held_since is None or talk.held_by_device:
            out.do(Part(talk.leg_id, agent_stays=False))
        set_music(contact, out, on=False)
    if talk.supervisor:
        state_of_supervisor(out, talk.agent_id, AgentState.OFFLINE, span_ms(out.at, talk.at))
    contact.talk = None
    contact.talk_ended_by = by
    out.route(RouterConversationEnded(talk.agent_id))


def free_dialler(
    contact: Contact, out: Out, why: str, *, drop: bool = True, router_knows: bool = False
) -> None:
    """The agent calls out no longer. `drop`: the own leg lives; `router_knows`: the router took the agent."""
    dialler = contact.dialler
    if dialler is None:
        return
    if drop:
        out.do(Drop(dialler.leg_id))
    if not router_knows:
        out.route(RouterDialEnded(dialler.agent_id, why))
    contact.dialler = None


def leave_inside(
    contact: Contact, out: Out, how: OfferEnd = OfferEnd.CALLER_GONE, *, router_knows: bool = False
) -> None:
    """The colleague who was called talks no longer, or rings no longer, which ends as `how`."""
    inside = contact.inside
    if inside is None or inside.over:
        return
    inside.over = True
    if inside.since is not None:
        out.fact(InternalLeft, agent_id=inside.agent_id, talked_ms=span_ms(out.at, inside.since))
        out.route(RouterConversationEnded(inside.agent_id))
    elif inside.offer_id is not None and not router_knows:
        out.route(RouterSummonsEnded(inside.offer_id, how))


def end_parking(contact: Contact, out: Out, how: str, agent_id: UUID | None) -> None:
    """The caller is in no slot any more; nothing when they were in none."""
    parked = contact.parked
    if parked is None:
        return
    out.fact(
        ContactUnparked,
        agent_id=agent_id,
        slot=parked.slot,
        queue_id=parked.queue_id,
        how=how,
        parked_ms=span_ms(out.at, parked.since),
    )
    contact.parked = None


def close_outside(contact: Contact, out: Out, how: str, *, drop: bool = False) -> None:
    """The number outside is not with the caller any more; `drop`: it goes too."""
    outside = contact.outside
    if outside is None:
        return
    talked = 0 if outside.joined is None else span_ms(out.at, outside.joined)
    out.fact(OutsideEnded, how=how, talked_ms=talked)
    if drop:
        out.do(Drop(outside.leg_id))
    contact.outside = None


def state_of_supervisor(out: Out, supervisor_id: UUID, state: AgentState, previous_ms: int) -> None:
    """A supervisor who talks to a caller is talking, and before and afterwards on nobody's time line."""
    talks = state is AgentState.TALKING
    out.fact(
        AgentStateChanged,
        agent_id=supervisor_id,
        state=state,
        previous=AgentState.OFFLINE if talks else AgentState.TALKING,
        previous_ms=previous_ms,
        by="self",
        why="supervising",
    )


def close_message(contact: Contact, out: Out, ms: int) -> None:
    """A voicemail is over; one too short to be a message leaves no fact."""
    contact.message_since = None
    if ms >= MESSAGE_MS:
        contact.voicemail = True
        out.fact(VoicemailLeft, queue_id=contact.message_queue_id, voicemail_ms=ms)


def close_tape(contact: Contact, out: Out, *, open_end: bool = False) -> None:
    """The recording is over, or with `open_end` out of sight; one that never ran leaves no fact."""
    taping = contact.taping
    if taping is None or taping.stopped:
        return
    taping.stopped = True
    if taping.started is None:
        return
    total = span_ms(out.at, taping.started)
    out.fact(
        RecordingStopped,
        recording_id=taping.recording_id,
        total_ms=total,
        spans=spans_of(taping, total),
        open_end=open_end,
    )


def set_music(contact: Contact, out: Out, *, on: bool) -> None:
    if contact.music is not on:
        contact.music = on
        out.do(Music(on, contact.queue_id if on else None))


def hush(contact: Contact, out: Out) -> None:
    """Stop speaking; its end will not be told."""
    if contact.playing:
        out.do(StopSpeaking(contact.playing))
        contact.playing = 0


def speak(contact: Contact, out: Out, prompts: list[Prompt], *, of_flow: bool) -> None:
    """Speak instead of whatever is being said, and instead of music."""
    hush(contact, out)
    set_music(contact, out, on=False)
    contact.speeches += 1
    contact.playing = contact.speeches
    contact.speech_of_flow = of_flow
    out.do(Speak(contact.playing, prompts))


def system_prompt(contact: Contact, name: str) -> list[Prompt]:
    """A prompt of ours in the caller's language; in both when we do not know it."""
    if contact.view is not None:
        return [Prompt(name, contact.view.language)]
    return [Prompt(name, "zh"), Prompt(name, "en")]


def finish(contact: Contact, out: Out, outcome: Outcome, by: By, cause: int) -> None:
    """The last fact. Whatever was open is closed before."""
    end_card(contact, out, CardEnd.CALL_OVER)
    close_tape(contact, out)
    out.fact(
        ContactEnded,
        outcome=outcome,
        by=by,
        sip_cause=cause,
        total_ms=span_ms(out.at, contact.arrived),
    )
    if contact.view is not None and contact.stage in FLOW_ALIVE:
        out.do(Tell(CallerGone(at=out.at)))
    contact.stage = Stage.ENDED
    contact.playing = 0
    out.do(Forget())


def settle(contact: Contact, out: Out, outcome: Outcome, by: By, cause: int) -> None:
    """The outcome is fixed; the caller's leg has still to go."""
    if contact.talked and outcome is not Outcome.SHUTDOWN:
        outcome = Outcome.SERVED
    elif contact.voicemail and not contact.talked:
        outcome = Outcome.VOICEMAIL
    contact.settled, contact.settled_by, contact.settled_cause = outcome, by, cause
    contact.stage = Stage.ENDING


def hang_up(contact: Contact, out: Out) -> None:
    contact.goodbye = False
    if not contact.has_leg:
        finish(contact, out, contact.settled or Outcome.FLOW_ERROR, contact.settled_by, contact.settled_cause)
        return
    out.do(HangUp(contact.settled_cause))
    out.do(SetTimer("end", END_S))


def withdraw_all(
    contact: Contact, out: Out, how: str, offer_how: OfferEnd, by: By, *, caller_stays: bool = False
) -> None:
    """Leave the queue, take the offer back, end the conversation: for endings that come from anywhere."""
    to_be_returned = contact.placed is not None and not contact.talked
    if contact.queued is not None or to_be_returned:
        close_offer(contact, out, offer_how)
        close_wait(contact, out, how)
        out.route(RouterLeave(offer_how))
    free_dialler(contact, out, "ended")
    leave_inside(contact, out, offer_how)
    end_parking(contact, out, "caller_gone" if by is By.CALLER else "ended", None)
    end_visit(contact, out, TransferHow.CALLER_GONE if by is By.CALLER else TransferHow.ENDED)
    if contact.second is not None:
        outside = contact.stage is Stage.OUTSIDE
        dismiss(contact, out, TransferHow.CALLER_GONE if by is By.CALLER else TransferHow.ENDED, drop=True)
        if outside and caller_stays:
            out.do(Part("", agent_stays=False))
    close_talk(contact, out, by, drop=True, caller_stays=caller_stays)
    if caller_stays and contact.outside is not None and contact.outside.joined is not None:
        out.do(Part(contact.outside.leg_id, agent_stays=False))
    close_outside(contact, out, "caller_gone" if how == "abandoned" else how, drop=True)
    if contact.message_since is not None:
        close_message(contact, out, span_ms(out.at, contact.message_since))


@on(
    CallerEnded,
    at=LIVE - {Stage.ENDING, Stage.DIALLING, Stage.CALLING, Stage.BUZZING, Stage.INSIDE},
    to={Stage.ENDED},
)
def caller_ended(contact: Contact, heard: CallerEnded, out: Out) -> None:
    """The caller hung up, or no sound came from there for too long."""
    ringing = contact.offer is not None
    waiting = contact.queued is not None
    by = By.SYSTEM if heard.media_lost else By.CALLER
    if heard.media_lost:
        withdraw_all(contact, out, "ended", OfferEnd.ENDED, by)
    else:
        withdraw_all(contact, out, "abandoned", OfferEnd.CALLER_GONE, by)
    if contact.talked:
        outcome = Outcome.SERVED
    elif contact.voicemail:
        outcome = Outcome.VOICEMAIL
    elif heard.media_lost:
        outcome = Outcome.MEDIA_LOST
    elif ringing:
        outcome = Outcome.ABANDONED_RINGING
    elif waiting:
        outcome = Outcome.ABANDONED_QUEUE
    else:
        outcome = contact.expected or Outcome.ABANDONED_FLOW
    finish(contact, out, outcome, by, heard.cause)


@on(CallerEnded, at={Stage.ENDING}, to={Stage.ENDED})
def leg_gone(contact: Contact, heard: CallerEnded, out: Out) -> None:
    """The leg we hung up is gone, or the caller was quicker than our last words."""
    finish(contact, out, contact.settled or Outcome.FLOW_ERROR, contact.settled_by, heard.cause)


@on(Interrupted, at=LIVE, to={Stage.ENDED})
def interrupted(contact: Contact, heard: Interrupted, out: Out) -> None:
    """The engine went away under the contact, or does not answer: it may go on recording until it is met."""
    talking = contact.talk is not None
    withdraw_all(contact, out, "ended", OfferEnd.ENDED, By.SYSTEM)
    if heard.owed is not None:
        place = heard.owed
        out.fact(
            CallbackKept,
            queue_id=contact.queue_id,
            position=place.position,
            expires_at=place.expires_at,
            why="interrupted",
        )
    if contact.settled is not None:
        outcome = contact.settled
    elif contact.talked:
        outcome = Outcome.INTERRUPTED if talking else Outcome.SERVED
    else:
        outcome = Outcome.VOICEMAIL if contact.voicemail else Outcome.INTERRUPTED
    end_card(contact, out, CardEnd.CALL_OVER)
    close_tape(contact, out, open_end=True)
    finish(contact, out, outcome, By.SYSTEM, 0)


@on(Stop, at=LIVE - {Stage.ENDING}, to={Stage.ENDING, Stage.ENDED})
def stop(contact: Contact, _: Stop, out: Out) -> None:
    """The operator stops the system: a short goodbye, then the end."""
    after = contact.stage is Stage.AFTER
    withdraw_all(contact, out, "ended", OfferEnd.ENDED, By.SYSTEM, caller_stays=True)
    if contact.stage in FLOW_ALIVE and contact.view is not None:
        out.do(Tell(CallerGone(at=out.at)))
    settle(contact, out, Outcome.SERVED if after else Outcome.SHUTDOWN, By.SYSTEM, 16)
    if not contact.answered:
        hang_up(contact, out)
        return
    speak(contact, out, system_prompt(contact, "goodbye"), of_flow=False)
    contact.goodbye = True
    out.do(SetTimer("goodbye", GOODBYE_S))


@on(FlowFailed, at=LISTENING - {Stage.AWAY} | {Stage.ARRIVED}, to={Stage.ENDING})
def flow_failed(contact: Contact, _: FlowFailed, out: Out) -> None:
    """The flow cannot go on: the caller is told and let go."""
    withdraw_all(contact, out, "ended", OfferEnd.ENDED, By.SYSTEM)
    settle(contact, out, Outcome.FLOW_ERROR, By.SYSTEM, 16)
    say_and_hang_up(contact, out, "sorry_error")


def say_and_hang_up(contact: Contact, out: Out, prompt: str) -> None:
    speak(contact, out, system_prompt(contact, prompt), of_flow=False)
    contact.goodbye = True
    out.do(SetTimer("goodbye", SORRY_S))


@on(AskFinish, at=LISTENING - {Stage.AWAY}, to={Stage.ENDING})
def flow_finished(contact: Contact, ask: AskFinish, out: Out) -> None:
    """The flow is done with the caller."""
    by = contact.talk_ended_by if contact.stage is Stage.AFTER else By.SYSTEM
    if contact.stage in IN_QUEUE:
        withdraw_all(contact, out, "ended", OfferEnd.ENDED, by)
    close_outside(contact, out, "ended", drop=True)
    if contact.message_since is not None:
        close_message(contact, out, span_ms(out.at, contact.message_since))
    settle(contact, out, ask.outcome, by, ask.cause)
    hush(contact, out)
    hang_up(contact, out)


@on(SpeechEnded, at={Stage.ENDING})
def goodbye_said(contact: Contact, heard: SpeechEnded, out: Out) -> None:
    if contact.goodbye and heard.token == contact.playing:
        contact.playing = 0
        out.do(SetTimer("goodbye", None))
        hang_up(contact, out)


@on(TimerDue, at={Stage.ENDING}, to={Stage.ENDED})
def ending_timer(contact: Contact, due: TimerDue, out: Out) -> None:
    """Words that do not end are cut; a leg that does not go is given up, its channel swept later."""
    if due.tag == "goodbye" and contact.goodbye:
        hang_up(contact, out)
    elif due.tag == "end":
        finish(contact, out, contact.settled or Outcome.FLOW_ERROR, contact.settled_by, contact.settled_cause)
