"""`andon serve`: one installation brought up in order, watched, and taken down without leftovers.

Order: home and ports, database, migrations, engine, core, edge, worker, and for the demo seed data and the
town. Nothing is asked; what cannot be done is one sentence with its remedy (`AndonError`).
"""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx

from andon.entrypoints import ports, texts  # noqa: F401  (texts registers what is said here)
from andon.entrypoints.processes import Child, run_once
from andon.kit import i18n, telemetry
from andon.kit.database.migrations import migrate
from andon.kit.database.server import EmbeddedServer
from andon.kit.errors import AndonError
from andon.kit.settings import Settings
from andon.telephony.engine.process import EngineProcess

READY_SECONDS = 60.0
DATABASE_CHECK_SECONDS = 0.5

Say = Callable[[str], None]


class Installation:
    """Everything of one home that runs. `say` receives progress, one line a step."""

    def __init__(self, settings: Settings, say: Say, *, demo: bool = False) -> None:
        self.settings = settings
        self.demo = demo
        self.operators = 0  # known once calls can be taken
        self._say = say
        self._children: list[Child] = []

    @property
    def url(self) -> str:
        """Where a browser opens it."""
        scheme = "https" if self.settings.tls else "http"
        host = self.settings.http_host
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  (only compared)
        return f"{scheme}://{shown}:{self.settings.ports().http}"

    @contextmanager
    def _step(self, key: str) -> Iterator[None]:
        text = i18n.text(key, self.settings.locale)
        begun = time.monotonic()
        self._say(f"  … {text}")
        yield
        self._say(f"  ✓ {text}  {time.monotonic() - begun:.1f} s")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start all parts; stop them in the opposite order on leaving, whatever happened."""
        settings = self.settings
        async with contextlib.AsyncExitStack() as stack:
            with self._step("serve.claim"):
                home = ports.claim_home(settings)
                stack.callback(home.close)
                ports.check_ports(settings)
                ports.check_certificate(settings)
            with self._step("serve.database"):
                server = EmbeddedServer(settings)
                await asyncio.to_thread(server.start)
                stack.push_async_callback(asyncio.to_thread, server.stop)
            with self._step("serve.migrate"):
                await asyncio.to_thread(migrate, settings)
            if self.demo:
                with self._step("serve.seed"):
                    await self._once("town.seed", "seed")
            with self._step("serve.engine"):
                engines = await asyncio.to_thread(EngineProcess.all_of, settings, self._say)
                for engine in engines:
                    stack.push_async_callback(engine.stop)
                    await engine.start()
            stack.push_async_callback(self._stop_children)
            with self._step("serve.processes"):
                for name in ("core", "edge", "worker"):
                    await self._child(name, f"andon.entrypoints.{name}")
                # Of two that want one claim one works; the other stands by and takes over when it dies.
                for name in ("core", "edge"):
                    await self._child(f"{name}-2", f"andon.entrypoints.{name}")
            with self._step("serve.ready"):
                await self._ready()
            if self.demo:
                with self._step("serve.town"):
                    await self._child("town", "town")
            for keeping in (*(engine.keep() for engine in engines), self._keep_database(server)):
                stack.push_async_callback(_cancelled, asyncio.create_task(keeping))
            yield

    def _log(self, name: str) -> Path:
        return self.settings.folder("logs") / f"{name}.out"

    async def _child(self, name: str, module: str) -> None:
        child = Child(name, module, self._log(name), self.settings.environment())
        await child.start()
        self._children.append(child)

    async def _stop_children(self) -> None:
        # The town first, so that its calls end as hang-ups and not as a system going away.
        for child in reversed(self._children):
            if child.name == "town":
                await child.stop()
        # Both at once: the one that stands by must not take over from the one that is stopped.
        await asyncio.gather(*(child.stop() for child in self._children if child.name.startswith("core")))
        await asyncio.gather(*(child.stop() for child in self._children))

    async def _once(self, module: str, name: str) -> None:
        log = self._log(name)
        if await run_once(module, log, self.settings.environment()) != 0:
            raise AndonError("serve.child_failed", 500, what=module, log=str(log))

    async def _keep_database(self, server: EmbeddedServer) -> None:
        """An embedded database that died is started again; who writes to it waits meanwhile."""
        while True:
            await asyncio.sleep(DATABASE_CHECK_SECONDS)
            if not await asyncio.to_thread(server.running):
                with contextlib.suppress(AndonError, OSError):
                    await asyncio.to_thread(server.start)

    async def _ready(self) -> None:
        """Wait for `/healthz` to say 200. Raises `serve.not_ready` with the parts that are not."""
        parts = "?"
        deadline = time.monotonic() + READY_SECONDS
        async with httpx.AsyncClient(verify=False, timeout=2.0, trust_env=False) as client:  # noqa: S501  (ourselves)
            while time.monotonic() < deadline:
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.get(f"{self.url}/healthz")
                    if answer.status_code == 200:
                        self.operators = int(answer.json()["parts"]["tenants"]["count"])
                        return
                    parts = answer.text[:300]
                await asyncio.sleep(0.1)
        logs = str(self.settings.folder("logs"))
        raise AndonError("serve.not_ready", 503, seconds=int(READY_SECONDS), parts=parts, logs=logs)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def serve(
    settings: Settings, *, demo: bool = False, greet: Callable[[Installation, float], None]
) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP. `greet` is called once a call can be taken."""

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    main_task = asyncio.current_task()
    up = False

    def asked() -> None:
        # While still starting there is nobody waiting on the event: unwind from wherever we are.
        if up or main_task is None:
            stop.set()
        else:
            main_task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked)
    begun = time.monotonic()
    telemetry.configure(settings, "serve")
    installation = Installation(settings, say, demo=demo)
    with contextlib.suppress(asyncio.CancelledError):
        async with installation.running():
            up = True
            greet(installation, time.monotonic() - begun)
            await stop.wait()
            say(i18n.text("serve.stopping", settings.locale))
    say(i18n.text("serve.stopped", settings.locale, home=str(settings.home)))
