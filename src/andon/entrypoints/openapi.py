"""Prints the API's description, source of the generated web client: `python -m andon.entrypoints.openapi`."""

import asyncio
import json
import sys

from andon.entrypoints.edge import create_app
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.settings import Settings
from andon.kit.web import Services


async def description() -> str:
    """As JSON. Nothing is connected: only the shapes of requests and answers are looked at."""
    services = Services(Settings(), Database("postgresql:///"), MemoryBus(), SystemClock())
    return json.dumps(create_app(services).openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(description()))
