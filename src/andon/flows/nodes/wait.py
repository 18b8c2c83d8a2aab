"""Wait: some seconds pass."""

from typing import Annotated

from msgspec import Meta

from andon.flows.model import Music
from andon.flows.nodes.base import BaseNode
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, TimerFired


class Wait(BaseNode, frozen=True, kw_only=True, tag="wait"):
    """Lets `seconds` pass, with music or in silence."""

    seconds: Annotated[float, Meta(ge=0.1, le=300)]
    music: bool = True

    def enter(self, walk: Walk) -> None:
        if self.music:
            walk.ask(Music(on=True))
        walk.set_timer(self.seconds, "wait")

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        if isinstance(heard, TimerFired) and walk.fired(heard.tag, "wait"):
            if self.music:
                walk.ask(Music(on=False))
            walk.leave("next")
