"""What every node type is. Pure.

A node type is a frozen struct with its fields, the names of its exits and two methods: `enter` when the
caller comes to it and `hear` for every input while the caller is there. Both ask for things on the `Walk`
and may `leave` through an exit.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar
from uuid import UUID

import msgspec
from msgspec import Meta

from andon.flows.expressions import Expressive
from andon.flows.walk import Walk
from andon.interactions.ports import FlowInput, Played, TimerFired

# What a field of a node means, for the designer's forms; `flows.schema` reads it.
Sound = Annotated[str, Meta(extra={"kind": "prompt"})]
Sounds = tuple[Sound, ...]
Source = Annotated[str, Meta(extra={"kind": "expression"})]
Filled = Annotated[str, Meta(extra={"kind": "template"})]
VariableName = Annotated[str, Meta(extra={"kind": "variable"})]
ExitName = Annotated[str, Meta(extra={"kind": "exit"})]
QueueId = Annotated[UUID, Meta(extra={"kind": "queue"})]
AgentId = Annotated[UUID, Meta(extra={"kind": "agent"})]
CalendarId = Annotated[UUID, Meta(extra={"kind": "calendar"})]
FlowId = Annotated[UUID, Meta(extra={"kind": "flow"})]


class BaseNode(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """Fields and behaviour common to all node types. `exits` maps an exit's name to the next node's id."""

    needed: ClassVar[tuple[str, ...]] = ("next",)  # exits that must lead somewhere
    optional: ClassVar[tuple[str, ...]] = ()  # exits that may
    waits: ClassVar[bool] = True  # false: passes on at once, without hearing anything
    counts: ClassVar[bool] = True  # its time counts towards the longest a flow may take

    title: str = ""
    exits: Mapping[str, str] = {}

    def needed_exits(self) -> tuple[str, ...]:
        """Exits of this node that must lead somewhere; more than `needed` when its fields name some."""
        return self.needed

    def allowed_exits(self) -> frozenset[str]:
        """Names an exit of this node may have."""
        return frozenset((*self.needed_exits(), *self.optional))

    def prompt_names(self) -> tuple[str, ...]:
        """Prompts that must exist in every language the caller may have here."""
        return ()

    def queue_ids(self) -> tuple[UUID, ...]:
        """Queues that must exist."""
        return ()

    def calendar_ids(self) -> tuple[UUID, ...]:
        """Calendars that must exist."""
        return ()

    def flow_ids(self) -> tuple[UUID, ...]:
        """Flows that must exist, published, in the same project."""
        return ()

    def expressions(self) -> tuple[Expressive, ...]:
        """Expressions and templates of its fields, to be checked."""
        return ()

    def variables(self) -> tuple[str, ...]:
        """Variables it sets, which must be declared."""
        return ()

    def faults(self) -> tuple[tuple[str, str], ...]:
        """What is wrong within its own fields: code of the problem and the field."""
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


_EXIT = re.compile(r"[\w-]{1,30}")


def exit_names(named: Iterable[str], field: str, taken: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """The fault of exits that a field names so that nobody could connect them; nothing when they are well."""
    well = all(_EXIT.fullmatch(name) and name not in taken for name in named)
    return () if well else (("exit_name", field),)
