"""Facts of agents' presence. Pure.

From `agent.signed_in` to the `agent.state` that says `offline`, the `agent.state` facts of one agent
follow each other without a gap: every agent second has exactly one state.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class AgentState(StrEnum):
    OFFLINE = "offline"
    NOT_READY = "not_ready"  # 示忙
    BREAK = "break"  # 小休
    READY = "ready"  # 空闲
    DIALING = "dialing"  # 拨号中: the agent calls out
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"  # the agent's call is on hold
    ACW = "acw"  # 话后处理

    __hash__ = str.__hash__  # Enum's own is slower, and every change of state looks up several


class AgentSignedIn(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "agent.signed_in"
    device: str  # browser | sip
    took_over: bool = False  # moved here from another session


class AgentStateChanged(Fact, frozen=True, kw_only=True):
    """`by`: self, system, supervisor. `why` names the rule, for instance `ring_timeout`, `acw_over`.
    `forced_by`: the supervisor who chose the state for the agent."""

    kind: ClassVar[str] = "agent.state"
    state: AgentState
    previous: AgentState
    previous_ms: int
    by: str
    why: str
    reason_id: UUID | None = None
    forced_by: UUID | None = None


class BreakWhy(StrEnum):
    """Why an agent must ask for a break."""

    ALLOWANCE = "allowance"  # the day's minutes are taken
    AT_ONCE = "at_once"  # as many as may be are on break

    __hash__ = str.__hash__


class BreakAnswer(StrEnum):
    """What became of an agent's wish for a break."""

    APPROVED = "approved"
    REFUSED = "refused"
    TIMEOUT = "timeout"  # nobody answered
    WITHDRAWN = "withdrawn"  # by the agent, or another state was chosen
    GONE = "gone"  # the agent signed out

    __hash__ = str.__hash__


class BreakAsked(Fact, frozen=True, kw_only=True):
    """The agent wishes a break beyond the rules and waits for a supervisor, until `until` at the latest.
    `taken_ms`: on break so far that day. One `break.answered` follows."""

    kind: ClassVar[str] = "break.asked"
    reason_id: UUID | None
    why: BreakWhy
    taken_ms: int
    until: datetime


class BreakAnswered(Fact, frozen=True, kw_only=True):
    """`by_id`: the supervisor. `waited_ms` is since `break.asked`."""

    kind: ClassVar[str] = "break.answered"
    how: BreakAnswer
    by_id: UUID | None
    waited_ms: int


class AgentSignedOut(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "agent.signed_out"
    by: str
    why: str
    forced_by: UUID | None = None


class AgentDeviceTested(Fact, frozen=True, kw_only=True):
    """The device test that must pass before 空闲."""

    kind: ClassVar[str] = "agent.device_tested"
    passed: bool
    microphone_db: float | None = None
    speaker: bool
    rtt_ms: float | None = None
    echo: bool


class AgentDeviceChanged(Fact, frozen=True, kw_only=True):
    """The engine saw the agent's device appear or vanish."""

    kind: ClassVar[str] = "agent.device"
    device: str
    registered: bool


class AgentCertificateEnding(Fact, frozen=True, kw_only=True):
    """The warning days before a certificate of the agent ends. Said again after a restart."""

    kind: ClassVar[str] = "agent.certificate_ending"
    certificate: str
    expires_at: datetime


class AgentCertificateEnded(Fact, frozen=True, kw_only=True):
    """The agent leaves the queues that require this certificate."""

    kind: ClassVar[str] = "agent.certificate_ended"
    certificate: str


class ContactRedialled(Fact, frozen=True, kw_only=True):
    """Who hung up while waiting called again and has the earned place. `calls` counts this one."""

    kind: ClassVar[str] = "contact.redialled"
    queue_id: UUID
    calls: int
    kept_ms: int


class ContactRaised(Fact, frozen=True, kw_only=True):
    """A supervisor gave the waiting contact points of priority; `priority` is the whole one from now on."""

    kind: ClassVar[str] = "contact.raised"
    queue_id: UUID
    points: int
    priority: int
    by_id: UUID


class ContactMoved(Fact, frozen=True, kw_only=True):
    """A supervisor put the waiting contact into another queue, its place kept."""

    kind: ClassVar[str] = "contact.moved"
    from_id: UUID
    queue_id: UUID
    by_id: UUID


class ContactMeant(Fact, frozen=True, kw_only=True):
    """A supervisor meant the waiting contact for this agent, for `wait_s` seconds at most."""

    kind: ClassVar[str] = "contact.meant"
    queue_id: UUID
    wait_s: int
    by_id: UUID


class ContactFloorNear(Fact, frozen=True, kw_only=True):
    """Four fifths of the longest wait of the contact's segment are over: it goes before all others now."""

    kind: ClassVar[str] = "contact.floor_near"
    queue_id: UUID
    tier: str
    floor_s: int


class ContactFloorPassed(Fact, frozen=True, kw_only=True):
    """The contact waits longer than the longest wait of its segment."""

    kind: ClassVar[str] = "contact.floor_passed"
    queue_id: UUID
    tier: str
    floor_s: int
