"""An agent sends the caller to a flow: for good, or to wait for its end. Pure.

Who waits has the caller on hold, for the books as well. The flow gives the caller back by its node `return`;
any other end of it is the call's. Should the agent leave meanwhile, the caller goes on in the flow.
"""

from andon.interactions.events import By, ContactHeld, TransferAsked, TransferEnded, TransferHow, TransferWay
from andon.interactions.inputs import (
    AgentCancels,
    AgentCompletes,
    AgentEnded,
    AgentHangsUp,
    AgentSends,
    AskDialOut,
    AskFinish,
    FlowFailed,
    GivesUpWaiting,
)
from andon.interactions.machine.control import take_caller
from andon.interactions.machine.ending import close_talk, flow_finished, hush, set_music
from andon.interactions.machine.outside import dial_out
from andon.interactions.machine.second import end_visit
from andon.interactions.machine.table import IN_TALK, Out, on
from andon.interactions.model import Contact, Stage, Visit
from andon.interactions.orders import EndMessage, EnterFlow, LeaveFlow, Part, RouterHeld, StopListening, Tell
from andon.interactions.ports import Started


@on(AgentSends, at=IN_TALK, to={Stage.AFTER, Stage.AWAY})
def sends(contact: Contact, ask: AgentSends, out: Out) -> None:
    talk, handover = contact.talk, ask.handover
    if talk is None or talk.agent_id != handover.by:
        return
    waits = handover.way is TransferWay.CONSULT
    out.fact(
        TransferAsked,
        agent_id=handover.by,
        transfer_id=handover.transfer_id,
        way=handover.way,
        flow_id=ask.flow_id,
        reason=handover.reason,
    )
    contact.told = None
    if waits:
        contact.visit = Visit(handover=handover, flow_id=ask.flow_id, since=out.at)
        contact.stage = Stage.AWAY
        if talk.held_since is None:
            talk.held_since = out.at
            out.fact(ContactHeld, agent_id=talk.agent_id, why="transfer")
            out.do(Part(talk.leg_id, agent_stays=True))
            out.route(RouterHeld(True, talk.agent_id))
        set_music(contact, out, on=False)
    else:
        out.fact(
            TransferEnded,
            agent_id=handover.by,
            transfer_id=handover.transfer_id,
            how=TransferHow.COMPLETED,
            lasted_ms=0,
        )
        contact.handover = handover
        close_talk(contact, out, By.AGENT, drop=True, caller_stays=True, transferred=True)
        contact.stage = Stage.AFTER
    out.do(EnterFlow(ask.flow_id, back=waits))
    out.do(Tell(Started(at=out.at)))


def comes_back(contact: Contact, out: Out, how: TransferHow) -> None:
    """The agent has the caller again, and the flow of before goes on when they have talked."""
    talk = contact.talk
    if talk is None:
        return
    hush(contact, out)
    if contact.message_since is not None:  # half a message for somebody else: the agent is there
        contact.message_since = None
        out.do(EndMessage())
    if contact.listening:
        out.do(StopListening(contact.listening))
        contact.listening = ""
    end_visit(contact, out, how)
    out.do(LeaveFlow())
    set_music(contact, out, on=False)
    take_caller(contact, out, talk)
    contact.stage = Stage.TALKING


def leaves(contact: Contact, out: Out, by: By, *, drop: bool) -> None:
    """The agent waits no longer: the caller goes on in the flow."""
    end_visit(contact, out, TransferHow.COMPLETED)
    contact.told = None
    music = contact.music
    close_talk(contact, out, by, drop=drop, caller_stays=False, transferred=True)
    contact.music = music
    out.do(LeaveFlow(gone=True))
    contact.stage = Stage.AFTER


@on(AskFinish, at={Stage.AWAY}, to={Stage.TALKING, Stage.ENDING})
def flow_over(contact: Contact, ask: AskFinish, out: Out) -> None:
    if ask.returned:
        comes_back(contact, out, TransferHow.RETURNED)
        return
    leaves(contact, out, By.SYSTEM, drop=True)
    flow_finished(contact, ask, out)


@on(FlowFailed, at={Stage.AWAY}, to={Stage.TALKING})
def flow_broke(contact: Contact, _: FlowFailed, out: Out) -> None:
    comes_back(contact, out, TransferHow.FAILED)


@on(GivesUpWaiting, at={Stage.AWAY}, to={Stage.AFTER})
def flow_goes_on(contact: Contact, _: GivesUpWaiting, out: Out) -> None:
    leaves(contact, out, By.SYSTEM, drop=True)


@on(AskDialOut, at={Stage.AWAY}, to={Stage.AFTER})
def flow_dials(contact: Contact, ask: AskDialOut, out: Out) -> None:
    leaves(contact, out, By.SYSTEM, drop=True)
    dial_out(contact, ask, out)


@on(AgentCancels, at={Stage.AWAY}, to={Stage.TALKING})
def takes_back(contact: Contact, ask: AgentCancels, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        comes_back(contact, out, TransferHow.CANCELLED)


@on(AgentCompletes, AgentHangsUp, at={Stage.AWAY}, to={Stage.AFTER})
def stops_waiting(contact: Contact, ask: AgentCompletes | AgentHangsUp, out: Out) -> None:
    if contact.talk is not None and contact.talk.agent_id == ask.agent_id:
        leaves(contact, out, By.AGENT, drop=True)


@on(AgentEnded, at={Stage.AWAY}, to={Stage.AFTER})
def waiting_leg_ended(contact: Contact, heard: AgentEnded, out: Out) -> None:
    if contact.talk is not None and contact.talk.leg_id == heard.leg_id:
        leaves(contact, out, By.SYSTEM if heard.lost else By.AGENT, drop=False)
