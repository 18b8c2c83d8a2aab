"""Set: variables get values."""

from collections.abc import Mapping
from typing import ClassVar

from andon.flows.expressions import Expressive
from andon.flows.nodes.base import BaseNode, Source, VariableName
from andon.flows.walk import Walk


class SetValues(BaseNode, frozen=True, kw_only=True, tag="set"):
    """Gives each variable what its expression is worth, one after the other."""

    waits: ClassVar[bool] = False

    values: Mapping[VariableName, Source]

    def variables(self) -> tuple[str, ...]:
        return tuple(self.values)

    def expressions(self) -> tuple[Expressive, ...]:
        return tuple(Expressive(f"values.{name}", source) for name, source in self.values.items())

    def enter(self, walk: Walk) -> None:
        for name, source in self.values.items():
            walk.set(name, walk.value(source))
        walk.leave("next")
