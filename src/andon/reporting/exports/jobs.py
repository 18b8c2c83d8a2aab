"""The worker's part: exports made one after the other, old ones deleted."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database
from andon.kit.turns import keep_turns
from andon.reporting.exports import service

TOPIC = "export.wanted"


async def keep_exporting(
    db: Database, bus: Bus, clock: Clock, home: Path, tenants: Callable[[], Awaitable[list[UUID]]]
) -> None:
    """Run until cancelled."""

    async def turn(tenant_id: UUID) -> bool:
        await service.expire(db, home, clock, tenant_id)
        return await service.perform(db, home, clock, tenant_id)

    await keep_turns(bus, TOPIC, tenants, turn)
