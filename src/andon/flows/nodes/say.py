"""Say: a value is read out."""

from typing import Literal

from andon.flows.expressions import Expressive, pressed
from andon.flows.nodes.base import BaseNode, Sounds, Source, silent
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Key, Prompt, Say

HIGHEST = 9999  # what is said as a number; beyond it digit by digit


class SayValue(BaseNode, frozen=True, kw_only=True, tag="say"):
    """Speaks `before`, what `value` is worth, and `after`. `how`: `digits`, one by one, as an order's number
    is read out, or `number`, up to 9999. Nothing to say: it goes on at once. With `skip`, any key goes on."""

    value: Source
    how: Literal["digits", "number"] = "digits"
    before: Sounds = ()
    after: Sounds = ()
    skip: bool = False

    def prompt_names(self) -> tuple[str, ...]:
        return (*self.before, *self.after)

    def expressions(self) -> tuple[Expressive, ...]:
        return (Expressive("value", self.value),)

    def enter(self, walk: Walk) -> None:
        found = walk.value(self.value)
        whole = isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= HIGHEST
        if self.how == "number" and whole:
            spoken = [Prompt(str(found), walk.language, Say.NUMBER)]
        else:
            digits = "".join(each for each in pressed(found) or "" if each in "0123456789")
            spoken = [Prompt(digits, walk.language, Say.DIGITS)] if digits else []
        said = [walk.spoken(name) for name in self.before]
        said += spoken
        said += [walk.spoken(name) for name in self.after]
        if spoken:
            walk.speak(said)
        else:
            walk.leave("next")

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        if silent(walk, heard):
            walk.leave("next")
        elif self.skip and isinstance(heard, Key):
            walk.hush()
            walk.leave("next")
