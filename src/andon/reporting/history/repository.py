"""Reads of one contact: its facts, rows, notes; and the lists of voicemails and callbacks."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.interactions.tables import WrapUp
from andon.kit.journal import Record, decode
from andon.reporting.history.search import COUNT_MOST, behind, make_cursor, own
from andon.reporting.tables import (
    ReportAgentState,
    ReportCallback,
    ReportContact,
    ReportOffer,
    ReportRecording,
    ReportVoicemail,
)
from andon.work.repository import entrusted

log = structlog.get_logger(__name__)

_ENVELOPE = ("at", "tenant_id", "client_id", "project_id", "contact_id", "agent_id")
_FACTS = text(
    "SELECT seq, id, kind, version, data, at, tenant_id, client_id, project_id, contact_id, agent_id"
    " FROM journal WHERE tenant_id = :tenant AND contact_id = :contact"
    " AND (CAST(:kinds AS text[]) IS NULL OR kind = ANY(CAST(:kinds AS text[]))) ORDER BY at, seq LIMIT :most"
)
_FACTS_MOST = 5000  # a contact has dozens; a broken flow in a loop must not fill the memory


async def facts_of(
    session: AsyncSession, tenant_id: UUID, contact_id: UUID, kinds: list[str] | None = None
) -> list[Record]:
    """The contact's facts in order of time. A kind or version this code does not know is passed over."""
    records = []
    bound = {"tenant": tenant_id, "contact": contact_id, "kinds": kinds, "most": _FACTS_MOST}
    for row in await session.execute(_FACTS, bound):
        envelope = {name: value for name in _ENVELOPE if (value := getattr(row, name)) is not None}
        try:
            fact = decode(row.kind, row.version, envelope, row.data)
        except (KeyError, msgspec.ValidationError):
            log.warning("fact_not_understood", kind=row.kind, version=row.version)
            continue
        records.append(Record(seq=row.seq, id=row.id, fact=fact))
    return records


async def contact_row(session: AsyncSession, contact_id: UUID) -> ReportContact | None:
    return await session.get(ReportContact, contact_id)


async def concerns(session: AsyncSession, contact: ReportContact, agent_id: UUID, strictly: bool) -> bool:
    """Whether the agent talked or was rung here, has work about it, or, unless `strictly`, was in a contact
    of the same person."""
    if await session.scalar(select(entrusted(contact.contact_id, agent_id))):
        return True
    same: list[ColumnElement[bool]] = [ReportContact.contact_id == contact.contact_id]
    if not strictly and contact.caller:
        same.append(
            and_(ReportContact.caller == contact.caller, ReportContact.client_id == contact.client_id)
        )
    if not strictly and contact.customer_id is not None:
        same.append(ReportContact.customer_id == contact.customer_id)
    found = select(ReportContact.contact_id).where(or_(*same), own(agent_id)).limit(1)
    return await session.scalar(found) is not None


async def offers_of(session: AsyncSession, contact_id: UUID) -> dict[UUID, ReportOffer]:
    query = select(ReportOffer).where(ReportOffer.contact_id == contact_id)
    return {offer.offer_id: offer for offer in await session.scalars(query)}


async def state_at(session: AsyncSession, agent_id: UUID, at: datetime) -> str | None:
    """The agent's state just before an instant; None when nothing is known of the agent by then."""
    query = (
        select(ReportAgentState.state)
        .where(ReportAgentState.agent_id == agent_id, ReportAgentState.started_at < at)
        .order_by(ReportAgentState.started_at.desc(), ReportAgentState.seq.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def recording_of(session: AsyncSession, contact_id: UUID) -> ReportRecording | None:
    """The contact's recording; should it have several, the first one stored."""
    query = (
        select(ReportRecording)
        .where(ReportRecording.contact_id == contact_id)
        .order_by(ReportRecording.path.is_(None), ReportRecording.started_at)
        .limit(1)
    )
    found: ReportRecording | None = await session.scalar(query)
    return found


async def stored_recordings(session: AsyncSession, contact_ids: list[UUID]) -> set[UUID]:
    """Which of the contacts have a recording that can be played."""
    query = select(ReportRecording.contact_id).where(
        ReportRecording.contact_id.in_(contact_ids), ReportRecording.path.is_not(None)
    )
    return {id for id in await session.scalars(query) if id is not None}


async def wrap_up_of(session: AsyncSession, contact_id: UUID) -> WrapUp | None:
    return await session.get(WrapUp, contact_id)


class Voicemails(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[tuple[ReportVoicemail, ReportContact]]
    next: str | None
    total: int | None


async def voicemails(session: AsyncSession, cursor: str | None, limit: int) -> Voicemails:
    """Messages, newest first, with their contacts."""
    where: list[Any] = []
    total = None
    if cursor is None:
        some = select(ReportVoicemail.contact_id).limit(COUNT_MOST + 1).subquery()
        counted = await session.scalar(select(func.count()).select_from(some)) or 0
        total = counted if counted <= COUNT_MOST else None
    else:
        where.append(behind(ReportVoicemail.left_at, ReportVoicemail.contact_id, cursor))
    query = (
        select(ReportVoicemail, ReportContact)
        .join(ReportContact, ReportContact.contact_id == ReportVoicemail.contact_id)
        .where(*where)
        .order_by(ReportVoicemail.left_at.desc(), ReportVoicemail.contact_id.desc())
        .limit(limit + 1)
    )
    rows = [(row[0], row[1]) for row in await session.execute(query)]
    more = len(rows) > limit
    rows = rows[:limit]
    last = make_cursor(rows[-1][0].left_at, rows[-1][0].contact_id) if more else None
    return Voicemails(rows=rows, next=last, total=total)


class Callbacks(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[tuple[ReportCallback, ReportContact]]
    next: str | None


async def callbacks(
    session: AsyncSession, cursor: str | None, limit: int, *, still_open: bool | None
) -> Callbacks:
    """Kept places, newest first, with the contacts that kept them; all, or those that are open or over."""
    where: list[Any] = []
    if still_open is not None:
        over = ReportCallback.ended_at
        where.append(over.is_(None) if still_open else over.is_not(None))
    if cursor is not None:
        where.append(behind(ReportCallback.kept_at, ReportCallback.contact_id, cursor))
    query = (
        select(ReportCallback, ReportContact)
        .join(ReportContact, ReportContact.contact_id == ReportCallback.contact_id)
        .where(*where)
        .order_by(ReportCallback.kept_at.desc(), ReportCallback.contact_id.desc())
        .limit(limit + 1)
    )
    found = [(row[0], row[1]) for row in await session.execute(query)]
    rows = found[:limit]
    last = make_cursor(rows[-1][0].kept_at, rows[-1][0].contact_id) if len(found) > limit else None
    return Callbacks(rows=rows, next=last)
