"""What every node type is. Pure.

A node type is a frozen struct with its fields, the names of its exits and two methods: `enter` when the
caller comes to it and `hear` for every input while the caller is there. Both ask for things on the `Walk`
and may `leave` through an exit.
"""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import msgspec

from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Played, TimerFired


class BaseNode(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """Fields and behaviour common to all node types. `exits` maps an exit's name to the next node's id."""

    needed: ClassVar[tuple[str, ...]] = ("next",)  # exits that must lead somewhere
    optional: ClassVar[tuple[str, ...]] = ()  # exits that may
    waits: ClassVar[bool] = True  # false: passes on at once, without hearing anything

    title: str = ""
    exits: Mapping[str, str] = {}

    def allowed_exits(self) -> frozenset[str]:
        """Names an exit of this node may have."""
        return frozenset((*self.needed, *self.optional))

    def prompt_names(self) -> tuple[str, ...]:
        """Prompts that must exist in every language the caller may have here."""
        return ()

    def queue_ids(self) -> tuple[UUID, ...]:
        """Queues that must exist."""
        return ()

    def calendar_ids(self) -> tuple[UUID, ...]:
        """Calendars that must exist."""
        return ()

    def enter(self, walk: Walk) -> None:
        """The caller arrives here."""
        raise NotImplementedError

    def hear(self, walk: Walk, heard: FlowInput) -> None:
        """Something happened while the caller is here. Nodes that do not wait hear nothing."""


def silent(walk: Walk, heard: FlowInput) -> bool:
    """Whether `heard` says that what was being spoken is over, played or not. True once per `say`."""
    match heard:
        case Played():
            return walk.memory.pop("guard", None) is not None
        case TimerFired(tag=tag):
            return walk.fired(tag, "guard")
        case _:
            return False
