"""The marker law, who shares a worker, and the one PostgreSQL that database tests share."""

import os
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from andon.kit.database import Database, database_urls
from andon.kit.settings import Settings
from harness.database import installed

KINDS = frozenset({"unit", "database", "telephony", "browser", "survival", "walls"})
# The folders whose tests share a house, the longest first; every other file may run beside any other.
HOUSES = ("survival", "telephony", "browser")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--minutes", help="how long the night of sudden deaths lasts (test_night.py)")


def pytest_configure(config: pytest.Config) -> None:
    # Each checkout has a folder of its own: pytest closes the common one at every start, to the database of
    # another run as well.
    own = Path(tempfile.gettempdir()) / f"andon-tests-{zlib.crc32(bytes(config.rootpath)):08x}"
    own.mkdir(mode=0o711, exist_ok=True)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(own))
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as in the Makefile: tests start hundreds of processes
    if minutes := config.getoption("--minutes"):
        os.environ["ANDON_NIGHT_MINUTES"] = minutes  # read as the test is collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test without a kind would run in no selection: refuse it. Those that share a house come first."""
    nameless = [item.nodeid for item in items if KINDS.isdisjoint(mark.name for mark in item.iter_markers())]
    if nameless:
        listed = "\n  ".join(nameless)
        raise pytest.UsageError(f"each test needs one of the markers {', '.join(sorted(KINDS))}:\n  {listed}")
    items.sort(key=lambda item: _when(item.path.parent.name))


def _when(folder: str) -> int:
    return HOUSES.index(folder) if folder in HOUSES else len(HOUSES)


class ByHouse(LoadScopeScheduling):
    """Whoever shares a house is on one worker; every other file goes to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        path = PurePosixPath(nodeid.partition("::")[0])
        return path.parent.name if path.parent.name in HOUSES else str(path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByHouse:
    return ByHouse(config, log)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation whose embedded database runs, migrated. Tests make a tenant each."""
    with installed(tmp_path_factory.mktemp("installation")) as settings:
        yield settings


@pytest.fixture(scope="session")
async def owner_db(installation: Settings) -> AsyncIterator[Database]:
    """The database as its owner, who makes tenants."""
    db = Database(database_urls(installation)[0], "andon tests owner", pool_size=3)
    yield db
    await db.close()


@pytest.fixture(scope="session")
async def db(installation: Settings) -> AsyncIterator[Database]:
    """The database as the application, which cannot bypass the walls."""
    db = Database(database_urls(installation)[1], "andon tests")
    yield db
    await db.close()
