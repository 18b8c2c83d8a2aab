"""What becomes work, and what does not. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from andon.customers.model import phone_key
from andon.interactions import events as ix
from andon.interactions.callbacks import callable_number
from andon.interactions.events import Outcome as Ended
from andon.kit.journal import Fact


class Kind(StrEnum):
    VOICEMAIL = "voicemail"
    MISSED_CALL = "missed_call"  # wanted somebody and reached nobody
    CALLBACK = "callback"  # kept the place and was not reached by us
    FOLLOW_UP = "follow_up"  # promised in a summary


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


class Outcome(StrEnum):
    """How an item is over."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    SOLVED = "solved"  # without talking to the customer
    NOT_NEEDED = "not_needed"
    CALLED_AGAIN = "called_again"  # by itself: the customer called and talked to an agent
    WITHDRAWN = "withdrawn"  # by itself: the summary promises nothing any more


BY_ITSELF: Final = frozenset({Outcome.CALLED_AGAIN, Outcome.WITHDRAWN})
AGE: Final = timedelta(days=7)  # what is older when first heard of is nobody's work any more
SHORT_MS: Final = 5000  # who hangs up sooner had mistaken the number
MISSED: Final = frozenset(
    {
        Ended.ABANDONED_QUEUE,
        Ended.ABANDONED_RINGING,
        Ended.QUEUE_TIMEOUT,
        Ended.NOBODY_SIGNED_IN,
        Ended.OUT_OF_HOURS,
        Ended.MEDIA_LOST,
        Ended.FLOW_ERROR,
        Ended.INTERRUPTED,
        Ended.SHUTDOWN,
    }
)
_NOT_CALLED_BACK: Final = frozenset({"attempts", "expired", "queue_removed", "lost"})
KINDS: Final = frozenset(
    fact.kind
    for fact in (
        ix.ContactConnected,
        ix.ContactEnded,
        ix.VoicemailLeft,
        ix.CallbackEnded,
        ix.WrapUpSubmitted,
    )
)


class Call(msgspec.Struct, kw_only=True):
    """A contact as far as work needs to know it."""

    contact_id: UUID
    client_id: UUID
    project_id: UUID
    caller: str
    inbound: bool
    customer_id: UUID | None = None
    queue_id: UUID | None = None
    waited_ms: int | None = None
    kept: bool = False  # is called back by the router

    @property
    def caller_key(self) -> str:
        return phone_key(self.caller)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """Work that a fact makes. `length_ms` of a message."""

    kind: Kind
    why: str
    queue_id: UUID | None
    length_ms: int | None = None


def read_call(facts: Iterable[Fact]) -> Call | None:
    """A contact from its facts in order; None when nobody knows whose it was."""
    call: Call | None = None
    for fact in facts:
        if isinstance(fact, ix.ContactArrived):
            if fact.contact_id is None or fact.client_id is None or fact.project_id is None:
                return None
            call = Call(
                contact_id=fact.contact_id,
                client_id=fact.client_id,
                project_id=fact.project_id,
                caller=fact.caller,
                inbound=fact.direction == "inbound",
            )
        elif call is None:
            continue
        elif isinstance(fact, ix.ContactIdentified):
            call.customer_id = fact.customer_id
        elif isinstance(fact, ix.ContactQueued):
            call.queue_id = fact.queue_id
        elif isinstance(fact, ix.ContactDequeued):
            call.waited_ms = fact.waited_ms
        elif isinstance(fact, ix.CallbackKept):
            call.kept = True
    return call


def opening(call: Call, fact: Fact) -> Opening | None:
    """The work that a fact of this contact makes, if any."""
    if isinstance(fact, ix.VoicemailLeft):
        return Opening(
            kind=Kind.VOICEMAIL,
            why="voicemail",
            queue_id=fact.queue_id or call.queue_id,
            length_ms=fact.voicemail_ms,
        )
    if isinstance(fact, ix.CallbackEnded) and fact.how in _NOT_CALLED_BACK:
        return Opening(kind=Kind.CALLBACK, why=fact.how, queue_id=fact.queue_id or call.queue_id)
    if isinstance(fact, ix.ContactEnded) and fact.outcome in MISSED and _worth(call, fact.outcome):
        return Opening(kind=Kind.MISSED_CALL, why=fact.outcome.value, queue_id=call.queue_id)
    return None


def _worth(call: Call, outcome: Ended) -> bool:
    """Whether anybody would call this one back."""
    if not call.inbound or call.kept or not callable_number(call.caller, international=True):
        return False
    short = call.waited_ms is not None and call.waited_ms < SHORT_MS
    return not (outcome is Ended.ABANDONED_QUEUE and short)


def sort_at(opened_at: datetime, due_at: datetime | None) -> datetime:
    """The place in the list: what is promised for a day waits for it, the rest is oldest first."""
    return due_at or opened_at
