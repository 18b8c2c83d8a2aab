"""Boards of all tenants that somebody watches: one mirror each, fed by core, shown to every watcher."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from andon.kit.bus import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.reporting.live.connection import Connection
from andon.reporting.live.mirror import BoardMirror, Gap
from andon.routing.tables import Queue

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0
CLIENT_SECONDS = 1.0


def packed(message: dict[str, Any]) -> bytes:
    return msgspec.json.encode(message)


class _Watched:
    """One tenant's board while somebody watches it."""

    def __init__(self) -> None:
        self.mirror: BoardMirror | None = None
        self.early: list[dict[str, Any]] = []  # deltas that came before the snapshot
        self.watchers: set[Connection] = set()
        self.attending: set[object] = set()  # who reads the mirror
        self.loading: asyncio.Task[None] | None = None
        self.telling: asyncio.Task[None] | None = None
        self.due = False  # clients' viewers have not seen the newest
        self.queues: dict[UUID, frozenset[str]] = {}  # by client


class Boards:
    """See the module. All methods run on one event loop."""

    def __init__(self, bus: Bus, db: Database, clock: Clock) -> None:
        self._bus = bus
        self._db = db
        self._clock = clock
        self._tenants: dict[UUID, _Watched] = {}

    def watch(self, connection: Connection) -> None:
        """Send the board now and each change from now on."""
        watched = self._tenants.setdefault(connection.viewer.tenant_id, _Watched())
        watched.watchers.add(connection)
        if watched.mirror is None:
            self._load(connection.viewer.tenant_id)
        elif connection.viewer.client_id is None:
            connection.put(_snapshot(watched.mirror.snapshot()))
        else:
            self._tell_clients(connection.viewer.tenant_id)

    def unwatch(self, connection: Connection) -> None:
        tenant_id = connection.viewer.tenant_id
        watched = self._tenants.get(tenant_id)
        if watched is None:
            return
        watched.watchers.discard(connection)
        self._let_go(tenant_id, watched)

    def attend(self, tenant_id: UUID, who: object) -> None:
        """Keep the tenant's mirror for somebody who reads it."""
        watched = self._tenants.setdefault(tenant_id, _Watched())
        watched.attending.add(who)
        if watched.mirror is None:
            self._load(tenant_id)

    def unattend(self, tenant_id: UUID, who: object) -> None:
        watched = self._tenants.get(tenant_id)
        if watched is not None:
            watched.attending.discard(who)
            self._let_go(tenant_id, watched)

    def mirror(self, tenant_id: UUID) -> BoardMirror | None:
        """The board as it is known now; None while it is not, or nobody attends it."""
        watched = self._tenants.get(tenant_id)
        return None if watched is None else watched.mirror

    def _let_go(self, tenant_id: UUID, watched: _Watched) -> None:
        if watched.watchers or watched.attending:
            return
        for task in (watched.loading, watched.telling):
            if task is not None:
                task.cancel()
        del self._tenants[tenant_id]

    def reload(self, tenant_id: UUID | None = None) -> None:
        """Take fresh snapshots: messages may have been lost, or the configuration changed."""
        for id, watched in self._tenants.items():
            if tenant_id in (None, id):
                watched.mirror = None
                watched.queues.clear()
                self._load(id)

    def hear(self, topic: str, delta: dict[str, Any]) -> None:
        """A delta from core, on `board.<tenant_id>`."""
        tenant_id = UUID(topic.partition(".")[2])
        watched = self._tenants.get(tenant_id)
        if watched is None:
            return
        if watched.mirror is None:
            watched.early.append(delta)
            return
        try:
            if not watched.mirror.merge(delta):
                return
        except Gap:
            watched.mirror = None
            self._load(tenant_id)
            return
        message = packed({"type": "board", "delta": delta})
        for connection in watched.watchers:
            if connection.viewer.client_id is None:
                connection.put(message)
        self._tell_clients(tenant_id)

    def _load(self, tenant_id: UUID) -> None:
        watched = self._tenants[tenant_id]
        if watched.loading is None or watched.loading.done():
            watched.loading = asyncio.create_task(self._load_until_there(tenant_id, watched))

    async def _load_until_there(self, tenant_id: UUID, watched: _Watched) -> None:
        while watched.mirror is None:
            watched.early.clear()
            try:
                answer = await self._bus.request(
                    "core.command", {"verb": "snapshot.board", "tenant_id": str(tenant_id)}
                )
                mirror = BoardMirror(answer)
                for delta in watched.early:
                    mirror.merge(delta)
            except (AndonError, Gap) as error:
                log.info("board_not_there", tenant=str(tenant_id), error=str(error))
                await self._clock.sleep(RETRY_SECONDS)
                continue
            watched.mirror = mirror
        message = _snapshot(watched.mirror.snapshot())
        for connection in watched.watchers:
            if connection.viewer.client_id is None:
                connection.put(message)
        self._tell_clients(tenant_id)

    def _tell_clients(self, tenant_id: UUID) -> None:
        """Viewers of one client get whole boards of their own, at most one a second."""
        watched = self._tenants[tenant_id]
        if not any(connection.viewer.client_id for connection in watched.watchers):
            return
        watched.due = True
        if watched.telling is None or watched.telling.done():
            watched.telling = asyncio.create_task(self._tell_clients_slowly(tenant_id, watched))

    async def _tell_clients_slowly(self, tenant_id: UUID, watched: _Watched) -> None:
        while watched.mirror is not None and watched.due:
            watched.due = False
            for client_id in {c.viewer.client_id for c in watched.watchers} - {None}:
                assert client_id is not None
                try:
                    queues = await self._queues_of(tenant_id, client_id, watched)
                except (DBAPIError, OSError):
                    continue  # the database is away; the next change tries again
                if watched.mirror is None:
                    return
                message = _snapshot(watched.mirror.for_client(client_id, queues))
                for connection in watched.watchers:
                    if connection.viewer.client_id == client_id:
                        connection.put(message, "board")
            await self._clock.sleep(CLIENT_SECONDS)

    async def _queues_of(self, tenant_id: UUID, client_id: UUID, watched: _Watched) -> frozenset[str]:
        if client_id not in watched.queues:
            async with self._db.session(Scope(tenant_id, client_id)) as session:
                watched.queues[client_id] = frozenset(map(str, await session.scalars(select(Queue.id))))
        return watched.queues[client_id]


def _snapshot(board: dict[str, Any]) -> bytes:
    return packed({"type": "board", "snapshot": board})
