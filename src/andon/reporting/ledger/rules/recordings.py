"""Recordings: whose each second is, and that all of it is kept."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.card import silent
from andon.reporting.ledger.rules.state import ROUNDING_MS, Recording, State, ms
from andon.reporting.ledger.rules.table import on


@on("recording.started")
def started(books: State, row: Row, data: Any) -> None:
    recording_id = str(data["recording_id"])
    books.check("recording.spans", recording_id not in books.recordings, recording_id, "started twice")
    books.recordings[recording_id] = Recording(
        contact=row.contact_id, started=row.at, within_ms=int(data.get("within_ms", 0))
    )


def known(books: State, data: Any) -> tuple[str, Recording | None]:
    recording_id = str(data["recording_id"])
    recording = books.recordings.get(recording_id)
    if recording is None and not books.partial:
        books.check("recording.kept", False, recording_id, "was never started")
    return recording_id, recording


@on("recording.stopped")
def stopped(books: State, row: Row, data: Any) -> None:
    recording_id, recording = known(books, data)
    if recording is None:
        return
    books.check("recording.spans", recording.stopped is None, recording_id, "stopped twice")
    recording.stopped, recording.total_ms = row.at, int(data["total_ms"])
    recording.open_end = bool(data.get("open_end"))
    place = 0
    for span in data["spans"]:
        ok = int(span["from_ms"]) == place and int(span["to_ms"]) >= place
        books.check("recording.spans", ok, recording_id, f"gap or overlap at {place} ms")
        place = int(span["to_ms"])
    drift = abs(ms(row.at, recording.started) - recording.total_ms)
    ok = place == recording.total_ms and drift <= ROUNDING_MS
    books.check("recording.spans", ok, recording_id, f"spans end at {place} of {recording.total_ms} ms")
    silent(books, recording, row, data)


@on("recording.stored")
def stored(books: State, row: Row, data: Any) -> None:
    recording_id, recording = known(books, data)
    if recording is None:
        return
    books.check("recording.kept", recording.stored_ms is None, recording_id, "stored twice")
    recording.stored_ms, recording.path = int(data["audio_ms"]), str(data["path"])
    recording.sha256 = str(data["sha256"])


@on("recording.incomplete")
def incomplete(books: State, row: Row, data: Any) -> None:
    _, recording = known(books, data)
    if recording is not None:
        recording.missing_ms += int(data["missing_ms"])
        recording.explained = True
