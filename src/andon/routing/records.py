"""The router's live records. Pure data; only `routing.machine` changes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from andon.routing import occupancy
from andon.routing.capacity import has_room
from andon.routing.config import WORKS, AgentConfig, Policy, QueueConfig, Seat, Work, WorkRule
from andon.routing.eligibility import Step, steps_of
from andon.routing.estimate import PRIOR_HANDLE_MS
from andon.routing.events import AgentState
from andon.routing.line import Line, WaitingLines
from andon.routing.model import NOBODY, BreakAsk, BreakTold, Caller, Forced, Terms, WaitEnd

_PLAIN = Seat()

ContactEntry = tuple[int, int, int, "ContactRecord"]  # two keys of rank, number, contact
ReadyEntry = tuple[int, int, float, float, int, "AgentRecord"]  # standing, two of merit, order, agent


@dataclass(slots=True, eq=False)
class ContactRecord:
    """A waiting contact, whether an agent rings for it or not.

    `queued_ms` starts its clocks in this queue, `placed_ms` gives its place and `first_ms` its floor.
    """

    contact_id: UUID
    queue: "QueueRecord"
    own_priority: int
    queued_ms: int
    number: int  # arrival order at this router
    caller: Caller = NOBODY
    placed_ms: int = 0
    first_ms: int = 0
    asked_id: UUID | None = None  # the queue the flow asked for, before any door
    step: int = 0  # of relaxing
    calls: int = 1  # running, without being served
    urgent: bool = False  # near its floor
    privileged: bool = False  # the reserve of its queue is for it
    rank: tuple[int, int] = (0, 0)
    wanted: "AgentRecord | None" = None  # waits for this agent only
    offer: "OfferRecord | None" = None
    over: WaitEnd | None = None  # came due while ringing: what follows if the ring fails
    floor_ms: int = 0  # longest wait of its segment; 0: none
    visited: tuple[UUID, ...] = ()  # queues it ran over from
    callback: bool = False  # nobody is on the line: the customer will be called
    asleep: bool = False  # such a one, in no line for now
    work: Work = Work.VOICE  # as what it was given to an agent
    clocks: dict[str, int] = field(default_factory=dict)  # when what runs out is due, by name of `Due`

    def entry(self) -> ContactEntry:
        """Place among those who wait: rank, then arrival."""
        return (*self.rank, self.number, self)

    @property
    def priority(self) -> int:
        return self.queue.config.priority + self.own_priority


@dataclass(slots=True, eq=False)
class OfferRecord:
    """A ringing agent; `until_ms` is None once the agent is there and the customer is being called."""

    offer_id: UUID
    contact: ContactRecord
    agent: "AgentRecord"
    until_ms: int | None


@dataclass(slots=True, eq=False)
class Summons:
    """A ringing agent whom another named, for a contact that other one has. It is in no line; `queue` is the
    conversation's, `terms` those of one without."""

    offer_id: UUID
    contact_id: UUID
    queue: "QueueRecord | None"
    agent: "AgentRecord"
    until_ms: int
    terms: Terms | None = None

    @property
    def about(self) -> QueueConfig | Terms:
        return _about(self.queue, self.terms)


@dataclass(slots=True, eq=False)
class Errand:
    """A call that an agent is about to make; nobody waits for it in any queue."""

    contact_id: UUID
    terms: Terms


@dataclass(slots=True, eq=False)
class Conversation:
    """What an agent talks about, and wraps up afterwards. `terms` when it came by no queue."""

    contact_id: UUID
    queue: "QueueRecord | None"
    started_ms: int
    terms: Terms | None = None

    @property
    def about(self) -> QueueConfig | Terms:
        return _about(self.queue, self.terms)

    @property
    def about_inside(self) -> bool:
        """Two agents talk, about no customer."""
        return self.terms is not None and self.terms.inside


def _about(queue: "QueueRecord | None", terms: Terms | None) -> QueueConfig | Terms:
    """What holds for a conversation."""
    if queue is not None:
        return queue.config
    assert terms is not None
    return terms


@dataclass(slots=True, eq=False)
class AgentRecord:
    """An agent, signed in or not. `text` is its id as written into decisions."""

    config: AgentConfig
    order: int  # of first appearance; settles last ties
    text: str
    state: AgentState = AgentState.OFFLINE
    since_ms: int = 0
    why: str = ""
    reason_id: UUID | None = None
    pending: AgentState | None = None
    pending_reason_id: UUID | None = None
    forced: Forced | None = None  # a supervisor chose the state
    pending_forced: Forced | None = None  # or what is pending
    device: str = ""
    tested: bool = False
    registered: bool = False
    signed_in_ms: int | None = None
    idle_since_ms: int = 0
    busy_ms: float = 0.0  # weighted, see `occupancy`; true at `since_ms`
    calls: int = 0  # taken since signing in
    offer: OfferRecord | None = None
    summons: Summons | None = None
    errand: Errand | None = None
    conversation: Conversation | None = None
    works: dict[UUID, ContactRecord] = field(default_factory=dict)  # at hand, other than by telephone
    acw_until_ms: int | None = None
    extended_s: int = 0  # this wrap-up
    break_day_ms: int = 0  # the midnight since which `break_taken_ms` counts
    break_taken_ms: int = 0  # on breaks that are over
    ask: BreakAsk | None = None  # a break beyond the rules
    told: BreakTold | None = None  # how that was answered
    papers: dict[str, datetime] = field(default_factory=dict)  # certificates whose ends are watched
    removed: bool = False  # no longer in the configuration: forgotten once offline
    queues: dict[UUID, "QueueRecord"] = field(default_factory=dict)
    turns: dict[UUID, int] = field(default_factory=dict)  # last turn in round robin, by queue
    entries: dict["QueueRecord", ReadyEntry] = field(default_factory=dict)  # places in ready lines
    standing: dict["QueueRecord", int] = field(default_factory=dict)  # first step at which it may serve
    wanting: dict[UUID, Line[ContactEntry]] = field(default_factory=dict)  # wait for this agent, by queue

    def wanted_by(self) -> ContactRecord | None:
        """The first of those that wait for this agent only, in the agent's order of queues."""
        heads = [line.first[3] for line in self.wanting.values() if line.first[3].queue.has_room(self)]
        return min(heads, key=lambda one: (one.queue.seat(self).order, one.entry()), default=None)


@dataclass(slots=True, eq=False)
class QueueRecord:
    """A queue with its lines. `eligible` agents may serve at some step, `members` of them are signed in."""

    config: QueueConfig
    text: str = ""  # its id as written into decisions
    steps: tuple[Step, ...] = ()
    rules: Mapping[Work, WorkRule] = field(default_factory=lambda: WORKS)  # of kinds of work
    eligible: dict[UUID, AgentRecord] = field(default_factory=dict)
    members: dict[UUID, AgentRecord] = field(default_factory=dict)
    counts: dict[AgentState, int] = field(default_factory=lambda: dict.fromkeys(AgentState, 0))
    ready: Line[ReadyEntry] = field(default_factory=Line)
    waiting: WaitingLines = field(default_factory=WaitingLines)  # nobody rings for these
    wanting: Line[ContactEntry] = field(default_factory=Line)  # these wait for one agent only
    offered: Line[ContactEntry] = field(default_factory=Line)  # an agent rings for these
    turn: int = 0
    mean_handle_ms: float = PRIOR_HANDLE_MS
    empty_until_ms: int | None = None  # the last agent signed out; callers stay until then
    retired: bool = False  # removed from the configuration

    def __post_init__(self) -> None:
        self.text = str(self.config.queue_id)
        self.steps = steps_of(self.config)

    def level(self, agent: AgentRecord) -> int:
        """Sum of the agent's levels in the skills this queue requires and its level in the queue itself."""
        skills = agent.config.skills
        return self.seat(agent).level + sum(skills.get(n.skill_id, 0) for n in self.config.required_skills)

    def seat(self, agent: AgentRecord) -> Seat:
        seats = agent.config.seats
        return seats.get(self.config.queue_id, _PLAIN) if seats else _PLAIN

    def ready_entry(self, agent: AgentRecord) -> ReadyEntry:
        """The agent's place in this queue's ready line; the least is served first: fully qualified, fewer
        preferred skills lacking, then the queue's policy."""
        first, then = self._merit(agent)
        lacking = 0
        for want in self.config.preferred_skills:
            lacking += agent.config.skills.get(want.skill_id, 0) < want.min_level
        return (agent.standing[self], lacking, first, then, agent.order, agent)

    def _merit(self, agent: AgentRecord) -> tuple[float, float]:
        match self.config.policy:
            case Policy.MOST_SKILLED:
                return -self.level(agent), agent.idle_since_ms
            case Policy.LEAST_OCCUPIED:
                return occupancy.key(agent.busy_ms, agent.since_ms), agent.idle_since_ms
            case Policy.FEWEST_CALLS:
                return agent.calls, agent.idle_since_ms
            case Policy.ROUND_ROBIN:
                return agent.turns.get(self.config.queue_id, 0), 0
            case Policy.VALUE_WEIGHTED:
                return agent.idle_since_ms - self.seat(agent).value * self.config.value_s * 1000, 0
            case Policy.LONGEST_IDLE:
                return agent.idle_since_ms, 0

    def welcome(self, agent: AgentRecord) -> None:
        """A member signs in. Members keep this order: moving them at each change would fill the table
        with dead entries that a walk over the first few has to skip."""
        self.members[agent.config.agent_id] = agent
        self.empty_until_ms = None

    def count_in(self, agent: AgentRecord) -> None:
        """The agent is in its present state here; a ready one takes its place in the line."""
        self.counts[agent.state] += 1
        self.show(agent)

    def count_out(self, agent: AgentRecord) -> None:
        """The agent is about to leave its present state, or this queue."""
        self.counts[agent.state] -= 1
        self.hide(agent)

    def has_room(self, agent: AgentRecord) -> bool:
        """Whether the agent can take one more of this queue's contacts beside what is at hand."""
        if not agent.works:
            return True  # who serves the queue can take one
        at_hand = [contact.work for contact in agent.works.values()]
        return has_room(agent.config, at_hand, self.config.work, self.rules)

    def show(self, agent: AgentRecord) -> None:
        """Into the ready line, if the agent is ready and has room."""
        if agent.state is AgentState.READY and self.has_room(agent):
            entry = agent.entries[self] = self.ready_entry(agent)
            self.ready.add(entry)

    def hide(self, agent: AgentRecord) -> None:
        """Out of the ready line, if the agent is in it."""
        entry = agent.entries.pop(self, None)
        if entry is not None:
            self.ready.remove(entry)

    def agent_for(self, step: int, *, privileged: bool) -> AgentRecord | None:
        """The best ready agent for a contact at this step of relaxing, past those kept in reserve."""
        ready, reserve = self.ready, self.config.reserve
        if not ready:
            return None
        best: ReadyEntry | None = ready.first
        if reserve is not None and not privileged and ready.before((1,)) <= reserve.agents:
            best = ready.after((1,))
        return best[5] if best is not None and best[0] <= step else None

    def due(self) -> tuple[ContactRecord, AgentRecord] | None:
        """The first contact for whom an agent is ready, and the best such agent."""
        found: tuple[ContactRecord, AgentRecord] | None = None
        for step, privileged, entry in self.waiting.heads():
            if found is None or entry < found[0].entry():
                agent = self.agent_for(step, privileged=privileged)
                if agent is not None:
                    found = entry[3], agent
        return found

    def serving(self) -> int:
        """Signed-in agents who work: ready or with a contact."""
        busy = (AgentState.RINGING, AgentState.TALKING, AgentState.HELD, AgentState.ACW)
        return self.counts[AgentState.READY] + sum(self.counts[state] for state in busy)

    def length(self) -> int:
        """Everyone who waits here, those being offered included."""
        return len(self.waiting) + len(self.wanting) + len(self.offered)

    def before(self, contact: ContactRecord) -> int:
        """How many of them come before this one."""
        entry = contact.entry()
        return self.waiting.before(entry) + self.wanting.before(entry) + self.offered.before(entry)

    def everyone(self) -> list[ContactRecord]:
        """Those who wait here, without order."""
        return [entry[3] for line in (self.waiting, self.wanting, self.offered) for entry in line]
