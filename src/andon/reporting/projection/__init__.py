"""Facts in, rows out: how the journal becomes the reporting tables. Pure.

`needs` names the rows a batch touches, `project` applies the batch to them. Applying a fact twice gives
the same rows as applying it once, so a projector that stops anywhere may begin again anywhere before.
Facts of one contact arrive in order, except those other processes append (wrap-up, recording storage),
which only set columns of their own.
"""

from collections.abc import Iterable

from andon.kit.journal import Record
from andon.reporting.model import Changes, Needs, Shelf
from andon.reporting.projection import agents, contacts, left_behind, recordings
from andon.reporting.projection.batch import Batch
from andon.reporting.projection.table import TABLE
from andon.routing.events import AgentSignedIn, AgentStateChanged
from andon.telephony.events import RecordingIncomplete, RecordingStarted, RecordingStopped, RecordingStored

__all__ = ["KINDS", "needs", "project"]

_ROOMS = (agents, contacts, left_behind, recordings)  # importing them fills the table

_RECORDING_FACTS = (RecordingStarted, RecordingStopped, RecordingStored, RecordingIncomplete)
KINDS: frozenset[str] = frozenset(fact.kind for fact in TABLE)


def needs(records: Iterable[Record]) -> Needs:
    """Keys of the rows that must be on the shelf before `project` sees these records."""
    wanted = Needs()
    for record in records:
        fact = record.fact
        if fact.contact_id is not None and type(fact) in TABLE:
            wanted.contacts.add(fact.contact_id)
        if isinstance(fact, AgentStateChanged | AgentSignedIn) and fact.agent_id is not None:
            wanted.agents.add(fact.agent_id)
            wanted.records.add(record.id)
        if isinstance(fact, _RECORDING_FACTS):
            wanted.recordings.add(fact.recording_id)
    return wanted


def project(shelf: Shelf, records: Iterable[Record]) -> Changes:
    """Apply the records, in journal order, to the shelf; returns the rows that are new or differ."""
    batch = Batch(shelf)
    for record in records:
        rule = TABLE.get(type(record.fact))
        if rule is not None:
            rule(batch, record)
    return batch.changes()
