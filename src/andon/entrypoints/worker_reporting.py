"""The worker's part of reporting: projections kept up, ledger checks and exports made when wanted."""

import asyncio
from functools import partial

from andon.identity.repository import tenant_ids
from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database
from andon.kit.jobs import open_jobs
from andon.kit.settings import Settings
from andon.reporting import texts  # noqa: F401  (registers what exports say)
from andon.reporting.checks.jobs import keep_checking, register
from andon.reporting.exports import texts as export_texts  # noqa: F401  (likewise)
from andon.reporting.exports.jobs import keep_exporting
from andon.reporting.projector import keep_projecting


async def keep_reporting(settings: Settings, db: Database, bus: Bus, clock: Clock) -> None:
    """Run until cancelled."""
    tenants = partial(tenant_ids, db)
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_projecting(db, bus, clock, tenants))
        group.create_task(keep_checking(db, bus, clock, settings.home, tenants))
        group.create_task(keep_exporting(db, bus, clock, settings.home, tenants))


async def keep_jobs(db: Database, bus: Bus, clock: Clock) -> None:
    """Run what is due by the calendar, on one worker of however many, until cancelled."""
    jobs = open_jobs(db.url)
    register(jobs, db, bus, clock, partial(tenant_ids, db))
    async with jobs.open_async():
        await jobs.run_worker_async(
            install_signal_handlers=False, delete_jobs="successful", shutdown_graceful_timeout=5
        )
