"""The live state of one tenant: who is there, who waits, what runs out. Pure.

`waiting.Waiting` moves contacts between lines, `floor.Floor` agents and offers, `machine.Router` takes the
inputs.
"""

import heapq
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from andon.routing.centre import Centre
from andon.routing.config import BreakRule, Segment
from andon.routing.model import from_ms, to_ms
from andon.routing.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord, Summons

DAY_MS: Final = 86_400_000


class Due(Enum):
    """What runs out."""

    RING = auto()
    SUMMONS = auto()
    WRAP_UP = auto()
    BREAK_ASK = auto()
    EMPTY_QUEUE = auto()
    LONGEST_WAIT = auto()
    RELAX = auto()
    OVERFLOW = auto()
    WANTED_AGENT = auto()
    FLOOR_NEAR = auto()
    FLOOR = auto()
    CERTIFICATE_WARNING = auto()
    CERTIFICATE = auto()
    REDIAL = auto()


class Quit(NamedTuple):
    """Who hung up while waiting: the place, since when, and the how-manieth call running it was."""

    placed_ms: int
    left_ms: int
    calls: int


class Paper(NamedTuple):
    """A certificate of an agent, as long as it ends when it did."""

    agent: AgentRecord
    name: str
    expires_at: datetime


class Deadline(NamedTuple):
    """Deadlines are not taken back; one that no longer holds is skipped when due. `queue` is where a
    contact waited when its clock was started."""

    at_ms: int
    number: int
    what: Due
    subject: Any
    queue: QueueRecord | None


class Ground:
    """State of one tenant."""

    def __init__(self, tenant_id: UUID, now: datetime, new_id: Callable[[], UUID]) -> None:
        self.tenant_id = tenant_id
        self._new_id = new_id
        self._now = to_ms(now)
        self._number = 0
        self._centre = Centre()
        self._segments: dict[str, Segment] = {}
        self._ageing_ms: int | None = None
        self._warning_ms = 0
        self._break_rules: dict[str, BreakRule] = {}
        self._break_ask_ms = 0
        self._extend_most_s = 0
        self._zone = ZoneInfo("UTC")
        self._contacts: dict[UUID, ContactRecord] = {}
        self._offers: dict[UUID, OfferRecord] = {}
        self._summons: dict[UUID, Summons] = {}
        self._talks: dict[UUID, list[AgentRecord]] = {}  # two while one consults the other
        self._works: dict[UUID, AgentRecord] = {}  # who has a contact at hand, other than by telephone
        self._quits: dict[tuple[UUID, str], Quit] = {}  # by queue asked for and caller
        self.places_moved: set[UUID] = set()  # queues whose quits changed; whoever keeps them clears it
        self._deadlines: list[Deadline] = []
        self._stirred: dict[QueueRecord, None] = {}  # somebody came to wait here
        self._freed: dict[AgentRecord, None] = {}  # became ready, or somebody came to wait for them

    def _at(self, now: datetime) -> None:
        """Time never runs backwards here, so that no span is negative."""
        self._now = max(self._now, to_ms(now))

    def _midnight_ms(self) -> int:
        """When the present day began."""
        now = from_ms(self._now).astimezone(self._zone)
        return to_ms(now.replace(hour=0, minute=0, second=0, microsecond=0))

    def _break_rule(self, agent: AgentRecord) -> BreakRule | None:
        return self._break_rules.get(agent.config.department) or self._break_rules.get("")

    def _break_ms(self, agent: AgentRecord) -> int:
        """How long the agent has been on breaks of today that are over."""
        return agent.break_taken_ms if agent.break_day_ms == self._midnight_ms() else 0

    def _due(self, at_ms: int, what: Due, subject: Any, queue: QueueRecord | None = None) -> None:
        self._number += 1
        if isinstance(subject, ContactRecord):
            subject.clocks[what.name] = at_ms
        heapq.heappush(self._deadlines, Deadline(at_ms, self._number, what, subject, queue))

    def _redial_ms(self, queue_id: UUID) -> int:
        queue = self._centre.queues.get(queue_id)
        return 0 if queue is None else queue.config.redial_s * 1000
