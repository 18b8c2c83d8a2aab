"""What happens on the floor: every change of state, offer and wait, keeping the router's rule true. Pure.

`machine.Router` takes the inputs and calls these moves. Each appends the effects it causes, in order.
"""

import heapq
from typing import Any, NamedTuple
from uuid import UUID

from andon.routing.config import QueueConfig, Work
from andon.routing.decision import explain
from andon.routing.estimate import blend
from andon.routing.events import (
    AgentCertificateEnded,
    AgentCertificateEnding,
    AgentSignedOut,
    AgentState,
    AgentStateChanged,
    BreakAnswer,
    BreakAnswered,
    ContactFloorPassed,
)
from andon.routing.ground import Deadline, Due, Paper
from andon.routing.model import (
    Assigned,
    BreakTold,
    CallOff,
    Effect,
    Forced,
    Offer,
    OfferEnd,
    Terms,
    Unassigned,
    WaitEnd,
    Withdraw,
    from_ms,
    to_ms,
)
from andon.routing.occupancy import faded
from andon.routing.presence import IN_CALL, TALKING, TRANSITIONS, WISH, AgentEvent, wished
from andon.routing.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord, Summons
from andon.routing.standing import step_at
from andon.routing.waiting import Waiting


class _Candidate(NamedTuple):
    """A contact and the agent it is due. The least goes first: urgent, the agent's own order, rank."""

    calm: bool
    order: int
    rank: tuple[int, int]
    number: int
    contact: ContactRecord
    agent: AgentRecord
    source: QueueRecord | AgentRecord  # where it is the first


def _first_due(source: QueueRecord | AgentRecord, lead: AgentRecord | None) -> _Candidate | None:
    """The first contact of a queue, or of those that wait for one agent, that can be offered. The order of
    queues is that of the agent who became ready, `lead`; without one, of the agent who would be rung."""
    if isinstance(source, QueueRecord):
        found = source.due() if source.ready and source.waiting else None
    else:
        wanted = source.wanted_by() if source.state is AgentState.READY else None
        found = None if wanted is None else (wanted, source)
    if found is None:
        return None
    contact, agent = found
    order = contact.queue.seat(lead or agent).order
    return _Candidate(not contact.urgent, order, contact.rank, contact.number, contact, agent, source)


def _subject(agent: AgentRecord) -> tuple[UUID | None, QueueConfig | Terms | None]:
    """The contact at the agent, and what holds for it."""
    if agent.offer is not None:
        return agent.offer.contact.contact_id, agent.offer.contact.queue.config
    one = agent.summons or agent.conversation
    if one is not None:
        return one.contact_id, one.about
    return (None, None) if agent.errand is None else (agent.errand.contact_id, agent.errand.terms)


class Floor(Waiting):
    """The moves of agents and offers, and the matching."""

    # -- presence

    def _move(
        self,
        agent: AgentRecord,
        event: AgentEvent,
        by: str,
        why: str,
        effects: list[Effect],
        reason_id: UUID | None = None,
        forced: Forced | None = None,
    ) -> None:
        """The one place where an agent's state changes: by the table, with its fact and every index."""
        old, (new, remember) = agent.state, TRANSITIONS[agent.state, event]
        if remember:
            agent.pending = wished(event)
            agent.pending_reason_id = None if agent.pending is None else reason_id
            agent.pending_forced = None if agent.pending is None else forced
            return
        spent = 0 if old is AgentState.OFFLINE else self._now - agent.since_ms
        if new is AgentState.READY and event is not AgentEvent.CALLER_GONE:
            agent.idle_since_ms = self._now
        agent.busy_ms = faded(agent.busy_ms, spent, old)
        if old is AgentState.BREAK:
            midnight = self._midnight_ms()
            today = min(spent, self._now - midnight)
            agent.break_taken_ms, agent.break_day_ms = self._break_ms(agent) + today, midnight
        if new is AgentState.BREAK:
            self._end_ask(agent, BreakAnswer.WITHDRAWN, effects)
        agent.since_ms, agent.why, agent.reason_id, agent.forced = self._now, why, reason_id, forced
        self._centre.change_state(agent, new)
        if new is AgentState.READY:
            self._freed[agent] = None
        if new not in IN_CALL and new is not AgentState.ACW:
            agent.pending = agent.pending_reason_id = agent.pending_forced = None
        contact_id, about = _subject(agent)
        effects.append(
            AgentStateChanged(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                client_id=about.client_id if about is not None else None,
                project_id=about.project_id if about is not None else None,
                contact_id=contact_id,
                agent_id=agent.config.agent_id,
                state=new,
                previous=old,
                previous_ms=spent,
                by=by,
                why=why,
                reason_id=reason_id,
                forced_by=None if forced is None else forced.by_id,
            )
        )

    def _lose_device(self, agent: AgentRecord, why: str, effects: list[Effect]) -> None:
        """A ready or ringing agent is taken out; the contact that rang goes on. Others keep their state."""
        if agent.offer is not None:
            contact = self._release(agent.offer, OfferEnd.UNREACHABLE, effects)
            self._stop_ringing(agent, AgentEvent.DEVICE_LOST, "system", why, effects)
            self._line_up(contact, effects)
        elif agent.summons is not None:
            self._unsummon(agent.summons, OfferEnd.UNREACHABLE, effects)
            self._stop_ringing(agent, AgentEvent.DEVICE_LOST, "system", why, effects)
        elif agent.state is AgentState.READY:
            self._move(agent, AgentEvent.DEVICE_LOST, "system", why, effects)

    def _go_offline(
        self, agent: AgentRecord, by: str, why: str, effects: list[Effect], forced: Forced | None = None
    ) -> None:
        """End the agent's time line. Who rang there or waited for the agent goes on to others."""
        self._end_ask(agent, BreakAnswer.GONE, effects)
        agent.told = None
        contact = self._release(agent.offer, OfferEnd.ENDED, effects) if agent.offer is not None else None
        if agent.summons is not None:
            self._unsummon(agent.summons, OfferEnd.ENDED, effects)
        if agent.errand is not None:
            effects.append(CallOff(contact_id=agent.errand.contact_id, agent_id=agent.config.agent_id))
            agent.errand = None
        given_back = self._give_back(agent, effects)
        event = AgentEvent.FORCED_OUT if agent.state in TALKING else AgentEvent.SIGN_OUT
        self._part_with_contact(agent)
        self._move(agent, event, by, why, effects, forced=forced)
        effects.append(
            AgentSignedOut(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent.config.agent_id,
                by=by,
                why=why,
                forced_by=None if forced is None else forced.by_id,
            )
        )
        agent.signed_in_ms, agent.device, agent.tested, agent.registered = None, "", False, False
        self._let_go(agent, effects)
        if contact is not None and contact.contact_id in self._contacts:
            self._line_up(contact, effects)
        for work in given_back:
            self._wait_anew(work)
            self._line_up(work, effects)
        for queue in agent.queues.values():
            self._watch_empty(queue)
        if agent.removed:
            self._centre.forget_agent(agent)

    def _end_ask(
        self, agent: AgentRecord, how: BreakAnswer, effects: list[Effect], by_id: UUID | None = None
    ) -> None:
        """The wish for a break is over; nothing when there is none."""
        ask, agent.ask = agent.ask, None
        if ask is None:
            return
        if how is BreakAnswer.TIMEOUT:
            agent.told = BreakTold(how=how, at_ms=self._now)
        effects.append(
            BreakAnswered(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent.config.agent_id,
                how=how,
                by_id=by_id,
                waited_ms=self._now - ask.since_ms,
            )
        )

    def _part_with_contact(self, agent: AgentRecord) -> None:
        """Conversation and wrap-up are over; its length feeds the queue's mean."""
        talk = agent.conversation
        if talk is not None:
            self._stops_talking(agent, talk.contact_id)
            if talk.queue is not None:
                talk.queue.mean_handle_ms = blend(talk.queue.mean_handle_ms, self._now - talk.started_ms)
        agent.conversation = None
        agent.acw_until_ms = None

    def _stops_talking(self, agent: AgentRecord, contact_id: UUID) -> None:
        left = [other for other in self._talks.get(contact_id, ()) if other is not agent]
        if left:
            self._talks[contact_id] = left
        else:
            self._talks.pop(contact_id, None)

    def _finish_wrap(self, agent: AgentRecord, by: str, why: str, effects: list[Effect]) -> None:
        """Wrap-up is over: what was asked for meanwhile takes effect, else ready when the device allows."""
        self._part_with_contact(agent)
        missing, forced = self._unfit(agent), agent.pending_forced
        if not agent.config.active:
            self._go_offline(agent, "system", "deactivated", effects)
        elif agent.pending is AgentState.OFFLINE and forced is not None:
            self._go_offline(agent, "supervisor", "forced", effects, forced)
        elif agent.pending is AgentState.OFFLINE:
            self._go_offline(agent, "self", "signed_out", effects)
        elif agent.pending is not None:
            reason_id = agent.pending_reason_id
            by, why = (by, "asked") if forced is None else ("supervisor", "forced")
            self._move(agent, WISH[agent.pending], by, why, effects, reason_id, forced)
        elif missing is not None:
            self._move(agent, AgentEvent.ASK_NOT_READY, "system", missing, effects)
        else:
            self._move(agent, AgentEvent.ASK_READY, by, why, effects)

    @staticmethod
    def _unfit(agent: AgentRecord) -> str | None:
        """What keeps the agent's device from being called."""
        if not agent.registered:
            return "device_unregistered"
        return None if agent.tested else "device_untested"

    # -- matching

    def _match(self, trigger: str, effects: list[Effect]) -> None:
        """Offer whatever can be offered after an input, looking only where something has changed: queues
        somebody came to wait in, and the queues of agents who became ready."""
        if not self._stirred and not self._freed:
            return
        looked_at: dict[QueueRecord | AgentRecord, None] = dict.fromkeys(self._stirred)
        freed = [agent for agent in self._freed if agent.state is AgentState.READY]
        for agent in freed:
            looked_at.update(dict.fromkeys(agent.queues.values()))
            if agent.wanting:
                looked_at[agent] = None
        lead = freed[0] if len(freed) == 1 else None
        only_lead = lead if not self._stirred else None  # who else is ready was of no use before either
        self._stirred.clear()
        self._freed.clear()
        line = [due for source in looked_at if (due := _first_due(source, lead)) is not None]
        heapq.heapify(line)
        made = False  # an offer takes an agent from every queue: what was found before is looked at again
        while line:
            first = heapq.heappop(line)
            now = _first_due(first.source, lead) if made else first
            if now is not None and now[:6] == first[:6]:
                self._offer(now.contact, now.agent, trigger, effects)
                if only_lead is not None and only_lead.state is not AgentState.READY:
                    break
                made = True
                now = _first_due(first.source, lead)
            if now is not None:
                heapq.heappush(line, now)

    def _offer(self, contact: ContactRecord, agent: AgentRecord, trigger: str, effects: list[Effect]) -> None:
        queue = contact.queue
        signed_in = self._centre.signed_in
        decision = explain(contact, agent, trigger, self._now, signed_in.values(), len(signed_in))
        self._take_out(contact)
        if queue.config.work is not Work.VOICE:
            self._assign(contact, agent, decision, effects)
            return
        until_ms = self._now + queue.config.ring_timeout_s * 1000
        offer = OfferRecord(self._new_id(), contact, agent, until_ms)
        contact.wanted = None
        contact.offer = agent.offer = self._offers[offer.offer_id] = offer
        self._put_in(contact)
        self._move(agent, AgentEvent.OFFERED, "system", "offered", effects)
        queue.turn += 1
        agent.turns[queue.config.queue_id] = queue.turn
        self._due(until_ms, Due.RING, offer)
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

    def _assign(
        self, contact: ContactRecord, agent: AgentRecord, decision: dict[str, Any], effects: list[Effect]
    ) -> None:
        """The agent has the contact, which is in no line, and stays ready for what there is room for."""
        queue = contact.queue
        contact.wanted, contact.work = None, queue.config.work
        del self._contacts[contact.contact_id]
        self._works[contact.contact_id] = agent
        for each in agent.queues.values():
            each.hide(agent)
        agent.works[contact.contact_id] = contact
        agent.calls += 1
        queue.turn += 1
        agent.turns[queue.config.queue_id] = queue.turn
        for each in agent.queues.values():
            each.show(agent)
        effects.append(
            Assigned(
                contact_id=contact.contact_id,
                agent_id=agent.config.agent_id,
                queue_id=queue.config.queue_id,
                decision=decision,
            )
        )

    def _take_work(self, agent: AgentRecord, contact_id: UUID) -> ContactRecord:
        """The contact is not at hand any more, which may make room."""
        del self._works[contact_id]
        for queue in agent.queues.values():
            queue.hide(agent)
        contact = agent.works.pop(contact_id)
        for queue in agent.queues.values():
            queue.show(agent)
        self._freed[agent] = None
        return contact

    def _give_back(self, agent: AgentRecord, effects: list[Effect]) -> list[ContactRecord]:
        """All that a leaving agent has at hand: to be lined up again once the agent is gone."""
        contacts = [self._take_work(agent, contact_id) for contact_id in list(agent.works)]
        for contact in contacts:
            self._contacts[contact.contact_id] = contact
            effects.append(
                Unassigned(
                    contact_id=contact.contact_id,
                    agent_id=agent.config.agent_id,
                    queue_id=contact.queue.config.queue_id,
                )
            )
        return contacts

    def _release(
        self, offer: OfferRecord, how: OfferEnd, effects: list[Effect], *, tell: bool = True
    ) -> ContactRecord:
        """Undo an offer's bonds; the contact is in no line afterwards, the agent still ringing."""
        contact = offer.contact
        del self._offers[offer.offer_id]
        contact.queue.offered.remove(contact.entry())
        contact.offer = offer.agent.offer = None
        contact.asleep = offer.until_ms is None  # the customer's telephone has rung: not again at once
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

    def _fail_offer(self, offer: OfferRecord, how: OfferEnd, effects: list[Effect], *, tell: bool) -> None:
        contact = self._release(offer, how, effects, tell=tell)
        self._ring_failed(offer.agent, how, effects)
        self._line_up(contact, effects)

    def _unsummon(self, summons: Summons, how: OfferEnd, effects: list[Effect], *, tell: bool = True) -> None:
        """Undo a summons' bonds, the agent still ringing."""
        del self._summons[summons.offer_id]
        summons.agent.summons = None
        if tell:
            effects.append(
                Withdraw(
                    offer_id=summons.offer_id,
                    contact_id=summons.contact_id,
                    agent_id=summons.agent.config.agent_id,
                    queue_id=None if summons.queue is None else summons.queue.config.queue_id,
                    how=how,
                )
            )

    def _fail_summons(self, summons: Summons, how: OfferEnd, effects: list[Effect], *, tell: bool) -> None:
        self._unsummon(summons, how, effects, tell=tell)
        self._ring_failed(summons.agent, how, effects)

    def _ring_failed(self, agent: AgentRecord, how: OfferEnd, effects: list[Effect]) -> None:
        """The agent or the device is to blame that the ring came to nothing."""
        by = "self" if how is OfferEnd.REJECTED else "system"
        why = "ring_timeout" if how is OfferEnd.TIMEOUT else how.value
        self._stop_ringing(agent, AgentEvent.RING_FAILED, by, why, effects)

    def _stop_ringing(
        self, agent: AgentRecord, event: AgentEvent, by: str, why: str, effects: list[Effect]
    ) -> None:
        """The ring is over without a call: what the agent asked for meanwhile takes effect."""
        wish, reason_id, forced = agent.pending, agent.pending_reason_id, agent.pending_forced
        if TRANSITIONS[agent.state, event].to is wish:  # in one step
            self._move(agent, event, by, why, effects, reason_id, forced)
            return
        self._move(agent, event, by, why, effects)
        if wish is not None and wish is not agent.state:
            by, why = ("self", "asked") if forced is None else ("supervisor", "forced")
            self._move(agent, WISH[wish], by, why, effects, reason_id, forced)

    # -- certificates

    def _watch_papers(self, agent: AgentRecord) -> None:
        """Warn of and act on the end of each certificate."""
        for name, expires_at in agent.config.certificates.items():
            paper, at_ms = Paper(agent, name, expires_at), to_ms(expires_at)
            if at_ms > self._now and agent.papers.get(name) != expires_at:
                agent.papers[name] = expires_at
                self._due(max(self._now, at_ms - self._warning_ms), Due.CERTIFICATE_WARNING, paper)
                self._due(at_ms, Due.CERTIFICATE, paper)

    def _warn(self, paper: Paper, effects: list[Effect]) -> None:
        effects.append(
            AgentCertificateEnding(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=paper.agent.config.agent_id,
                certificate=paper.name,
                expires_at=paper.expires_at,
            )
        )

    def _end_paper(self, paper: Paper, effects: list[Effect]) -> None:
        """The agent leaves the queues that require the certificate; a conversation goes on."""
        agent = paper.agent
        before = list(agent.queues.values())
        self._centre.review(agent, self._now)
        effects.append(
            AgentCertificateEnded(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent.config.agent_id,
                certificate=paper.name,
            )
        )
        self._let_go(agent, effects)
        for queue in before:
            self._watch_empty(queue)

    # -- time

    def _holds(self, deadline: Deadline) -> bool:
        at_ms, _, what, subject, queue = deadline
        if isinstance(subject, ContactRecord):
            return self._contact_clock_holds(subject, what, at_ms, queue)
        match what:
            case Due.RING:
                return subject.offer_id in self._offers and subject.until_ms is not None
            case Due.SUMMONS:
                return subject.offer_id in self._summons
            case Due.WRAP_UP:
                return bool(subject.acw_until_ms == at_ms)
            case Due.BREAK_ASK:
                return subject.ask is not None and bool(subject.ask.until_ms == at_ms)
            case Due.EMPTY_QUEUE:
                return subject.empty_until_ms == at_ms and len(subject.waiting) > 0
            case Due.CERTIFICATE | Due.CERTIFICATE_WARNING:
                paper: Paper = subject
                known = self._centre.agents.get(paper.agent.config.agent_id) is paper.agent
                valid = paper.agent.config.certificates.get(paper.name) == paper.expires_at
                return known and valid and not paper.agent.removed
            case _:
                return subject in self._quits

    def _contact_clock_holds(
        self, contact: ContactRecord, what: Due, at_ms: int, queue: QueueRecord | None
    ) -> bool:
        """Still waiting, by the clock set last, and for what belongs to a queue still in that one."""
        if self._contacts.get(contact.contact_id) is not contact or contact.clocks.get(what.name) != at_ms:
            return False
        if what in {Due.FLOOR_NEAR, Due.FLOOR}:
            return True
        if contact.queue is not queue:
            return False
        match what:
            case Due.LONGEST_WAIT:
                return contact.over is not WaitEnd.TIMEOUT
            case Due.OVERFLOW:
                return contact.over is None
            case Due.RELAX:
                return contact.step < step_at(contact.queue.steps, at_ms - contact.queued_ms)
            case _:
                return contact.wanted is not None

    def _expire(self, deadline: Deadline, effects: list[Effect]) -> None:
        subject = deadline.subject
        if isinstance(subject, ContactRecord) and subject.clocks.get(deadline.what.name) == deadline.at_ms:
            del subject.clocks[deadline.what.name]
        match deadline.what:
            case Due.RING:
                self._fail_offer(subject, OfferEnd.TIMEOUT, effects, tell=True)
            case Due.SUMMONS:
                self._fail_summons(subject, OfferEnd.TIMEOUT, effects, tell=True)
            case Due.WRAP_UP:
                self._finish_wrap(subject, "system", "acw_over", effects)
            case Due.BREAK_ASK:
                self._end_ask(subject, BreakAnswer.TIMEOUT, effects)
            case Due.EMPTY_QUEUE:
                subject.empty_until_ms = None
                for entry in [entry for entry in subject.waiting if not entry[3].callback]:
                    self._stop_waiting(entry[3], WaitEnd.NOBODY_SIGNED_IN, effects)
            case Due.LONGEST_WAIT:
                self._run_out(subject, WaitEnd.TIMEOUT, effects)
            case Due.OVERFLOW:
                self._run_out(subject, WaitEnd.OVERFLOW, effects)
            case Due.RELAX:
                self._widen(subject, deadline.at_ms)
            case Due.WANTED_AGENT:
                self._take_out(subject)
                subject.wanted = None
                self._line_up(subject, effects)
            case Due.FLOOR_NEAR:
                self._near_floor(subject, effects)
            case Due.FLOOR:
                effects.append(self._floor_fact(ContactFloorPassed, subject))
            case Due.CERTIFICATE_WARNING:
                self._warn(subject, effects)
            case Due.CERTIFICATE:
                self._end_paper(subject, effects)
            case Due.REDIAL:
                quit = self._quits[subject]
                if quit.left_ms + self._redial_ms(subject[0]) <= self._now:
                    del self._quits[subject]
