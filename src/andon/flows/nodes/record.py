"""Record: the recording on or off."""

from typing import ClassVar

from andon.flows.nodes.base import BaseNode
from andon.flows.walk import Walk


class Record(BaseNode, frozen=True, kw_only=True, tag="record"):
    """Switches the recording on or off, for instance around what must not be kept. A caller must have heard
    the recording notice before it is switched on."""

    waits: ClassVar[bool] = False

    on: bool

    def enter(self, walk: Walk) -> None:
        walk.tape(on=self.on)
        walk.leave("next")
