"""The conversation with an agent. Pure."""

from andon.interactions.events import By, ContactHeld, ContactMuted, ContactRetrieved
from andon.interactions.inputs import (
    AgentHangsUp,
    AgentHolds,
    AgentKeys,
    AgentMutes,
    AgentRetrieves,
    DeviceHeld,
    DeviceRetrieved,
)
from andon.interactions.machine.ending import close_talk, set_music
from andon.interactions.machine.table import IN_TALK, Out, on
from andon.interactions.model import Contact, Stage, span_ms
from andon.interactions.orders import Join, MuteAgent, Part, RouterHeld, SendKeys, Tell
from andon.interactions.ports import QueueLeave, QueueLeft


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
