"""Prompts of projects as the core and the pages know them. Pure."""

from typing import Final, Literal
from uuid import UUID

import msgspec

Language = Literal["zh", "en"]
Source = Literal["upload", "microphone", "telephone", "synthesis"]

MOST_BYTES: Final = 20_000_000
LONGEST_S: Final = 150.0  # less than a flow waits for the end of a prompt
SHORTEST_S: Final = 0.2
NAME: Final = r"^[\w][\w.-]{0,59}$"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a prompt that callers hear in one language. `sha256` names its sound."""

    project_id: UUID
    name: str
    language: Language
    sha256: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a sound that was brought in: its format, and what was changed for the telephone.
    Levels are dBFS while somebody speaks."""

    format: str
    rate_hz: int
    channels: int
    level_before: float
    level_after: float
    trimmed_ms: int  # silence taken off both ends
    limited: bool = False  # loud peaks were bent down
    marked: bool = False  # the audible mark of machine-made speech was put before it
