"""The projector's reads and writes: rows on the shelf, rows back, the cursor."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.kit.journal.reader import Cursor
from andon.reporting.model import (
    CallbackRow,
    ContactRow,
    Needs,
    OfferRow,
    RecordingRow,
    Row,
    Shelf,
    StateRow,
    SurveyRow,
    VisitRow,
    VoicemailRow,
)
from andon.reporting.tables import (
    TABLES,
    ReportAgentState,
    ReportCallback,
    ReportContact,
    ReportCursor,
    ReportOffer,
    ReportRecording,
    ReportSurvey,
    ReportVisit,
    ReportVoicemail,
)
from andon.routing.events import AgentState

R = TypeVar("R", ContactRow, VisitRow, OfferRow, StateRow, RecordingRow, SurveyRow, VoicemailRow, CallbackRow)


async def load_cursor(session: AsyncSession, *, lock: bool = False) -> Cursor:
    """How far the scope's tenant is projected; `lock` keeps other projectors out until the commit."""
    if lock:
        await session.execute(insert(ReportCursor).values(xid=0, seq=0).on_conflict_do_nothing())
    query = select(ReportCursor.xid, ReportCursor.seq)
    found = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    return Cursor() if found is None else Cursor(found.xid, found.seq)


async def save_cursor(session: AsyncSession, cursor: Cursor) -> None:
    """Keep the place reached; the row was locked by `load_cursor`."""
    await session.execute(update(ReportCursor).values(xid=cursor.xid, seq=cursor.seq))


async def load_shelf(session: AsyncSession, needs: Needs) -> Shelf:
    """The existing rows a batch of facts may change."""
    shelf = Shelf()
    ids = set(needs.contacts)
    if needs.agents:
        wanted = or_(
            ReportAgentState.agent_id.in_(needs.agents) & ReportAgentState.ended_at.is_(None),
            ReportAgentState.state_id.in_(needs.records),
        )
        for state in await _rows(session, StateRow, wanted):
            shelf.states[state.state_id] = state
            if state.contact_id is not None:
                ids.add(state.contact_id)
    if ids:
        for contact in await _rows(session, ContactRow, ReportContact.contact_id.in_(ids)):
            shelf.contacts[contact.contact_id] = contact
        for visit in await _rows(session, VisitRow, ReportVisit.contact_id.in_(ids)):
            shelf.visits[visit.visit_id] = visit
        for offer in await _rows(session, OfferRow, ReportOffer.contact_id.in_(ids)):
            shelf.offers[offer.offer_id] = offer
        for survey in await _rows(session, SurveyRow, ReportSurvey.contact_id.in_(ids)):
            shelf.surveys[survey.contact_id, survey.survey] = survey
        for voicemail in await _rows(session, VoicemailRow, ReportVoicemail.contact_id.in_(ids)):
            shelf.voicemails[voicemail.contact_id] = voicemail
        for callback in await _rows(session, CallbackRow, ReportCallback.contact_id.in_(ids)):
            shelf.callbacks[callback.contact_id] = callback
        wrap_up = ReportAgentState.contact_id.in_(ids) & (ReportAgentState.state == AgentState.ACW.value)
        for state in await _rows(session, StateRow, wrap_up):
            shelf.states.setdefault(state.state_id, state)
    if needs.recordings:
        wanted = ReportRecording.recording_id.in_(needs.recordings)
        for recording in await _rows(session, RecordingRow, wanted):
            shelf.recordings[recording.recording_id] = recording
    return shelf


async def save_rows(session: AsyncSession, rows: Iterable[Row]) -> None:
    """Write rows whole, new or not."""
    ordered = sorted(rows, key=lambda row: type(row).__name__)
    for kind, group in groupby(ordered, key=type):
        table = _table(kind)
        keys = [column.name for column in table.primary_key.columns]
        values = [msgspec.structs.asdict(row) for row in group]
        for part in _parts(values, 500):
            statement = insert(table).values(part)
            fresh = {
                name: statement.excluded[name] for name in part[0] if name not in table.primary_key.columns
            }
            await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh))


async def forget(session: AsyncSession) -> None:
    """Drop every projected row of the scope's tenant and its cursor."""
    for kind in TABLES:
        await session.execute(delete(_table(kind)))
    await load_cursor(session, lock=True)
    await save_cursor(session, Cursor())


async def dump(session: AsyncSession, kind: type[Row]) -> list[tuple[Any, ...]]:
    """Every row of a table the scope sees, in a fixed order: for comparing two projections."""
    table = _table(kind)
    query = select(*_columns(kind)).order_by(*table.primary_key.columns)
    return [tuple(row) for row in await session.execute(query)]


async def _rows(session: AsyncSession, kind: type[R], where: ColumnElement[bool]) -> list[R]:
    found = await session.execute(select(*_columns(kind)).where(where))
    return [kind(**row) for row in found.mappings()]


def _table(kind: type[Row]) -> Table:
    table = TABLES[kind].__table__
    assert isinstance(table, Table)
    return table


def _columns(kind: type[Row]) -> list[Any]:
    columns = _table(kind).columns
    return [columns[name] for name in kind.__struct_fields__]


def _parts(values: Sequence[dict[str, Any]], size: int) -> Iterable[Sequence[dict[str, Any]]]:
    return (values[at : at + size] for at in range(0, len(values), size))
