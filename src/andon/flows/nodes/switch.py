"""Switch: many ways by a value."""

from collections.abc import Mapping
from typing import ClassVar

from andon.flows.expressions import Expressive, pressed
from andon.flows.nodes.base import BaseNode, ExitName, Source, exit_names
from andon.flows.walk import Walk


class Switch(BaseNode, frozen=True, kw_only=True, tag="switch"):
    """Leads through the first of `cases` whose expression equals `value`, or through `otherwise`.

    `cases` maps the name of an exit to an expression. Values are compared as they are written, so that the
    number 1 and the text "1" are the same.
    """

    needed: ClassVar[tuple[str, ...]] = ("otherwise",)
    waits: ClassVar[bool] = False

    value: Source
    cases: Mapping[ExitName, Source]

    def needed_exits(self) -> tuple[str, ...]:
        return (*self.needed, *self.cases)

    def faults(self) -> tuple[tuple[str, str], ...]:
        return exit_names(self.cases, "cases", self.needed)

    def expressions(self) -> tuple[Expressive, ...]:
        cases = (Expressive(f"cases.{name}", source) for name, source in self.cases.items())
        return (Expressive("value", self.value), *cases)

    def enter(self, walk: Walk) -> None:
        found = pressed(walk.value(self.value))
        for name, source in self.cases.items():
            if pressed(walk.value(source)) == found:
                walk.leave(name)
                return
        walk.leave("otherwise")
