"""What the router is told and what it answers: configuration, effects, read-outs. Pure.

Spans are seconds where a person sets them (`_s`) and whole milliseconds where they were measured (`_ms`).
Instants are aware UTC.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from andon.kit.journal import Fact
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


class Policy(StrEnum):
    """Which of several ready agents gets the contact. An agent whom the contact is owed to goes before."""

    LONGEST_IDLE = "longest_idle"
    MOST_SKILLED = "most_skilled"
    LEAST_OCCUPIED = "least_occupied"
    FEWEST_CALLS = "fewest_calls"
    ROUND_ROBIN = "round_robin"
    VALUE_WEIGHTED = "value_weighted"


class Work(StrEnum):
    """Kinds of work. Voice is offered by ringing; the others are given at once, several side by side."""

    VOICE = "voice"
    CHAT = "chat"
    MAIL = "mail"
    ITEM = "item"  # back-office

    __hash__ = str.__hash__


class WorkRule(msgspec.Struct, frozen=True):
    """`weight` in per cent of one agent. What is `interruptible` waits while the agent does what is not."""

    weight: int
    interruptible: bool = False


WORKS: Mapping[Work, WorkRule] = {
    Work.VOICE: WorkRule(100),
    Work.CHAT: WorkRule(33),
    Work.MAIL: WorkRule(100, interruptible=True),
    Work.ITEM: WorkRule(100, interruptible=True),
}


class RingStrategy(StrEnum):
    """How many agents ring for one contact."""

    ONE = "one"  # one at a time


class SkillNeed(msgspec.Struct, frozen=True, kw_only=True):
    """A skill a queue requires, at `min_level` (1 to 10) or better."""

    skill_id: UUID
    min_level: int = 1


class LaneFlag(StrEnum):
    """Why a contact may take a fast lane."""

    OPEN_COMPLAINT = "open_complaint"
    BAD_SURVEY = "bad_survey"  # in the last days
    MENU_KEY = "menu_key"  # chosen in the menu, or set by the flow
    REPEAT = "repeat"  # on the same matter: the third call running, or the flow says so


class Relax(msgspec.Struct, frozen=True, kw_only=True):
    """From `after_s` seconds of waiting on, more agents may serve. Steps add up.

    `min_levels` lowers the minimum of required skills (0: no longer needed); `groups` lets in agents of
    further departments, where the queue is limited to some.
    """

    after_s: int
    min_levels: Mapping[UUID, int] = {}
    groups: tuple[str, ...] = ()


class OverflowWhen(StrEnum):
    """What makes a queue run over. Length and estimate are looked at when a contact arrives."""

    LENGTH = "length"  # so many wait already
    ESTIMATE = "estimate"  # the estimated wait is so many seconds
    AGE = "age"  # the contact has waited so many seconds


class Overflow(msgspec.Struct, frozen=True, kw_only=True):
    """At `limit` the contact goes to `queue_id`, its place kept, or None: back to its flow."""

    when: OverflowWhen
    limit: int
    queue_id: UUID | None = None


class Reserve(msgspec.Struct, frozen=True, kw_only=True):
    """The last `agents` fully qualified ready agents are kept for contacts of `tier` and above."""

    tier: str
    agents: int


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """Contacts of these tiers, or with one of these flags, wait in `queue_id` instead, if it is staffed:
    a desk for important customers, a fast lane for complaints."""

    queue_id: UUID
    tiers: tuple[str, ...] = ()
    flags: tuple[LaneFlag, ...] = ()


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """How customers of one tier are treated: points of priority, and the floor, the longest wait that no
    weight of others may make them exceed."""

    tier: str
    priority: int = 0
    floor_s: int | None = None


class CallbackRules(msgspec.Struct, frozen=True, kw_only=True):
    """How customers who keep their place while hanging up are called back. `calendar_id`: only within these
    hours. The distance between attempts doubles each time."""

    attempts: int = 3
    retry_s: int = 300  # to the second attempt
    ring_s: int = 30  # how long the customer's telephone rings
    expires_s: int = 86_400  # after keeping the place
    calendar_id: UUID | None = None
    international: bool = False  # numbers of other countries too
    when_interrupted: bool = True  # also callers whose call we broke off: the engine died under it


class QueueConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One queue as the administrator set it. No required skills: every agent serves it."""

    queue_id: UUID
    client_id: UUID
    project_id: UUID
    name: str
    work: Work = Work.VOICE
    required_skills: tuple[SkillNeed, ...] = ()
    preferred_skills: tuple[SkillNeed, ...] = ()  # who lacks fewer of them goes first
    required_certificates: tuple[str, ...] = ()  # by name, each valid at the instant
    groups: tuple[str, ...] = ()  # limited to agents of these departments; none: to nobody's
    relax: tuple[Relax, ...] = ()  # in order of `after_s`
    overflow: tuple[Overflow, ...] = ()
    reserve: Reserve | None = None
    doors: tuple[Door, ...] = ()  # the first that fits
    dedicated_wait_s: int = 0  # how long a contact waits for its own agent; 0: not at all
    last_agent_wait_s: int = 0  # how long for the agent it talked to last; 0: not at all
    redial_s: int = 300  # who hangs up waiting and calls again within it keeps the place; 0: nobody
    value_s: int = 30  # value_weighted: seconds of idling that one point of value is worth
    priority: int = 0  # a higher number is served first
    policy: Policy = Policy.LONGEST_IDLE
    ring_strategy: RingStrategy = RingStrategy.ONE
    ring_timeout_s: int = 20
    acw_s: int = 30
    target_percent: int = 80
    target_s: int = 20
    max_wait_s: int | None = None  # None: no limit
    nobody_grace_s: int = 20  # how long callers already waiting stay when the last agent signs out
    music: str = "default"
    callback: CallbackRules = CallbackRules()


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's own settings in one queue the agent serves."""

    order: int = 0  # of the agent's queues: a lower one is served first, whatever the priorities
    level: int = 0  # 0 to 10, counted with the levels in the required skills
    value: int = 0  # 0 to 100, for `value_weighted`: success in this queue, in per cent for instance


class AgentConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One agent as the administrator set it. `skills` maps skill to level (1 to 10), `certificates` the
    name to the instant at which it is no longer valid."""

    agent_id: UUID
    agent_no: str
    name: str
    department: str = ""
    skills: Mapping[UUID, int] = {}
    certificates: Mapping[str, datetime] = {}
    seats: Mapping[UUID, Seat] = {}  # by queue
    client_id: UUID | None = None  # set: serves this client's queues only
    capacity: int = 1  # conversations at once; voice knows 0 (takes none) and 1
    limits: Mapping[Work, int] = {}  # of other kinds at once; not named: none
    active: bool = True


class BreakRule(msgspec.Struct, frozen=True, kw_only=True):
    """What agents of `department` may take without asking; all those without a rule of their own when empty.
    None: as much as they like."""

    department: str = ""
    minutes_per_day: int | None = None
    at_once: int | None = None


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


class CentreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one tenant's router must know. Order of agents and queues settles last ties."""

    tenant_id: UUID
    agents: tuple[AgentConfig, ...] = ()
    queues: tuple[QueueConfig, ...] = ()
    segments: tuple[Segment, ...] = ()
    works: Mapping[Work, WorkRule] = msgspec.field(default_factory=lambda: WORKS)
    ageing_s: int | None = None  # waiting so many seconds is worth a point of priority; None: nothing is
    certificate_warning_days: int = 14  # before a certificate ends
    breaks: tuple[BreakRule, ...] = ()
    break_ask_s: int = 120  # a wish for a break that nobody answered is over after this long
    acw_extend_s: int = 300  # by so much an agent may extend one wrap-up
    zone: str = "Asia/Shanghai"  # whose midnight ends a day
    breaks_taken: Mapping[UUID, int] = {}  # ms on break since midnight, by agent, as of now
    record_internal: bool = False  # what agents say to each other without a customer


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
