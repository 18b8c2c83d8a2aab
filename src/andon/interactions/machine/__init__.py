"""The contact's state machine: `arrive` makes a contact, `step` moves it. Pure.

The machine is a transition table from (stage, input) to a rule; an input without a rule in a stage is
late or doubled and changes nothing. `diagram()` draws the table.
"""

from datetime import datetime
from uuid import UUID

from andon.interactions.events import By, ContactArrived, Outcome
from andon.interactions.inputs import Input
from andon.interactions.machine import (
    alone,
    callback,
    card,
    control,
    dialling,
    ending,
    flow,
    found,
    inside,
    lost,
    offering,
    outside,
    parking,
    supervised,
    talk,
    visit,
    waiting,
)
from andon.interactions.machine.callback import call_back
from andon.interactions.machine.dialling import call_out
from andon.interactions.machine.inside import call_colleague
from andon.interactions.machine.table import TABLE, Effect, Out, mark
from andon.interactions.model import Contact, Stage
from andon.interactions.orders import Answer

__all__ = ["TABLE", "Effect", "arrive", "call_back", "call_colleague", "call_out", "diagram", "step"]

_ROOMS = (
    alone,
    callback,
    card,
    control,
    dialling,
    ending,
    flow,
    found,
    inside,
    lost,
    offering,
    outside,
    parking,
    supervised,
    talk,
    visit,
    waiting,
)  # importing them fills the table


def arrive(
    contact: Contact,
    *,
    number_id: UUID | None,
    trunk_id: UUID | None,
    caller: str,
    caller_raw: str,
    dnis: str,
    node: str,
    refused: Outcome | None,
) -> list[Effect]:
    """A call is here. `refused` is the outcome of one that no flow will serve: a busy trunk hangs up at once,
    an unknown number is told."""
    out = Out(contact, contact.arrived)
    out.fact(
        ContactArrived,
        medium="voice",
        direction="inbound",
        caller=caller,
        caller_raw=caller_raw,
        dnis=dnis,
        number_id=number_id,
        trunk_id=trunk_id,
        node=node,
        channel_id=contact.leg_id,
    )
    if refused is Outcome.TRUNK_BUSY:
        ending.settle(contact, out, refused, By.SYSTEM, 34)
        ending.hang_up(contact, out)
    elif refused is not None:
        contact.answered = True
        out.do(Answer())
        ending.settle(contact, out, refused, By.SYSTEM, 1)
        ending.say_and_hang_up(contact, out, "unknown_number")
    return out.effects


def step(contact: Contact, heard: Input, at: datetime) -> list[Effect]:
    """Move the contact; returns facts and orders in the order to perform them."""
    rule = TABLE.get((contact.stage, type(heard)))
    if rule is None:
        return []
    before = contact.stage
    out = Out(contact, at)
    rule.run(contact, heard, out)
    if contact.stage is not before and contact.stage not in rule.to:
        raise AssertionError(f"{type(heard).__name__} led from {before} to {contact.stage}, not in the table")
    card.keep_card(contact, out)
    alone.keep_alone(contact, heard, out)
    if contact.taping is not None:
        mark(contact, at)
    return out.effects + out.routing


def diagram() -> str:
    """The table as a Mermaid state diagram: one arrow per pair of stages, named by its inputs."""
    arrows: dict[tuple[Stage, Stage], list[str]] = {}
    for (stage, kind), rule in TABLE.items():
        for target in rule.to - {stage}:
            arrows.setdefault((stage, target), []).append(kind.__name__)
    order = list(Stage)
    lines = ["stateDiagram-v2", f"    [*] --> {Stage.ARRIVED}"]
    for (source, target), names in sorted(
        arrows.items(), key=lambda item: (order.index(item[0][0]), order.index(item[0][1]))
    ):
        lines.append(f"    {source} --> {target}: {', '.join(sorted(names))}")
    lines.append(f"    {Stage.ENDED} --> [*]")
    return "\n".join(lines) + "\n"
