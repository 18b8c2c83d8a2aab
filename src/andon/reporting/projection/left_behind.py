"""What callers leave: answers of a survey, messages, kept places. Pure."""

from datetime import datetime

from andon.interactions.events import (
    CallbackEnded,
    CallbackKept,
    CallbackPostponed,
    SurveyAnswered,
    SurveyAsked,
    VoicemailLeft,
)
from andon.kit.journal import Record
from andon.reporting.model import CallbackRow, ContactRow, SurveyRow, VoicemailRow
from andon.reporting.projection.batch import Batch
from andon.reporting.projection.table import on


@on(SurveyAsked)
def survey_asked(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, SurveyAsked)
    row = batch.contact(fact)
    if row is not None:
        _survey(batch, row, fact.survey, fact.at)


def _survey(batch: Batch, contact: ContactRow, name: str, at: datetime) -> SurveyRow:
    key = (contact.contact_id, name)
    row = batch.shelf.surveys.get(key)
    if row is None:
        row = batch.shelf.surveys[key] = SurveyRow(
            contact_id=contact.contact_id,
            survey=name,
            client_id=contact.client_id,
            project_id=contact.project_id,
            queue_id=contact.queue_id,
            agent_id=contact.agent_id,
            asked_at=at,
        )
    batch.touch(key, row)
    return row


@on(SurveyAnswered)
def survey_answered(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, SurveyAnswered)
    contact = batch.contact(fact)
    if contact is not None:
        row = _survey(batch, contact, fact.survey, fact.at)
        row.answered_at, row.score = fact.at, fact.score
        contact.survey_score = fact.score


@on(VoicemailLeft)
def voicemail(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, VoicemailLeft)
    contact = batch.contact(fact)
    if contact is None:
        return
    contact.voicemail_ms = fact.voicemail_ms
    row = batch.shelf.voicemails[contact.contact_id] = VoicemailRow(
        contact_id=contact.contact_id,
        client_id=contact.client_id,
        project_id=contact.project_id,
        queue_id=fact.queue_id or contact.queue_id,
        left_at=fact.at,
        voicemail_ms=fact.voicemail_ms,
    )
    batch.touch(contact.contact_id, row)


@on(CallbackKept)
def callback_kept(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, CallbackKept)
    contact = batch.contact(fact)
    if contact is not None and contact.contact_id not in batch.shelf.callbacks:
        row = batch.shelf.callbacks[contact.contact_id] = CallbackRow(
            contact_id=contact.contact_id,
            client_id=contact.client_id,
            project_id=contact.project_id,
            queue_id=fact.queue_id,
            kept_at=fact.at,
            expires_at=fact.expires_at,
            why=fact.why,
        )
        batch.touch(contact.contact_id, row)


@on(CallbackPostponed)
def callback_postponed(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, CallbackPostponed)
    row = batch.shelf.callbacks.get(fact.contact_id) if fact.contact_id is not None else None
    if row is not None:
        row.attempts, row.not_before, row.returned_id = fact.attempt, fact.until, fact.returned_id
        batch.touch(row.contact_id, row)


@on(CallbackEnded)
def callback_ended(batch: Batch, record: Record) -> None:
    fact = record.fact
    assert isinstance(fact, CallbackEnded)
    row = batch.shelf.callbacks.get(fact.contact_id) if fact.contact_id is not None else None
    if row is not None:
        row.ended_at, row.how, row.attempts = fact.at, fact.how, fact.attempts
        row.waited_ms, row.not_before = fact.waited_ms, None
        row.returned_id = fact.returned_id or row.returned_id
        batch.touch(row.contact_id, row)
