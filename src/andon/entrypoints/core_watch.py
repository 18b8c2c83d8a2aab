"""What the core looks at from time to time: disk, clock, database; and its own heartbeat."""

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path

import structlog

from andon.entrypoints.core_alarms import Alarms
from andon.entrypoints.core_centre import Centre
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.events import ClockStepped, CoreHeartbeat
from andon.kit.journal import Fact
from andon.routing.events import AgentState

log = structlog.get_logger(__name__)

HEARTBEAT_S = 10.0
DISK_S = 5.0
CLOCK_S = 1.0
DATABASE_S = 2.0
FLOOR_S = 1.0
STEP = timedelta(milliseconds=500)  # less is the wall clock being disciplined, not stepped


class Watch:
    """Runs the looks until stopped. `database_up` is what the last look found."""

    def __init__(
        self,
        *,
        clock: SystemClock,
        db: Database,
        alarms: Alarms,
        recordings: Path,
        disk_low_mb: int,
        centres: Callable[[], Iterable[Centre]],
        append: Callable[[Fact], None],
    ) -> None:
        self._clock = clock
        self._db = db
        self._alarms = alarms
        self._recordings = recordings
        self._disk_low_mb = disk_low_mb
        self._centres = centres
        self._append = append
        self._drift = timedelta(0)
        self._near_floor: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.database_up = True

    def start(self) -> None:
        for look, seconds in (
            (self._heart, HEARTBEAT_S),
            (self._disk, DISK_S),
            (self._time, CLOCK_S),
            (self._database, DATABASE_S),
            (self._floors, FLOOR_S),
        ):
            self._tasks.append(asyncio.create_task(self._every(look, seconds)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _every(self, look: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await look()
            except Exception:
                log.exception("watch_failed", look=look.__name__)
            await asyncio.sleep(seconds)

    async def _heart(self) -> None:
        for centre in self._centres():
            live = len(centre.floor.contacts)
            signed_in = sum(agent.state is not AgentState.OFFLINE for agent in centre.floor.router.agents())
            if live or signed_in:
                self._append(
                    CoreHeartbeat(
                        at=centre.floor.now(),
                        tenant_id=centre.tenant_id,
                        live_contacts=live,
                        signed_in=signed_in,
                    )
                )

    async def _disk(self) -> None:
        usage = await asyncio.to_thread(shutil.disk_usage, self._recordings)
        free_mb = usage.free // 1_000_000
        low = free_mb < self._disk_low_mb
        self._alarms.set("disk_full", "recordings", low, f"{free_mb} MB free")

    async def _time(self) -> None:
        """Says when the wall clock was stepped. While nothing is live the anchor follows it."""
        drift = self._clock.drift()
        stepped = drift - self._drift
        if abs(stepped) < STEP:
            return
        self._drift = drift
        by_ms = stepped // timedelta(milliseconds=1)
        log.warning("clock_stepped", by_ms=by_ms)
        centres = list(self._centres())
        for centre in centres:
            self._append(ClockStepped(at=centre.floor.now(), tenant_id=centre.tenant_id, by_ms=by_ms))
        if drift > STEP and all(_idle(centre) for centre in centres):
            # Forward only: a clock set back is lived through, so that the journal's instants never repeat.
            self._clock.reanchor()
            self._drift = timedelta(0)

    async def _floors(self) -> None:
        """An alarm for each queue in which somebody has almost waited the longest wait of the segment."""
        near = set()
        for centre in self._centres():
            for queue_id in centre.floor.router.near_floor():
                queue = centre.queues.get(queue_id)
                subject = f"{queue.name if queue else '-'} ({queue_id.hex[-6:]})"
                near.add(subject)
                self._alarms.on("floor_near", subject, tenant_id=centre.tenant_id)
        for subject in self._near_floor - near:
            self._alarms.off("floor_near", subject)
        self._near_floor = near

    async def _database(self) -> None:
        self.database_up = False
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._db.ping(), 3)
            self.database_up = True


def _idle(centre: Centre) -> bool:
    return not centre.floor.contacts and all(
        agent.state is AgentState.OFFLINE for agent in centre.floor.router.agents()
    )
