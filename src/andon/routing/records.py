"""The router's live records. Pure data; only `routing.machine` changes them."""

from dataclasses import dataclass, field
from uuid import UUID

from andon.routing.estimate import PRIOR_HANDLE_MS
from andon.routing.events import AgentState
from andon.routing.line import Line
from andon.routing.model import AgentConfig, Policy, QueueConfig

ContactEntry = tuple[int, int, int, "ContactRecord"]  # -priority, queued_ms, number, contact
ReadyEntry = tuple[int, int, int, "AgentRecord"]  # two keys of the policy, agent's order, agent


@dataclass(slots=True, eq=False)
class ContactRecord:
    """A waiting contact, whether an agent rings for it or not."""

    contact_id: UUID
    queue: "QueueRecord"
    own_priority: int
    queued_ms: int
    number: int  # arrival order at this router
    until_ms: int | None = None  # of the longest wait, as it was set on arrival
    offer: "OfferRecord | None" = None
    expired: bool = False  # the longest wait ran out while ringing

    def entry(self) -> ContactEntry:
        """Place in the queue: priority, then arrival."""
        return (-self.priority, self.queued_ms, self.number, self)

    @property
    def priority(self) -> int:
        return self.queue.config.priority + self.own_priority


@dataclass(slots=True, eq=False)
class OfferRecord:
    """A ringing agent."""

    offer_id: UUID
    contact: ContactRecord
    agent: "AgentRecord"
    until_ms: int


@dataclass(slots=True, eq=False)
class Conversation:
    """What an agent talks about, and wraps up afterwards."""

    contact_id: UUID
    queue: "QueueRecord"
    started_ms: int


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
    device: str = ""
    tested: bool = False
    registered: bool = False
    signed_in_ms: int | None = None
    idle_since_ms: int = 0
    offer: OfferRecord | None = None
    conversation: Conversation | None = None
    acw_until_ms: int | None = None
    removed: bool = False  # no longer in the configuration: forgotten once offline
    queues: dict[UUID, "QueueRecord"] = field(default_factory=dict)
    turns: dict[UUID, int] = field(default_factory=dict)  # last turn in round robin, by queue
    entries: dict[UUID, ReadyEntry] = field(default_factory=dict)  # places in ready lines, by queue


@dataclass(slots=True, eq=False)
class QueueRecord:
    """A queue with its lines. `eligible` agents have the skills, `members` of them are signed in."""

    config: QueueConfig
    eligible: dict[UUID, AgentRecord] = field(default_factory=dict)
    members: dict[UUID, AgentRecord] = field(default_factory=dict)
    counts: dict[AgentState, int] = field(default_factory=lambda: dict.fromkeys(AgentState, 0))
    ready: Line[ReadyEntry] = field(default_factory=Line)
    waiting: Line[ContactEntry] = field(default_factory=Line)  # nobody rings for these
    offered: Line[ContactEntry] = field(default_factory=Line)  # an agent rings for these
    turn: int = 0
    mean_handle_ms: float = PRIOR_HANDLE_MS
    empty_until_ms: int | None = None  # the last agent signed out; callers stay until then
    retired: bool = False  # removed from the configuration

    def level(self, agent: AgentRecord) -> int:
        """Sum of the agent's levels in the skills this queue requires."""
        return sum(agent.config.skills.get(need.skill_id, 0) for need in self.config.required_skills)

    def ready_entry(self, agent: AgentRecord) -> ReadyEntry:
        """The agent's place in this queue's ready line, by the queue's policy; the least is served first."""
        match self.config.policy:
            case Policy.MOST_SKILLED:
                return (-self.level(agent), agent.idle_since_ms, agent.order, agent)
            case Policy.ROUND_ROBIN:
                return (agent.turns.get(self.config.queue_id, 0), 0, agent.order, agent)
            case Policy.LONGEST_IDLE:
                return (agent.idle_since_ms, 0, agent.order, agent)

    def welcome(self, agent: AgentRecord) -> None:
        """A member signs in. Members keep this order: moving them at each change would fill the table
        with dead entries that a walk over the first few has to skip."""
        self.members[agent.config.agent_id] = agent
        self.empty_until_ms = None

    def count_in(self, agent: AgentRecord) -> None:
        """The agent is in its present state here; a ready one takes its place in the line."""
        self.counts[agent.state] += 1
        if agent.state is AgentState.READY:
            entry = agent.entries[self.config.queue_id] = self.ready_entry(agent)
            self.ready.add(entry)

    def count_out(self, agent: AgentRecord) -> None:
        """The agent is about to leave its present state, or this queue."""
        self.counts[agent.state] -= 1
        if agent.state is AgentState.READY:
            self.ready.remove(agent.entries.pop(self.config.queue_id))

    def serving(self) -> int:
        """Signed-in agents who work: ready or with a contact."""
        busy = (AgentState.RINGING, AgentState.TALKING, AgentState.HELD, AgentState.ACW)
        return self.counts[AgentState.READY] + sum(self.counts[state] for state in busy)


def lacks(agent: AgentConfig, queue: QueueConfig) -> tuple[str, dict[str, object]] | None:
    """Why the agent cannot serve the queue, as reason and detail; None when the agent can."""
    if not agent.active:
        return "inactive", {}
    if agent.capacity < 1:
        return "no_capacity", {}
    if agent.client_id is not None and agent.client_id != queue.client_id:
        return "other_client", {}
    for need in queue.required_skills:
        level = agent.skills.get(need.skill_id, 0)
        if level == 0:
            return "skill_missing", {"skill": str(need.skill_id), "needs": need.min_level}
        if level < need.min_level:
            return "skill_level", {"skill": str(need.skill_id), "level": level, "needs": need.min_level}
    return None
