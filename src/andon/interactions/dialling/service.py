"""The desk's verb of calling out. What may not be called is refused before anything rings."""

from collections.abc import Callable
from typing import Any, Final, Protocol
from uuid import UUID

from andon.interactions.dialling import texts
from andon.interactions.dialling.model import EMERGENCY, Bounds, CallerId, choose, clean
from andon.interactions.model import Contact, Placed
from andon.interactions.ports import ContactView
from andon.interactions.service import Floor
from andon.kit.errors import AndonError
from andon.routing.model import Terms

texts.load()

RING_S: Final = 45


class OutgoingRules(Protocol):
    """What the operator's configuration says of calls that agents make."""

    def allowed(self, agent_id: UUID) -> list[CallerId]:
        """The numbers this agent may show, in order."""

    def any_number(self) -> CallerId | None:
        """One of ours for a call that must go through."""

    def client_of(self, project_id: UUID) -> UUID | None: ...

    def terms(self, agent_id: UUID, project_id: UUID) -> Terms:
        """What holds for the agent's calls of this project."""

    def do_not_call(self, number: str) -> bool:
        """Whether whoever has this number does not want to be called."""

    def emergency(self, agent_id: UUID, number: str) -> None:
        """Somebody calls for help: whoever supervises is told."""


class Dialling:
    """One tenant's agents who call out."""

    def __init__(self, floor: Floor, rules: OutgoingRules, bounds: Bounds) -> None:
        self._floor = floor
        self._rules = rules
        self._bounds = bounds
        self.verbs: dict[str, Callable[[UUID, dict[str, Any]], None]] = {"call.dial": self._dial}

    def numbers(self, agent_id: UUID) -> list[dict[str, Any]]:
        """What the agent may show, for the desk to choose from; the first when nothing is chosen."""
        return [
            {
                "number_id": str(each.number_id),
                "number": each.e164,
                "label": each.label,
                "project_id": str(each.project_id),
                "project_name": each.project_name,
            }
            for each in self._rules.allowed(agent_id)
        ]

    def _dial(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        number = clean(str(asked.get("number", "")))
        if number is None:
            raise AndonError("dial.number", 422, fields={"number": "field.pattern"})
        urgent = number in EMERGENCY
        shown = self._shown(agent_id, asked)
        if urgent:
            shown = shown or self._rules.any_number()
        if shown is None:
            raise AndonError("dial.no_caller_id", 409)
        floor = self._floor
        now = floor.now()
        if not urgent:
            if self._rules.do_not_call(number):
                raise AndonError("dial.do_not_call", 409)
            why = self._bounds.refuses(agent_id, number, now)
            if why is not None:
                raise AndonError(why, 429)
        contact = self._contact(number, shown)
        placed = Placed(number=number, ring_s=RING_S, recording_id=floor.new_id())
        floor.call_out(contact, agent_id, placed, self._rules.terms(agent_id, shown.project_id))
        self._bounds.note(agent_id, number, now)
        if urgent:
            self._rules.emergency(agent_id, number)

    def _shown(self, agent_id: UUID, asked: dict[str, Any]) -> CallerId | None:
        number_id, project_id = _id(asked, "number_id"), _id(asked, "project_id")
        client_id = self._rules.client_of(project_id) if project_id is not None else None
        return choose(
            self._rules.allowed(agent_id),
            number_id=number_id,
            project_id=project_id,
            client_id=client_id or _id(asked, "client_id"),
        )

    def _contact(self, number: str, shown: CallerId) -> Contact:
        floor = self._floor
        contact_id, at = floor.new_id(), floor.now()
        return Contact(
            contact_id=contact_id,
            tenant_id=floor.router.tenant_id,
            client_id=shown.client_id,
            project_id=shown.project_id,
            leg_id=f"c-{contact_id.hex}",
            arrived=at,
            view=ContactView(
                contact_id=contact_id,
                tenant_id=floor.router.tenant_id,
                client_id=shown.client_id,
                project_id=shown.project_id,
                number_id=shown.number_id,
                flow_id=None,
                caller=number,
                dnis=shown.e164,
                language=shown.language,
                arrived_at=at,
            ),
        )


def _id(asked: dict[str, Any], name: str) -> UUID | None:
    value = asked.get(name)
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        raise AndonError("invalid", 422, fields={name: "field.invalid"}) from None
