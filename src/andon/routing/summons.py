"""Agents named by a colleague: rung for the contact that one has, to take it over or to be asked. Pure."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from andon.routing.events import AgentState
from andon.routing.floor import Floor
from andon.routing.ground import Due
from andon.routing.model import Effect, OfferEnd, Refused, Summon, Terms
from andon.routing.presence import AgentEvent
from andon.routing.records import AgentRecord, Conversation, QueueRecord, Summons

BUSY: Final = frozenset(
    {AgentState.DIALING, AgentState.RINGING, AgentState.TALKING, AgentState.HELD, AgentState.ACW}
)


class Summoning(Floor):
    """A floor on which agents call each other to their conversations."""

    def summon(self, contact_id: UUID, by: UUID, agent_id: UUID, now: datetime) -> list[Effect]:
        """Ring a ready agent for the contact that `by` talks about, for the ring time of its queue.

        Raises `call.none`, `transfer.self`, `agent.unknown`, `transfer.agent_busy`, `transfer.agent_away`.
        """
        first = next((a for a in self._talks.get(contact_id, ()) if a.config.agent_id == by), None)
        if first is None or first.conversation is None:
            raise Refused("call.none")
        agent = self._centre.agents.get(agent_id)
        if agent is first:
            raise Refused("transfer.self")
        about, queue = first.conversation.about, first.conversation.queue
        if agent is None or agent.config.client_id not in {None, about.client_id}:
            raise Refused("agent.unknown")
        if agent.state is not AgentState.READY:
            raise Refused("transfer.agent_busy" if agent.state in BUSY else "transfer.agent_away")
        if agent.works if queue is None else not queue.has_room(agent):
            raise Refused("transfer.agent_busy")
        self._at(now)
        effects: list[Effect] = []
        decision = _named(agent, queue, self._now)
        summons = self._begin_summons(contact_id, queue, first.conversation.terms, agent, effects)
        effects.append(
            Summon(
                offer_id=summons.offer_id,
                contact_id=contact_id,
                agent_id=agent_id,
                queue_id=None if queue is None else queue.config.queue_id,
                device=agent.device,
                ring_timeout_s=about.ring_timeout_s,
                decision=decision,
            )
        )
        return effects

    def _begin_summons(
        self,
        contact_id: UUID,
        queue: QueueRecord | None,
        terms: Terms | None,
        agent: AgentRecord,
        effects: list[Effect],
    ) -> Summons:
        """The agent rings, until the ring time of the queue or the terms is over."""
        summons = Summons(self._new_id(), contact_id, queue, agent, 0, terms)
        summons.until_ms = self._now + summons.about.ring_timeout_s * 1000
        agent.summons = self._summons[summons.offer_id] = summons
        self._move(agent, AgentEvent.OFFERED, "system", "summoned", effects)
        self._due(summons.until_ms, Due.SUMMONS, summons)
        return summons

    def summons_ended(self, offer_id: UUID, how: OfferEnd, now: datetime) -> list[Effect]:
        """The ring is over without an answer. Taken back (ended, caller_gone), or a colleague's that was
        refused: the agent is what they were; anything else takes the agent out of ready with that reason.
        Over already: nothing."""
        effects: list[Effect] = []
        self._at(now)
        summons = self._summons.get(offer_id)
        if summons is None:
            return effects
        inside = summons.terms is not None and summons.terms.inside
        if how in {OfferEnd.ENDED, OfferEnd.CALLER_GONE} or (inside and how is OfferEnd.REJECTED):
            self._unsummon(summons, how, effects, tell=False)
            was_not_ready = inside and summons.agent.pending is AgentState.NOT_READY
            event = AgentEvent.RING_FAILED if was_not_ready else AgentEvent.CALLER_GONE
            why = "internal_over" if inside else how.value
            self._stop_ringing(summons.agent, event, "system", why, effects)
        else:
            self._fail_summons(summons, how, effects, tell=False)
        self._match("agent", effects)
        return effects

    def summons_answered(self, offer_id: UUID, now: datetime) -> list[Effect]:
        """The agent answered and talks about the contact too. Raises `offer.gone` when it is over."""
        summons = self._summons.get(offer_id)
        if summons is None:
            raise Refused("offer.gone")
        effects: list[Effect] = []
        self._at(now)
        agent, contact_id = summons.agent, summons.contact_id
        self._unsummon(summons, OfferEnd.ENDED, effects, tell=False)
        agent.conversation = Conversation(contact_id, summons.queue, self._now, summons.terms)
        self._talks.setdefault(contact_id, []).append(agent)
        agent.calls += not agent.conversation.about_inside
        self._move(agent, AgentEvent.CONNECTED, "self", "answered", effects)
        return effects


def _named(agent: AgentRecord, queue: QueueRecord | None, now_ms: int) -> dict[str, Any]:
    """The decision kept with the offer: nobody was passed over, a colleague named the agent."""
    return {
        "queue": None if queue is None else queue.text,
        "policy": None if queue is None else queue.config.policy.value,
        "trigger": "colleague",
        "priority": 0,
        "waited_ms": 0,
        "waiting": 0 if queue is None else len(queue.waiting),
        "considered": 1,
        "outside": 0,
        "chosen": {"agent_id": agent.text, "idle_ms": now_ms - agent.idle_since_ms},
        "passed_over": [],
        "more": {},
    }
