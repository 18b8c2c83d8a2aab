"""Puts the history's answers together: rows, names, texts, masks."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from andon.customers.model import mask
from andon.interactions.events import ContactArrived, ContactConnected, OfferMade, TransferAsked
from andon.interactions.forms import in_words
from andon.interactions.tables import WrapUp
from andon.interactions.wrapup import load_form, read_fields
from andon.kit import i18n
from andon.kit.errors import AndonError, not_found
from andon.kit.i18n import Locale
from andon.kit.journal import Record
from andon.kit.settings import Settings
from andon.reporting.history import repository, search
from andon.reporting.history.shapes import (
    Answer,
    CallbackItem,
    CallbackPage,
    ContactDetail,
    ContactItem,
    ContactPage,
    RecordingInfo,
    RecordingPart,
    TimelineStep,
    TranscriptInfo,
    TranscriptLine,
    VoicemailItem,
    VoicemailPage,
    WrapUpNote,
)
from andon.reporting.history.timeline import PREFIX, ids_in, timeline
from andon.reporting.history.words import id_of, name_of, text_of
from andon.reporting.names import NameBook
from andon.reporting.tables import ReportContact, ReportRecording
from andon.routing.events import AgentStateChanged
from andon.transcripts.model import BACK
from andon.transcripts.model import State as TranscriptState
from andon.transcripts.repository import of_recording


async def search_contacts(
    session: AsyncSession, filters: search.Filters, cursor: str | None, limit: int, locale: Locale
) -> ContactPage:
    found = await search.find(session, filters, cursor, limit)
    items = await contact_items(session, found.rows, locale, filters)
    return ContactPage(items=items, next=found.next, total=found.total)


async def of_person(
    session: AsyncSession, tenant_id: UUID, contact_id: UUID, filters: search.Filters
) -> search.Filters:
    """The filters narrowed to the person who calls in this contact, at the client called: nobody's business
    with another client is found. Raises "not found" for a contact that is not there, behind a wall, without a
    number, or one that `own_agent` was neither rung for nor busy with.

    From the journal: a contact that has just begun to ring may not have been projected yet.
    """
    records = await repository.facts_of(
        session,
        tenant_id,
        contact_id,
        [
            ContactArrived.kind,
            OfferMade.kind,
            ContactConnected.kind,
            TransferAsked.kind,
            AgentStateChanged.kind,  # who picks a parked caller up is on the way before anything else says so
        ],
    )
    facts = [record.fact for record in records]
    arrived = next((fact for fact in facts if isinstance(fact, ContactArrived)), None)
    if arrived is None or arrived.client_id is None or not arrived.caller:
        raise not_found("contact")
    asked = {fact.to_agent_id for fact in facts if isinstance(fact, TransferAsked)}
    if filters.own_agent is not None and filters.own_agent not in {fact.agent_id for fact in facts} | asked:
        raise not_found("contact")
    return msgspec.structs.replace(filters, client_id=arrived.client_id, caller=arrived.caller)


async def contact_detail(
    session: AsyncSession,
    tenant_id: UUID,
    contact: ReportContact,
    locale: Locale,
    masked: bool,
    *,
    supervisors: bool,
) -> ContactDetail:
    """One contact with its path, recording and note. `supervisors`: also when one of them was at the call."""
    records = await repository.facts_of(session, tenant_id, contact.contact_id)
    recording = await repository.recording_of(session, contact.contact_id)
    note = await repository.wrap_up_of(session, contact.contact_id)
    book = await _learn(session, [contact], locale)
    ids = ids_in(records)
    await book.learn(
        session,
        agent=ids | _agents_heard(recording) | ({note.agent_id} if note else set()),
        queue=ids,
        customer=ids,
        flow=ids,
        reason=ids | ({note.reason_id} if note else set()),
        number=ids,
    )
    return ContactDetail(
        **_item(contact, book, locale, masked, stored=recording is not None and recording.path is not None),
        timeline=_steps(records, book, locale, supervisors=supervisors),
        recording=_recording(recording, book, locale),
        wrap_up=_note(note, book, await _answers(session, note, locale)),
    )


async def voicemails(
    session: AsyncSession, cursor: str | None, limit: int, locale: Locale, masked: bool
) -> VoicemailPage:
    found = await repository.voicemails(session, cursor, limit)
    contacts = [contact for _, contact in found.rows]
    book = await _learn(session, contacts, locale)
    stored = await repository.stored_recordings(session, [contact.contact_id for contact in contacts])
    items = [
        VoicemailItem(
            contact_id=contact.contact_id,
            left_at=voicemail.left_at,
            duration_ms=voicemail.voicemail_ms,
            caller=mask(contact.caller) if masked else contact.caller,
            customer=book.named(contact.customer_id),
            client=book.named(contact.client_id),
            project=book.named(contact.project_id),
            queue=book.named(voicemail.queue_id),
            number=book.named(contact.number_id),
            has_recording=contact.contact_id in stored,
        )
        for voicemail, contact in found.rows
    ]
    return VoicemailPage(items=items, next=found.next, total=found.total)


async def callbacks(
    session: AsyncSession,
    cursor: str | None,
    limit: int,
    locale: Locale,
    masked: bool,
    still_open: bool | None,
) -> CallbackPage:
    found = await repository.callbacks(session, cursor, limit, still_open=still_open)
    book = await _learn(session, [contact for _, contact in found.rows], locale)
    items = [
        CallbackItem(
            contact_id=contact.contact_id,
            state="open" if row.ended_at is None else "over",
            kept_at=row.kept_at,
            expires_at=row.expires_at,
            why_key=f"{PREFIX}callback.why.{row.why}",
            not_before=row.not_before,
            attempts=row.attempts,
            ended_at=row.ended_at,
            how_key=None if row.how is None else f"{PREFIX}callback.how.{row.how}",
            waited_ms=row.waited_ms,
            returned_id=row.returned_id,
            caller=mask(contact.caller) if masked else contact.caller,
            customer=book.named(contact.customer_id),
            client=book.named(contact.client_id),
            project=book.named(contact.project_id),
            queue=book.named(row.queue_id),
        )
        for row, contact in found.rows
    ]
    return CallbackPage(items=items, next=found.next)


async def visible_contact(
    session: AsyncSession, contact_id: UUID, own_agent: UUID | None = None, *, strictly: bool = False
) -> ReportContact:
    """The contact. Raises "not found" when it is not there or behind a wall.

    `own_agent` limits to contacts that agent had to do with, and unless `strictly` to others of the same
    callers and customers: what an agent needs to know of who is calling.
    """
    contact = await repository.contact_row(session, contact_id)
    if contact is None:
        raise not_found("contact")
    if own_agent is not None and not await repository.concerns(session, contact, own_agent, strictly):
        raise not_found("contact")
    return contact


async def contact_items(
    session: AsyncSession, rows: list[ReportContact], locale: Locale, filters: search.Filters
) -> list[ContactItem]:
    """The rows as lists show them, numbers masked when the filters say so."""
    book = await _learn(session, rows, locale)
    masked = filters.masked
    # Others' recordings are not an agent's to hear.
    audible = [row for row in rows if filters.own_agent in (None, row.agent_id)]
    stored = await repository.stored_recordings(session, [row.contact_id for row in audible])
    return [ContactItem(**_item(row, book, locale, masked, stored=row.contact_id in stored)) for row in rows]


async def _learn(session: AsyncSession, rows: Iterable[ReportContact], locale: Locale) -> NameBook:
    rows = list(rows)
    return await NameBook(locale).learn(
        session,
        client={row.client_id for row in rows},
        project={row.project_id for row in rows},
        queue={row.queue_id for row in rows},
        agent={row.agent_id for row in rows},
        customer={row.customer_id for row in rows},
        number={row.number_id for row in rows},
        reason={row.reason_id for row in rows},
    )


def _item(
    row: ReportContact, book: NameBook, locale: Locale, masked: bool, *, stored: bool
) -> dict[str, Any]:
    return {
        "contact_id": row.contact_id,
        "arrived_at": row.arrived_at,
        "ended_at": row.ended_at,
        "medium": row.medium,
        "direction": row.direction,
        "caller": mask(row.caller) if masked else row.caller,
        "dnis": row.dnis,
        "number": book.named(row.number_id),
        "client": book.named(row.client_id),
        "project": book.named(row.project_id),
        "queue": book.named(row.queue_id),
        "agent": book.named(row.agent_id),
        "customer": book.named(row.customer_id),
        "tier": row.tier,
        "outcome": row.outcome,
        "outcome_name": name_of("outcome", row.outcome, locale),
        "ended_by": row.ended_by,
        "waited_ms": row.waited_ms,
        "talked_ms": row.talked_ms,
        "held_ms": row.held_ms,
        "acw_ms": row.acw_ms,
        "total_ms": row.total_ms,
        "offers": row.offers,
        "survey_score": row.survey_score,
        "reason": book.named(row.reason_id),
        "resolved": row.resolved,
        "wrapped_up": row.wrapped_at is not None,
        "has_recording": stored,
        "voicemail_ms": row.voicemail_ms,
    }


def _steps(records: list[Record], book: NameBook, locale: Locale, *, supervisors: bool) -> list[TimelineStep]:
    return [
        TimelineStep(
            seq=step.seq,
            at=step.at,
            offset_ms=step.offset_ms,
            kind=step.kind,
            text=i18n.text(
                step.text_key,
                locale,
                **step.params,
                **{name: text_of(key, locale) for name, key in step.param_keys.items()},
            ),
            agent=book.named(step.agent_id),
        )
        for step in timeline(records, book.known, supervisors=supervisors)
    ]


def _recording(row: ReportRecording | None, book: NameBook, locale: Locale) -> RecordingInfo | None:
    if row is None:
        return None
    return RecordingInfo(
        recording_id=row.recording_id,
        stored=row.path is not None,
        started_at=row.started_at,
        duration_ms=row.audio_ms if row.audio_ms is not None else row.total_ms,
        parts=[
            RecordingPart(
                leg=span["leg"],
                from_ms=span["from_ms"],
                to_ms=span["to_ms"],
                agent=book.named(id_of(span.get("agent_id"))),
            )
            for span in row.spans or []
        ],
        missing_ms=row.missing_ms,
        missing_why=row.missing_why,
        missing_why_name=name_of("recording.why", row.missing_why, locale),
        sha256=row.sha256,
    )


async def transcript(
    session: AsyncSession, contact_id: UUID, locale: Locale, now: datetime, settings: Settings
) -> TranscriptInfo:
    """What is said in the contact's recording, or why it is not written down. Raises `recording.none`."""
    recording = await repository.recording_of(session, contact_id)
    if recording is None or recording.path is None:
        raise AndonError("recording.none", 404)
    row = await of_recording(session, recording.recording_id)
    if row is not None and (row.state != TranscriptState.WAITING.value or settings.speech_recogniser):
        return TranscriptInfo(
            state=row.state,
            lines=[TranscriptLine(**line) for line in row.lines],
            heard_ms=row.heard_ms,
            made_by=row.made_by,
            made_at=row.made_at,
            why=row.why,
            why_name=text_of(f"reporting.transcript.why.{row.why}", locale),
        )
    state = "off"
    if settings.speech_recogniser:
        message = any(span["leg"] == "voicemail" for span in recording.spans or [])
        wanted = settings.transcripts == "all" or (settings.transcripts == "messages" and message)
        fresh = recording.started_at is not None and recording.started_at > now - BACK
        state = "waiting" if wanted and fresh else "unwanted"
    return TranscriptInfo(state=state, lines=[], heard_ms=0, made_by="", made_at=None, why="", why_name="")


async def _answers(session: AsyncSession, note: WrapUp | None, locale: Locale) -> list[Answer]:
    """The summary's form in words; answers of no known version are told by their keys."""
    if note is None or not note.form:
        return []
    version = note.form_version
    form = None if version is None else await load_form(session, note.project_id, version)
    if form is None:
        return [Answer(label=key, text=str(value)) for key, value in note.form.items()]
    lines = in_words(read_fields(form.fields), note.form, locale)
    return [Answer(label=label, text=text) for label, text in lines]


def _note(note: WrapUp | None, book: NameBook, answers: list[Answer]) -> WrapUpNote | None:
    if note is None:
        return None
    return WrapUpNote(
        agent=book.named(note.agent_id),
        reason=book.named(note.reason_id),
        resolved=note.resolved,
        note=note.note,
        form=note.form,
        answers=answers,
        follow_up_at=note.follow_up_at,
        submitted_at=note.submitted_at,
    )


def _agents_heard(recording: ReportRecording | None) -> set[UUID | None]:
    spans = recording.spans if recording is not None else None
    return {id_of(span.get("agent_id")) for span in spans or []}
