"""Survey: the caller rates the service with one key."""

from typing import Annotated

from msgspec import Meta

from andon.flows.model import KeyNoted, SurveyAnswered, SurveyAsked
from andon.flows.nodes.base import BaseNode, Sound, Sounds, silent
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Key, TimerFired


class Survey(BaseNode, frozen=True, kw_only=True, tag="survey"):
    """Asks for a key from 1 to `highest`, also while it speaks; at most `tries` times.

    `survey` is its name in reports. Whether it is answered or not, the caller leaves through `next`.
    """

    survey: str = "csat"
    prompts: Sounds = ("survey_csat",)
    highest: Annotated[int, Meta(ge=1, le=9)] = 5
    tries: Annotated[int, Meta(ge=1, le=9)] = 2
    timeout_s: Annotated[float, Meta(ge=1, le=60)] = 5.0
    wrong_prompt: Sound = "wrong_key"
    silence_prompt: Sound = "no_input"
    thanks: Sounds = ("survey_thanks",)

    def prompt_names(self) -> tuple[str, ...]:
        return (*self.prompts, self.wrong_prompt, self.silence_prompt, *self.thanks)

    def enter(self, walk: Walk) -> None:
        walk.ask(SurveyAsked(self.survey))
        walk.say(*self.prompts)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        if walk.memory.get("thanking"):
            if silent(walk, heard):
                walk.leave("next")
            return
        match heard:
            case Key(digit=digit):
                walk.hush()
                walk.memory.pop("wait", None)
                self._pressed(walk, digit)
            case TimerFired(tag=tag) if walk.fired(tag, "wait"):
                self._failed(walk, "", self.silence_prompt)
            case _ if silent(walk, heard):
                walk.set_timer(self.timeout_s, "wait")

    def _pressed(self, walk: Walk, digit: str) -> None:
        if digit not in [str(score) for score in range(1, self.highest + 1)]:
            self._failed(walk, digit, self.wrong_prompt)
            return
        walk.ask(KeyNoted(walk.place, digit, self.survey, accepted=True))
        walk.ask(SurveyAnswered(self.survey, int(digit)))
        if self.thanks:
            walk.memory["thanking"] = True
            walk.say(*self.thanks)
        else:
            walk.leave("next")

    def _failed(self, walk: Walk, keys: str, said: str) -> None:
        walk.ask(KeyNoted(walk.place, keys, "", accepted=False))
        walk.memory["failed"] = failed = walk.memory.get("failed", 0) + 1
        if failed < self.tries:
            walk.say(said, *self.prompts)
        else:
            walk.leave("next")
