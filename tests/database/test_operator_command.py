"""`andon operator add` on an installation of its own, as whoever runs it would."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from andon.identity.passwords import Passwords
from andon.identity.service import Sessions, policy_of
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, database_urls
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


async def test_the_first_operator_is_made_once_and_its_administrator_logs_in(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", http_port=0, sip_port=0)
    made = command(settings, "operator", "add", "north", "--name", "北方呼叫", "--login", "chief")
    assert made.returncode == 0, made.stderr
    password = re.search(r"密码 (\S+)（", made.stdout)
    assert password is not None and "北方呼叫" in made.stdout

    again = command(settings, "operator", "add", "north")
    assert again.returncode == 1 and "north" in again.stderr

    server = EmbeddedServer(settings)
    assert server.pid() is None  # the command leaves nothing running
    server.start()
    db = Database(database_urls(settings)[1], "andon tests", pool_size=2)
    try:
        sessions = Sessions(db, SystemClock(), MemoryBus(), policy_of(settings), Passwords(), Seal("test"))
        logged_in = await sessions.log_in("chief", password.group(1), "127.0.0.1", "test")
        assert logged_in.actor.tenant_name == "北方呼叫" and logged_in.actor.roles == ("administrator",)
        with pytest.raises(AndonError, match=r"login\.refused"):
            await sessions.log_in("chief", "wrong", "127.0.0.1", "test")
    finally:
        await db.close()
        server.stop()
