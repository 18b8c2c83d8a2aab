"""Frozen pictures of the router's live records, for desks and boards. Pure."""

from datetime import datetime

from andon.routing.config import BreakRule
from andon.routing.estimate import estimated_wait_s
from andon.routing.events import AgentState
from andon.routing.model import AgentNow, QueueNow, WaitingNow, from_ms
from andon.routing.records import AgentRecord, ContactRecord, QueueRecord


def agent_now(
    agent: AgentRecord, breaks: BreakRule | None = None, break_ms: int = 0, extend_left_s: int | None = None
) -> AgentNow:
    """The agent at this instant. `breaks`: the agent's rule, `break_ms` what was taken of it today."""
    offer, summons, talk = agent.offer, agent.summons, agent.conversation
    contact_id = queue = None
    if offer is not None:
        contact_id, queue = offer.contact.contact_id, offer.contact.queue
    elif summons is not None:
        contact_id, queue = summons.contact_id, summons.queue
    elif agent.errand is not None:
        contact_id = agent.errand.contact_id
    elif talk is not None:
        contact_id, queue = talk.contact_id, talk.queue
    ringing = offer or summons
    return AgentNow(
        agent_id=agent.config.agent_id,
        agent_no=agent.config.agent_no,
        name=agent.config.name,
        department=agent.config.department,
        state=agent.state,
        since=from_ms(agent.since_ms),
        why=agent.why,
        reason_id=agent.reason_id,
        pending_state=agent.pending,
        pending_reason_id=agent.pending_reason_id,
        acw_until=None if agent.acw_until_ms is None else from_ms(agent.acw_until_ms),
        device=agent.device,
        device_tested=agent.tested,
        registered=agent.registered,
        signed_in_at=None if agent.signed_in_ms is None else from_ms(agent.signed_in_ms),
        contact_id=contact_id,
        queue_id=None if queue is None else queue.config.queue_id,
        offer_id=None if ringing is None else ringing.offer_id,
        works=tuple(agent.works),
        ring_until=None if ringing is None or ringing.until_ms is None else from_ms(ringing.until_ms),
        breaks=breaks,
        break_ms=break_ms,
        break_ask=agent.ask,
        break_told=agent.told,
        acw_extend_left_s=extend_left_s,
        forced=agent.forced,
        pending_forced=agent.pending_forced,
        client_id=agent.config.client_id,
    )


def queue_now(queue: QueueRecord) -> QueueNow:
    """The queue at this instant."""
    since = [contact.queued_ms for contact in queue.everyone() if not contact.callback]
    counts = queue.counts
    return QueueNow(
        queue_id=queue.config.queue_id,
        name=queue.config.name,
        project_id=queue.config.project_id,
        client_id=queue.config.client_id,
        waiting=len(since),
        oldest_since=from_ms(min(since)) if since else None,
        signed_in=len(queue.members),
        ready=counts[AgentState.READY],
        ringing=counts[AgentState.RINGING],
        talking=counts[AgentState.TALKING] + counts[AgentState.HELD],
        acw=counts[AgentState.ACW],
        callbacks=queue.length() - len(since),
    )


def waiting_now(contact: ContactRecord) -> WaitingNow:
    """The contact's place among all who wait in its queue, those being offered included."""
    queue = contact.queue
    position = 1 + queue.before(contact)
    return WaitingNow(
        contact_id=contact.contact_id,
        queue_id=queue.config.queue_id,
        priority=contact.priority,
        since=from_ms(contact.queued_ms),
        position=position,
        offered=contact.offer is not None,
        estimated_wait_s=estimated_wait_s(position, queue.mean_handle_ms, queue.serving()),
        tier=contact.caller.tier,
        step=contact.step,
        calls=contact.calls,
        urgent=contact.urgent,
        floor_at=_floor_at(contact),
        rank=contact.rank,
        for_agent_id=None if contact.wanted is None else contact.wanted.config.agent_id,
        callback=contact.callback,
        asleep=contact.asleep,
    )


def _floor_at(contact: ContactRecord) -> datetime | None:
    if not contact.floor_ms or contact.callback:
        return None
    return from_ms(contact.first_ms + contact.floor_ms)
