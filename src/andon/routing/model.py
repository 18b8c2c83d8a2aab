"""What the router is told of who waits and calls, and what it answers: effects, read-outs. Pure.

Spans are seconds where a person sets them (`_s`) and whole milliseconds where they were measured (`_ms`).
Instants are aware UTC.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from andon.kit.journal import Fact
from andon.routing.config import BreakRule, LaneFlag
from andon.routing.events import AgentState, BreakAnswer, BreakWhy

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(instant: datetime) -> int:
    """Whole Unix milliseconds of an aware instant, rounded down, so that spans add up exactly."""
    return (instant - EPOCH) // _MILLISECOND


@lru_cache(maxsize=64)
def from_ms(ms: int) -> datetime:
    """The aware UTC instant of whole Unix milliseconds."""
    return EPOCH + timedelta(milliseconds=ms)


class BreakAsk(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's wish for a break that a supervisor has yet to answer."""

    reason_id: UUID | None
    why: BreakWhy
    since_ms: int
    until_ms: int


class BreakTold(msgspec.Struct, frozen=True, kw_only=True):
    """How the last wish was answered, by whom, in whose words."""

    how: BreakAnswer
    name: str = ""
    note: str = ""
    at_ms: int


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """What the router may know of who waits. `key` recognises the same caller, empty: nobody's."""

    tier: str = "normal"
    key: str = ""
    flags: tuple[LaneFlag, ...] = ()
    dedicated_id: UUID | None = None  # the customer's own agent, or the one the flow asks for
    dedicated_wait_s: int | None = None  # how long to wait for that agent; None: as the queue says
    last_agent_id: UUID | None = None  # the agent talked to last


NOBODY = Caller()


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a contact stands among those who wait, so that it can stand there again."""

    queue_id: UUID
    asked_id: UUID | None
    caller: Caller
    own_priority: int
    queued_ms: int
    placed_ms: int
    first_ms: int
    floor_ms: int
    urgent: bool
    calls: int


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for a call that an agent makes, and that is in no queue: whose it is, how long a colleague
    called to it rings, and how long its wrap-up lasts. `inside`: to a colleague, about no client's matter."""

    client_id: UUID | None
    project_id: UUID | None
    ring_timeout_s: int = 20
    acw_s: int = 30
    inside: bool = False


INSIDE = Terms(client_id=None, project_id=None, acw_s=0, inside=True)


class DeviceTest(msgspec.Struct, frozen=True, kw_only=True):
    """Result of the test that must pass before an agent can be ready."""

    passed: bool
    microphone_db: float | None = None
    speaker: bool = False
    rtt_ms: float | None = None
    echo: bool = False


class Forced(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor's choice of an agent's state: who, and why in the supervisor's words."""

    by_id: UUID
    name: str
    note: str = ""


class OfferEnd(StrEnum):
    """How an offer ended without a conversation."""

    REJECTED = "rejected"  # the agent refused
    TIMEOUT = "timeout"  # rang for the queue's ring time-out
    UNREACHABLE = "unreachable"  # the device could not be rung, or vanished while ringing
    FAILED = "failed"  # the engine refused or broke; the agent is taken out all the same
    CALLER_GONE = "caller_gone"  # the caller hung up; the agent is ready again
    ENDED = "ended"  # withdrawn by the system: the agent signed out, the centre closes
    CUSTOMER_AWAY = (
        "customer_away"  # who is called back did not come to the telephone; the agent is ready again
    )


class WaitEnd(StrEnum):
    """Why the router itself ends a wait."""

    TIMEOUT = "timeout"  # the queue's longest wait
    NOBODY_SIGNED_IN = "nobody_signed_in"
    QUEUE_REMOVED = "queue_removed"
    OVERFLOW = "overflow"  # the queue runs over, and its rule says the flow shall go on


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Ring this agent for this contact. `decision` is kept with the offer's fact."""

    offer_id: UUID
    contact_id: UUID
    agent_id: UUID
    queue_id: UUID
    device: str
    ring_timeout_s: int
    decision: dict[str, Any]


class Withdraw(msgspec.Struct, frozen=True, kw_only=True):
    """Stop ringing: the offer is over, as `how` says; the router has already gone on."""

    offer_id: UUID
    contact_id: UUID
    agent_id: UUID
    queue_id: UUID | None
    how: OfferEnd


class WaitEnded(msgspec.Struct, frozen=True, kw_only=True):
    """The contact waits no longer and nobody will be offered it: tell the flow."""

    contact_id: UUID
    queue_id: UUID
    how: WaitEnd


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """The agent has this contact from now on, without ringing: work that is not voice. Until `work_done`."""

    contact_id: UUID
    agent_id: UUID
    queue_id: UUID
    decision: dict[str, Any]


class Unassigned(msgspec.Struct, frozen=True, kw_only=True):
    """The agent is gone: the contact waits again, in the place it had."""

    contact_id: UUID
    agent_id: UUID
    queue_id: UUID


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The contact waits in another queue now, its place kept: the one before ran over, or a supervisor
    moved it (`how`, as the books say it)."""

    contact_id: UUID
    from_id: UUID
    queue_id: UUID
    priority: int
    position: int
    estimated_wait_s: int | None
    how: str = "overflow"


class CallOff(msgspec.Struct, frozen=True, kw_only=True):
    """The agent who was calling out is gone: nobody is to be called for them any more."""

    contact_id: UUID
    agent_id: UUID


class Summon(msgspec.Struct, frozen=True, kw_only=True):
    """Ring this agent, whom another named, for a contact that other one has. `Withdraw` takes it back."""

    offer_id: UUID
    contact_id: UUID
    agent_id: UUID
    queue_id: UUID | None
    device: str
    ring_timeout_s: int
    decision: dict[str, Any]


Effect = Offer | Withdraw | WaitEnded | Moved | Summon | CallOff | Assigned | Unassigned | Fact


class Refused(Exception):
    """A request the rules forbid. `code` is an error code of the kit's catalogue; `params` fill its text."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class AgentNow(msgspec.Struct, frozen=True, kw_only=True):
    """One agent at this instant. `contact_id`, `queue_id` are set from ringing to the end of wrap-up."""

    agent_id: UUID
    agent_no: str
    name: str
    department: str
    state: AgentState
    since: datetime
    why: str
    reason_id: UUID | None
    pending_state: AgentState | None
    pending_reason_id: UUID | None
    acw_until: datetime | None
    device: str
    device_tested: bool
    registered: bool
    signed_in_at: datetime | None
    contact_id: UUID | None
    queue_id: UUID | None
    offer_id: UUID | None
    ring_until: datetime | None
    works: tuple[UUID, ...] = ()  # contacts at hand that are not voice
    breaks: BreakRule | None = None
    break_ms: int = 0  # on breaks of today that are over
    break_ask: BreakAsk | None = None
    break_told: BreakTold | None = None
    acw_extend_left_s: int | None = None
    forced: Forced | None = None  # a supervisor chose the present state
    pending_forced: Forced | None = None  # or the one that follows the call
    client_id: UUID | None = None  # set: serves this client's queues only


class QueueNow(msgspec.Struct, frozen=True, kw_only=True):
    """One queue at this instant. `waiting` counts those being offered too, `callbacks` those to be called
    back and not asleep; agents are those who serve it."""

    queue_id: UUID
    name: str
    project_id: UUID
    client_id: UUID
    waiting: int
    oldest_since: datetime | None
    signed_in: int
    ready: int
    ringing: int
    talking: int
    acw: int
    callbacks: int = 0


class WaitingNow(msgspec.Struct, frozen=True, kw_only=True):
    """One waiting contact. `position` counts from 1; `offered` while an agent rings for it."""

    contact_id: UUID
    queue_id: UUID
    priority: int
    since: datetime
    position: int
    offered: bool
    estimated_wait_s: int | None
    tier: str = "normal"
    step: int = 0  # of relaxing
    calls: int = 1  # the how-manieth call running without being served
    urgent: bool = False  # near its segment's floor: goes before all that are not
    floor_at: datetime | None = None  # when the longest wait of its segment is over
    rank: tuple[int, int] = (0, 0)  # the least is served first, whatever the queue
    for_agent_id: UUID | None = None  # waits for this agent only, for now
    callback: bool = False  # nobody is on the line
    asleep: bool = False  # not offered until woken
