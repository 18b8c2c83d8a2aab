"""The desk's verb of card data: begin, by hand or because a field has the focus, leave the caller alone with
it, and end."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from andon.interactions.card.events import Source
from andon.interactions.inputs import AgentCard, AgentLeavesAlone
from andon.interactions.model import Contact, Stage
from andon.interactions.service import Floor
from andon.kit.errors import AndonError

STAGES = (Stage.TALKING, Stage.HELD)


class CardData:
    """One tenant's. What is so already stays so: the same asked twice does no harm."""

    def __init__(self, floor: Floor, call: Callable[..., Contact], limit_s: int) -> None:
        """`call(agent_id, *stages)` is the agent's contact in one of these stages, or raises. It ends by
        itself after `limit_s`."""
        self._floor = floor
        self._call = call
        self._limit_s = limit_s
        self.verbs: dict[str, Callable[[UUID, dict[str, Any]], None]] = {"call.card": self._card}

    def _card(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        on = bool(asked.get("on"))
        try:
            source = Source(str(asked.get("source", Source.BUTTON)))
        except ValueError:
            raise AndonError("invalid", 422, fields={"source": "field.invalid"}) from None
        if source is Source.FLOW:
            raise AndonError("invalid", 422, fields={"source": "field.invalid"})
        if not on and source is Source.FIELD:
            contact = self._floor.contact_of(agent_id)  # a field is left when it likes: also after the call
            if contact is None or contact.card is None:
                return
        contact = self._call(agent_id, *STAGES, *(() if on else (Stage.RETURNING,)))
        if on and asked.get("alone"):
            if contact.talk is not None and contact.talk.held_by_device:
                raise AndonError("call.held_by_device", 409)
            self._floor.feed(contact, AgentLeavesAlone(agent_id, self._limit_s))
        else:
            self._floor.feed(contact, AgentCard(agent_id, on, source, self._limit_s))
