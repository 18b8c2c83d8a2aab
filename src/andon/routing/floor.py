"""What happens on the floor: every change of state, offer and wait, keeping the router's rule true. Pure.

`machine.Router` takes the inputs and calls these moves. Each appends the effects it causes, in order.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from andon.routing.centre import Centre
from andon.routing.decision import explain
from andon.routing.estimate import blend
from andon.routing.events import AgentSignedOut, AgentState, AgentStateChanged
from andon.routing.model import Effect, Offer, OfferEnd, WaitEnd, WaitEnded, Withdraw, from_ms, to_ms
from andon.routing.presence import IN_CALL, TALKING, TRANSITIONS, WISH, AgentEvent, wished
from andon.routing.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord

_Subject = OfferRecord | AgentRecord | ContactRecord | QueueRecord


class _Deadline(NamedTuple):
    """Something runs out. Deadlines are not taken back; one that no longer holds is skipped when due."""

    at_ms: int
    number: int
    subject: _Subject


class Floor:
    """Live state of one tenant and the moves on it."""

    def __init__(self, tenant_id: UUID, now: datetime, new_id: Callable[[], UUID]) -> None:
        self.tenant_id = tenant_id
        self._new_id = new_id
        self._now = to_ms(now)
        self._number = 0
        self._centre = Centre()
        self._contacts: dict[UUID, ContactRecord] = {}
        self._offers: dict[UUID, OfferRecord] = {}
        self._talks: dict[UUID, AgentRecord] = {}
        self._deadlines: list[_Deadline] = []

    def _at(self, now: datetime) -> None:
        """Time never runs backwards here, so that no span is negative."""
        self._now = max(self._now, to_ms(now))

    # -- presence

    def _move(
        self,
        agent: AgentRecord,
        event: AgentEvent,
        by: str,
        why: str,
        effects: list[Effect],
        reason_id: UUID | None = None,
    ) -> None:
        """The one place where an agent's state changes: by the table, with its fact and every index."""
        old, (new, remember) = agent.state, TRANSITIONS[agent.state, event]
        if remember:
            agent.pending = wished(event)
            agent.pending_reason_id = None if agent.pending is None else reason_id
            return
        spent = 0 if old is AgentState.OFFLINE else self._now - agent.since_ms
        if new is AgentState.READY and event is not AgentEvent.CALLER_GONE:
            agent.idle_since_ms = self._now
        self._centre.change_state(agent, new)
        agent.since_ms, agent.why, agent.reason_id = self._now, why, reason_id
        if new not in IN_CALL and new is not AgentState.ACW:
            agent.pending = agent.pending_reason_id = None
        talk = agent.conversation
        contact_id, about = (talk.contact_id, talk.queue) if talk is not None else (None, None)
        if agent.offer is not None:
            contact_id, about = agent.offer.contact.contact_id, agent.offer.contact.queue
        effects.append(
            AgentStateChanged(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                client_id=about.config.client_id if about is not None else None,
                project_id=about.config.project_id if about is not None else None,
                contact_id=contact_id,
                agent_id=agent.config.agent_id,
                state=new,
                previous=old,
                previous_ms=spent,
                by=by,
                why=why,
                reason_id=reason_id,
            )
        )

    def _lose_device(self, agent: AgentRecord, why: str, effects: list[Effect]) -> None:
        """A ready or ringing agent is taken out; the contact that rang goes on. Others keep their state."""
        if agent.offer is not None:
            contact = self._release(agent.offer, OfferEnd.UNREACHABLE, effects)
            self._stop_ringing(agent, AgentEvent.DEVICE_LOST, "system", why, effects)
            self._wait(contact, effects)
        elif agent.state is AgentState.READY:
            self._move(agent, AgentEvent.DEVICE_LOST, "system", why, effects)

    def _go_offline(
        self, agent: AgentRecord, by: str, why: str, effects: list[Effect]
    ) -> ContactRecord | None:
        """End the agent's time line. Returns the contact that rang there, which is in no line now."""
        contact = self._release(agent.offer, OfferEnd.ENDED, effects) if agent.offer is not None else None
        event = AgentEvent.FORCED_OUT if agent.state in TALKING else AgentEvent.SIGN_OUT
        self._part_with_contact(agent)
        self._move(agent, event, by, why, effects)
        effects.append(
            AgentSignedOut(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent.config.agent_id,
                by=by,
                why=why,
            )
        )
        agent.signed_in_ms, agent.device, agent.tested, agent.registered = None, "", False, False
        for queue in agent.queues.values():
            self._watch_empty(queue)
        if agent.removed:
            self._centre.forget_agent(agent)
        return contact

    def _part_with_contact(self, agent: AgentRecord) -> None:
        """Conversation and wrap-up are over; its length feeds the queue's mean."""
        talk = agent.conversation
        if talk is not None:
            if self._talks.get(talk.contact_id) is agent:
                del self._talks[talk.contact_id]
            talk.queue.mean_handle_ms = blend(talk.queue.mean_handle_ms, self._now - talk.started_ms)
        agent.conversation = None
        agent.acw_until_ms = None

    def _finish_wrap(self, agent: AgentRecord, by: str, why: str, effects: list[Effect]) -> None:
        """Wrap-up is over: what was asked for meanwhile takes effect, else ready when the device allows."""
        self._part_with_contact(agent)
        missing = self._unfit(agent)
        if not agent.config.active:
            self._go_offline(agent, "system", "deactivated", effects)
        elif agent.pending is AgentState.OFFLINE:
            self._go_offline(agent, "self", "signed_out", effects)
        elif agent.pending is not None:
            self._move(agent, WISH[agent.pending], by, "asked", effects, agent.pending_reason_id)
        elif missing is not None:
            self._move(agent, AgentEvent.ASK_NOT_READY, "system", missing, effects)
        else:
            self._move(agent, AgentEvent.ASK_READY, by, why, effects)
            self._serve(agent, effects)

    @staticmethod
    def _unfit(agent: AgentRecord) -> str | None:
        """What keeps the agent's device from being called."""
        if not agent.registered:
            return "device_unregistered"
        return None if agent.tested else "device_untested"

    # -- matching

    def _wait(self, contact: ContactRecord, effects: list[Effect]) -> None:
        """Put a contact at its place and offer it if anyone is ready."""
        queue = contact.queue
        self._line_up(contact, effects)
        if queue.waiting and queue.ready:
            self._offer(queue.waiting.first[3], queue.ready.first[3], "contact", effects)

    def _line_up(self, contact: ContactRecord, effects: list[Effect]) -> None:
        """Put a contact at its place, unless its wait is over."""
        if contact.queue.retired:
            self._end_wait(contact, WaitEnd.QUEUE_REMOVED, effects)
        elif contact.expired:
            self._end_wait(contact, WaitEnd.TIMEOUT, effects)
        else:
            contact.queue.waiting.add(contact.entry())
            self._watch_empty(contact.queue)

    def _serve(self, agent: AgentRecord, effects: list[Effect]) -> None:
        """Give an agent that has become ready the first of all contacts it can serve."""
        heads = [queue.waiting.first for queue in agent.queues.values() if queue.waiting]
        if heads:
            self._offer(min(heads)[3], agent, "agent", effects)

    def _match_all(self, effects: list[Effect]) -> None:
        """Offer whatever can be offered, in the order of the contacts over all queues."""
        heads = [queue.waiting.first for queue in self._centre.queues.values() if queue.waiting]
        heapq.heapify(heads)
        while heads:
            contact = heapq.heappop(heads)[3]
            queue = contact.queue
            if queue.ready:
                self._offer(contact, queue.ready.first[3], "config", effects)
                if queue.waiting:
                    heapq.heappush(heads, queue.waiting.first)

    def _offer(self, contact: ContactRecord, agent: AgentRecord, trigger: str, effects: list[Effect]) -> None:
        queue = contact.queue
        signed_in = self._centre.signed_in
        decision = explain(contact, agent, trigger, self._now, signed_in.values(), len(signed_in))
        queue.waiting.remove(contact.entry())
        queue.offered.add(contact.entry())
        until_ms = self._now + queue.config.ring_timeout_s * 1000
        offer = OfferRecord(self._new_id(), contact, agent, until_ms)
        contact.offer = agent.offer = self._offers[offer.offer_id] = offer
        self._move(agent, AgentEvent.OFFERED, "system", "offered", effects)
        queue.turn += 1
        agent.turns[queue.config.queue_id] = queue.turn
        self._due(until_ms, offer)
        effects.append(
            Offer(
                offer_id=offer.offer_id,
                contact_id=contact.contact_id,
                agent_id=agent.config.agent_id,
                queue_id=queue.config.queue_id,
                device=agent.device,
                ring_timeout_s=queue.config.ring_timeout_s,
                decision=decision,
            )
        )

    def _release(
        self, offer: OfferRecord, how: OfferEnd, effects: list[Effect], *, tell: bool = True
    ) -> ContactRecord:
        """Undo an offer's bonds; the contact is in no line afterwards, the agent still ringing."""
        contact = offer.contact
        del self._offers[offer.offer_id]
        contact.queue.offered.remove(contact.entry())
        contact.offer = offer.agent.offer = None
        if tell:
            effects.append(
                Withdraw(
                    offer_id=offer.offer_id,
                    contact_id=contact.contact_id,
                    agent_id=offer.agent.config.agent_id,
                    queue_id=contact.queue.config.queue_id,
                    how=how,
                )
            )
        return contact

    def _end_wait(self, contact: ContactRecord, how: WaitEnd, effects: list[Effect]) -> None:
        """The wait of a contact that is in no line is over."""
        del self._contacts[contact.contact_id]
        queue_id = contact.queue.config.queue_id
        effects.append(WaitEnded(contact_id=contact.contact_id, queue_id=queue_id, how=how))

    def _fail_offer(self, offer: OfferRecord, how: OfferEnd, effects: list[Effect], *, tell: bool) -> None:
        contact = self._release(offer, how, effects, tell=tell)
        by = "self" if how is OfferEnd.REJECTED else "system"
        why = "ring_timeout" if how is OfferEnd.TIMEOUT else how.value
        self._stop_ringing(offer.agent, AgentEvent.RING_FAILED, by, why, effects)
        self._wait(contact, effects)

    def _stop_ringing(
        self, agent: AgentRecord, event: AgentEvent, by: str, why: str, effects: list[Effect]
    ) -> None:
        """The ring is over without a call: what the agent asked for meanwhile takes effect."""
        wish, reason_id = agent.pending, agent.pending_reason_id
        self._move(agent, event, by, why, effects)
        if wish is not None and wish is not agent.state:
            self._move(agent, WISH[wish], "self", "asked", effects, reason_id)

    def _watch_empty(self, queue: QueueRecord) -> None:
        """Callers wait in a queue that nobody serves any more: give it its grace."""
        if queue.waiting and not queue.members and queue.empty_until_ms is None:
            queue.empty_until_ms = self._now + queue.config.nobody_grace_s * 1000
            self._due(queue.empty_until_ms, queue)

    # -- time

    def _due(self, at_ms: int, subject: _Subject) -> None:
        self._number += 1
        heapq.heappush(self._deadlines, _Deadline(at_ms, self._number, subject))

    def _holds(self, deadline: _Deadline) -> bool:
        match deadline.subject:
            case OfferRecord(offer_id=offer_id):
                return offer_id in self._offers
            case AgentRecord(acw_until_ms=until_ms):
                return until_ms == deadline.at_ms
            case QueueRecord(empty_until_ms=until_ms, waiting=waiting):
                return until_ms == deadline.at_ms and len(waiting) > 0
            case ContactRecord(contact_id=contact_id) as contact:
                return self._contacts.get(contact_id) is contact and not contact.expired

    def _expire(self, subject: _Subject, effects: list[Effect]) -> None:
        match subject:
            case OfferRecord() as offer:
                self._fail_offer(offer, OfferEnd.TIMEOUT, effects, tell=True)
            case AgentRecord() as agent:
                self._finish_wrap(agent, "system", "acw_over", effects)
            case ContactRecord() as contact if contact.offer is not None:
                contact.expired = True
            case ContactRecord() as contact:
                contact.queue.waiting.remove(contact.entry())
                self._end_wait(contact, WaitEnd.TIMEOUT, effects)
            case QueueRecord() as queue:
                queue.empty_until_ms = None
                for entry in list(queue.waiting):
                    queue.waiting.remove(entry)
                    self._end_wait(entry[3], WaitEnd.NOBODY_SIGNED_IN, effects)
