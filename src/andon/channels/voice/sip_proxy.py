"""The browser phone's SIP signalling on our own origin: a WebSocket handed through to the engine's.

Messages pass untouched both ways. Each direction waits until the other side has taken the last message, so
neither side can fill our memory; a message beyond `MESSAGE_BYTES` or a peer that does not take one within
`SEND_SECONDS` ends both sides.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from prometheus_client import Counter as Metric
from prometheus_client import Gauge
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from andon.identity.access import find_actor
from andon.identity.model import Permission
from andon.identity.sockets import socket_sessions
from andon.kit.web import same_origin, services

log = structlog.get_logger(__name__)

SUBPROTOCOL: Final = "sip"
MESSAGE_BYTES = 65_536  # the largest SIP message the engine itself takes
WAITING_MESSAGES = 16
OPEN_SECONDS = 5.0
SEND_SECONDS = 10.0
CLOSE_SECONDS = 1.0

CLOSE_NORMAL = 1000
CLOSE_TOO_BIG = 1009
CLOSE_PROTOCOL = 1002
CLOSE_TRY_AGAIN = 1013
CLOSE_SESSION = 4401  # no session, or it is over
CLOSE_FORBIDDEN = 4403
CLOSE_SLOW = 4408
CLOSE_TOO_MANY = 4429
PHONES_PER_USER = 4

router = APIRouter()
_phones: Counter[UUID] = Counter()

_open = Gauge("andon_sip_sockets", "Browser phones connected through the proxy")
_messages = Metric("andon_sip_messages", "SIP messages passed", ["to"])


@router.websocket("/sip")
async def sip(socket: WebSocket) -> None:
    """A phone of somebody who takes calls, is at calls, or tries flows.

    A refused socket is accepted and closed at once, so that the page learns the code."""
    origin = same_origin(socket)
    actor = await find_actor(socket) if origin else None
    refused = None
    if SUBPROTOCOL not in socket.scope.get("subprotocols", []):
        refused = CLOSE_PROTOCOL
    elif actor is None:
        refused = CLOSE_SESSION if origin else CLOSE_FORBIDDEN
    elif not any(actor.may(each) for each in (Permission.DESK, Permission.SUPERVISE, Permission.CONFIG)):
        refused = CLOSE_FORBIDDEN
    elif _phones[actor.user_id] >= PHONES_PER_USER:
        refused = CLOSE_TOO_MANY
    if refused is not None or actor is None:
        await socket.accept()
        await socket.close(refused or CLOSE_FORBIDDEN)
        return
    _phones[actor.user_id] += 1
    try:
        with socket_sessions(socket).hold(actor) as over:
            await relay(socket, f"ws://127.0.0.1:{services(socket).settings.ports().ari}/ws", over)
    finally:
        _phones[actor.user_id] -= 1
        if not _phones[actor.user_id]:
            del _phones[actor.user_id]


async def relay(browser: WebSocket, engine_url: str, over: asyncio.Future[None]) -> None:
    """Join an unaccepted browser socket with the engine until either ends, or the log-in is `over`."""
    try:
        engine = await connect(
            engine_url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            open_timeout=OPEN_SECONDS,
            close_timeout=1,
            max_size=MESSAGE_BYTES,
            max_queue=WAITING_MESSAGES,
            compression=None,
            ping_interval=None,
            proxy=None,
        )
    except (OSError, TimeoutError, WebSocketException) as error:
        log.warning("sip_engine_not_there", error=type(error).__name__)
        await browser.accept(subprotocol=SUBPROTOCOL)
        await browser.close(CLOSE_TRY_AGAIN, "engine")
        return
    async with engine:
        await browser.accept(subprotocol=SUBPROTOCOL)
        with _open.track_inprogress():
            code = await _first(_to_engine(browser, engine), _to_browser(browser, engine), over)
        if code is not None:
            # Gone in the same moment, or not reading: its farewell waits behind what it did not take.
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                await asyncio.wait_for(browser.close(code), CLOSE_SECONDS)


async def _first(
    up: Coroutine[Any, Any, int | None], down: Coroutine[Any, Any, int | None], over: asyncio.Future[None]
) -> int | None:
    """What the first of them to end says; the others are stopped."""
    directions = [asyncio.create_task(up), asyncio.create_task(down)]
    try:
        ends: list[asyncio.Future[Any]] = [*directions, over]
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if over in done:
            return CLOSE_SESSION
        code: int | None = done.pop().result()
        return code
    finally:
        for task in directions:
            task.cancel()
        await asyncio.gather(*directions, return_exceptions=True)


async def _to_engine(browser: WebSocket, engine: ClientConnection) -> int | None:
    """Until the browser leaves (null) or misbehaves (the code to close it with)."""
    while True:
        message = await browser.receive()
        if message["type"] == "websocket.disconnect":
            return None
        said: str | bytes = message["text"] if message.get("text") is not None else message["bytes"]
        size = len(said) if isinstance(said, bytes) else len(said.encode())
        if size > MESSAGE_BYTES:
            return CLOSE_TOO_BIG
        try:
            await asyncio.wait_for(engine.send(said), SEND_SECONDS)
        except ConnectionClosed:
            return CLOSE_TRY_AGAIN
        except TimeoutError:
            return CLOSE_SLOW
        _messages.labels(to="engine").inc()


async def _to_browser(browser: WebSocket, engine: ClientConnection) -> int | None:
    """Until the engine leaves, or the browser does not take what it is sent."""
    while True:
        try:
            said = await engine.recv()
        except ConnectionClosed as closed:
            ended_well = closed.rcvd is not None and closed.rcvd.code == CLOSE_NORMAL
            return CLOSE_NORMAL if ended_well else CLOSE_TRY_AGAIN
        try:
            send = browser.send_text(said) if isinstance(said, str) else browser.send_bytes(said)
            await asyncio.wait_for(send, SEND_SECONDS)
        except (WebSocketDisconnect, RuntimeError):
            return None
        except TimeoutError:
            return CLOSE_SLOW
        _messages.labels(to="browser").inc()
