"""Where a contact stands among those who wait: rank, rights, step of relaxing, door. Pure."""

from collections.abc import Iterable
from typing import Final

from andon.customers.model import TIERS
from andon.routing.config import Door, LaneFlag
from andon.routing.eligibility import Step
from andon.routing.model import Caller
from andon.routing.records import ContactRecord

_URGENT: Final = -(2**62)  # before every priority
REPEATED: Final = 3  # calls running that make a caller one who calls again on the same matter


def rank(contact: ContactRecord, ageing_ms: int | None) -> tuple[int, int]:
    """The least is served first.

    Urgent ones by the instant their floor is reached. Others by priority, then place; with ageing by place
    alone, each point of priority a head start of `ageing_ms`. All age alike, so the order of two contacts
    never changes as time passes, and nobody is overtaken by who comes later than the head start.
    """
    if contact.urgent:
        return _URGENT, contact.first_ms + contact.floor_ms
    if ageing_ms is None:
        return -contact.priority, contact.placed_ms
    return 0, contact.placed_ms - contact.priority * ageing_ms


def privileged(contact: ContactRecord) -> bool:
    """Whether the reserve of its queue is for this contact."""
    reserve = contact.queue.config.reserve
    return contact.urgent or (reserve is not None and height(contact.caller.tier) >= height(reserve.tier))


def height(tier: str) -> int:
    """How far up a tier is; an unknown one is the lowest."""
    return TIERS.index(tier) if tier in TIERS else 0


def step_at(steps: tuple[Step, ...], waited_ms: int) -> int:
    """The step of relaxing after a wait; a clock of an earlier wait may ask for a time before this one."""
    return max((number for number, step in enumerate(steps) if step.after_ms <= waited_ms), default=0)


def flags_of(caller: Caller, calls: int) -> tuple[LaneFlag, ...]:
    """What speaks for a fast lane; who calls the third time running is a repeat."""
    if calls >= REPEATED and LaneFlag.REPEAT not in caller.flags:
        return (*caller.flags, LaneFlag.REPEAT)
    return caller.flags


def doors_for(doors: Iterable[Door], caller: Caller) -> Iterable[Door]:
    """The doors that fit the caller, in their order."""
    for door in doors:
        if caller.tier in door.tiers or not set(door.flags).isdisjoint(caller.flags):
            yield door
