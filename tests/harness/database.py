"""An installation whose embedded database runs, migrated."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from andon.kit.database.migrations import migrate
from andon.kit.database.server import EmbeddedServer
from andon.kit.settings import Settings

# The data is thrown away: nobody waits for a disk. What is committed outlives the death of any process.
LASTING = {"fsync": "off", "full_page_writes": "off"}
HASTY = LASTING | {"synchronous_commit": "off"}


@contextmanager
def installed(home: Path) -> Iterator[Settings]:
    """The installation's settings, as long as its database runs."""
    settings = Settings(home=home, http_port=0, sip_port=0)
    server = EmbeddedServer(settings, HASTY)
    server.start()
    try:
        migrate(settings)
        yield settings
    finally:
        server.stop()
