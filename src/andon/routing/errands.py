"""Agents who call somebody themselves: out of the lines while they do, back in their state when nobody comes.

Pure. Such a call is in no queue: no queue's figures, means or turns are touched by it. One to a colleague is
about no customer: the colleague may be ready or not ready, and both are afterwards what they were before.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from andon.routing.events import AgentState
from andon.routing.model import INSIDE, Effect, Refused, Summon, Terms
from andon.routing.presence import AgentEvent
from andon.routing.records import AgentRecord, Conversation, Errand
from andon.routing.summons import BUSY, Summoning

_MAY_DIAL: Final = frozenset({AgentState.READY, AgentState.NOT_READY, AgentState.ACW})


def see_each_other(one: UUID | None, other: UUID | None) -> bool:
    """Whether agents bound to these clients, or to none, may know of each other."""
    return one is None or other is None or one == other


class Errands(Summoning):
    """A floor on which agents make calls of their own."""

    def dial(self, agent_id: UUID, contact_id: UUID, terms: Terms, now: datetime) -> list[Effect]:
        """The agent calls somebody: from ready, not ready, or out of a wrap-up, which ends with it. Who was
        not ready is so again afterwards. Raises `agent.unknown`, `agent.not_signed_in`, `dial.not_now`,
        `agent.device_unregistered`, `agent.device_untested`."""
        agent = self._centre.agents.get(agent_id)
        if agent is None:
            raise Refused("agent.unknown")
        if agent.state is AgentState.OFFLINE:
            raise Refused("agent.not_signed_in")
        if agent.state not in _MAY_DIAL:
            raise Refused("dial.not_now")
        missing = self._unfit(agent)
        if missing is not None:
            raise Refused(f"agent.{missing}")
        self._at(now)
        effects: list[Effect] = []
        self._keep_not_ready(agent)
        self._part_with_contact(agent)
        agent.errand = Errand(contact_id, terms)
        self._move(agent, AgentEvent.DIALS, "self", "dials", effects)
        return effects

    def dial_ended(self, agent_id: UUID, contact_id: UUID, why: str, now: datetime) -> list[Effect]:
        """Nobody came to the telephone, for the reason `why`: there is nothing to wrap up. Over already:
        nothing."""
        effects: list[Effect] = []
        self._at(now)
        agent = self._on_errand(agent_id, contact_id)
        if agent is None:
            return effects
        agent.errand = None
        missing = self._unfit(agent)
        if missing is not None:
            self._move(agent, AgentEvent.RING_FAILED, "system", missing, effects)
        elif agent.pending is AgentState.NOT_READY:  # in one step, so that `why` is what the desk tells
            reason_id, forced = agent.pending_reason_id, agent.pending_forced
            self._move(agent, AgentEvent.RING_FAILED, "system", why, effects, reason_id, forced)
        else:
            self._stop_ringing(agent, AgentEvent.CALLER_GONE, "system", why, effects)
        self._match("agent", effects)
        return effects

    def dial_connected(self, agent_id: UUID, contact_id: UUID, now: datetime) -> list[Effect]:
        """They talk. Raises `offer.gone` when the agent is not calling any more."""
        agent = self._on_errand(agent_id, contact_id)
        if agent is None or agent.errand is None:
            raise Refused("offer.gone")
        effects: list[Effect] = []
        self._at(now)
        agent.conversation = Conversation(contact_id, None, self._now, agent.errand.terms)
        agent.errand = None
        self._talks[contact_id] = [agent]
        agent.calls += not agent.conversation.about_inside
        self._move(agent, AgentEvent.CONNECTED, "self", "answered", effects)
        return effects

    @staticmethod
    def _keep_not_ready(agent: AgentRecord) -> None:
        """Who is not ready is so again after the call, for the same reason."""
        if agent.state is AgentState.NOT_READY:
            agent.pending, agent.pending_reason_id = AgentState.NOT_READY, agent.reason_id
            agent.pending_forced = agent.forced

    def colleague(self, by: UUID, agent_id: UUID) -> AgentRecord:
        """Whom `by` may call now: who is ready or not ready, and behind no other client's wall. Raises
        `colleague.self`, `colleague.unknown`, `colleague.offline`, `colleague.busy`, `colleague.away`,
        `colleague.unreachable`."""
        caller, agent = self._centre.agents.get(by), self._centre.agents.get(agent_id)
        if agent is caller:
            raise Refused("colleague.self")
        if caller is None or agent is None or not agent.config.active:
            raise Refused("colleague.unknown")
        if not see_each_other(caller.config.client_id, agent.config.client_id):
            raise Refused("colleague.unknown")
        if agent.state is AgentState.OFFLINE:
            raise Refused("colleague.offline")
        if agent.state in BUSY or agent.works:
            raise Refused("colleague.busy")
        if agent.state is AgentState.BREAK:
            raise Refused("colleague.away")
        if not agent.registered:
            raise Refused("colleague.unreachable")
        return agent

    def ring_colleague(self, contact_id: UUID, by: UUID, agent_id: UUID, now: datetime) -> list[Effect]:
        """Ring the colleague whom `by`, on this errand, calls. Raises what `colleague` raises, and
        `offer.gone` when the agent is not calling any more."""
        if self._on_errand(by, contact_id) is None:
            raise Refused("offer.gone")
        return self._ring_inside(contact_id, self.colleague(by, agent_id), now)

    def pass_colleague(self, contact_id: UUID, by: UUID, agent_id: UUID, now: datetime) -> list[Effect]:
        """Ring a third agent to whom `by`, who talks to a colleague, hands that one over. Raises what
        `colleague` raises, of both sides' walls, and `call.none`."""
        talks = self._talks.get(contact_id, ())
        if all(each.config.agent_id != by for each in talks):
            raise Refused("call.none")
        agent = self.colleague(by, agent_id)
        if not all(see_each_other(each.config.client_id, agent.config.client_id) for each in talks):
            raise Refused("colleague.unknown")
        return self._ring_inside(contact_id, agent, now)

    def _ring_inside(self, contact_id: UUID, agent: AgentRecord, now: datetime) -> list[Effect]:
        self._at(now)
        effects: list[Effect] = []
        self._keep_not_ready(agent)
        summons = self._begin_summons(contact_id, None, INSIDE, agent, effects)
        effects.append(
            Summon(
                offer_id=summons.offer_id,
                contact_id=contact_id,
                agent_id=agent.config.agent_id,
                queue_id=None,
                device=agent.device,
                ring_timeout_s=INSIDE.ring_timeout_s,
                decision={},
            )
        )
        return effects

    def colleagues(self, agent_id: UUID | None, queue_id: UUID) -> set[UUID]:
        """Who is signed in and serves the queue, or is of this agent's department; the agent too."""
        agents, queue = self._centre.agents, self._centre.queues.get(queue_id)
        found = set(queue.members) if queue is not None else set()
        agent = agents.get(agent_id) if agent_id is not None else None
        if agent is not None:
            found.add(agent.config.agent_id)
            department = agent.config.department
            of_department = (one for one in self._centre.signed_in.values() if department)
            found |= {one.config.agent_id for one in of_department if one.config.department == department}
        return found

    def _on_errand(self, agent_id: UUID, contact_id: UUID) -> AgentRecord | None:
        agent = self._centre.agents.get(agent_id)
        if agent is None or agent.errand is None or agent.errand.contact_id != contact_id:
            return None
        return agent
