"""The screens of one edge process: each wallboard pictured at most once a second, however many show it.

The live rows come from the mirrors of `reporting.live.boards`, the day's figures are counted at most once in
`FIGURES_SECONDS` for each board. A screen gets whole pictures, so of several waiting only the newest is sent.
"""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlalchemy.exc import DBAPIError

from andon.identity.admin import CONFIG_CHANGED
from andon.kit.bus import RECONNECTED, Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.tasks import Tasks
from andon.reporting.live.boards import Boards, packed
from andon.reporting.live.connection import Close, Connection
from andon.reporting.shapes import iso_ms
from andon.reporting.walls.model import Day, Tile
from andon.reporting.walls.repository import Shown, day_of, pictured, reopen

log = structlog.get_logger(__name__)

TOPIC = "wallboard"
PICTURE_SECONDS = 1.0
FIGURES_SECONDS = 5.0
BEAT_SECONDS = 10.0
SCREENS_PER_LINK = 20

_screens = Gauge("andon_wall_screens", "Open wallboard screens")


class _Wall:
    """One wallboard while some screen shows it."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.screens: set[Connection] = set()
        self.day: Day | None = None
        self.counted = 0.0
        self.told: dict[str, Any] | None = None
        self.task: asyncio.Future[None] | None = None


class WallHub:
    """See the module. Everything runs on one event loop."""

    def __init__(self, bus: Bus, db: Database, clock: Clock, boards: Boards) -> None:
        self.db = db
        self._bus = bus
        self._clock = clock
        self._boards = boards
        self._walls: dict[UUID, _Wall] = {}  # by wallboard
        self._links: dict[Connection, UUID] = {}
        self._tasks = Tasks("wallboards")
        self._unsubscribe: list[Any] = []
        self._core_up = True

    async def start(self) -> None:
        """Begin hearing of changed boards and revoked links, and telling screens that we are there."""
        hear = self._bus.subscribe
        self._unsubscribe = [
            hear(TOPIC, lambda topic, _payload: self._settle_soon(UUID(topic.partition(".")[2]))),
            hear(CONFIG_CHANGED, lambda _topic, payload: self._configured(payload)),
            hear(RECONNECTED, lambda _topic, _payload: self._settle_all()),
        ]
        self._tasks.start(self._beat())

    async def stop(self) -> None:
        """Close every screen's socket; they come back to another edge or to this one once it is up again."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for connection in list(self._links):
            connection.close(Close.TRY_AGAIN)
        await self._tasks.close()

    def join(self, connection: Connection, shown: Shown) -> bool:
        """Show a board on one more screen. False: its link has as many as allowed."""
        if shown.link_id is None or list(self._links.values()).count(shown.link_id) >= SCREENS_PER_LINK:
            return False
        self._links[connection] = shown.link_id
        _screens.set(len(self._links))
        wall = self._walls.get(shown.wallboard_id)
        if wall is None:
            wall = self._walls[shown.wallboard_id] = _Wall(shown)
            self._boards.attend(shown.tenant_id, wall)
            wall.task = self._tasks.start(self._show(wall))
        wall.screens.add(connection)
        if wall.told is not None:
            connection.put(packed({"type": "wall", **wall.told, "server_time": self._now()}), "wall")
        return True

    def leave(self, connection: Connection) -> None:
        """A screen is gone."""
        if self._links.pop(connection, None) is None:
            return
        _screens.set(len(self._links))
        for id, wall in list(self._walls.items()):
            wall.screens.discard(connection)
            if not wall.screens:
                self._boards.unattend(wall.shown.tenant_id, wall)
                if wall.task is not None:
                    wall.task.cancel()
                del self._walls[id]

    async def _show(self, wall: _Wall) -> None:
        """Tell the wall's screens what changed, until nobody shows it."""
        while True:
            try:
                await self._tell(wall)
            except (DBAPIError, OSError) as error:
                log.info("wall_waits", wallboard=str(wall.shown.wallboard_id), error=type(error).__name__)
            except Exception:
                # One board's trouble: its screens say that it is stale, and it is tried again.
                log.exception("wall_failed", wallboard=str(wall.shown.wallboard_id))
            await self._clock.sleep(PICTURE_SECONDS)

    async def _tell(self, wall: _Wall) -> None:
        shown, mirror = wall.shown, self._boards.mirror(wall.shown.tenant_id)
        if mirror is None:
            return  # core has not told its board yet
        if wall.day is None or self._clock.monotonic() - wall.counted >= FIGURES_SECONDS:
            async with self.db.session(Scope(shown.tenant_id)) as session:
                wall.day = await day_of(session, shown, self._clock.now())
            wall.counted = self._clock.monotonic()
        if shown is not wall.shown:
            return  # changed meanwhile: the next look counts anew
        told = {
            "name": shown.name,
            "locale": shown.locale,
            "zone": wall.day.zone,
            "figures_at": iso_ms(wall.day.at),
            "layout": [_laid_out(tile) for tile in shown.tiles],
            "tiles": pictured(shown, wall.day, mirror.snapshot()),
        }
        if told == wall.told:
            return
        wall.told = told
        message = packed({"type": "wall", **told, "server_time": self._now()})
        for connection in wall.screens:
            connection.put(message, "wall")

    # links that are no more, boards that are others

    def _configured(self, payload: dict[str, Any]) -> None:
        tenant = payload.get("tenant_id")
        if tenant:
            self._settle_soon(UUID(tenant))
        else:
            self._settle_all()

    def _settle_all(self) -> None:
        for tenant_id in {connection.viewer.tenant_id for connection in self._links}:
            self._settle_soon(tenant_id)

    def _settle_soon(self, tenant_id: UUID) -> None:
        if any(connection.viewer.tenant_id == tenant_id for connection in self._links):
            self._tasks.start(self._settle(tenant_id))

    async def _settle(self, tenant_id: UUID) -> None:
        """Close the screens of links that were revoked; show boards as they are now."""
        links = {link for connection, link in self._links.items() if connection.viewer.tenant_id == tenant_id}
        try:
            alive = await reopen(self.db, tenant_id, links)
        except (DBAPIError, OSError) as error:
            # Screens stay while nobody can say whether they may; the next beat asks again.
            log.warning("wall_links_not_checked", error=type(error).__name__)
            return
        for connection, link in list(self._links.items()):
            if link in links and link not in alive:
                connection.close(Close.SESSION)
        for shown in alive.values():
            wall = self._walls.get(shown.wallboard_id)
            if wall is not None and _head(wall.shown) != _head(shown):
                wall.shown, wall.day = shown, None

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(BEAT_SECONDS)
            if not self._links:
                continue
            self._settle_all()
            try:
                self._core_up = bool((await self._bus.request("core.command", {"verb": "health"})).get("ok"))
            except AndonError:
                self._core_up = False
            message = packed({"type": "beat", "core": self._core_up, "server_time": self._now()})
            for connection in self._links:
                connection.put(message, "beat")

    def _now(self) -> str:
        return iso_ms(self._clock.now())


def _head(shown: Shown) -> tuple[Any, ...]:
    return (shown.name, shown.project_id, shown.locale, shown.show_agents, shown.tiles)


def _laid_out(tile: Tile) -> dict[str, Any]:
    """Where a tile is and what it says by itself."""
    return {
        "id": tile.id,
        "kind": tile.kind.value,
        "x": tile.x,
        "y": tile.y,
        "w": tile.w,
        "h": tile.h,
        "title": tile.title,
        "text": tile.text,
    }
