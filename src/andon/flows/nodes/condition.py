"""Condition: two ways by a truth."""

from typing import ClassVar

from andon.flows.expressions import Expressive, Type
from andon.flows.nodes.base import BaseNode, Source
from andon.flows.walk import Walk


class Condition(BaseNode, frozen=True, kw_only=True, tag="condition"):
    """Leads through `yes` when `test` holds, through `no` otherwise, also when it cannot be computed."""

    needed: ClassVar[tuple[str, ...]] = ("yes", "no")
    waits: ClassVar[bool] = False

    test: Source

    def expressions(self) -> tuple[Expressive, ...]:
        return (Expressive("test", self.test, Type.TRUTH),)

    def enter(self, walk: Walk) -> None:
        walk.leave("yes" if walk.value(self.test) is True else "no")
