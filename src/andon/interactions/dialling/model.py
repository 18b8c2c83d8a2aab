"""Whom an agent may call and which number is shown: the rules. Pure."""

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from andon.customers.model import phone_key

K = TypeVar("K")

EMERGENCY: Final = frozenset({"110", "119", "120", "122"})  # pass every rule
NUMBER: Final = re.compile(r"\+?[0-9]{3,20}")
_SEPARATORS: Final = re.compile(r"[\s()-]")

# One telephone is not rung more often by all agents together.
CALLEE_MOST: Final = 3
CALLEE_WITHIN: Final = timedelta(minutes=5)
CALLEE_MOST_A_DAY: Final = 5
DAY: Final = timedelta(hours=24)
AGENT_WITHIN: Final = timedelta(minutes=1)


class CallerId(msgspec.Struct, frozen=True, kw_only=True):
    """A number of ours that an agent may show."""

    number_id: UUID
    e164: str
    label: str
    client_id: UUID
    project_id: UUID
    project_name: str
    language: str


def clean(number: str) -> str | None:
    """The number without what people write between its digits; None for what is no number."""
    digits = _SEPARATORS.sub("", number)
    return digits if NUMBER.fullmatch(digits) else None


def choose(
    allowed: Sequence[CallerId], *, number_id: UUID | None, project_id: UUID | None, client_id: UUID | None
) -> CallerId | None:
    """The number to show. What the agent chose, if it is allowed. Else one of the project whose matter it is,
    then one of that client; without either the first. None: no number of theirs may be shown."""
    if number_id is not None:
        return next((each for each in allowed if each.number_id == number_id), None)
    if project_id is None and client_id is None:
        return allowed[0] if allowed else None
    of_project = [each for each in allowed if each.project_id == project_id]
    of_client = [each for each in allowed if each.client_id == client_id]
    return next(iter(of_project + of_client), None)


class Bounds:
    """How often agents may call, and one telephone may be rung. A core that starts knows of none."""

    def __init__(self, agent_per_minute: int) -> None:
        self._agent_most = agent_per_minute
        self._agents: dict[UUID, deque[datetime]] = {}
        self._callees: dict[str, deque[datetime]] = {}

    def refuses(self, agent_id: UUID, number: str, now: datetime) -> str | None:
        """Why this call is one too many: `dial.too_fast`, `dial.too_often`; None when it is not."""
        if _since(self._agents.get(agent_id), now - AGENT_WITHIN) >= self._agent_most:
            return "dial.too_fast"
        rung = self._callees.get(phone_key(number))
        if _since(rung, now - CALLEE_WITHIN) >= CALLEE_MOST or _since(rung, now - DAY) >= CALLEE_MOST_A_DAY:
            return "dial.too_often"
        return None

    def note(self, agent_id: UUID, number: str, now: datetime) -> None:
        """A call is made."""
        _add(self._agents, agent_id, now, now - AGENT_WITHIN)
        _add(self._callees, phone_key(number), now, now - DAY)
        for key in [key for key, rung in self._callees.items() if rung[-1] < now - DAY][:2]:
            del self._callees[key]  # a few at a time, so that the book does not grow for ever


def _since(times: deque[datetime] | None, since: datetime) -> int:
    return sum(at > since for at in times) if times else 0


def _add(book: dict[K, deque[datetime]], key: K, now: datetime, since: datetime) -> None:
    times = book.setdefault(key, deque())
    times.append(now)
    while times[0] <= since:
        times.popleft()
