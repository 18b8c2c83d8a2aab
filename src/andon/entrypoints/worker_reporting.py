"""The worker's part of reporting: projections kept up, ledger checks run when wanted."""

import asyncio
from functools import partial

from andon.identity.repository import tenant_ids
from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database
from andon.kit.settings import Settings
from andon.reporting.checks.jobs import keep_checking
from andon.reporting.projector import keep_projecting


async def keep_reporting(settings: Settings, db: Database, bus: Bus, clock: Clock) -> None:
    """Run until cancelled."""
    tenants = partial(tenant_ids, db)
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_projecting(db, bus, clock, tenants))
        group.create_task(keep_checking(db, bus, clock, settings.home, tenants))
