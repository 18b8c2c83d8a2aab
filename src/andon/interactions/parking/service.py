"""The desk's verbs of parking: into a slot, and out of one. What cannot be is refused with words."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from andon.interactions.inputs import AgentParks
from andon.interactions.model import Contact, Stage
from andon.interactions.service import Floor
from andon.kit.errors import AndonError
from andon.routing.model import Refused, Terms

SLOTS: Final = range(1, 100)


class Parking:
    """One tenant's slots. Who parked somebody, serves their queue, or is of the department may pick up."""

    def __init__(self, floor: Floor, call: Callable[..., Contact]) -> None:
        """`call(agent_id, *stages)` is the agent's contact in one of these stages, or raises."""
        self._floor = floor
        self._call = call
        self.verbs: dict[str, Callable[[UUID, dict[str, Any]], None]] = {
            "call.park": self._park,
            "call.pick_up": self._pick_up,
        }

    def _park(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        contact = self._call(agent_id, Stage.TALKING, Stage.HELD)
        talk = contact.talk
        if talk is None or talk.queue_id is None:
            raise AndonError("park.no_queue", 409)
        if talk.held_by_device:
            raise AndonError("call.held_by_device", 409)
        taken = {each.parked.slot for each in self._floor.contacts.values() if each.parked is not None}
        slot = next((number for number in SLOTS if number not in taken), None)
        if slot is None:
            raise AndonError("park.full", 409)
        self._floor.feed(contact, AgentParks(agent_id, slot))

    def _pick_up(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        try:
            contact = self._floor.contacts.get(UUID(str(asked.get("contact_id"))))
        except ValueError:
            contact = None
        parked = contact.parked if contact is not None else None
        if contact is None or parked is None or agent_id not in self._floor.may_pick_up(contact):
            raise AndonError("park.gone", 404)
        if contact.dialler is not None:
            raise AndonError("park.taken", 409)
        queue = self._floor.router.queue_config(parked.queue_id)
        if queue is None or contact.project_id is None or contact.client_id is None:
            raise Refused("queue.unknown")
        terms = Terms(
            client_id=contact.client_id,
            project_id=contact.project_id,
            ring_timeout_s=queue.ring_timeout_s,
            acw_s=queue.acw_s,
        )
        self._floor.pick_up(contact, agent_id, terms)
