"""What the town did, counted by itself: a witness beside the centre's books.

Each call it placed is one line of `logs/town-calls.jsonl`; the sums are in `run/town.json`, which
`python -m town --status` prints.
"""

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def instant() -> str:
    """Now, ISO 8601 UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class CallRecord:
    """One call as the town saw it. `ended_by`: town (we hung up), centre, or nobody knows (empty)."""

    number: int
    caller: str
    dnis: str
    way: str
    persona: str
    wished: bool  # placed because a person was waiting for work
    placed_at: str
    answered_at: str | None = None
    queued_at: str | None = None
    talked_at: str | None = None
    ended_at: str | None = None
    ended_by: str = ""
    why: str = ""  # why we hung up
    cause: int = 0
    agent: str = ""  # the simulated agent spoken with
    score: int = 0  # pressed in the survey
    message: bool = False  # spoke a message after the tone


@dataclass
class Sums:
    """Totals since this town started."""

    placed: int = 0
    refused: int = 0  # could not even be sent
    live: int = 0
    answered: int = 0
    queued: int = 0
    talked: int = 0
    ended: int = 0
    ended_by_town: int = 0
    ended_by_centre: int = 0
    scored: int = 0
    messages: int = 0
    unknown_number: int = 0
    offers: int = 0  # calls that reached our agents' phones
    offers_taken: int = 0
    offers_declined: int = 0
    wrap_ups: int = 0
    takeovers: int = 0  # seats a person took
    ways: Counter[str] = field(default_factory=Counter)


class Tally:
    """Counts, and keeps the counts where others can read them."""

    def __init__(self, calls_file: Path, status_file: Path) -> None:
        self.sums = Sums()
        self.started_at = instant()
        self.seats: dict[str, str] = {}
        self._calls_file = calls_file
        self._status_file = status_file
        self._written = ""

    def placed(self, record: CallRecord, *, unknown_number: bool) -> None:
        self.sums.placed += 1
        self.sums.live += 1
        self.sums.ways[record.way] += 1
        self.sums.unknown_number += unknown_number

    def refused(self, record: CallRecord) -> None:
        """The call never left the town."""
        self.sums.placed -= 1
        self.sums.live -= 1
        self.sums.ways[record.way] -= 1
        self.sums.refused += 1

    def ended(self, record: CallRecord) -> None:
        sums = self.sums
        sums.live -= 1
        sums.ended += 1
        sums.answered += record.answered_at is not None
        sums.queued += record.queued_at is not None
        sums.talked += record.talked_at is not None
        sums.ended_by_town += record.ended_by == "town"
        sums.ended_by_centre += record.ended_by == "centre"
        sums.scored += record.score > 0
        sums.messages += record.message
        with self._calls_file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")

    def status(self, *, running: bool) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        return {
            "running": running,
            "pid": os.getpid(),
            "started_at": self.started_at,
            **asdict(self.sums),
            "ways": dict(self.sums.ways),
            "seats": self.seats,
        }

    def save(self, *, running: bool = True) -> None:
        """Write the status file when something changed; whole or not at all."""
        text = json.dumps(self.status(running=running), ensure_ascii=False, indent=1)
        if text == self._written:
            return
        fresh = self._status_file.with_suffix(".new")
        fresh.write_text(text, "utf-8")
        fresh.replace(self._status_file)
        self._written = text


def read_status(status_file: Path) -> dict[str, Any]:
    """The last status; a town that is not there any more is not running, whatever it last wrote."""
    try:
        status: dict[str, Any] = json.loads(status_file.read_text("utf-8"))
    except FileNotFoundError:
        return {"running": False}
    if status.get("running"):
        try:
            os.kill(int(status["pid"]), 0)
        except (ProcessLookupError, PermissionError):
            status["running"] = False
    return status
