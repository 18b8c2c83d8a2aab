"""Exports: asked for and decided about in requests; made, and deleted when old, in the worker."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.repository import zones
from andon.identity import audit
from andon.identity import repository as people
from andon.identity.model import Actor, Permission, permissions
from andon.identity.tables import Audit, User
from andon.kit import i18n
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError, not_found
from andon.kit.i18n import Locale
from andon.kit.sheets import SheetWriter, open_sheet
from andon.reporting.exports.model import OPEN, Rule, cells, head
from andon.reporting.exports.tables import ExportJob, ExportRule
from andon.reporting.history import search
from andon.reporting.history.query import SearchBody
from andon.reporting.history.search import Filters
from andon.reporting.history.service import contact_items

log = structlog.get_logger(__name__)

MOST_OPEN = 3  # of one person
PAGE = 500
DEAD_AFTER = timedelta(minutes=2)  # a worker that has said nothing for so long is gone
ATTEMPTS = 3


async def rule_of(session: AsyncSession, *, lock: bool = False) -> Rule:
    """`lock`: nobody else changes it until the commit."""
    wanted = select(ExportRule)
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        return Rule()
    return Rule(
        rows_over=row.rows_over,
        whole_numbers=row.whole_numbers,
        most_rows=row.most_rows,
        keep_hours=row.keep_hours,
    )


def file_of(home: Path, tenant_id: UUID, job_id: UUID, form: str) -> Path:
    return home / "exports" / str(tenant_id) / f"{job_id}.{form}"


async def ask(
    session: AsyncSession, actor: Actor, now: datetime, filters: Filters, body: SearchBody, **kept: object
) -> ExportJob:
    """Note that an export is wanted. Raises `export.too_many`, `export.empty`, `export.too_long`.

    The session has the asker's own scope: rows are counted from behind the asker's walls.
    """
    open_now = select(func.count()).where(ExportJob.asked_by == actor.user_id, ExportJob.state.in_(OPEN))
    if (await session.scalar(open_now) or 0) >= MOST_OPEN:
        raise AndonError("export.too_many", 409, n=MOST_OPEN)
    rule = await rule_of(session)
    rows = await search.count(session, filters, rule.most_rows)
    if rows == 0:
        raise AndonError("export.empty", 422)
    if rows > rule.most_rows:
        raise AndonError("export.too_long", 422, n=rule.most_rows)
    waits = rule.needs_approval(rows, bool(kept["whole_numbers"]))
    job = ExportJob(
        client_id=actor.client_id,
        asked_by=actor.user_id,
        search=body.model_dump(mode="json", exclude_none=True),
        since=filters.since,
        until=filters.until,
        locale=actor.locale,
        rows_expected=rows,
        state="waiting" if waits else "wanted",
        created_at=now,
        expires_at=now + timedelta(hours=rule.keep_hours),
        **kept,
    )
    session.add(job)
    await session.flush()
    return job


async def decide(
    session: AsyncSession, actor: Actor, now: datetime, job_id: UUID, approve: bool, note: str
) -> ExportJob:
    """Approve or refuse somebody else's. Raises `export.own`, `export.decided`, or "not found"."""
    job = await session.get(ExportJob, job_id, with_for_update=True)
    if job is None:
        raise not_found("export_job")
    if job.asked_by == actor.user_id:
        raise AndonError("export.own", 403)
    if job.state != "waiting":
        raise AndonError("export.decided", 409)
    rule = await rule_of(session)
    job.state = "wanted" if approve else "refused"
    job.decided_by, job.decided_at, job.decision = actor.user_id, now, note
    if approve:
        job.expires_at = now + timedelta(hours=rule.keep_hours)
    else:
        job.finished_at = now
    record(session, actor, now, "approve" if approve else "refuse", job)
    await session.flush()
    return job


def record(session: AsyncSession, actor: Actor, now: datetime, action: str, job: ExportJob) -> None:
    """In the audit log: who did what with how many rows of which search."""
    audit.record(session, actor, now, action, "export", object_id=job.id, after=_told(job))


def _told(job: ExportJob) -> dict[str, object]:
    told = {
        "rows": job.rows_done if job.state == "done" else job.rows_expected,
        "format": job.format,
        "whole_numbers": job.whole_numbers,
        "columns": job.columns,
        "search": job.search,
        "since": job.since.isoformat(),
        "until": job.until.isoformat(),
        "sha256": job.sha256,
        "decision": job.decision,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


# --- the worker --------------------------------------------------------------------------------------------


async def perform(db: Database, home: Path, clock: Clock, tenant_id: UUID) -> bool:
    """Make the export that has waited longest, if one does; false when none does."""
    job = await _take(db, clock, tenant_id)
    if job is None:
        return False
    path = file_of(home, tenant_id, job.id, job.format)
    try:
        filters, zone = await _allowed(db, job)
        path.parent.mkdir(parents=True, exist_ok=True)
        finished = await _make(db, clock, job, path, filters, zone)
    except AndonError as error:
        log.warning("export_refused", job=str(job.id), error=error.code)
        finished = False
        await _set(db, clock, job, state="failed", finished_at=clock.now())
    except Exception:
        finished = False
        if job.attempts >= ATTEMPTS:
            await _set(db, clock, job, state="failed", finished_at=clock.now())
        raise
    finally:
        # Also of an export that was cancelled, or failed half-way.
        if not finished:
            await asyncio.to_thread(path.unlink, missing_ok=True)
    return True


async def expire(db: Database, home: Path, clock: Clock, tenant_id: UUID) -> None:
    """Delete files that were kept long enough, and stop waiting for approval that never came."""
    async with db.session(Scope(tenant_id)) as session:
        over = await session.execute(
            update(ExportJob)
            .where(ExportJob.expires_at <= clock.now(), ExportJob.state.in_(("waiting", "done")))
            .values(state="expired")
            .returning(ExportJob.id, ExportJob.format)
        )
        gone = [file_of(home, tenant_id, row.id, row.format) for row in over]
    for path in gone:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _take(db: Database, clock: Clock, tenant_id: UUID) -> ExportJob | None:
    """The next one, marked as running; one whose worker died is taken again, so many times."""
    now = clock.now()
    dead = and_(
        ExportJob.state == "running",
        ExportJob.beat_at < now - DEAD_AFTER,
        ExportJob.attempts < ATTEMPTS,
    )
    async with db.session(Scope(tenant_id)) as session:
        await session.execute(
            update(ExportJob)
            .where(
                ExportJob.state == "running",
                ExportJob.beat_at < now - DEAD_AFTER,
                ExportJob.attempts >= ATTEMPTS,
            )
            .values(state="failed", finished_at=now)
        )
        job: ExportJob | None = await session.scalar(
            select(ExportJob)
            .where(or_(ExportJob.state == "wanted", dead))
            .order_by(ExportJob.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if job is not None:
            job.state, job.beat_at, job.rows_done = "running", now, 0
            job.attempts += 1
    return job


async def _allowed(db: Database, job: ExportJob) -> tuple[Filters, str]:
    """The search as its asker may make it now, and the time zone. Raises `forbidden`."""
    async with db.session(Scope(job.tenant_id)) as session:
        user = await session.get(User, job.asked_by)
        zone, _ = await zones(session)
        allows = await people.allows(session)
    may = permissions(user.roles, allows) if user is not None and user.active else frozenset()
    needed = {Permission.EXPORT, Permission.CONTACTS} | (
        {Permission.NUMBERS} if job.whole_numbers else frozenset()
    )
    if user is None or not needed <= may or user.client_id != job.client_id:
        raise AndonError("forbidden", 403)
    wanted = SearchBody.model_validate(job.search)
    return wanted.filters(since=job.since, until=job.until, masked=job.client_id is not None), zone


async def _make(db: Database, clock: Clock, job: ExportJob, path: Path, filters: Filters, zone: str) -> bool:
    """Write the file page by page; false when it was cancelled meanwhile."""
    locale = cast(Locale, job.locale)
    title = i18n.text("export.sheet", locale)
    writer: SheetWriter = await asyncio.to_thread(
        open_sheet, path, job.format, head(job.columns, locale), title
    )
    scope, cursor, done = Scope(job.tenant_id, job.client_id, job.asked_by), None, 0
    shown = msgspec.structs.replace(filters, masked=not job.whole_numbers)
    try:
        while True:
            async with db.session(scope) as session:
                found = await search.find(session, filters, cursor, PAGE)
                items = await contact_items(session, found.rows, locale, shown)
            rows = [cells(item, job.columns, locale, zone) for item in items]
            await asyncio.to_thread(writer.write, rows)
            done, cursor = done + len(rows), found.next
            if not await _set(db, clock, job, rows_done=done):
                return False
            if cursor is None:
                break
    finally:
        await asyncio.to_thread(writer.close)
    size, digest = await asyncio.to_thread(_digest, path)
    return await _finish(db, clock, job, size, digest)


async def _set(db: Database, clock: Clock, job: ExportJob, **values: object) -> bool:
    """Write down how far it is; false when it is no longer this worker's."""
    async with db.session(Scope(job.tenant_id)) as session:
        kept = await session.scalar(
            update(ExportJob)
            .where(ExportJob.id == job.id, ExportJob.state == "running", ExportJob.attempts == job.attempts)
            .values(beat_at=clock.now(), **values)
            .returning(ExportJob.id)
        )
    return kept is not None


async def _finish(db: Database, clock: Clock, job: ExportJob, size: int, digest: str) -> bool:
    now = clock.now()
    async with db.session(Scope(job.tenant_id)) as session:
        row = await session.get_one(ExportJob, job.id, with_for_update=True)
        if row.state != "running" or row.attempts != job.attempts:
            return False
        rule = await rule_of(session)
        row.state, row.finished_at, row.size, row.sha256 = "done", now, size, digest
        row.expires_at = now + timedelta(hours=rule.keep_hours)
        session.add(
            Audit(
                at=now,
                user_id=None,
                user_name="",
                action="made",
                object_kind="export",
                object_id=row.id,
                object_name="",
                before=None,
                after=_told(row),
                address="",
            )
        )
    return True


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
