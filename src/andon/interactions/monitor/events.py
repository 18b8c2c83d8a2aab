"""Facts of supervisors at calls. Pure.

`agent_id` is the agent with whom the call was when the supervisor came, none for a call pulled out of its
queue. From `monitor.started` to `monitor.ended` the modes follow each other without a gap.
"""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class Mode(StrEnum):
    """What a supervisor does at a call."""

    LISTEN = "listen"  # hears both, is heard by nobody
    WHISPER = "whisper"  # hears both, is heard by the agent alone
    BARGE_IN = "barge_in"  # all three hear each other
    TAKE_OVER = "take_over"  # talks on in the agent's place
    PULL = "pull"  # talks to a caller out of a queue


class MonitorStarted(Fact, frozen=True, kw_only=True):
    """`follow_id`: it began by itself, for a wish to hear the agent's next calls."""

    kind: ClassVar[str] = "monitor.started"
    monitor_id: UUID
    supervisor_id: UUID
    mode: Mode
    follow_id: UUID | None = None


class MonitorModeChanged(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "monitor.mode"
    monitor_id: UUID
    supervisor_id: UUID
    mode: Mode
    previous: Mode
    previous_ms: int


class FollowBegan(Fact, frozen=True, kw_only=True):
    """A supervisor wants to listen to the next `calls` conversations of an agent."""

    kind: ClassVar[str] = "follow.began"
    follow_id: UUID
    supervisor_id: UUID
    calls: int


class FollowEnded(Fact, frozen=True, kw_only=True):
    """`left`: so many were not listened to. `why`: done, asked, replaced, agent_left, supervisor_left,
    core_lost, shutdown."""

    kind: ClassVar[str] = "follow.ended"
    follow_id: UUID
    supervisor_id: UUID
    left: int
    why: str


class MonitorEnded(Fact, frozen=True, kw_only=True):
    """`previous_ms` is the time in the last `mode`, `total_ms` since `monitor.started`. `why`: asked,
    call_over, device_lost, refused, core_lost, shutdown."""

    kind: ClassVar[str] = "monitor.ended"
    monitor_id: UUID
    supervisor_id: UUID
    mode: Mode
    previous_ms: int
    total_ms: int
    why: str
