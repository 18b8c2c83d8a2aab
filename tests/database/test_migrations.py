"""Migrations from nothing: what they make is what the models say, and they never wait long for a lock."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from andon.entrypoints import edge  # noqa: F401  (imports every room's tables)
from andon.kit.clock import SystemClock
from andon.kit.database import Base, database_urls, migrations
from andon.kit.database.server import SUPERUSER
from andon.kit.database.urls import OWNER_ROLE
from andon.kit.ids import uuid7
from andon.kit.settings import Settings

pytestmark = pytest.mark.database

# Made in SQL alone: nobody maps them.
UNMAPPED = ("journal", "live_state", "login_attempt", "login_challenge", "procrastinate_", "alembic_version")


@pytest.fixture
def empty(installation: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an installation whose database is there and has nothing in it."""
    owner_url, app_url = map(make_url, database_urls(installation))
    name = f"empty_{uuid7().hex[-12:]}"
    root = owner_url.set(username=SUPERUSER, database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(root, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER {OWNER_ROLE}")
    settings = Settings(home=tmp_path, http_port=0, sip_port=0)
    urls = {
        "owner_url": owner_url.set(database=name).render_as_string(hide_password=False),
        "app_url": app_url.set(database=name).render_as_string(hide_password=False),
    }
    settings.folder("run").joinpath("database.json").write_text(json.dumps(urls))
    yield settings
    with psycopg.connect(root, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def heads(settings: Settings) -> list[str]:
    with psycopg.connect(database_urls(settings)[0]) as connection:
        return [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]


async def test_from_nothing_by_two_processes_at_once_and_again(empty: Settings) -> None:
    program = "from andon.kit.database import migrations; from andon.kit.settings import Settings;"
    program += "migrations.migrate(Settings())"
    environment = os.environ | empty.environment()
    both = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, env=environment) for _ in range(2)
    ]
    assert [await process.wait() for process in both] == [0, 0]
    newest = max(path.stem[:4] for path in Path(migrations.__file__).parent.glob("versions/0*.py"))
    assert heads(empty) == [newest]
    migrations.migrate(empty)
    assert heads(empty) == [newest]


async def test_waiting_for_another_migrator_has_no_end(
    empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the other takes, its work is what we wait for."""
    monkeypatch.setitem(migrations._TIMEOUTS, "lock_timeout", "100ms")
    with psycopg.connect(database_urls(empty)[0], autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(x'616E646F6E'::bigint)")
        waiting = asyncio.create_task(asyncio.to_thread(migrations.migrate, empty))
        waits = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(30):
            while other.execute(waits).fetchone() is None and not waiting.done():
                await SystemClock().sleep(0.01)
        assert not (await asyncio.wait({waiting}, timeout=0.5))[0]
        other.execute("SELECT pg_advisory_unlock(x'616E646F6E'::bigint)")
        await waiting
    assert heads(empty) != []


async def test_the_models_say_what_the_migrations_made(empty: Settings) -> None:
    """A column added to one side only fails here: write the migration."""
    migrations.migrate(empty)

    def mapped(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return not (kind == "table" and str(name).startswith(UNMAPPED))

    engine = create_engine(make_url(database_urls(empty)[0]).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": mapped, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


async def test_a_migration_that_does_not_get_its_lock_gives_up(
    empty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than queue every call's facts behind it."""
    migrations.migrate(empty)
    assert migrations._TIMEOUTS["lock_timeout"] == "5s"
    monkeypatch.setitem(migrations._TIMEOUTS, "lock_timeout", "200ms")
    with psycopg.connect(database_urls(empty)[0]) as busy:
        busy.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="lock timeout"):
            await asyncio.to_thread(migrations.migrate, empty)
    migrations.migrate(empty)


async def test_there_is_no_way_back_over_an_append_only_journal(empty: Settings) -> None:
    migrations.migrate(empty)
    before = heads(empty)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = create_engine(make_url(database_urls(empty)[0]).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection, pytest.raises(NotImplementedError, match="go forward"):
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    engine.dispose()
    assert heads(empty) == before
