"""The worker's part: runs ledger checks as they are wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database
from andon.reporting.checks import service

log = structlog.get_logger(__name__)

TOPIC = "ledger.wanted"
LOOK_SECONDS = 30.0  # what was wanted while no worker heard is found this late


async def keep_checking(
    db: Database, bus: Bus, clock: Clock, home: Path, tenants: Callable[[], Awaitable[list[UUID]]]
) -> None:
    """Run wanted checks, one after the other, until cancelled."""
    woken = asyncio.Event()
    unsubscribe = bus.subscribe(TOPIC, lambda _topic, _payload: woken.set())
    try:
        while True:
            woken.clear()
            try:
                for tenant_id in await tenants():
                    await service.perform(db, home, clock, tenant_id)
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
