"""Menu: one key chooses the way."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from andon.flows.model import KEYS, KeyNoted
from andon.flows.nodes.base import BaseNode, Sound, Sounds, silent
from andon.flows.walk import Walk
from andon.interactions.events import Outcome
from andon.interactions.ports import FlowInput, Key, TimerFired


class Menu(BaseNode, frozen=True, kw_only=True, tag="menu"):
    """Speaks its prompts and takes one key, also while it speaks. Exits named by a key are the choices.

    A key without an exit, or none for `timeout_s` seconds after the prompts, is a failed try: it is said
    (`wrong_prompt`, `silence_prompt`) and the menu spoken again. After `tries` failed ones the caller leaves
    through `wrong` or `silence`, by the last of them. `labels` names the choices for screens and reports.
    """

    needed: ClassVar[tuple[str, ...]] = ("wrong", "silence")
    optional: ClassVar[tuple[str, ...]] = tuple(sorted(KEYS))

    prompts: Sounds
    labels: Mapping[str, str] = {}
    tries: Annotated[int, Meta(ge=1, le=9)] = 3
    timeout_s: Annotated[float, Meta(ge=1, le=60)] = 5.0
    wrong_prompt: Sound = "wrong_key"
    silence_prompt: Sound = "no_input"

    def prompt_names(self) -> tuple[str, ...]:
        return (*self.prompts, self.wrong_prompt, self.silence_prompt)

    def enter(self, walk: Walk) -> None:
        walk.outcome = Outcome.SELF_SERVICE
        walk.expect(Outcome.ABANDONED_FLOW)
        walk.say(*self.prompts)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        match heard:
            case Key(digit=digit) if digit in KEYS:
                walk.hush()
                walk.memory.pop("wait", None)
                self._chosen(walk, digit)
            case TimerFired(tag=tag) if walk.fired(tag, "wait"):
                self._failed(walk, "", self.silence_prompt, "silence")
            case _ if silent(walk, heard):
                walk.set_timer(self.timeout_s, "wait")

    def _chosen(self, walk: Walk, digit: str) -> None:
        if digit in self.exits:
            walk.ask(KeyNoted(walk.place, digit, self.labels.get(digit, ""), accepted=True))
            walk.leave(digit)
        else:
            self._failed(walk, digit, self.wrong_prompt, "wrong")

    def _failed(self, walk: Walk, keys: str, said: str, way_out: str) -> None:
        walk.ask(KeyNoted(walk.place, keys, "", accepted=False))
        walk.memory["failed"] = failed = walk.memory.get("failed", 0) + 1
        if failed < self.tries:
            walk.say(said, *self.prompts)
            return
        walk.outcome = Outcome.INVALID_KEYS if way_out == "wrong" else Outcome.SILENCE
        walk.expect(walk.outcome)
        walk.leave(way_out)
