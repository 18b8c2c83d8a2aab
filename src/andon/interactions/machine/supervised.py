"""What supervisors do to a contact: take it over, pull it out of its queue, end it. Pure."""

from typing import Any

from andon.interactions.events import By, ContactConnected, OfferEnded, OfferMade, Outcome
from andon.interactions.inputs import ForcedHangUp, Pulled, TakenOver
from andon.interactions.machine.ending import (
    FLOW_ALIVE,
    close_talk,
    hang_up,
    hush,
    set_music,
    settle,
    state_of_supervisor,
    withdraw_all,
)
from andon.interactions.machine.table import IN_TALK, Out, on
from andon.interactions.model import Contact, Offering, Stage, Talk
from andon.interactions.orders import Admit, Join, RouterLeave, Tell
from andon.interactions.ports import CallerGone
from andon.routing.events import AgentState
from andon.routing.model import OfferEnd

DEVICE = "browser"


@on(TakenOver, at=IN_TALK, to={Stage.TALKING})
def taken_over(contact: Contact, by: TakenOver, out: Out) -> None:
    """One conversation ends and another begins at once; the caller stays where it is, or is off hold."""
    before = contact.talk
    if before is None:
        return
    away = before.held_since is not None and not before.held_by_device
    close_talk(contact, out, By.SUPERVISOR, drop=True, caller_stays=False)
    about: dict[str, Any] = {
        "agent_id": by.supervisor_id,
        "offer_id": by.offer_id,
        "queue_id": before.queue_id,
    }
    out.fact(OfferMade, **about, device=DEVICE, decision={"policy": "supervisor", "trigger": "take_over"})
    out.fact(OfferEnded, **about, how="answered", rang_ms=0)
    out.fact(ContactConnected, **about, waited_ms=before.waited_ms)
    state_of_supervisor(out, by.supervisor_id, AgentState.TALKING, 0)
    contact.talk = Talk(**about, leg_id=by.leg_id, at=out.at, waited_ms=before.waited_ms, supervisor=True)
    contact.stage, contact.connected = Stage.TALKING, out.at
    if away:
        set_music(contact, out, on=False)
        out.do(Join(by.leg_id, report=False))
    else:
        out.do(Admit(by.leg_id))


@on(Pulled, at={Stage.QUEUED}, to={Stage.CONNECTING})
def pulled(contact: Contact, by: Pulled, out: Out) -> None:
    """As if an agent had answered an offer that took no time."""
    queue_id = contact.queue_id
    if queue_id is None:
        return
    contact.stage = Stage.CONNECTING
    contact.offer = Offering(
        offer_id=by.offer_id,
        agent_id=by.supervisor_id,
        queue_id=queue_id,
        leg_id=by.leg_id,
        at=out.at,
        ring_until=out.at,
        pulled=True,
    )
    out.fact(
        OfferMade,
        agent_id=by.supervisor_id,
        offer_id=by.offer_id,
        queue_id=queue_id,
        device=DEVICE,
        decision={"policy": "supervisor", "trigger": "pull"},
    )
    hush(contact, out)
    set_music(contact, out, on=False)
    out.do(Join(by.leg_id, report=True))
    out.route(RouterLeave(OfferEnd.ENDED))


@on(ForcedHangUp, at=IN_TALK | {Stage.RETURNING, Stage.CONSULTING, Stage.AWAY}, to={Stage.ENDING})
def forced_hang_up(contact: Contact, _: ForcedHangUp, out: Out) -> None:
    """Caller and agent are both let go; no survey follows."""
    hush(contact, out)
    withdraw_all(contact, out, "ended", OfferEnd.ENDED, By.SUPERVISOR, caller_stays=True)
    if contact.stage in FLOW_ALIVE:
        out.do(Tell(CallerGone(at=out.at)))
    settle(contact, out, Outcome.SERVED, By.SUPERVISOR, 16)
    hang_up(contact, out)
