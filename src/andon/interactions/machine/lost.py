"""An agent whose leg ends in mid-conversation: one who was lost is waited for and dialled again. Pure."""

from andon.interactions.events import By, ContactHeld, ContactRetrieved
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    AgentHangsUp,
    Joined,
    JoinFailed,
    SpeechEnded,
    TimerDue,
)
from andon.interactions.machine.ending import close_talk, hush, set_music, speak, system_prompt
from andon.interactions.machine.offering import CAUSE_REJECTED
from andon.interactions.machine.table import IN_TALK, Out, on
from andon.interactions.machine.talk import after
from andon.interactions.model import Contact, Stage, Talk, span_ms
from andon.interactions.orders import Dial, Drop, Join, MuteAgent, Part, Requeue, RouterHeld, SetTimer

RECALL_S = 5  # a lost agent's device rings so long before it is dialled anew
RECALL_EVERY_S = 1.0


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
