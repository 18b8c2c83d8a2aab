"""Child processes of one installation: started in order, watched, restarted, stopped without leftovers."""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from andon.kit.settings import Settings

STOP_SECONDS = 8.0
RESTART_PAUSE_SECONDS = (0.2, 1.0, 3.0, 10.0)
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    # A supervisor killed with -9 must not leave its children behind; Linux only, harmless elsewhere.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


async def run_once(module: str, log: Path, env: Mapping[str, str], args: Sequence[str] = ()) -> int:
    """Run a module of ours to its end, output to `log`; returns its exit status."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *args,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, **env},
            preexec_fn=_die_with_parent,
        )
        return await process.wait()


def claim(settings: Settings, what: str) -> IO[str]:
    """One process of a kind per home. While another one works this one stands by, ready to take its place;
    the system gives the claim free in the moment in which its holder dies, however it does."""
    path = settings.folder("run") / f"{what}.lock"
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write(f"another {what} works: this one stands by\n")
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


class Child:
    """One process of ours. Its output goes to a log file; it ends with its parent."""

    def __init__(
        self, name: str, module: str, log: Path, env: Mapping[str, str], args: Sequence[str] = ()
    ) -> None:
        self.name = name
        self.restarts = 0
        self._argv = [sys.executable, "-m", module, *args]
        self._log = log
        self._env = {**os.environ, **env}
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start and watch: a child that was killed is started again at once, one that ends by itself after a
        pause that grows."""
        await self._spawn()
        self._watch = asyncio.create_task(self._restart_forever())

    async def _spawn(self) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self._env,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    async def _restart_forever(self) -> None:
        failed = 0
        while self._process is not None:
            if await self._process.wait() >= 0:
                await asyncio.sleep(RESTART_PAUSE_SECONDS[min(failed, len(RESTART_PAUSE_SECONDS) - 1)])
                failed += 1
            self.restarts += 1
            await self._spawn()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def stop(self) -> None:
        """Ask with SIGTERM, insist with SIGKILL on the whole process group after `STOP_SECONDS`."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
