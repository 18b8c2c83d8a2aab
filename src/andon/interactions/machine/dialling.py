"""An agent calls out: the own device first, which answers by itself, then the customer's telephone; both are
joined when it is answered. From then on it is a conversation like any other. Pure.
"""

from uuid import UUID

from andon.interactions.dialling.events import OutboundDialled
from andon.interactions.events import By, ContactArrived, ContactConnected, Outcome
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    AgentHangsUp,
    CalledOff,
    CallerEnded,
    CustomerAnswered,
    Joined,
    JoinFailed,
    TimerDue,
)
from andon.interactions.machine.ending import finish, free_dialler, hang_up, settle
from andon.interactions.machine.table import Effect, Out, on
from andon.interactions.model import Contact, Dialler, Placed, Stage, Talk, Taping
from andon.interactions.orders import (
    Dial,
    DialCustomer,
    Drop,
    Join,
    Ringback,
    RouterDialConnected,
    SetTimer,
    Tape,
)

DEVICE_S = 20  # for the agent's own device; one that answers by itself takes none of it
RING_TIMER = "callee"
RING_GRACE_S = 10.0  # after the longest ringing, before the engine's word is waited for no longer
JOIN_TIMER = "callee-join"
JOIN_S = 1.0
# Q.850
NORMAL = 16
NO_ANSWER = 19
OUTCOMES = {
    1: Outcome.WRONG_NUMBER,
    2: Outcome.WRONG_NUMBER,
    3: Outcome.WRONG_NUMBER,
    28: Outcome.WRONG_NUMBER,
    16: Outcome.CALLEE_REJECTED,
    17: Outcome.CALLEE_BUSY,
    18: Outcome.CALLEE_NO_ANSWER,
    19: Outcome.CALLEE_NO_ANSWER,
    21: Outcome.CALLEE_REJECTED,
    34: Outcome.TRUNK_BUSY,
}
NO_DEVICE = "no_device"  # why the agent is free again: the own device did not come


def call_out(contact: Contact, agent_id: UUID, placed: Placed, node: str) -> list[Effect]:
    """An agent begins to call."""
    out = Out(contact, contact.arrived)
    view = contact.view
    out.fact(
        ContactArrived,
        medium="voice",
        direction="outbound",
        caller=placed.number,
        caller_raw=placed.number,
        dnis=view.dnis if view is not None else "",
        number_id=view.number_id if view is not None else None,
        node=node,
        channel_id="",
    )
    contact.placed = placed
    own_device(contact, agent_id, Stage.CALLING, out)
    return out.effects


def own_device(contact: Contact, agent_id: UUID, stage: Stage, out: Out) -> None:
    """The device of the agent who calls is rung first, and answers by itself."""
    contact.stage, contact.offered = stage, out.at
    contact.legs += 1
    contact.dialler = Dialler(agent_id=agent_id, leg_id=f"a-{contact.contact_id.hex}-{contact.legs}")
    out.do(Dial(leg_id=contact.dialler.leg_id, agent_id=agent_id, ring_timeout_s=DEVICE_S, by_itself=True))


@on(AgentAnswered, at={Stage.CALLING})
def own_device_up(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    """The agent hears ringing while the customer's telephone does."""
    dialler, placed = contact.dialler, contact.placed
    if dialler is None or placed is None or heard.leg_id != dialler.leg_id:
        out.do(Drop(heard.leg_id))
        return
    if placed.dialled is not None:
        return
    placed.dialled = out.at
    out.fact(OutboundDialled, agent_id=dialler.agent_id, number=placed.number, channel_id=contact.leg_id)
    out.do(Ringback(dialler.leg_id, True))
    out.do(DialCustomer(placed.number, placed.ring_s))
    out.do(SetTimer(RING_TIMER, placed.ring_s + RING_GRACE_S))


@on(CustomerAnswered, at={Stage.CALLING})
def callee_answered(contact: Contact, _: CustomerAnswered, out: Out) -> None:
    dialler, placed = contact.dialler, contact.placed
    if dialler is None or placed is None:
        return
    if not contact.answered:
        contact.answered = True
        out.do(SetTimer(RING_TIMER, None))
        if placed.recording_id is not None:
            contact.taping = Taping(recording_id=placed.recording_id)
            out.do(Tape(placed.recording_id))
        out.do(Ringback(dialler.leg_id, False))
        out.do(Join(dialler.leg_id, report=True))


@on(Joined, at={Stage.CALLING}, to={Stage.TALKING})
def callee_joined(contact: Contact, heard: Joined, out: Out) -> None:
    """They hear each other. No offer led to it: the contact's own id names the talk."""
    dialler = contact.dialler
    if dialler is None or heard.leg_id != dialler.leg_id:
        return
    out.do(SetTimer(JOIN_TIMER, None))
    out.fact(ContactConnected, agent_id=dialler.agent_id, offer_id=contact.contact_id, waited_ms=0)
    contact.talk = Talk(
        agent_id=dialler.agent_id,
        offer_id=contact.contact_id,
        queue_id=None,
        leg_id=dialler.leg_id,
        at=out.at,
    )
    contact.dialler, contact.talked, contact.connected = None, True, out.at
    contact.stage = Stage.TALKING
    out.route(RouterDialConnected(contact.talk.agent_id))


@on(JoinFailed, at={Stage.CALLING})
def not_joined(contact: Contact, heard: JoinFailed, out: Out) -> None:
    """Somebody is gone; the engine says who within a moment."""
    out.do(SetTimer(JOIN_TIMER, JOIN_S))


@on(CallerEnded, at={Stage.CALLING}, to={Stage.ENDED})
def callee_away(contact: Contact, heard: CallerEnded, out: Out) -> None:
    """Busy, refused, not answered, not to be reached, no such number: the agent is free again."""
    outcome = OUTCOMES.get(heard.cause, Outcome.CALLEE_UNREACHABLE)
    free_dialler(contact, out, outcome.value)
    finish(contact, out, outcome, By.SYSTEM, heard.cause)


@on(TimerDue, at={Stage.CALLING}, to={Stage.ENDING})
def waited_long_enough(contact: Contact, due: TimerDue, out: Out) -> None:
    """The engine does not say what became of the call."""
    outcome = Outcome.CALLEE_NO_ANSWER if due.tag == RING_TIMER else Outcome.CALLEE_UNREACHABLE
    if due.tag in {RING_TIMER, JOIN_TIMER}:
        free_dialler(contact, out, outcome.value)
        settle(contact, out, outcome, By.SYSTEM, NO_ANSWER)
        hang_up(contact, out)


def give_up(contact: Contact, out: Out, why: str, *, drop: bool, router_knows: bool = False) -> None:
    """The agent does not call any more: it stops ringing at the customer's."""
    free_dialler(contact, out, why, drop=drop, router_knows=router_knows)
    settle(contact, out, Outcome.DIAL_CANCELLED, By.AGENT, NORMAL)
    hang_up(contact, out)


@on(AgentHangsUp, at={Stage.CALLING}, to={Stage.ENDING, Stage.ENDED})
def gives_up(contact: Contact, ask: AgentHangsUp, out: Out) -> None:
    if contact.dialler is not None and contact.dialler.agent_id == ask.agent_id:
        give_up(contact, out, Outcome.DIAL_CANCELLED.value, drop=True)


@on(AgentEnded, at={Stage.CALLING}, to={Stage.ENDING, Stage.ENDED})
def own_device_gone(contact: Contact, heard: AgentEnded, out: Out) -> None:
    """The agent hung up, or the device never came."""
    if contact.dialler is None or heard.leg_id != contact.dialler.leg_id:
        return
    came = contact.placed is not None and contact.placed.dialled is not None
    give_up(contact, out, Outcome.DIAL_CANCELLED.value if came else NO_DEVICE, drop=False)


@on(CalledOff, at={Stage.CALLING}, to={Stage.ENDING, Stage.ENDED})
def called_off(contact: Contact, _: CalledOff, out: Out) -> None:
    """The agent has signed out, or was taken out of the configuration."""
    give_up(contact, out, "", drop=True, router_knows=True)
