"""Asterisk as a child process: configured, started, watched, stopped without leaving anything behind."""

import asyncio
import base64
import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from andon.kit.settings import Settings
from andon.telephony.engine.config import USER, render
from andon.telephony.engine.install import Installed, ensure
from andon.telephony.engine.layout import EnginePlan, plan_of, plans_of
from andon.telephony.engine.network import local_addresses
from andon.telephony.errors import EngineUnavailable

log = structlog.get_logger(__name__)

BOOT_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 4.5
GRACE_S = 2.5  # for the engine to say goodbye to its calls
POLL_S = 0.05
CHECK_S = 0.2
PR_SET_PDEATHSIG = 1
FILES_LIMIT = 65536


class EngineProcess:
    """One Asterisk. `start` returns when calls can be taken; `wait` when the process has ended."""

    def __init__(
        self, plan: EnginePlan, installed: Installed, replace: Mapping[str, str] | None = None
    ) -> None:
        """`replace` gives other texts for some configuration files (the tests' and the town's carrier)."""
        self.plan = plan
        self.installed = installed
        self._replace = dict(replace or {})
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    def of(cls, settings: Settings, say: Callable[[str], None] = print) -> "EngineProcess":
        """The installation's own engine, installed first when it has to be. Raises `EngineUnavailable`."""
        return cls(plan_of(settings), ensure(settings.asterisk_prefix, say, settings.locale))

    @classmethod
    def all_of(cls, settings: Settings, say: Callable[[str], None] = print) -> "list[EngineProcess]":
        """The engines that run on this machine, the installation's own first; as `of`."""
        installed = ensure(settings.asterisk_prefix, say, settings.locale)
        elsewhere = {node.name for node in settings.nodes if not node.started}
        return [cls(plan, installed) for plan in plans_of(settings) if plan.node not in elsewhere]

    def replace(self, name: str, text: str) -> None:
        """Another text for a configuration file, from the next start on."""
        self._replace[name] = text

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def wait(self) -> int:
        """Wait until the process ends; its return code, negative for a signal."""
        if self._process is None:
            raise RuntimeError("the engine was not started")
        return await self._process.wait()

    def prepare(self) -> None:
        """Write the configuration and make the folders. Stops an engine an earlier supervisor left behind."""
        plan = self.plan
        for folder in (
            plan.etc,
            plan.home / "lib/keys",
            plan.home / "cache",
            plan.log / "cel-custom",
            plan.run,
        ):
            folder.mkdir(parents=True, exist_ok=True)
        for part in ("spool/monitor", "spool/outgoing", "spool/tmp"):
            (plan.home / part).mkdir(parents=True, exist_ok=True)
        plan.raw_recordings.mkdir(parents=True, exist_ok=True)
        messages = plan.home / "spool/recording"  # where the engine puts voice messages
        if not messages.is_symlink():
            messages.symlink_to(plan.raw_recordings)
        plan.etc.chmod(0o700)  # secrets are in it
        files = render(plan, self.installed, local_addresses()) | self._replace
        for name, text in files.items():
            (plan.etc / name).write_text(text, encoding="utf-8")
        end_leftover(plan)

    async def start(self, timeout_s: float = BOOT_TIMEOUT_S) -> None:
        """Start and wait until fully booted. Raises `EngineUnavailable` with the engine's last words."""
        await asyncio.to_thread(self.prepare)
        plan = self.plan
        with (plan.log / "console.log").open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.installed.argv,
                "-C",
                str(plan.etc / "asterisk.conf"),
                "-f",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"},
                cwd=plan.home,
                start_new_session=True,
                preexec_fn=_as_child,
            )
        (plan.run / "engine.pid").write_text(str(self._process.pid))
        try:
            async with asyncio.timeout(timeout_s):
                while not await booted(plan):
                    if self._process.returncode is not None:
                        raise self._failed("start_failed")
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            await self.stop()
            raise self._failed("start_slow", seconds=round(timeout_s)) from None
        except BaseException:
            await self.stop()
            raise
        log.info("engine_started", pid=self._process.pid, version=self.installed.version)

    async def keep(self) -> None:
        """Start it again whenever it has died, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_S)
            if not self.running:
                with contextlib.suppress(EngineUnavailable, OSError):
                    await self.start()

    async def stop(self) -> None:
        """End the engine: its calls are hung up, then the process ends, within `STOP_TIMEOUT_S`."""
        process = self._process
        if process is None or process.returncode is not None:
            self._forget()
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            await self._stop_now()
            try:
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S - GRACE_S - 1)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        self._forget()

    async def _stop_now(self) -> None:
        command = [*self.installed.argv, "-C", str(self.plan.etc / "asterisk.conf"), "-rx", "core stop now"]
        control = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            await asyncio.wait_for(control.wait(), 1)
        except TimeoutError:
            control.kill()
            await control.wait()

    def _forget(self) -> None:
        for name in ("engine.pid", "asterisk.pid", "asterisk.ctl"):
            (self.plan.run / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.plan.run.rmdir()  # outside of home nobody else would

    def _failed(self, code: str, **params: object) -> EngineUnavailable:
        return EngineUnavailable(code, detail=self.last_words(), log=str(self.plan.log), **params)

    def last_words(self) -> str:
        """The end of the engine's own messages: for an error text."""
        words: list[str] = []
        for name in ("console.log", "messages.log"):
            path = self.plan.log / name
            if path.is_file():
                with path.open("rb") as handle:
                    handle.seek(max(0, path.stat().st_size - 4096))
                    words += handle.read().decode(errors="replace").splitlines()[-6:]
        return "\n".join(words) or "(no output)"


def _as_child() -> None:
    # a supervisor killed with -9 must not leave its engine behind
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_LIMIT if hard == resource.RLIM_INFINITY else min(hard, FILES_LIMIT)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def booted(plan: EnginePlan) -> bool:
    """Whether the engine answers its REST interface; it does so only when fully booted."""
    token = base64.b64encode(f"{USER}:{plan.ari_secret}".encode()).decode()
    request = (
        f"GET /ari/asterisk/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {token}\r\n"
        "Connection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(plan.control_host, plan.ari_port)
            try:
                writer.write(request.encode())
                await writer.drain()
                line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return line.split()[1:2] == [b"200"]


def end_leftover(plan: EnginePlan) -> None:
    """Kill an engine of this same home that has lost its supervisor, known by pid file and command line."""
    path = plan.run / "engine.pid"
    try:
        pid = int(path.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if str(plan.etc / "asterisk.conf").encode() not in command.split(b"\0"):
        return
    log.warning("engine_leftover_ended", pid=pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    descriptor = None
    with contextlib.suppress(ProcessLookupError, OSError):
        descriptor = os.pidfd_open(pid)
    if descriptor is not None:
        try:
            select.select([descriptor], [], [], 5)
        finally:
            os.close(descriptor)
    path.unlink(missing_ok=True)
