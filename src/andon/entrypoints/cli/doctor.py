"""`andon doctor`: what this machine lacks for calls, and what to do about it."""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from andon.entrypoints import ports, texts  # noqa: F401  (texts registers what is said here)
from andon.entrypoints.cli.directory import one_by_one
from andon.identity.directory import Directory
from andon.kit import i18n
from andon.kit.database import database_urls
from andon.kit.database.server import EmbeddedServer
from andon.kit.errors import AndonError
from andon.kit.settings import LdapSettings, Settings
from andon.telephony import doctor

CONNECT_SECONDS = 5


async def examine(settings: Settings, say: Callable[[str], None]) -> int:
    """Print every finding with its remedy; returns the exit status, 1 when anything is wrong."""
    locale = settings.locale
    bad = 0

    def tell(ok: bool, what: str, remedy: str) -> None:
        nonlocal bad
        bad += not ok
        say(f"  {'✓' if ok else '✗'} {what}")
        if not ok:
            say(f"    → {remedy}")

    running = _running(settings)
    say(i18n.text("doctor.running" if running else "doctor.stopped", locale, home=str(settings.home)))
    if not running:
        tell(*_web_port(settings))
    if settings.tls:
        tell(*_certificate(settings))
    tell(*await asyncio.to_thread(_database, settings))
    if settings.ldap is not None:
        for each in one_by_one(settings.ldap):
            tell(*await _directory(each, locale))
    for finding in await doctor.examine(settings):
        tell(finding.ok, finding.what(locale), finding.remedy(locale))
    say(i18n.text("doctor.bad" if bad else "doctor.good", locale, count=bad))
    return 1 if bad else 0


def _running(settings: Settings) -> bool:
    try:
        claim = ports.claim_home(settings)
    except AndonError:
        return True
    with closing(claim):
        return False


def _web_port(settings: Settings) -> tuple[bool, str, str]:
    locale = settings.locale
    try:
        ports.check_ports(settings)
    except AndonError as error:
        said = error.said(locale)["error"]
        return False, said["title"], said["remedy"]
    return True, i18n.text("doctor.web.ok", locale, port=settings.ports().http), ""


def _certificate(settings: Settings) -> tuple[bool, str, str]:
    locale = settings.locale
    try:
        until = ports.check_certificate(settings)
    except AndonError as error:
        said = error.said(locale)["error"]
        return False, said["title"], said["remedy"]
    return True, i18n.text("doctor.tls.ok", locale, until=f"{until:%Y-%m-%d}"), ""


async def _directory(settings: LdapSettings, locale: i18n.Locale) -> tuple[bool, str, str]:
    try:
        await Directory(settings).check()
    except AndonError as error:
        said = error.said(locale)["error"]
        return False, said["title"], said["remedy"]
    return True, i18n.text("directory.ok", locale, url=settings.urls[0]), ""


def _database(settings: Settings) -> tuple[bool, str, str]:
    """The database that runs, yours by URL, or, when nothing runs, a new one in a folder thrown away."""
    locale = settings.locale
    server = EmbeddedServer(settings)
    try:
        if settings.database_url or server.pid() is not None:
            return True, i18n.text("doctor.database.ok", locale, version=_version(settings)), ""
        with tempfile.TemporaryDirectory(prefix="andon-doctor-") as folder:
            scratch = settings.model_copy(update={"home": Path(folder)})
            server = EmbeddedServer(scratch)
            server.start()
            try:
                return True, i18n.text("doctor.database.ok", locale, version=_version(scratch)), ""
            finally:
                server.stop()
    except AndonError as error:
        said = error.said(locale)["error"]
        return False, said["title"], said["remedy"]
    except psycopg.OperationalError as error:
        what = i18n.text("doctor.database.bad", locale, why=str(error).strip())
        return False, what, i18n.text("doctor.database.remedy", locale)


def _version(settings: Settings) -> str:
    owner_url, _ = database_urls(settings)
    with psycopg.connect(owner_url, connect_timeout=CONNECT_SECONDS) as connection:
        return connection.info.parameter_status("server_version") or "?"
