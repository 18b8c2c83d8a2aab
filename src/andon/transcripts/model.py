"""What of a recording is written down, and how often it is tried. Pure."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

BACK: Final = timedelta(days=3)  # older recordings are not taken up
LONGEST_MS: Final = 30 * 60_000  # no more of a recording is heard
# A recogniser that fails is asked again after so long; after the last it is given up.
PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))
TRIES: Final = len(PAUSES) + 1

# Where people speak. The engine's own words to the caller, and music, are on neither side.
OF_CALLER: Final = frozenset({"voicemail", "agent", "conference", "outside"})
OF_OTHER: Final = frozenset({"agent", "conference", "outside"})

Stretch = tuple[int, int]


class State(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Side(StrEnum):
    """Who spoke: the caller, or whom the caller talked with."""

    CALLER = "caller"
    OTHER = "other"


class Line(msgspec.Struct, frozen=True):
    """What was said without a longer pause, from and to in ms after the recording's start."""

    side: Side
    from_ms: int
    to_ms: int
    text: str


def stretches(spans: Iterable[dict[str, Any]], side: Side) -> list[Stretch]:
    """Where this side of a recording may speak, of the spans of `recording.stopped`; those that touch are
    one."""
    legs = OF_CALLER if side is Side.CALLER else OF_OTHER
    found: list[Stretch] = []
    for span in spans:
        begin, end = int(span["from_ms"]), min(int(span["to_ms"]), LONGEST_MS)
        if span["leg"] not in legs or end <= begin:
            continue
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found
