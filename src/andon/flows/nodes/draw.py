"""Random and A/B split: ways by lot."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, ClassVar

from msgspec import Meta

from andon.flows.nodes.base import BaseNode, ExitName, exit_names
from andon.flows.walk import Walk

Weight = Annotated[int, Meta(ge=1, le=1000)]
Ways = Annotated[Mapping[ExitName, Weight], Meta(min_length=2, max_length=12)]


def drawn(ways: Mapping[str, int], lot: str) -> str:
    """One of the ways, as often as its weight says. The same lot draws the same: a run can be repeated."""
    number = int.from_bytes(sha256(lot.encode()).digest()[:8]) % sum(ways.values())
    for name, weight in ways.items():
        number -= weight
        if number < 0:
            return name
    raise AssertionError("weights do not add up")


class Random(BaseNode, frozen=True, kw_only=True, tag="random"):
    """Leads through one of `ways` by chance; they map the name of an exit to its weight."""

    needed: ClassVar[tuple[str, ...]] = ()
    waits: ClassVar[bool] = False

    ways: Ways

    def needed_exits(self) -> tuple[str, ...]:
        return tuple(self.ways)

    def faults(self) -> tuple[tuple[str, str], ...]:
        return exit_names(self.ways, "ways")

    def enter(self, walk: Walk) -> None:
        walk.leave(drawn(self.ways, f"{walk.context.view.contact_id}/{walk.place}/{walk.passed}"))


class Split(BaseNode, frozen=True, kw_only=True, tag="split"):
    """An A/B test: like random, but a caller who calls again goes the same way. `test` is its name; another
    name divides the callers anew."""

    needed: ClassVar[tuple[str, ...]] = ()
    waits: ClassVar[bool] = False

    test: Annotated[str, Meta(min_length=1, max_length=60)]
    ways: Ways

    def needed_exits(self) -> tuple[str, ...]:
        return tuple(self.ways)

    def faults(self) -> tuple[tuple[str, str], ...]:
        return exit_names(self.ways, "ways")

    def enter(self, walk: Walk) -> None:
        view = walk.context.view
        walk.leave(drawn(self.ways, f"{self.test}/{view.caller or view.contact_id}"))
