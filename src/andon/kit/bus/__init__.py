"""The bus between core, edge and worker: publish, subscribe, ask and answer.

A topic is dotted: `agent.<id>`, `board.<tenant>`, `config.changed`. Messages are delivered at most once;
who needs all of something reads the journal. After a lost connection every process hears the topic
`bus.reconnected` and takes fresh snapshots.
"""

from andon.kit.bus.memory import MemoryBus
from andon.kit.bus.model import Ask, Bus, Handler
from andon.kit.bus.postgres import PostgresBus
from andon.kit.errors import AndonError
from andon.kit.settings import Settings

__all__ = ["Ask", "Bus", "Handler", "MemoryBus", "PostgresBus", "open_bus"]

RECONNECTED = "bus.reconnected"


def open_bus(settings: Settings, database_url: str) -> Bus:
    """The bus the settings name: empty means PostgreSQL on the application's own database."""
    if settings.bus_url == "":
        return PostgresBus(database_url)
    if settings.bus_url.startswith("postgresql://"):
        return PostgresBus(settings.bus_url)
    raise AndonError("bus.unknown", 500, url=settings.bus_url.split("@")[-1])
