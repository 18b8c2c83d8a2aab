"""The worker process: whatever takes time. `python -m andon.entrypoints.worker`.

Each part runs until cancelled; one that fails is started again after a pause, the others go on.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
import uvloop
from prometheus_client import Counter
from sqlalchemy import text

from andon.channels.voice.jobs import RecordingStore
from andon.entrypoints.worker_hooks import keep_hooks
from andon.entrypoints.worker_reporting import keep_jobs, keep_reporting
from andon.identity import texts  # noqa: F401  (registers the names of roles, for imports)
from andon.identity.repository import tenant_ids
from andon.imports.jobs import keep_importing
from andon.kit import telemetry
from andon.kit.bus import Bus, open_bus
from andon.kit.clock import Clock, SystemClock
from andon.kit.database import Database, database_urls
from andon.kit.journal.keeping import keep_each
from andon.kit.settings import Settings
from andon.speech.outside import name_of, recogniser_of
from andon.transcripts.jobs import Transcriber, keep_transcribing
from andon.work.keeper import WorkKeeper

log = structlog.get_logger(__name__)

PAUSE_SECONDS = (0.5, 2.0, 10.0, 30.0)
CALM_SECONDS = 60.0  # a part that ran this long starts its pauses anew
PARTITIONS_EVERY = timedelta(hours=6)
_MONTHS_AHEAD = text(
    "SELECT journal_partition(now() + make_interval(months => n)) FROM generate_series(0, 2) AS n"
)

_failures = Counter("andon_worker_failures", "Parts of the worker that failed", ["part"])

Part = Callable[[], Awaitable[None]]


async def keep_partitions(db: Database, clock: Clock) -> None:
    """The journal's months made ahead, so that no fact has to wait for one."""
    while True:
        async with db.session(None) as session:
            await session.execute(_MONTHS_AHEAD)
        await clock.sleep(PARTITIONS_EVERY.total_seconds())


def parts(settings: Settings, db: Database, bus: Bus, clock: Clock) -> dict[str, Part]:
    """Everything the worker does, by name."""
    store = RecordingStore(
        db,
        bus,
        clock,
        raw=settings.folder("spool", "recordings"),
        recordings=settings.folder("recordings"),
    )
    every: dict[str, Part] = {
        "partitions": lambda: keep_partitions(db, clock),
        "recordings": store.run,
        "reporting": lambda: keep_reporting(settings, db, bus, clock),
        "work": lambda: keep_each(WorkKeeper, db, bus, clock, partial(tenant_ids, db)),
        "imports": lambda: keep_importing(
            db, bus, clock, settings.home, settings.ldap, partial(tenant_ids, db)
        ),
        "jobs": lambda: keep_jobs(db, bus, clock),
        "hooks": lambda: keep_hooks(settings, db, bus, clock),
    }
    recogniser = recogniser_of(settings, settings.transcript_timeout_s)
    if recogniser is not None and settings.transcripts != "none":
        transcriber = Transcriber(
            db,
            clock,
            settings.folder("recordings"),
            recogniser,
            name_of(settings.speech_recogniser),
            every=settings.transcripts == "all",
        )
        every["transcripts"] = lambda: keep_transcribing(transcriber, bus, partial(tenant_ids, db))
    return every


async def keep(name: str, part: Part, clock: Clock) -> None:
    """Run a part for ever."""
    failures = 0
    while True:
        begun = clock.monotonic()
        try:
            await part()
            log.error("worker_part_ended", part=name)
        except Exception:
            # One part's trouble must not stop the others; it is logged, counted and tried again.
            log.exception("worker_part_failed", part=name)
        _failures.labels(name).inc()
        if clock.monotonic() - begun > CALM_SECONDS:
            failures = 0
        await clock.sleep(PAUSE_SECONDS[min(failures, len(PAUSE_SECONDS) - 1)])
        failures += 1


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _, url = database_urls(settings)
    db, bus, clock = Database(url, "andon worker"), open_bus(settings, url), SystemClock()

    async def health(_asked: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        await bus.start()
        stack.push_async_callback(bus.stop)
        tasks = [
            asyncio.create_task(keep(name, part, clock), name=name)
            for name, part in parts(settings, db, bus, clock).items()
        ]
        bus.serve("worker.health", health)
        telemetry.serve_metrics(bus, "worker")
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def main() -> int:
    """Run the worker of the installation the settings name."""
    settings = Settings()
    telemetry.configure(settings, "worker")
    uvloop.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
