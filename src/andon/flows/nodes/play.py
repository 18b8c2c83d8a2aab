"""Play: say something."""

from andon.flows.nodes.base import BaseNode, Sounds, silent
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Key


class PlayPrompts(BaseNode, frozen=True, kw_only=True, tag="play"):
    """Speaks its prompts one after the other. With `skip`, any key goes on at once."""

    prompts: Sounds
    skip: bool = False

    def prompt_names(self) -> tuple[str, ...]:
        return self.prompts

    def enter(self, walk: Walk) -> None:
        walk.say(*self.prompts)

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        if silent(walk, heard):
            walk.leave("next")
        elif self.skip and isinstance(heard, Key):
            walk.hush()
            walk.leave("next")
