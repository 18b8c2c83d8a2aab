"""Keeps the reporting tables up to the journal. Runs in the worker, one task per tenant.

A batch of facts, the rows it changes and the cursor behind it are one transaction, so a projector that dies
anywhere goes on exactly where it was; two projectors of one tenant step on the same locked cursor and the
slower one finds it moved. `rebuild` drops the rows and replays: the result is the same.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import DBAPIError

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.journal.reader import Cursor, Entry, JournalReader
from andon.reporting import repository
from andon.reporting.model import Changes
from andon.reporting.projection import KINDS, needs, project

log = structlog.get_logger(__name__)

BATCH = 2000
# Under load facts gather this long, so that a busy centre costs ten transactions a second, not hundreds.
GATHER_SECONDS = 0.1
TELL_SECONDS = 1.0
RETRY_SECONDS = 1.0
TENANTS_SECONDS = 5.0
TOPIC = "figures"  # figures.<tenant_id>
_TOLD_CONTACTS = 200

_applied = Counter("andon_projector_facts", "Facts applied to the reporting tables")
_lag = Gauge("andon_projector_lag_seconds", "Age of the newest fact when it was applied", ["tenant"])


class Projector:
    """One tenant's projector."""

    def __init__(self, db: Database, bus: Bus, clock: Clock, tenant_id: UUID) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._tenant_id = tenant_id
        self._scope = Scope(tenant_id)
        self._reader = JournalReader(db, self._scope)
        self._news = Changes()
        self._told: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Project for ever. A database that is away is waited for."""
        while True:
            try:
                await self._follow()
            except (DBAPIError, OSError) as error:
                log.warning("projector_waits", tenant=str(self._tenant_id), error=type(error).__name__)
                await self._clock.sleep(RETRY_SECONDS)

    async def catch_up(self) -> int:
        """Apply everything that can be read now; returns how many facts."""
        done = 0
        async with self._db.session(self._scope) as session:
            cursor = await repository.load_cursor(session)
        while entries := await self._reader.read(cursor, BATCH, KINDS):
            cursor = await self._apply(cursor, entries)
            done += len(entries)
        return done

    async def _follow(self) -> None:
        async with self._db.session(self._scope) as session:
            cursor = await repository.load_cursor(session)
        batches = self._reader.follow(self._bus, cursor, BATCH, KINDS)
        assert isinstance(batches, AsyncGenerator)  # so that leaving it unsubscribes at once
        async with contextlib.aclosing(batches):
            async for entries in batches:
                reached = await self._apply(cursor, entries)
                if reached != entries[-1].cursor:
                    return  # somebody else moved the cursor: begin again from there
                cursor = reached
                await self._clock.sleep(GATHER_SECONDS)

    async def _apply(self, cursor: Cursor, entries: list[Entry]) -> Cursor:
        """One transaction: rows and cursor. Returns the cursor now kept, another's if that moved it."""
        records = [entry.record for entry in entries]
        async with self._db.session(self._scope) as session:
            kept = await repository.load_cursor(session, lock=True)
            if kept != cursor:
                return kept
            shelf = await repository.load_shelf(session, needs(records))
            changes = project(shelf, records)
            await repository.save_rows(session, changes.rows)
            await repository.save_cursor(session, entries[-1].cursor)
        _applied.inc(len(records))
        age = self._clock.now() - records[-1].fact.at
        _lag.labels(tenant=str(self._tenant_id)).set(max(0.0, age / timedelta(seconds=1)))
        self._tell(changes)
        return entries[-1].cursor

    def _tell(self, changes: Changes) -> None:
        """Gather what changed; live pages hear of it at most once a second."""
        for mine, fresh in (
            (self._news.queues, changes.queues),
            (self._news.projects, changes.projects),
            (self._news.agents, changes.agents),
            (self._news.contacts, changes.contacts),
        ):
            mine |= fresh
        if self._told is None or self._told.done():
            self._told = asyncio.create_task(self._tell_soon())

    async def _tell_soon(self) -> None:
        while self._news != Changes():
            news, self._news = self._news, Changes()
            self._bus.publish(
                f"{TOPIC}.{self._tenant_id}",
                {
                    "queues": sorted(map(str, news.queues)),
                    "projects": sorted(map(str, news.projects)),
                    "agents": sorted(map(str, news.agents)),
                    "contacts": sorted(map(str, news.contacts))[:_TOLD_CONTACTS],
                },
            )
            await self._clock.sleep(TELL_SECONDS)


async def rebuild(db: Database, bus: Bus, clock: Clock, tenant_id: UUID) -> int:
    """Drop the tenant's projected rows and replay its journal; returns the number of facts applied.

    A running projector may help; the pages' figures are partial until it is done.
    """
    async with db.session(Scope(tenant_id)) as session:
        await repository.forget(session)
    return await Projector(db, bus, clock, tenant_id).catch_up()


async def keep_projecting(
    db: Database, bus: Bus, clock: Clock, tenants: Callable[[], Awaitable[list[UUID]]]
) -> None:
    """Run a projector for every tenant there is, and for those that come, until cancelled."""
    running: dict[UUID, asyncio.Task[None]] = {}
    try:
        while True:
            try:
                for tenant_id in await tenants():
                    if tenant_id not in running or running[tenant_id].done():
                        running[tenant_id] = asyncio.create_task(Projector(db, bus, clock, tenant_id).run())
            except (DBAPIError, OSError) as error:
                log.warning("projector_waits", error=type(error).__name__)
            for tenant_id, task in list(running.items()):
                failure = task.exception() if task.done() else None
                if failure is not None:
                    log.error("projector_failed", tenant=str(tenant_id), exc_info=failure)
            await clock.sleep(TENANTS_SECONDS)
    finally:
        for task in running.values():
            task.cancel()
        await asyncio.gather(*running.values(), return_exceptions=True)
