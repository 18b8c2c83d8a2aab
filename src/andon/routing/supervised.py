"""What supervisors do with those who wait: more priority, another queue, a named agent. Pure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from andon.routing.events import AgentState, ContactMeant, ContactMoved, ContactRaised
from andon.routing.ground import Due
from andon.routing.model import Effect, Refused, from_ms
from andon.routing.records import AgentRecord, ContactRecord
from andon.routing.restore import Restorable


class Supervised(Restorable):
    """A floor with the supervisors' verbs. `by_id` is the supervisor."""

    def raise_priority(self, contact_id: UUID, points: int, by_id: UUID, now: datetime) -> list[Effect]:
        """A supervisor gives a waiting contact points of priority. Raises `contact.not_waiting`."""
        contact = self._who_waits(contact_id)
        self._at(now)
        self._take_out(contact)
        contact.own_priority += points
        self._settle_in(contact)
        self._put_in(contact)
        effects: list[Effect] = [
            ContactRaised(
                **self._about(contact),
                queue_id=contact.queue.config.queue_id,
                points=points,
                priority=contact.priority,
                by_id=by_id,
            )
        ]
        self._match("contact", effects)
        return effects

    def move(self, contact_id: UUID, queue_id: UUID, by_id: UUID, now: datetime) -> list[Effect]:
        """A supervisor puts a waiting contact into another queue, its place kept. Raises
        `contact.not_waiting`, `contact.ringing`, `queue.unknown`, `queue.empty` for one nobody serves,
        `queue.same`, and `queue.other_client`."""
        contact = self._not_ringing(contact_id)
        target, here = self._centre.queues.get(queue_id), contact.queue
        if target is None:
            raise Refused("queue.unknown")
        if target is here:
            raise Refused("queue.same")
        if target.config.client_id != here.config.client_id:
            raise Refused("queue.other_client")
        if not target.members:
            raise Refused("queue.empty")
        self._at(now)
        effects: list[Effect] = []
        self._take_out(contact)
        effects.append(
            ContactMoved(**self._about(contact), from_id=here.config.queue_id, queue_id=queue_id, by_id=by_id)
        )
        self._settle_anew(contact, target)
        effects.append(self._moved(contact, here, "moved"))
        self._start_clocks(contact)
        self._line_up(contact, effects)
        self._match("contact", effects)
        return effects

    def mean_for(
        self, contact_id: UUID, agent_id: UUID, wait_s: int, by_id: UUID, now: datetime
    ) -> list[Effect]:
        """A supervisor gives a waiting contact to this agent: at once when ready, else as soon as the agent
        is, for `wait_s` seconds. Raises `contact.not_waiting`, `contact.ringing`, `agent.unknown`,
        `agent.absent`, `agent.not_of_queue`."""
        contact = self._not_ringing(contact_id)
        agent = self._known(agent_id)
        if agent.state is AgentState.OFFLINE:
            raise Refused("agent.absent")
        if contact.queue not in agent.standing:
            raise Refused("agent.not_of_queue")
        self._at(now)
        self._take_out(contact)
        contact.wanted, contact.step = agent, max(contact.step, agent.standing[contact.queue])
        self._put_in(contact)
        self._due(self._now + wait_s * 1000, Due.WANTED_AGENT, contact, contact.queue)
        effects: list[Effect] = [
            ContactMeant(
                **self._about(contact),
                agent_id=agent_id,
                queue_id=contact.queue.config.queue_id,
                wait_s=wait_s,
                by_id=by_id,
            )
        ]
        self._match("contact", effects)
        return effects

    def _who_waits(self, contact_id: UUID) -> ContactRecord:
        contact = self._contacts.get(contact_id)
        if contact is None or contact.callback:  # nobody is on the line of a placeholder
            raise Refused("contact.not_waiting")
        return contact

    def _not_ringing(self, contact_id: UUID) -> ContactRecord:
        contact = self._who_waits(contact_id)
        if contact.offer is not None:
            raise Refused("contact.ringing")
        return contact

    def _about(self, contact: ContactRecord) -> dict[str, Any]:
        """The envelope of a fact about a waiting contact at this instant."""
        config = contact.queue.config
        return {
            "at": from_ms(self._now),
            "tenant_id": self.tenant_id,
            "client_id": config.client_id,
            "project_id": config.project_id,
            "contact_id": contact.contact_id,
        }

    def _known(self, agent_id: UUID) -> AgentRecord:
        agent = self._centre.agents.get(agent_id)
        if agent is None:
            raise Refused("agent.unknown")
        return agent
