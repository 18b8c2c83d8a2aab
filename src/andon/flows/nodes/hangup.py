"""Hang up: the end, with its named outcome."""

from typing import Annotated, ClassVar

from msgspec import Meta

from andon.flows.nodes.base import BaseNode
from andon.flows.walk import Walk
from andon.interactions.events import Outcome


class HangUp(BaseNode, frozen=True, kw_only=True, tag="hangup"):
    """Ends the call. `outcome` names the ending; left out, it is what happened on the way: out of hours,
    a message, wrong keys, silence, nobody signed in, time-out, served, or self-service. `cause` is Q.850."""

    needed: ClassVar[tuple[str, ...]] = ()
    waits: ClassVar[bool] = False

    outcome: Outcome | None = None
    cause: Annotated[int, Meta(ge=1, le=127)] = 16

    def enter(self, walk: Walk) -> None:
        walk.finish(self.outcome or walk.outcome, self.cause)
