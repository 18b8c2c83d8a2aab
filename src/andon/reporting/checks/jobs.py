"""The worker's part: runs ledger checks as they are wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from procrastinate import App
from sqlalchemy.exc import DBAPIError

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.reporting.checks import service

log = structlog.get_logger(__name__)

TOPIC = "ledger.wanted"
LOOK_SECONDS = 30.0  # what was wanted while no worker heard is found this late
UNASKED_EVERY = timedelta(hours=1)
UNASKED_DAYS = timedelta(days=7)

Tenants = Callable[[], Awaitable[list[UUID]]]


def register(jobs: App, db: Database, bus: Bus, clock: Clock, tenants: Tenants) -> None:
    """Let the last days' books be checked without anybody asking, once an hour and soon after a start."""

    @jobs.periodic(cron="*/5 * * * *")
    @jobs.task(name="reporting.check_books", queueing_lock="reporting.check_books")
    async def check_books(timestamp: int) -> None:
        for tenant_id in await tenants():
            async with db.session(Scope(tenant_id)) as session:
                wanted = await service.ask_when_due(session, clock.now(), UNASKED_EVERY, UNASKED_DAYS)
            if wanted is not None:
                bus.publish(TOPIC, {"tenant_id": str(tenant_id), "check_id": str(wanted)})


async def keep_checking(db: Database, bus: Bus, clock: Clock, home: Path, tenants: Tenants) -> None:
    """Run wanted checks, one after the other, until cancelled."""
    woken = asyncio.Event()
    unsubscribe = bus.subscribe(TOPIC, lambda _topic, _payload: woken.set())
    try:
        while True:
            woken.clear()
            try:
                known = await tenants()
                for tenant_id in known:
                    await service.perform(db, home, clock, tenant_id, alone=len(known) == 1)
            except (DBAPIError, OSError) as error:
                log.warning("ledger_check_waits", error=type(error).__name__)
            except Exception:
                # The check is marked as failed; the next one may still be asked for.
                log.exception("ledger_check_failed")
            try:
                await asyncio.wait_for(woken.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue
    finally:
        unsubscribe()
