"""`andon operator`: the first operator of an installation, or one more, with its administrator; and the way
back in for whoever lost a second factor and has nobody to ask."""

import asyncio
import getpass
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from andon.entrypoints import texts  # noqa: F401  (registers what is said here)
from andon.identity.passwords import Passwords
from andon.identity.service import SESSION_ENDED, create_operator
from andon.identity.service import reset_factor as forget_factor
from andon.kit import i18n
from andon.kit.bus import open_bus
from andon.kit.clock import SystemClock
from andon.kit.database import database_urls
from andon.kit.database.migrations import migrate
from andon.kit.database.server import EmbeddedServer
from andon.kit.settings import Settings

PASSWORD_BYTES = 9


def add(settings: Settings, say: Callable[[str], None], *, code: str, name: str, login: str) -> None:
    """Make it, running installation or not; says the administrator's password once, which is kept nowhere.

    Raises `AndonError`: `operator.exists`, or what keeps the database from starting.
    """
    with _database(settings):
        migrate(settings)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        asyncio.run(_make(settings, code=code, name=name, login=login, password=password))
    say(i18n.text("operator.made", settings.locale, name=name, login=login, password=password))


def reset_factor(settings: Settings, say: Callable[[str], None], *, operator: str, login: str) -> None:
    """Forget somebody's second factor and passkeys, running installation or not; in the audit log it was
    `system`, from the account of whoever runs this.

    Raises `AndonError`: `operator.unknown`, `user.unknown`, `second_factor.none`, or what keeps the database
    from starting.
    """
    with _database(settings):
        asyncio.run(_forget(settings, operator=operator, login=login))
    say(i18n.text("operator.factor_reset", settings.locale, login=login))


@contextmanager
def _database(settings: Settings) -> Iterator[None]:
    """The installation's database, started for as long as it is needed unless it runs already."""
    server = EmbeddedServer(settings)
    ours = not settings.database_url and server.pid() is None
    if ours:
        server.start()
    try:
        yield
    finally:
        if ours:
            server.stop()


async def _forget(settings: Settings, *, operator: str, login: str) -> None:
    owner_url, app_url = database_urls(settings)
    ended = await forget_factor(
        owner_url, SystemClock(), operator=operator, login=login, account=getpass.getuser()
    )
    bus = open_bus(settings, app_url)
    await bus.start()
    try:
        for session_id in ended:
            bus.publish(SESSION_ENDED, {"session_id": str(session_id)})
    finally:
        await bus.stop()


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
