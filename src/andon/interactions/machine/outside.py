"""A number outside that the flow calls for the caller: dialled, joined, over. Pure.

The flow stays in control meanwhile: the caller's keys, its timers and the end of the call reach it as ever.
"""

from andon.interactions.events import OutsideConnected, OutsideDialled
from andon.interactions.inputs import AgentAnswered, AgentEnded, AskDialOut, Joined, JoinFailed
from andon.interactions.machine.ending import close_outside, hush, set_music
from andon.interactions.machine.offering import REJECTED, TIMED_OUT, late_answer
from andon.interactions.machine.table import IN_CONTROL, Out, on
from andon.interactions.model import Contact, Outside, span_ms
from andon.interactions.orders import Answer, DialOut, Drop, Join, Part, SetTimer, Tell
from andon.interactions.ports import OutsideJoined, OutsideLeave, OutsideLeft

RING_TIMER = "outside"
RING_GRACE_S = 10.0  # after the longest ringing, before the engine's word is waited for no longer


@on(AskDialOut, at=IN_CONTROL)
def dial_out(contact: Contact, ask: AskDialOut, out: Out) -> None:
    if contact.outside is not None:
        return
    hush(contact, out)
    contact.legs += 1
    leg_id = f"o-{contact.contact_id.hex}-{contact.legs}"
    contact.outside = Outside(leg_id=leg_id, number=ask.number, at=out.at)
    out.fact(OutsideDialled, number=ask.number, channel_id=leg_id)
    if not contact.answered:
        contact.answered = True
        out.do(Answer())
    set_music(contact, out, on=True)
    out.do(DialOut(leg_id=leg_id, number=ask.number, ring_timeout_s=ask.ring_timeout_s))
    out.do(SetTimer(RING_TIMER, ask.ring_timeout_s + RING_GRACE_S))


def ring_over(contact: Contact, out: Out) -> None:
    """Nobody said what became of the call."""
    if contact.outside is not None and contact.outside.joined is None:
        out.do(Drop(contact.outside.leg_id))
        over(contact, out, OutsideLeave.NO_ANSWER)


@on(AgentAnswered, at=IN_CONTROL)
def answered(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    """They pick up outside; any other leg's answer is late."""
    outside = contact.outside
    if outside is None or heard.leg_id != outside.leg_id:
        late_answer(contact, heard, out)
    elif outside.joined is None:
        set_music(contact, out, on=False)
        out.do(Join(heard.leg_id, report=True))


@on(Joined, at=IN_CONTROL)
def joined(contact: Contact, heard: Joined, out: Out) -> None:
    outside = contact.outside
    if outside is None or heard.leg_id != outside.leg_id or outside.joined is not None:
        return
    outside.joined = out.at
    out.fact(OutsideConnected, rang_ms=span_ms(out.at, outside.at))
    out.do(Tell(OutsideJoined(at=out.at)))


@on(JoinFailed, at=IN_CONTROL)
def join_failed(contact: Contact, heard: JoinFailed, out: Out) -> None:
    if contact.outside is not None and heard.leg_id == contact.outside.leg_id:
        out.do(Drop(heard.leg_id))
        over(contact, out, OutsideLeave.FAILED)


@on(AgentEnded, at=IN_CONTROL)
def outside_ended(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """The other side hung up, or never came to the telephone."""
    outside = contact.outside
    if outside is None or heard.leg_id != outside.leg_id:
        return
    if outside.joined is not None:
        how = OutsideLeave.ENDED
    elif heard.cause in TIMED_OUT:
        how = OutsideLeave.NO_ANSWER
    elif heard.cause in REJECTED:
        how = OutsideLeave.BUSY
    else:
        how = OutsideLeave.FAILED
    over(contact, out, how)


def over(contact: Contact, out: Out, how: OutsideLeave) -> None:
    """The flow has the caller to itself again."""
    outside = contact.outside
    if outside is None:
        return
    if outside.joined is not None:
        out.do(Part(outside.leg_id, agent_stays=False))
    set_music(contact, out, on=False)
    close_outside(contact, out, how.value)
    out.do(Tell(OutsideLeft(at=out.at, how=how)))
