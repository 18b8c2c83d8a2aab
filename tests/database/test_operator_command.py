"""`andon operator` on an installation of its own, as whoever runs it would."""

import getpass
import os
import re
import subprocess
import sys
from base64 import b32decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import select

from andon.identity.passwords import Passwords
from andon.identity.second_factor import STEP_SECONDS
from andon.identity.service import Sessions, policy_of
from andon.identity.tables import Audit
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope, database_urls
from andon.kit.database.server import EmbeddedServer
from andon.kit.errors import AndonError
from andon.kit.seal import Seal
from andon.kit.settings import Settings

pytestmark = pytest.mark.database


def command(settings: Settings, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "andon.entrypoints.cli", *words],
        env={**os.environ, **settings.environment()},
        capture_output=True,
        text=True,
        timeout=60,
    )


def there(folder: Path) -> bool:
    return folder.is_dir()


async def test_the_first_operator_is_made_once_and_its_administrator_logs_in(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / ("home" + 70 * "-"), http_port=0, sip_port=0)
    made = command(settings, "operator", "add", "north", "--name", "北方呼叫", "--login", "chief")
    assert made.returncode == 0, made.stderr
    password = re.search(r"密码 (\S+)（", made.stdout)
    assert password is not None and "北方呼叫" in made.stdout

    again = command(settings, "operator", "add", "north")
    assert again.returncode == 1 and "north" in again.stderr

    server = EmbeddedServer(settings)
    assert server.pid() is None  # the command leaves nothing running
    server.start()
    sockets = Path(conninfo_to_dict(database_urls(settings)[0])["host"])  # a short folder, home being long
    assert there(sockets) and not sockets.is_relative_to(tmp_path)
    db = Database(database_urls(settings)[1], "andon tests", pool_size=2)
    try:
        sessions = Sessions(db, SystemClock(), MemoryBus(), policy_of(settings), Passwords(), Seal("test"))
        logged_in = await sessions.log_in("chief", password.group(1), "127.0.0.1", "test")
        assert logged_in.actor.tenant_name == "北方呼叫" and logged_in.actor.roles == ("administrator",)
        with pytest.raises(AndonError, match=r"login\.refused"):
            await sessions.log_in("chief", "wrong", "127.0.0.1", "test")

        # The only administrator's telephone is at the bottom of the river.
        told = await sessions.factors.begin(logged_in.actor)
        now = SystemClock().now().timestamp()
        secret = TOTP(b32decode(told.secret), 6, SHA1(), STEP_SECONDS)
        await sessions.factors.confirm(logged_in.actor, secret.generate(int(now)).decode())
        with pytest.raises(AndonError, match=r"login\.code_needed"):
            await sessions.log_in("chief", password.group(1), "127.0.0.1", "test")
        for words, refused in (
            (("nobody",), "nobody"),
            (("chief", "--operator", "south"), "south"),
        ):
            wrong = command(settings, "operator", "reset-factor", *words)
            assert wrong.returncode == 1 and refused in wrong.stderr
        reset = command(settings, "operator", "reset-factor", "Chief")
        assert reset.returncode == 0, reset.stderr
        assert await sessions.find(logged_in.token) is None
        await sessions.log_in("chief", password.group(1), "127.0.0.1", "test")
        async with db.session(Scope(logged_in.actor.tenant_id)) as session:
            (entry,) = await session.scalars(select(Audit).where(Audit.action == "second_factor_reset"))
        assert (entry.user_id, entry.user_name, entry.object_name) == (None, "system", "chief")
        assert entry.address == getpass.getuser()
        assert command(settings, "operator", "reset-factor", "chief").returncode == 1  # there is none now
    finally:
        await db.close()
        server.stop()
    assert not there(sockets)
