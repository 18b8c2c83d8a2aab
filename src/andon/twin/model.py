"""A recorded day as the twin replays it, and what a replay yields. Pure.

Instants are whole Unix milliseconds, spans whole milliseconds. A *stay* is one wait of a contact in one
queue, with the conversation it led to.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

Chance = Callable[[], float]  # uniform in [0, 1)

ANSWERED: Final = "answered"
ABANDONED: Final = "abandoned"
TIMEOUT: Final = "timeout"
NOBODY: Final = "nobody_signed_in"
OPEN: Final = "open"  # the record ends while the contact waits


class Handling(NamedTuple):
    """What a contact costs its agent: talk with hold, and wrap-up."""

    talk_ms: int
    acw_ms: int


class Ring(NamedTuple):
    """How a ring was answered. `how` in the words of `offer.ended`; `back_ms` after a ring that failed the
    agent asked to be ready again, None: did something else."""

    how: str
    after_ms: int
    back_ms: int | None = None


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """One stay as recorded. `pause_ms` is since the contact's stay before was over, 0 for the first.

    `priority` is the whole one, `own` the contact's part of it, null where the journal does not tell.
    `handling` is set when it was answered and the conversation ended. `rings` in their order: who answered,
    who did not, and the one during which the caller gave up. `asked_id`, `flags`, `wanted_id`, `wanted_s`: as
    in `contact.queued`.
    """

    queue_id: UUID
    queued_ms: int
    priority: int
    own: int | None = None
    asked_id: UUID | None = None
    flags: tuple[str, ...] = ()
    wanted_id: UUID | None = None
    wanted_s: int | None = None
    how: str
    waited_ms: int
    pause_ms: int = 0
    handling: Handling | None = None
    rings: tuple[Ring, ...] = ()


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A contact's stays in their order. What followed a stay follows it in a replay when it ends alike.

    `key` is the caller's number as customers are found by it, empty when withheld.
    """

    contact_id: UUID
    stays: tuple[Stay, ...]
    tier: str = "normal"
    key: str = ""


class Doing(StrEnum):
    """What agents and their devices did of themselves."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    DEVICE_THERE = "device_there"
    DEVICE_GONE = "device_gone"
    TEST_PASSED = "test_passed"
    TEST_FAILED = "test_failed"
    ASK_READY = "ask_ready"
    ASK_NOT_READY = "ask_not_ready"
    ASK_BREAK = "ask_break"


class Presence(NamedTuple):
    """One thing an agent did of itself, not what the router made of it."""

    at_ms: int
    agent_id: UUID
    doing: Doing


class Gap(NamedTuple):
    """From when to when the record says nothing."""

    since_ms: int
    until_ms: int


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded day. Counted are stays queued from `since_ms` to before `until_ms`; the record begins
    earlier and ends later, so that the day begins among its callers and ends with them served. `rings` are
    by agent.
    """

    record_ms: int
    since_ms: int
    until_ms: int
    end_ms: int
    calls: tuple[Call, ...]
    presence: tuple[Presence, ...]
    rings: Mapping[UUID, tuple[Ring, ...]] = {}
    gaps: tuple[Gap, ...] = ()
    devices_lost: int = 0

    def counts(self, queued_ms: int) -> bool:
        """Whether a stay that began then is one of the day's."""
        return self.since_ms <= queued_ms < self.until_ms


class Ended(NamedTuple):
    """How a stay went, in the record or in a replay."""

    queue_id: UUID
    queued_ms: int
    how: str
    waited_ms: int


class Lived(msgspec.Struct, frozen=True, kw_only=True):
    """What one replay yields: every stay, and how rings ended."""

    stays: tuple[Ended, ...]
    rung: int
    missed: int


class Target(NamedTuple):
    """A queue as it is shown: its name, its project, and the target of its service level."""

    name: str
    project_id: UUID
    target_ms: int
