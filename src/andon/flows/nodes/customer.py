"""Customer: who is behind a number."""

from typing import ClassVar, Final

from andon.flows.expressions import Expressive, Type
from andon.flows.model import FindCustomer
from andon.flows.nodes.base import BaseNode, Source
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Learnt, TimerFired

LATE_S: Final = 3.0


class LookUpCustomer(BaseNode, frozen=True, kw_only=True, tag="customer"):
    """Looks the customer up by `number`, the caller's own unless another was keyed in, and leads through
    `found` or `unknown`. What was found is `customer.name` and `customer.tier` from here on, and the agent
    sees it."""

    needed: ClassVar[tuple[str, ...]] = ("found", "unknown")

    number: Source = "contact.caller"

    def expressions(self) -> tuple[Expressive, ...]:
        return (Expressive("number", self.number, Type.TEXT),)

    def enter(self, walk: Walk) -> None:
        number = walk.value(self.number)
        if not isinstance(number, str) or not number:
            walk.leave("unknown")
            return
        walk.memory["asked"] = tag = f"customer.{walk.passed}"
        walk.ask(FindCustomer(tag, number))
        walk.set_timer(LATE_S, "late")

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        match heard:
            case Learnt(tag=tag, value=found) if tag == walk.memory.get("asked"):
                if found:
                    walk.customer = found
                walk.leave("found" if found else "unknown")
            case TimerFired(tag=tag) if walk.fired(tag, "late"):
                walk.leave("unknown")
