"""An installation whose processes may die, shared by the tests that kill them."""

from collections.abc import AsyncIterator

import pytest_asyncio
from mortal_house import MortalHouse


@pytest_asyncio.fixture
async def house(tmp_path_factory: object) -> AsyncIterator[MortalHouse]:
    house = MortalHouse(tmp_path_factory.mktemp("mortal"))  # type: ignore[attr-defined]  # pytest's own
    try:
        await house.start()
        yield house
    finally:
        await house.stop()
