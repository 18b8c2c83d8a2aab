"""The worker's part: exports made one after the other, old ones deleted."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database
from andon.reporting.exports import service

log = structlog.get_logger(__name__)

TOPIC = "export.wanted"
LOOK_SECONDS = 30.0  # what was wanted while no worker heard is found this late


async def keep_exporting(
    db: Database, bus: Bus, clock: Clock, home: Path, tenants: Callable[[], Awaitable[list[UUID]]]
) -> None:
    """Run until cancelled. Tenants take turns, so that nobody's exports hold up everybody's."""
    woken = asyncio.Event()
    unsubscribe = bus.subscribe(TOPIC, lambda _topic, _payload: woken.set())
    try:
        while True:
            woken.clear()
            try:
                known = await tenants()
                for tenant_id in known:
                    await service.expire(db, home, clock, tenant_id)
                made = [await service.perform(db, home, clock, tenant_id) for tenant_id in known]
                if any(made):
                    continue
            except (DBAPIError, OSError) as error:
                log.warning("export_waits", error=type(error).__name__)
            except Exception:
                # Tried again a few times, then marked as failed; the next one may still be made.
                log.exception("export_failed")
            try:
                await asyncio.wait_for(woken.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue
    finally:
        unsubscribe()
