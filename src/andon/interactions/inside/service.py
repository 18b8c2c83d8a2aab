"""The desk's verb of calling a colleague. Who cannot be called is refused before anything rings."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from andon.interactions.inside import texts
from andon.interactions.model import Contact, Inside
from andon.interactions.service import Floor
from andon.kit.errors import AndonError
from andon.routing.model import AgentNow

texts.load()


class InternalCalls:
    """One tenant's agents who call each other."""

    def __init__(self, floor: Floor, records: Callable[[], bool]) -> None:
        """`records`: whether such calls are recorded."""
        self._floor = floor
        self._records = records
        self.verbs: dict[str, Callable[[UUID, dict[str, Any]], None]] = {"call.colleague": self._call}

    def _call(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        floor = self._floor
        other, own = self._named(asked), floor.router.agent(agent_id)
        contact_id = floor.new_id()
        contact = Contact(
            contact_id=contact_id,
            tenant_id=floor.router.tenant_id,
            client_id=None,
            project_id=None,
            leg_id=f"c-{contact_id.hex}",
            arrived=floor.now(),
        )
        contact.inside = Inside(
            by=agent_id,
            by_no=own.agent_no,
            agent_id=other.agent_id,
            agent_no=other.agent_no,
            recording_id=floor.new_id() if self._records() else None,
        )
        floor.call_colleague(contact, contact.inside)

    def _named(self, asked: dict[str, Any]) -> AgentNow:
        """By id, or by the number an agent is called by. Raises `colleague.unknown`."""
        id, number = str(asked.get("to_agent_id", "")), str(asked.get("agent_no", "")).strip()
        for agent in self._floor.router.agents():
            if str(agent.agent_id) == id or (number and agent.agent_no == number):
                return agent
        raise AndonError("colleague.unknown", 404)
