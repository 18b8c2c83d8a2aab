"""Transfer out and emergency: the caller talks with a number outside."""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from andon.flows.expressions import Expressive, Type
from andon.flows.model import DialOut, RaiseAlarm
from andon.flows.nodes.base import BaseNode, Sounds, Source, silent
from andon.flows.patterns import fits
from andon.flows.walk import Walk
from andon.interactions.events import Outcome
from andon.interactions.ports import (
    FlowInput,
    OutsideJoined,
    OutsideLeave,
    OutsideLeft,
    Prompt,
    Say,
    TimerFired,
)

GRACE_S: Final = 15.0  # after the longest ringing, before the engine's word is waited for no longer
NUMBER: Final = "[0-9]d{2,19}"  # what may be dialled: 3 to 20 digits


def dial(walk: Walk, number: str, ring_timeout_s: int) -> None:
    """Call a number and join it with the caller."""
    walk.ask(DialOut(number, ring_timeout_s))
    walk.set_timer(ring_timeout_s + GRACE_S, "ring")


def dialled(walk: Walk, heard: FlowInput) -> OutsideLeave | None:
    """How the call outside is over, if it is. Notes when it begins."""
    match heard:
        case OutsideJoined() if "ring" in walk.memory:
            del walk.memory["ring"]
            walk.memory["joined"] = True
            walk.outcome = Outcome.TRANSFERRED_OUT
            walk.expect(Outcome.TRANSFERRED_OUT)
        case OutsideLeft(how=how) if "ring" in walk.memory or "joined" in walk.memory:
            return how
        case TimerFired(tag=tag) if walk.fired(tag, "ring"):
            return OutsideLeave.FAILED
    return None


class TransferOut(BaseNode, frozen=True, kw_only=True, tag="transfer_out"):
    """Calls `number` through a trunk, with music for the caller, and joins them.

    When the other side hangs up, the flow goes on through `ended`. Where nobody talks: `busy`, `no_answer`
    after `ring_timeout_s` seconds, or `failed`, which also stands for those two when they lead nowhere.
    """

    needed: ClassVar[tuple[str, ...]] = ("ended", "failed")
    optional: ClassVar[tuple[str, ...]] = ("busy", "no_answer")
    counts: ClassVar[bool] = False

    number: Source
    ring_timeout_s: Annotated[int, Meta(ge=5, le=120)] = 30
    prompts: Sounds = ("transferring",)

    def prompt_names(self) -> tuple[str, ...]:
        return self.prompts

    def expressions(self) -> tuple[Expressive, ...]:
        return (Expressive("number", self.number, Type.TEXT),)

    def enter(self, walk: Walk) -> None:
        number = walk.value(self.number)
        if not isinstance(number, str) or not fits(NUMBER, number):
            walk.leave("failed")
            return
        walk.memory["number"] = number
        if self.prompts:
            walk.say(*self.prompts)
        else:
            dial(walk, number, self.ring_timeout_s)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        if silent(walk, heard):
            dial(walk, walk.memory["number"], self.ring_timeout_s)
            return
        how = dialled(walk, heard)
        if how is not None:
            walk.leave(how.value if how.value in self.exits else "failed")


class Emergency(BaseNode, frozen=True, kw_only=True, tag="emergency"):
    """For callers who want 110, 119, 120 or 122: an alarm on the board, and at once either `prompts` and the
    service's number, to dial it directly, or, with `connect`, the service itself. Nobody waits in a queue
    here.

    A service that cannot be reached is told like without `connect`. Usually behind the `emergency` exit of a
    collect node.
    """

    counts: ClassVar[bool] = False

    service: Literal["110", "119", "120", "122"]
    prompts: Sounds
    connect: bool = False
    ring_timeout_s: Annotated[int, Meta(ge=5, le=120)] = 30

    def prompt_names(self) -> tuple[str, ...]:
        return self.prompts

    def enter(self, walk: Walk) -> None:
        walk.ask(RaiseAlarm("emergency_call", self.service))
        if self.connect:
            dial(walk, self.service, self.ring_timeout_s)
        else:
            self._tell(walk)

    def _tell(self, walk: Walk) -> None:
        number = Prompt(self.service, walk.language, Say.DIGITS)
        walk.speak([*(walk.spoken(name) for name in self.prompts), number])

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        if silent(walk, heard):
            walk.leave("next")
            return
        how = dialled(walk, heard)
        if how is OutsideLeave.ENDED:
            walk.leave("next")
        elif how is not None:
            walk.memory.pop("ring", None)
            self._tell(walk)
