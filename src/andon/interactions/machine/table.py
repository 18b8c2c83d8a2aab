"""The transition table's mechanics: rules by stage and input, and what a rule may produce. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from andon.interactions.inputs import Input
from andon.interactions.model import Contact, Mark, Place, Stage, span_ms
from andon.interactions.orders import Order
from andon.kit.journal import Fact

Effect = Fact | Order
F = TypeVar("F", bound=Fact)

LIVE = frozenset(stage for stage in Stage if stage is not Stage.ENDED)
# Where the flow is alive and hears of keys, timers and speech.
LISTENING = frozenset({Stage.FLOW, Stage.QUEUED, Stage.OFFERING, Stage.AFTER, Stage.AWAY})
IN_CONTROL = frozenset({Stage.FLOW, Stage.AFTER})
ALONE = IN_CONTROL | {Stage.AWAY}
IN_QUEUE = frozenset({Stage.QUEUED, Stage.OFFERING})
IN_TALK = frozenset({Stage.TALKING, Stage.HELD})


class Out:
    """What one step produces: facts and orders in order, orders to the router last."""

    __slots__ = ("at", "contact", "effects", "routing")

    def __init__(self, contact: Contact, at: datetime) -> None:
        self.contact = contact
        self.at = at
        self.effects: list[Effect] = []
        self.routing: list[Effect] = []

    def fact(self, kind: type[Fact], agent_id: UUID | None = None, **fields: Any) -> None:
        """Append a fact about the contact at this instant."""
        contact = self.contact
        self.effects.append(
            kind(
                at=self.at,
                tenant_id=contact.tenant_id,
                client_id=contact.client_id,
                project_id=contact.project_id,
                contact_id=contact.contact_id,
                agent_id=agent_id,
                **fields,
            )
        )

    def do(self, order: Order) -> None:
        self.effects.append(order)

    def route(self, order: Order) -> None:
        """An order to the router: it may come back with an offer, so it follows everything else."""
        self.routing.append(order)


Run = Callable[[Contact, Any, Out], None]


class Rule(NamedTuple):
    """What an input does in a stage, and the stages it may lead to besides staying."""

    run: Run
    to: frozenset[Stage]


TABLE: dict[tuple[Stage, type[Input]], Rule] = {}


def on(
    *inputs: type[Input], at: frozenset[Stage] | set[Stage], to: set[Stage] | None = None
) -> Callable[[Run], Run]:
    """Enter a rule into the table. Raises `ValueError` when a place is taken."""

    def enter(run: Run) -> Run:
        for kind in inputs:
            for stage in at:
                if (stage, kind) in TABLE:
                    raise ValueError(f"{stage} has two rules for {kind.__name__}")
                TABLE[stage, kind] = Rule(run, frozenset(to or ()))
        return run

    return enter


_LABELS = {
    Stage.ARRIVED: "flow",
    Stage.FLOW: "flow",
    Stage.QUEUED: "queue",
    Stage.OFFERING: "queue",
    Stage.DIALLING: "queue",
    Stage.CONNECTING: "queue",
    Stage.BUZZING: "agent",
    Stage.CALLING: "agent",
    Stage.INSIDE: "agent",
    Stage.RETURNING: "hold",
    Stage.TALKING: "agent",
    Stage.HELD: "hold",
    Stage.OUTSIDE: "outside",
    Stage.AFTER: "survey",
    Stage.AWAY: "flow",
    Stage.PARKED: "hold",
}

_BESIDE = {Place.PARKED: "agent", Place.TOGETHER: "conference"}  # elsewhere the caller is on hold


def label(contact: Contact) -> str | None:
    """The leg a recording's present second belongs to; None while ending."""
    if contact.card is not None:
        return "card"
    if contact.message_since is not None:
        return "voicemail"
    if contact.stage is Stage.CONSULTING and contact.second is not None:
        return _BESIDE.get(contact.second.place, "hold")
    return _LABELS.get(contact.stage)


def mark(contact: Contact, at: datetime) -> None:
    """Note in a running recording that it belongs to another leg from here on."""
    taping = contact.taping
    if taping is None or taping.started is None or taping.stopped:
        return
    leg = label(contact)
    last = taping.marks[-1] if taping.marks else None
    at_agent = contact.talk or contact.dialler
    agent_id = at_agent.agent_id if at_agent is not None else None
    other_id = contact.second.agent_id if leg == "conference" and contact.second is not None else None
    if contact.inside is not None and contact.stage is Stage.INSIDE:
        other_id = contact.inside.agent_id
    if leg is None:  # last words and the hang-up belong to what was before, unless that was the agent's part
        agents = last is not None and last.leg in {"agent", "hold", "conference", "outside", "card"}
        if last is not None and (contact.inside is not None or not agents):
            return
        leg = "flow"
    if last is None or (last.leg, last.agent_id, last.other_id) != (leg, agent_id, other_id):
        taping.marks.append(Mark(span_ms(at, taping.started), leg, agent_id, other_id))
