"""Facts of the media engine and of recordings. Pure."""

from typing import ClassVar
from uuid import UUID

import msgspec

from andon.kit.journal import Fact


class EngineUp(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "engine.up"
    node: str
    engine: str


class EngineDown(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "engine.down"
    node: str
    why: str


class NodeDrained(Fact, frozen=True, kw_only=True):
    """A node takes no new calls any more, for maintenance; those on it (`calls`) go on. `by_id` is nobody's
    when the command line asked."""

    kind: ClassVar[str] = "node.drained"
    node: str
    calls: int
    by_id: UUID | None = None


class NodeResumed(Fact, frozen=True, kw_only=True):
    """A drained node takes calls again."""

    kind: ClassVar[str] = "node.resumed"
    node: str
    by_id: UUID | None = None


class RecordingSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a recording, `from_ms` inclusive to `to_ms` exclusive, spent on one leg."""

    leg: str  # flow | queue | agent | hold | conference | outside | survey | voicemail | card (silent)
    from_ms: int
    to_ms: int
    agent_id: UUID | None = None
    other_id: UUID | None = None  # the second agent of a conference


class RecordingStarted(Fact, frozen=True, kw_only=True):
    """The engine has confirmed that it records; its audio begins up to `within_ms` before this instant."""

    kind: ClassVar[str] = "recording.started"
    recording_id: UUID
    channel_id: str
    within_ms: int = 0


class RecordingStopped(Fact, frozen=True, kw_only=True):
    """The engine was told to stop, or the call ended.

    The spans cover 0 to `total_ms` without gap or overlap. `open_end`: the core died, and this instant
    is the last it is known to have lived, or the engine did not answer; it may have recorded on."""

    kind: ClassVar[str] = "recording.stopped"
    recording_id: UUID
    total_ms: int
    spans: list[RecordingSpan]
    open_end: bool = False


class RecordingStored(Fact, frozen=True, kw_only=True):
    """The stereo file is in place: left the caller, right what the caller heard.

    `path` is below `ANDON_HOME/recordings`."""

    kind: ClassVar[str] = "recording.stored"
    recording_id: UUID
    path: str
    audio_ms: int
    size: int
    sha256: str


class RecordingIncomplete(Fact, frozen=True, kw_only=True):
    """`missing_ms` of the recording do not exist, and why."""

    kind: ClassVar[str] = "recording.incomplete"
    recording_id: UUID
    missing_ms: int
    why: str  # disk_full | engine_lost | file_missing | …
