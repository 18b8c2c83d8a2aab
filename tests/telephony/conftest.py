"""One small centre for all tests of calls: starting it costs seconds, sharing it costs nothing."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from call_house import House


@pytest_asyncio.fixture(scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    house = House(
        tmp_path_factory.mktemp("house"),
        flow_http_private=True,
        speech_recogniser=f"{sys.executable} {Path(__file__).with_name('toy_recogniser.py')}",
    )
    try:
        await house.start()
        yield house
    finally:
        await house.stop()
