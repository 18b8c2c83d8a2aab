"""Keeps the reporting tables up to the journal. `rebuild` drops and replays them: the result is the same."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from prometheus_client import Counter, Gauge

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.journal.keeping import Keeper, keep_each
from andon.kit.journal.reader import Cursor, Entry
from andon.reporting import repository
from andon.reporting.model import Changes
from andon.reporting.projection import KINDS, needs, project

TELL_SECONDS = 1.0
TOPIC = "figures"  # figures.<tenant_id>
_TOLD_CONTACTS = 200

_applied = Counter("andon_projector_facts", "Facts applied to the reporting tables")
_lag = Gauge("andon_projector_lag_seconds", "Age of the newest fact when it was applied", ["tenant"])


class Projector(Keeper):
    """One tenant's projector. See `kit.journal.keeping`."""

    name: ClassVar = "projector"
    kinds: ClassVar = KINDS
    batch: ClassVar = 2000
    gather_seconds: ClassVar = 0.1

    def __init__(self, db: Database, bus: Bus, clock: Clock, tenant_id: UUID) -> None:
        super().__init__(db, bus, clock, tenant_id)
        self._news = Changes()
        self._told: asyncio.Task[None] | None = None

    async def _cursor(self) -> Cursor:
        async with self._db.session(self._scope) as session:
            return await repository.load_cursor(session)

    async def _apply(self, cursor: Cursor, entries: list[Entry]) -> Cursor:
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
    await keep_each(Projector, db, bus, clock, tenants)
