"""Collect: several keys make a number, an order's for instance."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from andon.flows.expressions import Expressive, Type
from andon.flows.model import EMERGENCY, KEYS, KeyNoted
from andon.flows.nodes.base import BaseNode, Sound, Sounds, Source, VariableName, silent
from andon.flows.patterns import PatternInvalid, fits, identity_card, luhn, read_pattern
from andon.flows.walk import Walk
from andon.interactions.events import Outcome
from andon.interactions.ports import FlowInput, Key, TimerFired


class Collect(BaseNode, frozen=True, kw_only=True, tag="collect"):
    """Takes keys into `variable`, also while it speaks: until `terminator`, or `max_length` of them, or none
    for `gap_s` seconds.

    What was keyed must have `min_length` and pass `check`: `pattern` (see flow-expressions.md), `luhn` (bank
    cards) or `id_card` (Chinese identity numbers; `*` is their X); and then `rule`, an expression that knows
    it as `input`, `input == customer.name` for instance. Otherwise it is a failed try, as in a menu. `mask`
    keeps the keys out of the journal; with it or with `off_record` the recording is silent meanwhile. One of
    110, 119, 120 and 122 leads through `emergency` when that leads somewhere."""

    needed: ClassVar[tuple[str, ...]] = ("next", "wrong", "silence")
    optional: ClassVar[tuple[str, ...]] = ("emergency",)

    prompts: Sounds
    variable: VariableName
    min_length: Annotated[int, Meta(ge=1, le=32)] = 1
    max_length: Annotated[int, Meta(ge=1, le=32)] = 20
    terminator: Literal["", "#", "*"] = "#"
    check: Literal["none", "pattern", "luhn", "id_card"] = "none"
    pattern: str = ""
    rule: Source = ""
    mask: bool = False
    off_record: bool = False
    tries: Annotated[int, Meta(ge=1, le=9)] = 3
    timeout_s: Annotated[float, Meta(ge=1, le=60)] = 6.0
    gap_s: Annotated[float, Meta(ge=1, le=30)] = 4.0
    wrong_prompt: Sound = "wrong_key"
    silence_prompt: Sound = "no_input"

    @property
    def private(self) -> bool:
        """Whether nothing of it may be on the recording."""
        return self.mask or self.off_record

    def prompt_names(self) -> tuple[str, ...]:
        return (*self.prompts, self.wrong_prompt, self.silence_prompt)

    def variables(self) -> tuple[str, ...]:
        return (self.variable,)

    def expressions(self) -> tuple[Expressive, ...]:
        if not self.rule:
            return ()
        return (Expressive("rule", self.rule, Type.TRUTH, more=(("input", Type.TEXT),)),)

    def faults(self) -> tuple[tuple[str, str], ...]:
        found = []
        if self.min_length > self.max_length:
            found.append(("lengths", "min_length"))
        if self.check == "pattern":
            try:
                read_pattern(self.pattern)
            except PatternInvalid:
                found.append(("pattern_unreadable", "pattern"))
        return tuple(found)

    def enter(self, walk: Walk) -> None:
        walk.outcome = Outcome.SELF_SERVICE
        walk.expect(Outcome.ABANDONED_FLOW)
        if self.private:
            walk.off_record(on=True)
        walk.say(*self.prompts)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        match heard:
            case Key(digit=digit) if digit in KEYS:
                walk.hush()
                walk.memory.pop("wait", None)
                self._keyed(walk, digit)
            case TimerFired(tag=tag) if walk.fired(tag, "wait"):
                if walk.memory.get("keyed"):
                    self._done(walk)
                else:
                    self._failed(walk, self.silence_prompt, "silence")
            case _ if silent(walk, heard):
                walk.set_timer(self.timeout_s, "wait")

    def _keyed(self, walk: Walk, digit: str) -> None:
        keyed = walk.memory.get("keyed", "")
        if digit == self.terminator:
            self._done(walk)
            return
        walk.memory["keyed"] = keyed = keyed + digit
        if len(keyed) >= self.max_length:
            self._done(walk)
        else:
            walk.set_timer(self.gap_s, "wait")

    def _done(self, walk: Walk) -> None:
        keyed = walk.memory.get("keyed", "")
        if keyed in EMERGENCY and "emergency" in self.exits:
            walk.ask(KeyNoted(walk.place, keyed, "", accepted=True))
            self._leave(walk, "emergency")
        elif self._right(walk, keyed):
            self._note(walk, keyed, accepted=True)
            walk.set(self.variable, keyed)
            self._leave(walk, "next")
        else:
            self._failed(walk, self.wrong_prompt, "wrong")

    def _right(self, walk: Walk, keyed: str) -> bool:
        if not self.min_length <= len(keyed) <= self.max_length:
            return False
        passed = {
            "none": True,
            "pattern": fits(self.pattern, keyed),
            "luhn": luhn(keyed),
            "id_card": identity_card(keyed),
        }[self.check]
        return passed and (not self.rule or walk.value(self.rule, input=keyed) is True)

    def _note(self, walk: Walk, keyed: str, *, accepted: bool) -> None:
        hidden = self.mask or walk.secret(self.variable)
        walk.ask(KeyNoted(walk.place, "*" * len(keyed) if hidden else keyed, "", accepted=accepted))

    def _failed(self, walk: Walk, said: str, way_out: str) -> None:
        self._note(walk, walk.memory.pop("keyed", ""), accepted=False)
        walk.memory["failed"] = failed = walk.memory.get("failed", 0) + 1
        if failed < self.tries:
            walk.say(said, *self.prompts)
            return
        walk.outcome = Outcome.INVALID_KEYS if way_out == "wrong" else Outcome.SILENCE
        walk.expect(walk.outcome)
        self._leave(walk, way_out)

    def _leave(self, walk: Walk, way_out: str) -> None:
        if self.private:
            walk.off_record(on=False)
        walk.leave(way_out)
