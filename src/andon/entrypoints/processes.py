"""Child processes of one installation: started in order, watched, restarted, stopped without leftovers."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

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
        """Start and watch: a child that ends by itself is started again, each time after a longer pause."""
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
        while self._process is not None:
            await self._process.wait()
            pause = RESTART_PAUSE_SECONDS[min(self.restarts, len(RESTART_PAUSE_SECONDS) - 1)]
            self.restarts += 1
            await asyncio.sleep(pause)
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
