"""What is remembered of callers for their next call: the agent they talked to, a bad survey. Pure.

In memory, for the `KEPT` callers heard of last; a restart forgets it.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from andon.customers.model import phone_key
from andon.interactions.events import ContactConnected, SurveyAnswered
from andon.interactions.model import Contact
from andon.kit.journal import Fact
from andon.routing.model import NOBODY, Caller, LaneFlag

KEPT: Final = 50_000
BAD_SCORE: Final = 2  # of 5
BAD_FOR: Final = timedelta(days=7)

_Key = tuple[UUID, str]


class _Memory(msgspec.Struct):
    agent_id: UUID | None = None
    dissatisfied_at: datetime | None = None


class Recent:
    """One tenant's callers, by client and number."""

    def __init__(self) -> None:
        self._callers: OrderedDict[_Key, _Memory] = OrderedDict()

    def note(self, contact: Contact, fact: Fact) -> None:
        """Learn from a fact of the contact."""
        if not isinstance(fact, ContactConnected | SurveyAnswered):
            return
        key = _key(contact)
        if key is None:
            return
        memory = self._callers.setdefault(key, _Memory())
        self._callers.move_to_end(key)
        if isinstance(fact, ContactConnected):
            memory.agent_id = fact.agent_id
        else:
            memory.dissatisfied_at = fact.at if fact.score <= BAD_SCORE else None
        if len(self._callers) > KEPT:
            self._callers.popitem(last=False)

    def caller(self, contact: Contact, now: datetime, *, fast_lane: bool) -> Caller:
        """Who wants to wait; `fast_lane` when the flow asks for it, for instance after a key."""
        view = contact.view
        if view is None:
            return NOBODY
        key = _key(contact)
        memory = self._callers.get(key, _Memory()) if key is not None else _Memory()
        flags = [LaneFlag.MENU_KEY] if fast_lane else []
        if memory.dissatisfied_at is not None and now - memory.dissatisfied_at <= BAD_FOR:
            flags.append(LaneFlag.BAD_SURVEY)
        return Caller(
            tier=view.tier,
            key="" if key is None else key[1],
            flags=tuple(flags),
            last_agent_id=memory.agent_id,
        )


def _key(contact: Contact) -> _Key | None:
    """The caller of a contact; None when the number is withheld."""
    view = contact.view
    digits = phone_key(view.caller) if view is not None else ""
    return (view.client_id, digits) if view is not None and digits else None
