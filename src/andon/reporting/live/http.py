"""The live socket: `WS /api/live`.

Server to browser: `hello`, `agent` (the own view, whole), `today` (the own figures), `core` (whether the
call core answers), `alarm` (a rule's, for the roles it names), and once subscribed `board` (a snapshot, then
deltas; for a client's viewer snapshots of the own) and `figures`; `ping` each ten seconds. Browser to server:
`{"subscribe": "board"}`, `{"unsubscribe": "board"}`, `{"type": "ping"}`.
"""

import asyncio
import contextlib
import json
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from andon.identity.access import find_actor
from andon.identity.model import Actor, Permission
from andon.identity.sockets import socket_sessions
from andon.kit.web import same_origin, services
from andon.reporting.live.connection import Close, Connection, Viewer
from andon.reporting.live.hub import LiveHub

router = APIRouter()

MESSAGE_BYTES = 4096
MESSAGES_PER_SECOND = 20
CLOSE_SECONDS = 1.0


def hub(connection: HTTPConnection) -> LiveHub:
    """The process' live push."""
    found: LiveHub = connection.app.state.live
    return found


@router.websocket("/api/live")
async def live(socket: WebSocket) -> None:
    """See the module. A refused socket is accepted and closed at once, so that the page learns the code."""
    actor = await find_actor(socket) if same_origin(socket) else None
    await socket.accept()
    if actor is None:
        await socket.close(Close.SESSION if same_origin(socket) else Close.FORBIDDEN)
        return
    connection = Connection(socket, _viewer(actor))
    if not hub(socket).join(connection):
        await socket.close(Close.TOO_MANY)
        return
    code = Close.DONE
    try:
        with socket_sessions(socket).hold(actor) as over:
            over.add_done_callback(lambda done: None if done.cancelled() else connection.close(Close.SESSION))
            code = await _serve(socket, connection)
    finally:
        hub(socket).leave(connection)
    # The browser left in the same moment, or does not read: its farewell waits behind what it did not take.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        await asyncio.wait_for(socket.close(code), CLOSE_SECONDS)


def _viewer(actor: Actor) -> Viewer:
    return Viewer(
        user_id=actor.user_id,
        tenant_id=actor.tenant_id,
        client_id=actor.client_id,
        session=str(actor.session_id),
        agent=actor.may(Permission.DESK),
        board=actor.may(Permission.BOARD),
        roles=frozenset(actor.roles),
    )


async def _serve(socket: WebSocket, connection: Connection) -> int:
    """Send what is queued and hear the browser until either ends it; returns the close code."""
    pump = asyncio.create_task(connection.pump())
    listen = asyncio.create_task(_listen(socket, connection))
    try:
        await asyncio.wait({pump, listen}, return_when=asyncio.FIRST_COMPLETED)
        if listen.done():
            connection.close(listen.result())
        return await pump
    except (WebSocketDisconnect, RuntimeError):  # sending to a browser that has gone
        return Close.DONE
    finally:
        for task in (pump, listen):
            task.cancel()
        await asyncio.gather(pump, listen, return_exceptions=True)


async def _listen(socket: WebSocket, connection: Connection) -> int:
    """Hear the browser until it leaves or misbehaves; returns the close code."""
    clock = services(socket).clock
    begun, heard = clock.monotonic(), 0
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return Close.DONE
        said = message.get("text") or ""
        if len(said) > MESSAGE_BYTES or message.get("bytes"):
            return Close.TOO_BIG
        if clock.monotonic() - begun >= 1:
            begun, heard = clock.monotonic(), 0
        heard += 1
        if heard > MESSAGES_PER_SECOND:
            return Close.TOO_MANY
        _hear(hub(socket), connection, said)


def _hear(live: LiveHub, connection: Connection, said: str) -> None:
    """What a browser may ask. Anything else is not ours to understand and changes nothing."""
    try:
        asked: Any = json.loads(said)
    except ValueError:
        return
    if not isinstance(asked, dict):
        return
    if asked.get("subscribe") == "board":
        live.subscribe(connection)
    elif asked.get("unsubscribe") == "board":
        live.unsubscribe(connection)
    elif asked.get("type") == "ping":
        live.pong(connection)
