"""Parked callers: music until a colleague picks them up, or until they ring back. Pure.

Who picks up is called first, as who calls out is; both are joined when that device is there. Who waits longer
than `RING_BACK_S` goes to the head of the queue, meant for the agent who parked them.
"""

from andon.interactions.events import By, ContactConnected
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    AgentHangsUp,
    AgentParks,
    AgentPicksUp,
    CalledOff,
    Joined,
    JoinFailed,
    TimerDue,
)
from andon.interactions.machine.dialling import DEVICE_S, NO_DEVICE
from andon.interactions.machine.ending import close_talk, end_parking, free_dialler, set_music
from andon.interactions.machine.table import IN_TALK, Out, on
from andon.interactions.model import Contact, Dialler, Parked, Stage, Talk
from andon.interactions.orders import Dial, Drop, Join, Requeue, RouterDialConnected, SetTimer
from andon.interactions.parking.events import ContactParked

RING_BACK_S = 120.0
PARK_TIMER = "park"


@on(AgentParks, at=IN_TALK, to={Stage.PARKED})
def parks(contact: Contact, ask: AgentParks, out: Out) -> None:
    talk = contact.talk
    if talk is None or talk.agent_id != ask.agent_id or talk.queue_id is None:
        return
    close_talk(contact, out, By.AGENT, drop=True, caller_stays=True)
    contact.parked = Parked(slot=ask.slot, by=ask.agent_id, queue_id=talk.queue_id, since=out.at)
    out.fact(ContactParked, agent_id=ask.agent_id, slot=ask.slot, queue_id=talk.queue_id)
    contact.stage = Stage.PARKED
    set_music(contact, out, on=True)
    out.do(SetTimer(PARK_TIMER, RING_BACK_S))


@on(AgentPicksUp, at={Stage.PARKED})
def picks_up(contact: Contact, ask: AgentPicksUp, out: Out) -> None:
    """The agent's own device comes first. The router and the contact move in one step."""
    contact.legs += 1
    leg_id = f"a-{contact.contact_id.hex}-{contact.legs}"
    contact.dialler = Dialler(agent_id=ask.agent_id, leg_id=leg_id, talk_id=ask.talk_id)
    contact.offered = out.at
    out.do(SetTimer(PARK_TIMER, None))
    out.do(Dial(leg_id=leg_id, agent_id=ask.agent_id, ring_timeout_s=DEVICE_S, by_itself=True))


@on(AgentAnswered, at={Stage.PARKED})
def own_device_up(contact: Contact, heard: AgentAnswered, out: Out) -> None:
    if contact.dialler is None or heard.leg_id != contact.dialler.leg_id:
        out.do(Drop(heard.leg_id))
        return
    set_music(contact, out, on=False)
    out.do(Join(heard.leg_id, report=True))


@on(Joined, at={Stage.PARKED}, to={Stage.TALKING})
def picked_up(contact: Contact, heard: Joined, out: Out) -> None:
    dialler, parked = contact.dialler, contact.parked
    if dialler is None or parked is None or dialler.talk_id is None or heard.leg_id != dialler.leg_id:
        return
    end_parking(contact, out, "picked_up", dialler.agent_id)
    out.fact(
        ContactConnected,
        agent_id=dialler.agent_id,
        queue_id=parked.queue_id,
        offer_id=dialler.talk_id,
        waited_ms=0,
    )
    contact.talk = Talk(
        agent_id=dialler.agent_id,
        offer_id=dialler.talk_id,
        queue_id=parked.queue_id,
        leg_id=dialler.leg_id,
        at=out.at,
    )
    contact.dialler, contact.connected = None, out.at
    contact.stage = Stage.TALKING
    out.route(RouterDialConnected(dialler.agent_id))


def waits_on(contact: Contact, out: Out, why: str, *, drop: bool, router_knows: bool = False) -> None:
    """Nobody came for the caller after all."""
    free_dialler(contact, out, why, drop=drop, router_knows=router_knows)
    set_music(contact, out, on=True)
    out.do(SetTimer(PARK_TIMER, RING_BACK_S))


@on(JoinFailed, at={Stage.PARKED})
def not_joined(contact: Contact, heard: JoinFailed, out: Out) -> None:
    if contact.dialler is not None and heard.leg_id == contact.dialler.leg_id:
        waits_on(contact, out, NO_DEVICE, drop=True)


@on(AgentEnded, at={Stage.PARKED})
def own_device_gone(contact: Contact, heard: AgentEnded, out: Out) -> None:
    if contact.dialler is not None and heard.leg_id == contact.dialler.leg_id:
        waits_on(contact, out, NO_DEVICE, drop=False)


@on(AgentHangsUp, at={Stage.PARKED})
def gives_up(contact: Contact, ask: AgentHangsUp, out: Out) -> None:
    if contact.dialler is not None and contact.dialler.agent_id == ask.agent_id:
        waits_on(contact, out, "asked", drop=True)


@on(CalledOff, at={Stage.PARKED})
def called_off(contact: Contact, _: CalledOff, out: Out) -> None:
    waits_on(contact, out, "", drop=True, router_knows=True)


@on(TimerDue, at={Stage.PARKED}, to={Stage.RETURNING})
def rings_back(contact: Contact, due: TimerDue, out: Out) -> None:
    parked = contact.parked
    if due.tag != PARK_TIMER or parked is None or contact.dialler is not None:
        return
    end_parking(contact, out, "timeout", None)
    contact.stage = Stage.RETURNING
    out.route(Requeue(parked.queue_id, agent_id=parked.by))
