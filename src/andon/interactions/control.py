"""The desk's verbs of call control: pass the caller on, call somebody to the conversation, swap, join, part.

What cannot be is refused before anything happens to the caller; what fails later gives the caller back.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from andon.interactions.events import TransferReason, TransferWay
from andon.interactions.inputs import (
    AgentCancels,
    AgentCompletes,
    AgentConferences,
    AgentDials,
    AgentSends,
    AgentSwaps,
    AgentTransfers,
    Input,
)
from andon.interactions.model import Contact, Handover, Place, Stage
from andon.interactions.service import Floor
from andon.kit.errors import AndonError
from andon.routing.model import Refused

OUTSIDE_RING_S: Final = 45
NOTE_MOST: Final = 500
NUMBER: Final = re.compile(r"\+?[0-9]{3,20}")

FindCall = Callable[..., Contact]
FlowNames = Callable[[UUID], Mapping[UUID, str]]


class CallControl:
    """One tenant's call control."""

    def __init__(self, floor: Floor, call: FindCall, flows: FlowNames, *, to_head: bool) -> None:
        """`call(agent_id, *stages)` is the agent's contact in one of these stages, or raises; `flows(client)`
        those of the client, by name. `to_head`: who is passed on to a queue goes to its head."""
        self._flows = flows
        self._floor = floor
        self._call = call
        self._to_head = to_head
        self.verbs: dict[str, Callable[[UUID, dict[str, Any]], None]] = {
            "call.transfer": self._transfer,
            "call.consult": self._consult,
            "consult.swap": lambda agent_id, asked: self._ask(agent_id, AgentSwaps(agent_id)),
            "consult.conference": lambda agent_id, asked: self._ask(agent_id, AgentConferences(agent_id)),
            "consult.complete": self._complete,
            "consult.cancel": self._cancel,
        }

    def _transfer(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        inside = {Stage.INSIDE} if asked.get("to") == "agent" else set()
        contact = self._begins(agent_id, *inside)
        handover = self._handover(agent_id, asked, TransferWay.BLIND)
        if asked.get("to") == "flow":
            self._floor.feed(contact, AgentSends(handover, self._flow(contact, asked)))
        elif asked.get("to") == "queue":
            queue_id = self._queue(contact, asked)
            self._floor.feed(contact, AgentTransfers(handover, queue_id, self._to_head))
        else:
            self._ring(contact, asked, handover)

    def _consult(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        contact = self._begins(agent_id)
        handover = self._handover(agent_id, asked, TransferWay.CONSULT)
        if asked.get("to") == "flow":
            self._floor.feed(contact, AgentSends(handover, self._flow(contact, asked)))
        else:
            self._ring(contact, asked, handover)

    def _begins(self, agent_id: UUID, *also: Stage) -> Contact:
        contact = self._call(agent_id, Stage.TALKING, Stage.HELD, *also)
        if contact.stage is Stage.INSIDE and contact.second is not None:
            raise AndonError("call.handing_over", 409)
        if contact.talk is not None and contact.talk.held_by_device:
            raise AndonError("call.held_by_device", 409)
        return contact

    def _handover(self, agent_id: UUID, asked: dict[str, Any], way: TransferWay) -> Handover:
        try:
            reason = TransferReason(str(asked.get("reason") or "other"))
        except ValueError:
            raise AndonError("invalid", 422, fields={"reason": "field.invalid"}) from None
        note = str(asked.get("note") or "").strip()[:NOTE_MOST]
        return Handover(transfer_id=self._floor.new_id(), by=agent_id, way=way, reason=reason, note=note)

    def _ring(self, contact: Contact, asked: dict[str, Any], handover: Handover) -> None:
        if asked.get("to") == "agent":
            self._floor.summon(contact, _id(asked, "to_agent_id"), handover)
        elif asked.get("to") == "external":
            number = re.sub(r"[\s()-]", "", str(asked.get("number", "")))
            if not NUMBER.fullmatch(number):
                raise AndonError("transfer.number", 422, fields={"number": "field.pattern"})
            self._floor.feed(contact, AgentDials(handover, number, OUTSIDE_RING_S))
        else:
            raise AndonError("invalid", 422, fields={"to": "field.invalid"})

    def _queue(self, contact: Contact, asked: dict[str, Any]) -> UUID:
        """A queue of the contact's client in which somebody can serve."""
        queue_id = _id(asked, "queue_id")
        try:
            queue = self._floor.router.queue(queue_id)
        except Refused:
            raise AndonError("queue.unknown", 404) from None
        if queue.client_id != contact.client_id:
            raise AndonError("queue.unknown", 404)
        if not queue.signed_in:
            raise AndonError("transfer.queue_empty", 409, queue=queue.name)
        return queue_id

    def _flow(self, contact: Contact, asked: dict[str, Any]) -> UUID:
        """A published flow of the contact's client."""
        flow_id = _id(asked, "flow_id")
        if contact.view is None or flow_id not in self._flows(contact.view.client_id):
            raise AndonError("transfer.flow", 404)
        return flow_id

    def _complete(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        self._ask(agent_id, AgentCompletes(agent_id), ringing=True)

    def _cancel(self, agent_id: UUID, asked: dict[str, Any]) -> None:
        self._ask(agent_id, AgentCancels(agent_id), Stage.INSIDE, ringing=True)

    def _ask(self, agent_id: UUID, ask: Input, *also: Stage, ringing: bool = False) -> None:
        """Ask it of the consultation this agent began; of one that still rings only when `ringing`."""
        contact = self._call(agent_id, Stage.CONSULTING, Stage.AWAY, *also)
        if contact.stage is Stage.AWAY and ringing:
            self._floor.feed(contact, ask)
            return
        second = contact.second
        if second is None or second.handover.by != agent_id:
            raise AndonError("consult.not_yours", 409)
        if second.place is Place.RINGING and not ringing:
            raise AndonError("consult.rings", 409)
        self._floor.feed(contact, ask)


def _id(asked: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(str(asked.get(name)))
    except ValueError:
        raise AndonError("invalid", 422, fields={name: "field.invalid"}) from None
