"""Keeping something up to the journal: one task per tenant, in the worker.

A batch of facts, what it changes and the cursor behind it are one transaction, so that whoever dies anywhere
goes on exactly where it was; of two keepers of one tenant the slower finds the locked cursor moved.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from typing import ClassVar
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from andon.kit.bus.model import Bus
from andon.kit.clock import Clock
from andon.kit.database.session import Database, Scope
from andon.kit.journal.reader import Cursor, Entry, JournalReader

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0
TENANTS_SECONDS = 5.0


class Keeper(ABC):
    """One tenant's. `gather_seconds`: under load facts gather this long, so that a busy centre costs a few
    transactions a second, not hundreds."""

    name: ClassVar[str]
    kinds: ClassVar[Collection[str]]
    batch: ClassVar[int]
    gather_seconds: ClassVar[float]

    def __init__(self, db: Database, bus: Bus, clock: Clock, tenant_id: UUID) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._tenant_id = tenant_id
        self._scope = Scope(tenant_id)
        self._reader = JournalReader(db, self._scope)

    @abstractmethod
    async def _cursor(self) -> Cursor:
        """How far it is kept up."""

    @abstractmethod
    async def _apply(self, cursor: Cursor, entries: list[Entry]) -> Cursor:
        """One transaction. Returns the cursor now kept, another's if that moved it."""

    async def run(self) -> None:
        """Keep for ever. A database that is away is waited for."""
        while True:
            try:
                await self._follow()
            except (DBAPIError, OSError) as error:
                log.warning(f"{self.name}_waits", tenant=str(self._tenant_id), error=type(error).__name__)
                await self._clock.sleep(RETRY_SECONDS)

    async def catch_up(self) -> int:
        """Apply everything that can be read now; returns how many facts."""
        done = 0
        cursor = await self._cursor()
        while entries := await self._reader.read(cursor, self.batch, self.kinds):
            cursor = await self._apply(cursor, entries)
            done += len(entries)
        return done

    async def _follow(self) -> None:
        cursor = await self._cursor()
        batches = self._reader.follow(self._bus, cursor, self.batch, self.kinds)
        assert isinstance(batches, AsyncGenerator)  # so that leaving it unsubscribes at once
        async with contextlib.aclosing(batches):
            async for entries in batches:
                reached = await self._apply(cursor, entries)
                if reached != entries[-1].cursor:
                    return  # somebody else moved the cursor: begin again from there
                cursor = reached
                await self._clock.sleep(self.gather_seconds)


async def keep_each(
    kind: type[Keeper],
    db: Database,
    bus: Bus,
    clock: Clock,
    tenants: Callable[[], Awaitable[list[UUID]]],
) -> None:
    """Run a keeper for every tenant there is, and for those that come, until cancelled."""
    running: dict[UUID, asyncio.Task[None]] = {}
    try:
        while True:
            try:
                for tenant_id in await tenants():
                    if tenant_id not in running or running[tenant_id].done():
                        running[tenant_id] = asyncio.create_task(kind(db, bus, clock, tenant_id).run())
            except (DBAPIError, OSError) as error:
                log.warning(f"{kind.name}_waits", error=type(error).__name__)
            for tenant_id, task in list(running.items()):
                failure = task.exception() if task.done() else None
                if failure is not None:
                    log.error(f"{kind.name}_failed", tenant=str(tenant_id), exc_info=failure)
            await clock.sleep(TENANTS_SECONDS)
    finally:
        for task in running.values():
            task.cancel()
        await asyncio.gather(*running.values(), return_exceptions=True)
