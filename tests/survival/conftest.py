"""One small centre for all survival tests: its recordings on a small volume, its clock in our hands."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from call_house import House, opened
from mortal_house import MortalHouse

from harness.clock import MovedClock

VOLUME_MB = 24


@contextmanager
def small_volume(folder: Path) -> Iterator[Path]:
    """A volume of its own of `VOLUME_MB` at this folder; as root, or through sudo."""
    root = [] if os.geteuid() == 0 else [shutil.which("sudo") or "sudo", "-n"]
    folder.mkdir(parents=True)
    size = f"size={VOLUME_MB}m,mode=0755,uid={os.geteuid()}"
    subprocess.run([*root, "mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*root, "umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> MovedClock:
    """The wall clock that engine and core of the house see."""
    return MovedClock(tmp_path_factory.mktemp("clock") / "offset")


@pytest_asyncio.fixture(scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory, clock: MovedClock) -> AsyncIterator[House]:
    home = tmp_path_factory.mktemp("survivor")
    with small_volume(home / "spool" / "recordings"):
        # The engine counts packets' absence by the machine's clock: set forward, it would end every call.
        houses = opened(home, disk_low_mb=4, rtp_timeout_agent_s=0, rtp_timeout_trunk_s=0)
        async with contextlib.aclosing(houses):
            with clock.worn():
                house = await anext(houses)
            yield house


@pytest.fixture(autouse=True)
def _moved_clock(request: pytest.FixtureRequest, clock: MovedClock) -> Iterator[None]:
    """The house's clock is for what its tests start alone: `time.sleep` does not work under it."""
    with clock.worn() if "house" in request.fixturenames else contextlib.nullcontext():
        yield


@pytest_asyncio.fixture
async def mortal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MortalHouse]:
    """A centre of its own whose processes may die, for one test."""
    mortal = MortalHouse(tmp_path_factory.mktemp("mortal"), agent_return_s=20)
    try:
        await mortal.start()
        yield mortal
    finally:
        await mortal.stop()
