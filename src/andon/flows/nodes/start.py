"""Start: the call is answered."""

from typing import ClassVar

from andon.flows.model import Answer
from andon.flows.nodes.base import BaseNode
from andon.flows.walk import Walk


class Start(BaseNode, frozen=True, kw_only=True, tag="start"):
    """Answers the call. Where a flow begins."""

    waits: ClassVar[bool] = False

    def enter(self, walk: Walk) -> None:
        walk.ask(Answer())
        walk.leave("next")
