"""Checks and applies spreadsheets, in the worker: an edge only takes the file and shows what came of it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from andon.identity.admin import CONFIG_CHANGED
from andon.identity.directory import Directory
from andon.identity.passwords import Passwords
from andon.identity.proof import Proof
from andon.identity.service import SESSION_ENDED
from andon.identity.tables import Audit, User
from andon.imports.known import load
from andon.imports.model import FAULTS_KEPT, Fault, Line, sheet_of
from andon.imports.plans import plan
from andon.imports.plans.steps import Plan
from andon.imports.tables import ImportJob
from andon.imports.writing import TABLES, By, perform
from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.sheets import Unreadable, read_rows

log = structlog.get_logger(__name__)

KEPT = timedelta(hours=1)  # a file may hold first passwords: it goes as soon as it may
DEAD_AFTER = timedelta(minutes=15)
# A request's transaction is over in two minutes; one of 50,000 rows may take longer on a small machine. A
# limit that already runs is not moved by another one: it has to be stopped first.
_LONG = (
    text("SELECT set_config('transaction_timeout', '0', true)"),
    text("SELECT set_config('transaction_timeout', '10min', true)"),
)


def file_of(home: Path, tenant_id: UUID, job_id: UUID) -> Path:
    return home / "imports" / str(tenant_id) / str(job_id)


def read_sheet(kind: str, path: Path) -> tuple[list[Line], list[Fault]]:
    """The file's lines, or what is wrong with it as a whole."""
    try:
        sheet = sheet_of(kind, read_rows(path))
    except Unreadable as error:
        return [], [Fault(row=1, column="", key=f"import.unreadable.{error.why}")]
    return sheet.lines, sheet.faults


class Importer:
    """One job at a time; `perform` is false when there is none."""

    def __init__(
        self,
        db: Database,
        bus: Bus,
        clock: Clock,
        home: Path,
        passwords: Passwords,
        directory: Directory | None = None,
    ) -> None:
        self._db, self._bus, self._clock, self._home = db, bus, clock, home
        self._passwords = passwords
        self._proof = Proof(db, passwords, directory)

    async def perform(self, tenant_id: UUID) -> bool:
        """Check or apply the file that has waited longest."""
        job = await self._take(tenant_id)
        if job is None:
            return False
        path = file_of(self._home, tenant_id, job.id)
        lines: list[Line] = []
        keep = False
        try:
            lines, faults = await asyncio.to_thread(read_sheet, job.kind, path)
            if faults:
                await self._wrong(job, len(lines), faults)
            elif job.state == "checking":
                keep = await self._check(job, lines)
            else:
                await self._apply(job, lines)
        except IntegrityError as error:
            log.warning("import_conflicts", job=str(job.id), error=str(error.orig)[:200])
            await self._wrong(job, len(lines), [Fault(row=1, column="", key="import.conflict")])
        except AndonError as error:
            await self._wrong(job, len(lines), [Fault(row=1, column="", key=f"error.{error.code}.title")])
        except Exception:
            await self._set(job, state="failed", finished_at=self._clock.now())
            raise
        finally:
            if not keep:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        return True

    async def expire(self, tenant_id: UUID) -> None:
        """Delete files that nobody applied; give up those whose worker died."""
        now = self._clock.now()
        async with self._db.session(Scope(tenant_id)) as session:
            over = list(
                await session.scalars(
                    update(ImportJob)
                    .where(ImportJob.expires_at <= now, ImportJob.state.in_(("wanted", "checked")))
                    .values(state="expired", finished_at=now)
                    .returning(ImportJob.id)
                )
            )
            over += await session.scalars(
                update(ImportJob)
                .where(ImportJob.beat_at < now - DEAD_AFTER, ImportJob.state.in_(("checking", "applying")))
                .values(state="failed", finished_at=now)
                .returning(ImportJob.id)
            )
        for id in over:
            await asyncio.to_thread(file_of(self._home, tenant_id, id).unlink, missing_ok=True)

    async def _take(self, tenant_id: UUID) -> ImportJob | None:
        async with self._db.session(Scope(tenant_id)) as session:
            job: ImportJob | None = await session.scalar(
                select(ImportJob)
                .where(ImportJob.state.in_(("wanted", "approved")))
                .order_by(ImportJob.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if job is not None:
                job.state = "checking" if job.state == "wanted" else "applying"
                job.beat_at = self._clock.now()
        return job

    async def _check(self, job: ImportJob, lines: list[Line]) -> bool:
        """Try it; true when it may be applied."""
        directory = await self._has_directory(job)
        async with self._db.session(Scope(job.tenant_id)) as session:
            known = await load(session, job.kind, job.asked_by, directory=directory)
        found = await asyncio.to_thread(plan, job.kind, known, lines)
        if found.faults:
            await self._wrong(job, len(lines), found.faults, found)
            return False
        await self._set(job, state="checked", rows=len(lines), **_counts(found))
        return True

    async def _apply(self, job: ImportJob, lines: list[Line]) -> None:
        """All of it in one transaction, from what is there by now; nothing of it when anything is wrong."""
        hashed = {
            line.row: await self._passwords.hash(line.cells["password"])
            for line in lines
            if line.cells.get("password")
        }
        ended: list[UUID] = []
        directory = await self._has_directory(job)
        async with self._db.session(Scope(job.tenant_id)) as session:
            for statement in _LONG:
                await session.execute(statement)
            known = await load(session, job.kind, job.asked_by, directory=directory)
            found = await asyncio.to_thread(plan, job.kind, known, lines)
            if not found.faults:
                user = await session.get_one(User, job.asked_by)
                by = By(user.id, user.name, self._clock.now())
                await self._set(job, rows=len(lines), **_counts(found))
                ended = await perform(
                    session, job.kind, known, found, by, hashed, lambda done: self._written(job, done)
                )
                counts = _counts(found)
                session.add(_entry(job, by, counts | {"rows": len(lines)}))
                await session.execute(
                    update(ImportJob)
                    .where(ImportJob.id == job.id)
                    .values(state="applied", rows=len(lines), finished_at=by.at, **counts)
                )
        if found.faults:
            await self._wrong(job, len(lines), found.faults, found)
            return
        for session_id in ended:
            self._bus.publish(SESSION_ENDED, {"session_id": str(session_id)})
        self._bus.publish(CONFIG_CHANGED, {"tenant_id": str(job.tenant_id)})

    async def _has_directory(self, job: ImportJob) -> bool:
        return await self._proof.directory_of(job.tenant_id) is not None

    async def _written(self, job: ImportJob, done: int) -> None:
        """How far it is, for whoever waits; beside the transaction that nobody sees before its end."""
        await self._set(job, done=done, beat_at=self._clock.now())

    async def _wrong(self, job: ImportJob, rows: int, faults: list[Fault], found: Plan | None = None) -> None:
        await self._set(
            job,
            state="wrong",
            rows=rows,
            done=0,
            faults_count=len(faults),
            faults=msgspec.to_builtins(faults[:FAULTS_KEPT]),
            finished_at=self._clock.now(),
            **(_counts(found) if found is not None else {}),
        )

    async def _set(self, job: ImportJob, **values: Any) -> None:
        async with self._db.session(Scope(job.tenant_id)) as session:
            await session.execute(update(ImportJob).where(ImportJob.id == job.id).values(**values))


def _counts(found: Plan) -> dict[str, int]:
    return {"made": found.made, "changed": len(found.steps) - found.made, "same": found.same}


def _entry(job: ImportJob, by: By, counts: dict[str, int]) -> Audit:
    return Audit(
        at=by.at,
        user_id=by.user_id,
        user_name=by.name,
        action="import",
        object_kind=TABLES[job.kind][1],
        object_id=job.id,
        object_name=job.file_name,
        before=None,
        after=dict(counts),
        address="",
    )
