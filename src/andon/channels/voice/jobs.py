"""Recordings into their place, in the worker: it reads `recording.stopped` and stores what the engine wrote.

Nothing is handed over but the journal itself: a recording that stopped and has neither `recording.stored` nor
`recording.incomplete` is work, also after any process was killed in the middle. Storing twice does no harm.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter
from sqlalchemy import text

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.journal import Fact
from andon.kit.journal.store import TOPIC, append
from andon.telephony.events import RecordingIncomplete, RecordingStored
from andon.telephony.recording import RecordingMissing, RecordingNotReady, discard, store

log = structlog.get_logger(__name__)

LOOK_S = 5.0  # the bus says when there is work; this is for what it missed
PAUSE_S = 0.2  # between two tries while the engine still writes
OVERDUE = timedelta(seconds=30)  # a file still open so long after its call was never closed: take it as it is
BACK = timedelta(days=3)
MOST = 200

_stored = Counter("andon_recordings_stored", "Recordings put into their place")
_incomplete = Counter("andon_recordings_incomplete", "Recordings of which something is missing")

_OPEN = text(
    "SELECT at, client_id, project_id, contact_id, data FROM journal s"
    " WHERE kind = 'recording.stopped' AND at >= :since AND NOT EXISTS ("
    "  SELECT FROM journal d WHERE d.kind IN ('recording.stored', 'recording.incomplete')"
    "  AND d.at >= :since AND d.contact_id IS NOT DISTINCT FROM s.contact_id"
    "  AND d.data->>'recording_id' = s.data->>'recording_id')"
    " ORDER BY at LIMIT :most"
)
_TENANTS = text("SELECT tenants()")


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that waits to be stored. `silent`: from when to when card data was taken, in ms."""

    tenant_id: UUID
    client_id: UUID | None
    project_id: UUID | None
    contact_id: UUID | None
    recording_id: UUID
    stopped: datetime
    total_ms: int
    silent: list[tuple[int, int]]

    @property
    def path(self) -> str:
        """Below the recordings folder, by the day on which it stopped (UTC)."""
        return f"{self.stopped:%Y/%m/%d}/{self.recording_id}.wav"


class RecordingStore:
    """The worker's part. `run` until cancelled."""

    def __init__(self, db: Database, bus: Bus, clock: Clock, *, raw: Path, recordings: Path) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._raw = raw
        self._recordings = recordings

    async def run(self) -> None:
        """Store whatever stops, as it stops."""
        woken, told = asyncio.Event(), False
        unsubscribe = self._bus.subscribe(TOPIC, lambda _topic, _payload: woken.set())
        try:
            while True:
                woken.clear()
                try:
                    waiting, told = await self.look(), False
                except Exception:
                    # The database may be away, a volume full: look again, nothing is lost meanwhile.
                    if not told:
                        log.warning("recordings_wait", exc_info=True)
                    waiting, told = 1, True
                try:
                    await asyncio.wait_for(woken.wait(), PAUSE_S if waiting else LOOK_S)
                    await self._clock.sleep(PAUSE_S)  # many calls end together: look once for all
                except TimeoutError:
                    continue
        finally:
            unsubscribe()

    async def look(self) -> int:
        """Store what can be stored now; returns how many must wait."""
        async with self._db.session(None) as session:
            tenants = [UUID(str(row)) for row in await session.scalars(_TENANTS)]
        waiting = 0
        for tenant_id in tenants:
            for stopped in await self._open(tenant_id):
                waiting += not await self._settle(stopped)
        return waiting

    async def _open(self, tenant_id: UUID) -> list[Stopped]:
        async with self._db.session(Scope(tenant_id)) as session:
            rows = await session.execute(_OPEN, {"since": self._clock.now() - BACK, "most": MOST})
            return [
                Stopped(
                    tenant_id=tenant_id,
                    client_id=row.client_id,
                    project_id=row.project_id,
                    contact_id=row.contact_id,
                    recording_id=UUID(row.data["recording_id"]),
                    stopped=row.at,
                    total_ms=int(row.data["total_ms"]),
                    silent=[
                        (int(span["from_ms"]), int(span["to_ms"]))
                        for span in row.data["spans"]
                        if span["leg"] == "card"
                    ],
                )
                for row in rows
            ]

    async def _settle(self, stopped: Stopped) -> bool:
        """Store one recording and say so; False while the engine still writes it."""
        overdue = self._clock.now() - stopped.stopped > OVERDUE
        dest = self._recordings / stopped.path
        facts: list[Fact] = []
        subject: dict[str, Any] = {
            "at": self._clock.now(),
            "tenant_id": stopped.tenant_id,
            "client_id": stopped.client_id,
            "project_id": stopped.project_id,
            "contact_id": stopped.contact_id,
            "recording_id": stopped.recording_id,
        }
        try:
            stored = await asyncio.to_thread(
                store,
                self._raw,
                str(stopped.recording_id),
                dest,
                started=stopped.stopped - timedelta(milliseconds=stopped.total_ms),
                expected_ms=stopped.total_ms,
                silent=stopped.silent,
                at_once=overdue,
            )
        except RecordingNotReady:
            return False
        except RecordingMissing:
            if not overdue and stopped.total_ms > 0:
                return False  # the engine may not have opened its files yet
            facts.append(RecordingIncomplete(**subject, missing_ms=stopped.total_ms, why="file_missing"))
            await asyncio.to_thread(discard, self._raw, str(stopped.recording_id))  # headers without sound
        except OSError as error:
            log.error("recording_not_stored", recording_id=str(stopped.recording_id), why=str(error))
            if not overdue:
                return False
            # No room for long: the books say so. The raw files stay where they are.
            facts.append(RecordingIncomplete(**subject, missing_ms=stopped.total_ms, why="disk_full"))
        else:
            _stored.inc()
            facts.append(
                RecordingStored(
                    **subject,
                    path=stopped.path,
                    audio_ms=stored.audio_ms,
                    size=stored.size,
                    sha256=stored.sha256,
                )
            )
            if stored.missing_ms:
                facts.append(RecordingIncomplete(**subject, missing_ms=stored.missing_ms, why=stored.why))
        if len(facts) > 1 or isinstance(facts[0], RecordingIncomplete):
            _incomplete.inc()
        async with self._db.session(Scope(stopped.tenant_id)) as session:
            await append(session, *facts)
        if stopped.contact_id is not None:  # the message itself is in the recording
            (self._raw / f"v-{stopped.contact_id.hex}.wav").unlink(missing_ok=True)
        self._bus.publish(RecordingStored.kind, {})
        return True
