"""Recordings. Pure."""

from uuid import UUID

import msgspec

from andon.kit.journal import Fact, Record
from andon.reporting.model import RecordingRow
from andon.reporting.projection.batch import Batch
from andon.reporting.projection.table import on
from andon.telephony.events import RecordingIncomplete, RecordingStarted, RecordingStopped, RecordingStored


def _recording(batch: Batch, fact: Fact, recording_id: UUID) -> RecordingRow:
    row = batch.shelf.recordings.get(recording_id)
    if row is None:
        row = batch.shelf.recordings[recording_id] = RecordingRow(recording_id=recording_id)
    row.contact_id = row.contact_id or fact.contact_id
    row.client_id = row.client_id or fact.client_id
    row.project_id = row.project_id or fact.project_id
    batch.touch(recording_id, row)
    contact = batch.contact(fact)
    if contact is not None:
        contact.recording_id = contact.recording_id or recording_id
        row.client_id = row.client_id or contact.client_id
        row.project_id = row.project_id or contact.project_id
    return row


@on(RecordingStarted)
def started(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingStarted)
    _recording(batch, fact, fact.recording_id).started_at = fact.at


@on(RecordingStopped)
def stopped(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingStopped)
    row = _recording(batch, fact, fact.recording_id)
    row.total_ms, row.spans = fact.total_ms, msgspec.to_builtins(fact.spans)


@on(RecordingStored)
def stored(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingStored)
    row = _recording(batch, fact, fact.recording_id)
    row.path, row.audio_ms, row.size = fact.path, fact.audio_ms, fact.size
    row.sha256, row.stored_at = fact.sha256, fact.at


@on(RecordingIncomplete)
def incomplete(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, RecordingIncomplete)
    row = _recording(batch, fact, fact.recording_id)
    row.missing_ms, row.missing_why = fact.missing_ms, fact.why
