"""`andon serve` keeps what it started: every process killed with -9 is back at once."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from andon.kit.database.server import EmbeddedServer
from andon.kit.settings import Settings
from harness.ports import free_port

pytestmark = [pytest.mark.survival, pytest.mark.timeout(300)]

START_S = 90.0
# What is promised is asked for on a quiet machine; on a busy one a start may take a little longer.
PROMISED_S = {
    "andon.entrypoints.core": 3.0,
    "andon.entrypoints.edge": 3.0,
    "asterisk": 10.0,
    "postgres": 10.0,
}
BACK_S = {what: seconds if os.environ.get("ANDON_LONG") else 15.0 for what, seconds in PROMISED_S.items()}


class Served:
    """A running `andon serve`."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, http_port=free_port(), sip_port=free_port())
        self.url = f"http://127.0.0.1:{self.settings.ports().http}/healthz"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with (self.settings.folder("logs") / "test.out").open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", "from andon.entrypoints.cli import main; main()", "serve"),
                env={**os.environ, **self.settings.environment()},
                stdout=out,
                stderr=out,
            )
        await self.well(START_S)
        await self.two_stand_by()

    async def well(self, seconds: float) -> float:
        """Wait until everything is well; returns the seconds it took."""
        begun = time.monotonic()
        async with httpx.AsyncClient(trust_env=False, timeout=1) as client:
            while time.monotonic() < begun + seconds:
                try:
                    if (await client.get(self.url)).status_code == 200:
                        return time.monotonic() - begun
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.05)
        raise TimeoutError(
            f"not well in {seconds:g} s: {(self.settings.home / 'logs' / 'test.out').read_text()}"
        )

    def pids(self, what: str) -> list[int]:
        """Processes of this installation, oldest first."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                mine = str(self.settings.home).encode() in (folder / "environ").read_bytes() or (
                    str(self.settings.home) in words
                )
            except OSError:
                continue
            if mine and what in words:
                found.append(int(folder.name))
        return sorted(found)

    def working(self, name: str) -> int:
        """The core or edge that holds the claim: the one that has opened its log."""
        log = str(self.settings.home / "logs" / f"{name}.log")
        for pid in self.pids(f"andon.entrypoints.{name}"):
            if any(os.path.realpath(fd) == log for fd in Path(f"/proc/{pid}/fd").iterdir()):
                return pid
        raise AssertionError(f"no {name} works")

    async def two_stand_by(self) -> None:
        """Wait until a second core and a second edge are ready to take over."""
        for name in ("core", "edge"):
            lock = self.settings.folder("run") / f"{name}.lock"
            wanted = f":{lock.stat().st_ino} "
            begun = time.monotonic()
            # the system lists those who wait for a lock with an arrow
            while not any("->" in line and wanted in line for line in self._locks()):
                assert time.monotonic() < begun + 60, f"no {name} stands by"
                await asyncio.sleep(0.1)

    @staticmethod
    def _locks() -> list[str]:
        return Path("/proc/locks").read_text().splitlines()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 30)


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served(tmp_path / "home")
    try:
        await served.start()
        yield served
    finally:
        await served.stop()


async def test_whatever_is_killed_is_back(served: Served) -> None:
    victims = {
        "andon.entrypoints.core": lambda: served.working("core"),
        "andon.entrypoints.edge": lambda: served.working("edge"),
        "asterisk": lambda: served.pids("asterisk")[0],
        "postgres": lambda: EmbeddedServer(served.settings).pid() or 0,
    }
    for what, find in [*victims.items(), *victims.items()]:
        victim = find()
        os.kill(victim, signal.SIGKILL)
        begun = time.monotonic()
        # what is well may be told from before the death: it must be another process that is
        while find_or_none(find) in {victim, None}:
            assert time.monotonic() < begun + BACK_S[what], f"no other {what}"
            await asyncio.sleep(0.05)
        await served.well(BACK_S[what])
        assert time.monotonic() - begun < BACK_S[what]
        print(f"{what} was back {time.monotonic() - begun:.2f} s after its death")
        await served.two_stand_by()
    home = str(served.settings.home)
    await served.stop()
    assert not served.pids(home), "processes are left"


def find_or_none(find: object) -> int | None:
    try:
        return find()  # type: ignore[operator]  # a function of ours
    except (AssertionError, IndexError, OSError):
        return None
