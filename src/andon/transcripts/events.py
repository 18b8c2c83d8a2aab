"""Facts of transcripts. Pure."""

from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class RecordingTranscribed(Fact, frozen=True, kw_only=True):
    """The recogniser `made_by` wrote down what is said in the first `heard_ms` of a recording, in so many
    `pieces`. `why` says how the last of `tries` failed; empty: it is written. The words stay in the
    `transcript` table."""

    kind: ClassVar[str] = "recording.transcribed"
    recording_id: UUID
    made_by: str
    pieces: int
    heard_ms: int
    tries: int
    why: str = ""
