"""The second party of a conversation: how it goes, whoever sends it. Pure."""

from andon.interactions.events import OfferEnded, PartyLeft, TransferEnded, TransferHow
from andon.interactions.machine.table import Out
from andon.interactions.model import Contact, Place, Second, Stage, Told, span_ms
from andon.interactions.orders import Drop, RouterConversationEnded, RouterSummonsEnded
from andon.routing.model import OfferEnd

CAUSE_REJECTED = 21

# What a transfer's end means for the offer by which an agent was rung.
OFFER_ENDS = {
    TransferHow.REJECTED: OfferEnd.REJECTED,
    TransferHow.TIMEOUT: OfferEnd.TIMEOUT,
    TransferHow.UNREACHABLE: OfferEnd.UNREACHABLE,
    TransferHow.FAILED: OfferEnd.FAILED,
    TransferHow.CALLER_GONE: OfferEnd.CALLER_GONE,
}


def end_transfer(contact: Contact, out: Out, second: Second, how: TransferHow) -> None:
    """The transfer is over; the agent who asked is told."""
    handover = second.handover
    out.fact(
        TransferEnded,
        agent_id=handover.by,
        transfer_id=handover.transfer_id,
        how=how,
        lasted_ms=span_ms(out.at, second.asked),
    )
    contact.told = Told(
        transfer_id=handover.transfer_id,
        how=how,
        agent_id=second.agent_id,
        number=second.number,
        by=handover.by,
    )


def stop_ringing(contact: Contact, out: Out, second: Second, how: OfferEnd | str) -> None:
    """An agent's offer is over: answered, or come to nothing."""
    out.fact(
        OfferEnded,
        agent_id=second.agent_id,
        offer_id=second.offer_id,
        queue_id=second.queue_id,
        how=how if isinstance(how, str) else how.value,
        rang_ms=span_ms(out.at, second.asked),
    )


def party_left(contact: Contact, out: Out, second: Second, how: str) -> None:
    """Who takes part does so no longer, or not as the second party."""
    if second.answered is not None:
        out.fact(
            PartyLeft,
            agent_id=second.agent_id,
            transfer_id=second.handover.transfer_id,
            how=how,
            joined_ms=span_ms(out.at, second.answered),
        )


def dismiss(contact: Contact, out: Out, how: TransferHow, *, drop: bool, router_knows: bool = False) -> None:
    """The second party goes. `drop`: its leg still lives; `router_knows`: the router took its agent back."""
    second = contact.second
    if second is None:
        return
    if second.place is Place.RINGING:
        if second.offer_id is not None:
            end = OFFER_ENDS.get(how, OfferEnd.ENDED)
            if contact.inside is None:  # a colleague's ring is no offer
                stop_ringing(contact, out, second, end)
            if not router_knows:
                out.route(RouterSummonsEnded(second.offer_id, end))
    else:
        party_left(contact, out, second, how.value)
        if second.agent_id is not None:
            out.route(RouterConversationEnded(second.agent_id))
    if drop:
        out.do(Drop(second.leg_id, CAUSE_REJECTED if how is TransferHow.REJECTED else 16))
    if contact.stage is not Stage.OUTSIDE:
        end_transfer(contact, out, second, how)
        if contact.talk is not None:
            contact.handover = None
    contact.second = None


def end_visit(contact: Contact, out: Out, how: TransferHow) -> None:
    """The agent waits no longer for the end of a flow; nothing when none does."""
    visit = contact.visit
    if visit is None:
        return
    handover = visit.handover
    out.fact(
        TransferEnded,
        agent_id=handover.by,
        transfer_id=handover.transfer_id,
        how=how,
        lasted_ms=span_ms(out.at, visit.since),
    )
    contact.visit = None
    contact.told = Told(
        transfer_id=handover.transfer_id,
        how=how,
        agent_id=None,
        number="",
        flow_id=visit.flow_id,
        by=handover.by,
    )
