"""What the edge serves beside log-in and administration: desk, live push, history, figures, books, phones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from andon.channels.voice import (
    control_http,
    desk_http,
    dial_http,
    ice_http,
    inside_http,
    nodes_http,
    sip_proxy,
    trunks_http,
)
from andon.channels.voice import texts as node_texts  # noqa: F401  (registers what is said here)
from andon.identity.sockets import SocketSessions
from andon.imports import http as imports
from andon.interactions.monitor import http as monitor
from andon.kit.tasks import Tasks
from andon.kit.web import Services
from andon.messages import http as messages
from andon.reporting import texts  # noqa: F401  (registers what is said here)
from andon.reporting.board import http as board
from andon.reporting.checks import http as checks
from andon.reporting.exports import http as exports
from andon.reporting.history import http as history
from andon.reporting.history import saved_http as saved_searches
from andon.reporting.live import http as live
from andon.reporting.live.hub import LiveHub
from andon.reporting.walls import http as walls
from andon.reporting.walls.hub import WallHub
from andon.work import http as work

ROUTERS: tuple[APIRouter, ...] = (
    desk_http.router,
    monitor.router,
    control_http.router,
    nodes_http.router,
    trunks_http.router,
    dial_http.router,
    inside_http.router,
    ice_http.router,
    history.router,
    saved_searches.router,
    exports.router,
    imports.router,
    board.router,
    checks.router,
    live.router,
    sip_proxy.router,
    work.router,
    messages.router,
    walls.router,
)


@asynccontextmanager
async def sockets(app: FastAPI, services: Services) -> AsyncIterator[None]:
    """The parts that outlive requests, while the edge runs; the bus must be started."""
    policy = app.state.sessions.policy
    watch = SocketSessions(services.db, services.bus, services.clock, policy)
    hub = LiveHub(services.bus, services.db, services.clock)
    screens = WallHub(services.bus, services.db, services.clock, hub.boards)
    app.state.socket_sessions, app.state.live, app.state.walls = watch, hub, screens
    await hub.start()
    await screens.start()
    tasks = Tasks("edge")
    tasks.start(watch.run())

    def drained(topic: str, payload: dict[str, Any]) -> None:
        tasks.start(sip_proxy.move_away(services, str(payload["node"])))

    unsubscribe = services.bus.subscribe("node.drained", drained)
    try:
        yield
    finally:
        unsubscribe()
        await tasks.close()
        await screens.stop()
        await hub.stop()
