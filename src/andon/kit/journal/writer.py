"""The hot path's pen: facts are taken at once, written in group commits, and outlive a database restart.

Theory. `append` encodes and queues; one task writes whatever is queued in one transaction, then starts
over, so that under load a commit's wait gathers the next group. A group that fails for want of a database
stays at the head of the queue and is tried again: order is kept, and because each fact carries its record
id, a group whose commit was done but not confirmed is not written twice.

With the facts go checkpoints (`live`): whoever keeps live state is asked for what changed, and the answer is
written in the transaction of the last fact appended before it was asked, never of an earlier one.

Everything not yet committed also stands in the spool, a file whose words survive the process though not the
machine: a writer that is killed, the database away or not, loses what it took in the last few milliseconds.
The next one writes the spool out before anything else (`recover`).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from itertools import groupby, islice

import psycopg
import structlog
from prometheus_client import Counter, Gauge, Histogram

from andon.kit.bus.model import Bus
from andon.kit.clock import Clock
from andon.kit.database.session import Database, connect_options
from andon.kit.errors import AndonError
from andon.kit.journal import live as checkpoints
from andon.kit.journal.live import Kept
from andon.kit.journal.model import Fact
from andon.kit.journal.spool import Frame, Spool
from andon.kit.journal.store import TOPIC, Row, columns, insert_sql, to_row

log = structlog.get_logger(__name__)

GROUP_SECONDS = 0.005
BATCH = 5_000
LIMIT = 200_000
SPOOL_BYTES = 64 << 20
_BACKOFF_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
_ALARM_AFTER_SECONDS = 1.0

_written = Counter("andon_journal_facts", "Facts written by the hot path")
_pending = Gauge("andon_journal_pending", "Facts not yet durable")
_refused = Counter("andon_journal_refused", "Facts the database would not take")
_commit = Histogram(
    "andon_journal_commit_seconds",
    "One group commit",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)

_SCOPE = "SELECT set_config('andon.tenant', %s, true)"
_INSERT = insert_sql("%b")  # binary: as text each quote of the JSON would be escaped by a loop in Python

Alarm = Callable[[str, str | None], None]
Live = Callable[[], list[Kept]]


def _nothing() -> list[Kept]:
    return []


class JournalWriter:
    """Writes facts of all tenants. `on_alarm(code, detail)` is called when `database_down`,
    `journal_backlog` or `journal_refused` begins, and with detail None when it is over. `live` tells what
    changed of the live state since it was asked last."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        bus: Bus | None = None,
        on_alarm: Alarm | None = None,
        limit: int = LIMIT,
        live: Live = _nothing,
        spool: Spool | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._bus = bus
        self._on_alarm = on_alarm
        self._limit = limit
        self._live = live
        self._spool = spool
        self._queue: deque[Row] = deque()
        self._spooled = 0  # so many from the head of the queue stand in the spool
        self._kept: dict[checkpoints.Key, Kept] = {}  # checkpoints not yet durable
        self._appended = 0
        self._done = 0
        self._wake = asyncio.Event()
        self._jot = asyncio.Event()
        self._progress = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None
        self._failing_since: float | None = None
        self._alarms: set[str] = set()

    @property
    def pending(self) -> int:
        """Facts taken and not yet durable."""
        return len(self._queue)

    @property
    def alarms(self) -> frozenset[str]:
        """The alarms that are on."""
        return frozenset(self._alarms)

    async def recover(self) -> int:
        """Write out what a writer before left in the spool; returns how many facts. Raises what the database
        raises; the spool stays until it is written."""
        if self._spool is None:
            return 0
        frames = self._spool.read()
        rows = [row for frame in frames for row in frame.rows]
        kept = {one.key: one for frame in frames for one in frame.kept}
        for begin in range(0, len(rows), BATCH):
            await self._write(rows[begin : begin + BATCH], [])
        await self._write([], list(kept.values()))
        self._spool.clear()
        if rows:
            log.warning("journal_recovered", facts=len(rows), checkpoints=len(kept))
        return len(rows)

    async def start(self) -> None:
        """Begin writing. Facts appended before are written too."""
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._jot_down())]

    async def stop(self, seconds: float = 4.0) -> None:
        """Write what is pending, within `seconds`, and close. Raises `AndonError` when facts are left."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.flush(), seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._disconnect()
        if self._queue:
            raise AndonError("journal.lost", 500, n=len(self._queue))

    def append(self, fact: Fact) -> None:
        """Take a fact. Never blocks. Raises `AndonError("journal.full")` when the database has been away for
        so long that the queue's limit is reached; the caller must stop making facts."""
        if len(self._queue) >= self._limit:
            raise AndonError("journal.full", 503)
        self._queue.append(to_row(fact))
        self._appended += 1
        self.stir()

    def stir(self) -> None:
        """Live state changed: `live` will be asked soon."""
        self._wake.set()
        self._jot.set()

    async def flush(self) -> None:
        """Return once every fact appended so far is durable."""
        target = self._appended
        async with self._progress:
            await self._progress.wait_for(lambda: self._done >= target)

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._clock.sleep(GROUP_SECONDS)
            self.note_down()
            while self._queue or self._kept:
                self.note_down()
                group = list(islice(self._queue, BATCH))
                # checkpoints know of every fact, so they follow with the last of them
                kept = list(self._kept.values()) if len(group) == len(self._queue) else []
                _pending.set(len(self._queue))
                try:
                    with _commit.time():
                        await self._write(group, kept)
                except (psycopg.DataError, psycopg.IntegrityError):
                    await self._rollback()
                    await self._write_one_by_one(group)
                except (psycopg.Error, OSError, TimeoutError) as error:
                    await self._failed(error)
                    await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
                    failures += 1
                else:
                    failures = 0
                    await self._settle(len(group), kept)

    def note_down(self) -> None:
        """Ask for checkpoints, and put into the spool what is not there yet: from here on what was appended
        outlives this process. Called for what somebody is told is done; the rest follows by itself."""
        kept = self._live()
        self._kept.update((one.key, one) for one in kept)
        rows = list(islice(self._queue, self._spooled, None))
        if self._spool is None or not (rows or kept):
            return
        try:
            self._spool.put(Frame(rows, kept))
        except OSError as error:  # the volume is full, which has an alarm of its own
            log.warning("journal_not_spooled", why=str(error))
        else:
            self._spooled = len(self._queue)

    async def _jot_down(self) -> None:
        """Keeps the spool up to date while a commit lasts or the database is away."""
        while True:
            await self._jot.wait()
            self._jot.clear()
            await self._clock.sleep(GROUP_SECONDS)
            self.note_down()

    async def _write(self, rows: list[Row], kept: list[Kept]) -> None:
        """One transaction. Rows of one tenant keep their order."""
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._db.url,
                connect_timeout=5,
                application_name=f"{self._db.name} journal",
                options=connect_options(),
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=3,
            )
        connection = self._connection
        rows = sorted(rows, key=lambda row: row.tenant_id)  # stable
        facts = {
            tenant: list(of_tenant) for tenant, of_tenant in groupby(rows, key=lambda row: row.tenant_id)
        }
        for attempt in range(2):
            try:
                async with asyncio.timeout(60), connection.pipeline(), connection.transaction():
                    for tenant in facts.keys() | {one.tenant_id for one in kept}:
                        await connection.execute(_SCOPE, [str(tenant)])
                        if tenant in facts:
                            await connection.execute(_INSERT, columns(facts[tenant]))
                        await _keep(connection, [one for one in kept if one.tenant_id == tenant])
                return
            except psycopg.errors.CheckViolation:  # the month has no partition yet
                if attempt:
                    raise
                for month in {(row.at.year, row.at.month): row.at for row in rows}.values():
                    async with connection.transaction():
                        await connection.execute("SELECT journal_partition(%s)", [month])

    async def _write_one_by_one(self, rows: list[Row]) -> None:
        """The group holds a fact the database will never take: find it, keep the rest."""
        for row in rows:
            try:
                await self._write([row], [])
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                await self._rollback()
                _refused.inc()
                log.error("journal_fact_refused", kind=row.kind, record=str(row.id), sqlstate=error.sqlstate)
                self._alarm("journal_refused", f"{row.kind} {row.id}")
            except (psycopg.Error, OSError, TimeoutError) as error:
                await self._failed(error)
                return
            await self._settle(1, [])

    async def _settle(self, count: int, kept: list[Kept]) -> None:
        for _ in range(count):
            self._queue.popleft()
        for one in kept:
            if self._kept.get(one.key) is one:  # not changed again meanwhile
                del self._kept[one.key]
        self._done += count
        self._spooled = max(0, self._spooled - count)
        if self._spool is not None and not self._queue and not self._kept:
            self._spool.clear()
        elif self._spool is not None and self._spool.size > SPOOL_BYTES:
            self._spool.clear()  # mostly what is durable by now
            self._spool.put(Frame(list(self._queue), list(self._kept.values())))
            self._spooled = len(self._queue)
        _written.inc(count)
        _pending.set(len(self._queue))
        self._failing_since = None
        self._clear("database_down")
        if len(self._queue) < self._limit // 2:
            self._clear("journal_backlog")
        if self._bus is not None and count:
            self._bus.publish(TOPIC, {})
        async with self._progress:
            self._progress.notify_all()

    async def _failed(self, error: Exception) -> None:
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since = now
            log.warning("journal_write_failed", error=type(error).__name__, pending=len(self._queue))
        if now - self._failing_since >= _ALARM_AFTER_SECONDS:
            self._alarm("database_down", type(error).__name__)
        if len(self._queue) >= self._limit // 2:
            self._alarm("journal_backlog", str(len(self._queue)))
        await self._disconnect()

    async def _rollback(self) -> None:
        if self._connection is not None and not self._connection.closed:
            await self._connection.rollback()

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    def _alarm(self, code: str, detail: str) -> None:
        if code not in self._alarms:
            self._alarms.add(code)
            if self._on_alarm is not None:
                self._on_alarm(code, detail)

    def _clear(self, code: str) -> None:
        if code in self._alarms:
            self._alarms.discard(code)
            if self._on_alarm is not None:
                self._on_alarm(code, None)


async def _keep(connection: psycopg.AsyncConnection[tuple[object, ...]], kept: list[Kept]) -> None:
    """Put or drop one tenant's checkpoints."""
    living = [one for one in kept if one.state is not None]
    gone = [one for one in kept if one.state is None]
    if living:
        await connection.execute(checkpoints.PUT, checkpoints.put_columns(living))
    if gone:
        await connection.execute(checkpoints.DROP, checkpoints.drop_columns(gone))
