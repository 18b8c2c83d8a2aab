"""Ledger checks on request: one at a time per tenant, run by the worker, the newest results kept."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.ids import uuid7
from andon.reporting.checks.tables import LedgerCheck
from andon.reporting.ledger.model import LedgerReport
from andon.reporting.ledger.record import CALLERS, engine_record
from andon.reporting.ledger.service import run

log = structlog.get_logger(__name__)

LIMIT_SECONDS = 600.0
FINDINGS_KEPT = 500
CHECKS_KEPT = 50


async def ask_when_due(
    session: AsyncSession, now: datetime, every: timedelta, days: timedelta
) -> UUID | None:
    """Want a check of the last `days` unless one runs or ended less than `every` ago; its id if wanted."""
    running, last = await newest(session)
    if last is not None and last.created_at > now - every:
        return None
    if running is not None and running.created_at > now - every:
        return None
    return await ask(session, None, now, now - days, None)


async def ask(
    session: AsyncSession,
    asked_by: UUID | None,
    now: datetime,
    since: datetime | None,
    until: datetime | None,
) -> UUID:
    """Note that a check is wanted; `asked_by` None: the system itself. Raises `AndonError("ledger.running")`
    while one is not over.

    One that was begun longer ago than it may take died with its worker and is written off.
    """
    dead = LedgerCheck.created_at < now - timedelta(seconds=2 * LIMIT_SECONDS)
    await session.execute(
        update(LedgerCheck)
        .where(LedgerCheck.finished_at.is_(None), dead)
        .values(state="failed", finished_at=now)
    )
    made: UUID | None = await session.scalar(
        insert(LedgerCheck)
        .values(id=uuid7(), asked_by=asked_by, state="wanted", since=since, until=until, created_at=now)
        .on_conflict_do_nothing()
        .returning(LedgerCheck.id)
    )
    if made is None:
        raise AndonError("ledger.running", 409)
    return made


async def newest(session: AsyncSession) -> tuple[LedgerCheck | None, LedgerCheck | None]:
    """The check that is wanted or runs, and the newest that is over."""
    ordered = select(LedgerCheck).order_by(LedgerCheck.created_at.desc(), LedgerCheck.id.desc()).limit(1)
    running = await session.scalar(ordered.where(LedgerCheck.finished_at.is_(None)))
    last = await session.scalar(ordered.where(LedgerCheck.finished_at.is_not(None)))
    return running, last


async def perform(db: Database, home: Path, clock: Clock, tenant_id: UUID, *, alone: bool = False) -> bool:
    """Run the check that is wanted, if any, and keep what it found; false when none is.

    `alone`: the installation has no other tenant, so every caller's channel must be a contact of this one.
    """
    scope = Scope(tenant_id)
    async with db.session(scope) as session:
        # Taken by one worker: another that asks at the same time waits here and then finds none wanted.
        taken = await session.execute(
            update(LedgerCheck)
            .where(LedgerCheck.state == "wanted")
            .values(state="running")
            .returning(LedgerCheck.id, LedgerCheck.since, LedgerCheck.until)
        )
        check = taken.one_or_none()
    if check is None:
        return False
    check_id, since, until = check
    try:
        report = await asyncio.wait_for(_check(db, home, scope, since, until, alone), LIMIT_SECONDS)
    except Exception as error:
        await _finish(db, scope, check_id, clock.now(), "failed", None)
        if not isinstance(error, TimeoutError):
            raise
        log.warning("ledger_check_too_long", tenant=str(tenant_id))
        return True
    await _finish(db, scope, check_id, clock.now(), "done", report)
    return True


async def _check(
    db: Database, home: Path, scope: Scope, since: datetime | None, until: datetime | None, alone: bool
) -> LedgerReport:
    return await run(
        db,
        scope,
        witness=partial(engine_record, home),
        caller_prefixes=CALLERS if alone else (),
        since=since,
        until=until,
        recordings=home / "recordings",
    )


async def _finish(
    db: Database, scope: Scope, check_id: UUID, now: datetime, state: str, report: LedgerReport | None
) -> None:
    async with db.session(scope) as session:
        await session.execute(
            update(LedgerCheck)
            .where(LedgerCheck.id == check_id)
            .values(state=state, finished_at=now, report=_packed(report) if report else None)
        )
        kept = select(LedgerCheck.id).order_by(LedgerCheck.created_at.desc()).limit(CHECKS_KEPT)
        await session.execute(delete(LedgerCheck).where(LedgerCheck.id.not_in(kept)))


def _packed(report: LedgerReport) -> dict[str, Any]:
    """As JSON; of many findings the first, with their number told whole."""
    said: dict[str, Any] = msgspec.to_builtins(report)
    said["unexplained"] = report.unexplained
    said["findings"] = said["findings"][:FINDINGS_KEPT]
    return said
