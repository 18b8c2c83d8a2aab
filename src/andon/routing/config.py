"""A centre as its administrator set it: agents, queues, and the rules for who gets what. Pure.

Spans are seconds (`_s`). Instants are aware UTC.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


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
