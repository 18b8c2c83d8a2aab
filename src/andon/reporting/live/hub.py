"""The live push of one edge process: hears the bus, knows every socket, tells each what it may know.

An agent's view comes whole at each change, so of several waiting only the newest is sent. Figures are
counted at most once in `FIGURES_SECONDS` per tenant and scope, however many watch.
"""

from collections import Counter as Tally
from collections import defaultdict
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import DBAPIError

from andon.kit.bus import RECONNECTED, Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.tasks import Tasks
from andon.messages import http as messages
from andon.reporting import projector
from andon.reporting.board import service as board
from andon.reporting.live.boards import Boards, packed
from andon.reporting.live.connection import Close, Connection, Viewer
from andon.reporting.shapes import iso_ms
from andon.work import keeper

log = structlog.get_logger(__name__)

BEAT_SECONDS = 10.0
FIGURES_SECONDS = 2.0
RETRY_SECONDS = 1.0
SOCKETS_PER_USER = 8

_sockets = Gauge("andon_live_sockets", "Open live sockets")
_cut = Counter("andon_live_cut", "Live sockets closed by us", ["code"])


class LiveHub:
    """See the module. Everything runs on one event loop; nothing here waits for a slow browser."""

    def __init__(self, bus: Bus, db: Database, clock: Clock) -> None:
        self._bus = bus
        self._db = db
        self._clock = clock
        self.boards = Boards(bus, db, clock)
        self._connections: set[Connection] = set()
        self._agents: dict[UUID, set[Connection]] = defaultdict(set)
        self._users: Tally[UUID] = Tally()
        self._watching: set[Connection] = set()
        self._stale: dict[UUID, set[UUID]] = {}  # agents whose figures changed, by tenant
        self._counting: set[UUID] = set()
        self._tasks = Tasks("live")
        self._unsubscribe: list[Any] = []

    async def start(self) -> None:
        """Begin hearing the bus and sending heart-beats."""
        hear = self._bus.subscribe
        self._unsubscribe = [
            hear("agent", self._hear_agent),
            hear("board", self.boards.hear),
            hear(projector.TOPIC, self._hear_figures),
            hear(keeper.TOPIC, self._hear_work),
            hear(messages.TOPIC, self._hear_messages),
            hear("alarm", self._hear_alarm),
            hear("config.changed", lambda _topic, payload: self._configured(payload)),
            hear("core.started", lambda _topic, _payload: self._refresh()),
            hear(RECONNECTED, lambda _topic, _payload: self._refresh()),
        ]
        self._tasks.start(self._beat())

    async def stop(self) -> None:
        """Close every socket; browsers come back to another edge or to this one once it is up again."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for connection in list(self._connections):
            connection.close(Close.TRY_AGAIN)
        await self._tasks.close()

    def join(self, connection: Connection) -> bool:
        """Take a new socket. False: the user has as many as allowed."""
        viewer = connection.viewer
        if self._users[viewer.user_id] >= SOCKETS_PER_USER:
            return False
        self._users[viewer.user_id] += 1
        self._connections.add(connection)
        _sockets.set(len(self._connections))
        connection.put(packed({"type": "hello", "server_time": self._now(), "session": viewer.session}))
        if viewer.agent:
            first = not self._of_session(viewer)
            self._agents[viewer.user_id].add(connection)
            if first:
                self._tasks.start(self._presence(viewer, connected=True))
            self._tasks.start(self._first_view(connection))
        return True

    def leave(self, connection: Connection) -> None:
        """A socket is gone."""
        if connection not in self._connections:
            return
        viewer = connection.viewer
        if connection.closing is not None:
            _cut.labels(code=str(connection.closing)).inc()
        self._connections.discard(connection)
        self._users[viewer.user_id] -= 1
        if not self._users[viewer.user_id]:
            del self._users[viewer.user_id]
        _sockets.set(len(self._connections))
        self.unsubscribe(connection)
        if viewer.agent:
            self._agents[viewer.user_id].discard(connection)
            if not self._agents[viewer.user_id]:
                del self._agents[viewer.user_id]
            if not self._of_session(viewer):
                self._tasks.start(self._presence(viewer, connected=False))

    def subscribe(self, connection: Connection) -> bool:
        """Watch the board and its figures; false when the viewer may not."""
        if not connection.viewer.board:
            return False
        self._watching.add(connection)
        self.boards.watch(connection)
        self._count_soon(connection.viewer.tenant_id)
        return True

    def unsubscribe(self, connection: Connection) -> None:
        if connection in self._watching:
            self._watching.discard(connection)
            self.boards.unwatch(connection)

    def pong(self, connection: Connection) -> None:
        """Answer a browser's own ping."""
        connection.put(packed({"type": "pong", "server_time": self._now()}), "pong")

    def _of_session(self, viewer: Viewer) -> bool:
        return any(c.viewer.session == viewer.session for c in self._agents.get(viewer.user_id, ()))

    def _now(self) -> str:
        return iso_ms(self._clock.now())

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(BEAT_SECONDS)
            message = packed({"type": "ping", "server_time": self._now()})
            for connection in self._connections:
                connection.put(message, "ping")

    def _refresh(self) -> None:
        """Messages may have been lost, or core is new: look at everything again."""
        self.boards.reload()
        told: set[tuple[UUID, str]] = set()
        for connection in self._connections:
            viewer = connection.viewer
            if viewer.agent:
                if (viewer.user_id, viewer.session) not in told:
                    told.add((viewer.user_id, viewer.session))
                    self._tasks.start(self._presence(viewer, connected=True))
                self._tasks.start(self._first_view(connection))

    def _configured(self, payload: dict[str, Any]) -> None:
        tenant = payload.get("tenant_id")
        self.boards.reload(UUID(tenant) if tenant else None)

    # agents

    def _hear_agent(self, topic: str, view: dict[str, Any]) -> None:
        connections = self._agents.get(UUID(topic.partition(".")[2]))
        if connections:
            message = packed({"type": "agent", "view": view})
            for connection in connections:
                connection.put(message, "agent")

    async def _first_view(self, connection: Connection) -> None:
        """Ask core for the agent's view until it answers."""
        viewer = connection.viewer
        told_away = False
        while connection in self._connections:
            try:
                view = await self._ask(viewer, "snapshot.agent")
            except AndonError as error:
                if error.status < 500:
                    return  # core knows no such agent: there is nothing to show
                if not told_away:
                    connection.put(packed({"type": "core", "up": False}), "core")
                    told_away = True
                await self._clock.sleep(RETRY_SECONDS)
                continue
            if told_away:
                connection.put(packed({"type": "core", "up": True}), "core")
            connection.put(packed({"type": "agent", "view": view}), "agent")
            self._stale.setdefault(viewer.tenant_id, set()).add(viewer.user_id)
            self._count_soon(viewer.tenant_id)
            return

    async def _presence(self, viewer: Viewer, *, connected: bool) -> None:
        try:
            await self._ask(viewer, "agent.presence", session=viewer.session, connected=connected)
        except AndonError as error:
            log.info("presence_not_told", agent=str(viewer.user_id), error=error.code)

    async def _ask(self, viewer: Viewer, verb: str, **more: Any) -> dict[str, Any]:
        return await self._bus.request(
            "core.command",
            {
                **more,
                "verb": verb,
                "tenant_id": str(viewer.tenant_id),
                "actor": {"user_id": str(viewer.user_id)},
            },
        )

    # the work list

    def _hear_work(self, topic: str, _payload: dict[str, Any]) -> None:
        """The list is another one; whoever shows it reads again what they may see of it."""
        tenant_id = UUID(topic.partition(".")[2])
        message = packed({"type": "work"})
        for connection in self._connections:
            if connection.viewer.tenant_id == tenant_id:
                connection.put(message, "work")

    def _hear_messages(self, topic: str, payload: dict[str, Any]) -> None:
        """Somebody's messages are others now: they read them again."""
        told = {UUID(id) for id in payload.get("to", [])}
        message = packed({"type": "message"})
        for connection in self._connections:
            if connection.viewer.user_id in told:
                connection.put(message, "message")

    def _hear_alarm(self, topic: str, alarm: dict[str, Any]) -> None:
        """A rule raised or cleared something: those of the operator's own people are told whom it names."""
        tenant_id = UUID(topic.partition(".")[2])
        roles = set(alarm.pop("roles", []))
        message = packed({"type": "alarm", "alarm": alarm})
        for connection in self._connections:
            viewer = connection.viewer
            if viewer.tenant_id == tenant_id and viewer.client_id is None and roles & viewer.roles:
                connection.put(message)

    # figures

    def _hear_figures(self, topic: str, payload: dict[str, Any]) -> None:
        tenant_id = UUID(topic.partition(".")[2])
        agents = {UUID(id) for id in payload.get("agents", [])} & self._agents.keys()
        if agents:
            self._stale.setdefault(tenant_id, set()).update(agents)
        if agents or any(connection.viewer.tenant_id == tenant_id for connection in self._watching):
            self._count_soon(tenant_id)

    def _count_soon(self, tenant_id: UUID) -> None:
        self._stale.setdefault(tenant_id, set())
        if tenant_id not in self._counting:
            self._counting.add(tenant_id)
            self._tasks.start(self._count(tenant_id))

    async def _count(self, tenant_id: UUID) -> None:
        try:
            while tenant_id in self._stale:
                agents = self._stale.pop(tenant_id)
                try:
                    await self._send_figures(tenant_id)
                    await self._send_days(tenant_id, agents)
                except (DBAPIError, OSError) as error:
                    log.info("figures_wait", error=type(error).__name__)
                    self._stale.setdefault(tenant_id, set()).update(agents)
                await self._clock.sleep(FIGURES_SECONDS)
        finally:
            self._counting.discard(tenant_id)

    async def _send_figures(self, tenant_id: UUID) -> None:
        watching = [c for c in self._watching if c.viewer.tenant_id == tenant_id]
        for client_id in {c.viewer.client_id for c in watching}:
            async with self._db.session(Scope(tenant_id, client_id)) as session:
                figures = await board.pushed_figures(session, self._clock.now())
            message = packed({"type": "figures", **figures})
            for connection in watching:
                if connection.viewer.client_id == client_id:
                    connection.put(message, "figures")

    async def _send_days(self, tenant_id: UUID, agents: set[UUID]) -> None:
        agents = agents & self._agents.keys()
        if not agents:
            return
        async with self._db.session(Scope(tenant_id)) as session:
            days = await board.pushed_days(session, agents, self._clock.now())
        for agent, values in days.items():
            message = packed({"type": "today", "values": values})
            for connection in self._agents.get(agent, ()):
                connection.put(message, "today")
