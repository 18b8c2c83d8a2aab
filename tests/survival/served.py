"""A running `andon serve`, and its processes by name: what tests of whole installations kill."""

import asyncio
import contextlib
import os
import sys
import time
from pathlib import Path

import httpx

from andon.kit.database.server import EmbeddedServer
from andon.kit.settings import Settings

START_S = 90.0


class Served:
    """A running `andon serve`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
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

    def find(self, name: str) -> int | None:
        """The process of this name, None while there is none: core, edge (those that work), stand-by (the
        other core), worker, engine, database."""
        match name:
            case "core" | "edge":
                return self._working(name)
            case "stand-by":
                others = [pid for pid in self.pids("andon.entrypoints.core") if pid != self._working("core")]
                return others[-1] if others else None
            case "worker":
                found = self.pids("andon.entrypoints.worker")
            case "engine":
                found = self.pids(f"{self.settings.home}/engine/etc")
            case _:
                return EmbeddedServer(self.settings).pid()
        return found[0] if found else None

    def _working(self, name: str) -> int | None:
        """The core or edge that holds the claim: the one that has opened its log."""
        log = str(self.settings.home / "logs" / f"{name}.log")
        for pid in self.pids(f"andon.entrypoints.{name}"):
            with contextlib.suppress(OSError):  # it died meanwhile
                if any(os.path.realpath(fd) == log for fd in Path(f"/proc/{pid}/fd").iterdir()):
                    return pid
        return None

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
        """Ask it to stop; the processes it leaves are a failure."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 40)
            left = self.pids("")
            assert not left, f"processes are left: {left}"
