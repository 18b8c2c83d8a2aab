"""The worker's part: spreadsheets checked and applied one after the other, old ones deleted."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from andon.identity.directory import Directory
from andon.identity.passwords import Passwords
from andon.imports import service
from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database
from andon.kit.settings import LdapSettings
from andon.kit.turns import keep_turns

TOPIC = "import.wanted"


async def keep_importing(
    db: Database,
    bus: Bus,
    clock: Clock,
    home: Path,
    ldap: LdapSettings | None,
    tenants: Callable[[], Awaitable[list[UUID]]],
) -> None:
    """Run until cancelled."""
    worker = service.Importer(db, bus, clock, home, Passwords(), Directory(ldap) if ldap else None)

    async def turn(tenant_id: UUID) -> bool:
        await worker.expire(tenant_id)
        return await worker.perform(tenant_id)

    await keep_turns(bus, TOPIC, tenants, turn)
