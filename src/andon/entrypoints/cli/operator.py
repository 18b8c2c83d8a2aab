"""`andon operator add`: the first operator of an installation, or one more, with its administrator."""

import asyncio
import secrets
from collections.abc import Callable

from andon.entrypoints import texts  # noqa: F401  (registers what is said here)
from andon.identity.passwords import Passwords
from andon.identity.service import create_operator
from andon.kit import i18n
from andon.kit.bus import open_bus
from andon.kit.database import database_urls
from andon.kit.database.migrations import migrate
from andon.kit.database.server import EmbeddedServer
from andon.kit.settings import Settings

PASSWORD_BYTES = 9


def add(settings: Settings, say: Callable[[str], None], *, code: str, name: str, login: str) -> None:
    """Make it, running installation or not; says the administrator's password once, which is kept nowhere.

    Raises `AndonError`: `operator.exists`, or what keeps the database from starting.
    """
    server = EmbeddedServer(settings)
    ours = not settings.database_url and server.pid() is None
    if ours:
        server.start()
    try:
        migrate(settings)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        asyncio.run(_make(settings, code=code, name=name, login=login, password=password))
    finally:
        if ours:
            server.stop()
    say(i18n.text("operator.made", settings.locale, name=name, login=login, password=password))


async def _make(settings: Settings, *, code: str, name: str, login: str, password: str) -> None:
    owner_url, app_url = database_urls(settings)
    tenant_id = await create_operator(
        owner_url, Passwords(), code=code, name=name, login=login, password=password, user_name=login
    )
    bus = open_bus(settings, app_url)
    await bus.start()
    try:
        bus.publish("config.changed", {"tenant_id": str(tenant_id)})  # a running core takes it into service
    finally:
        await bus.stop()
