"""What is remembered of callers for their next call: the agent they talked to, a bad survey. Pure.

In memory, for the `KEPT` callers heard of last; a core that starts reads it from the journal (`recall`).
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from andon.customers.model import phone_key
from andon.interactions.events import ContactConnected, SurveyAnswered
from andon.interactions.model import Contact
from andon.kit.journal import Fact
from andon.routing.config import LaneFlag
from andon.routing.model import NOBODY, Caller

KEPT: Final = 50_000
BAD_SCORE: Final = 2  # of 5
BAD_FOR: Final = timedelta(days=7)

_Key = tuple[UUID, str]


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the journal has of a caller: a conversation, or the answer to a survey when there is a score."""

    client_id: UUID
    caller: str
    at: datetime
    agent_id: UUID | None = None
    score: int | None = None


class _Memory(msgspec.Struct):
    agent_id: UUID | None = None
    dissatisfied_at: datetime | None = None


class Recent:
    """One tenant's callers, by client and number."""

    def __init__(self) -> None:
        self._callers: OrderedDict[_Key, _Memory] = OrderedDict()

    def note(self, contact: Contact, fact: Fact) -> None:
        """Learn from a fact of the contact."""
        key = _key(contact)
        if key is None:
            return
        if isinstance(fact, ContactConnected):
            self._memory(key).agent_id = fact.agent_id
        elif isinstance(fact, SurveyAnswered):
            self._memory(key).dissatisfied_at = _dissatisfied_at(fact.at, fact.score)

    def recall(self, heard: Iterable[Heard]) -> None:
        """Learn from what was before this core, the earliest first; what it has heard itself is later."""
        since, self._callers = self._callers, OrderedDict()
        for one in heard:
            digits = phone_key(one.caller)
            if not digits:
                continue
            memory = self._memory((one.client_id, digits))
            if one.score is not None:
                memory.dissatisfied_at = _dissatisfied_at(one.at, one.score)
            else:
                memory.agent_id = one.agent_id
        for key, later in since.items():
            memory = self._memory(key)
            memory.agent_id = later.agent_id or memory.agent_id
            memory.dissatisfied_at = later.dissatisfied_at or memory.dissatisfied_at

    def _memory(self, key: _Key) -> _Memory:
        """What is remembered of a caller, who was heard of last now."""
        memory = self._callers.setdefault(key, _Memory())
        self._callers.move_to_end(key)
        if len(self._callers) > KEPT:
            self._callers.popitem(last=False)
        return memory

    def caller(self, contact: Contact, now: datetime, *, fast_lane: bool) -> Caller:
        """Who wants to wait; `fast_lane` when the flow asks for it, for instance after a key."""
        view = contact.view
        if view is None:
            return NOBODY
        key = _key(contact)
        memory = self._callers.get(key, _Memory()) if key is not None else _Memory()
        flags = [LaneFlag.MENU_KEY] if fast_lane else []
        if view.open_complaint:
            flags.append(LaneFlag.OPEN_COMPLAINT)
        if memory.dissatisfied_at is not None and now - memory.dissatisfied_at <= BAD_FOR:
            flags.append(LaneFlag.BAD_SURVEY)
        return Caller(
            tier=view.tier,
            key="" if key is None else key[1],
            flags=tuple(flags),
            dedicated_id=view.agent_id,
            last_agent_id=memory.agent_id,
        )


def _dissatisfied_at(at: datetime, score: int) -> datetime | None:
    return at if score <= BAD_SCORE else None


def _key(contact: Contact) -> _Key | None:
    """The caller of a contact; None when the number is withheld."""
    view = contact.view
    digits = phone_key(view.caller) if view is not None else ""
    return (view.client_id, digits) if view is not None and digits else None
