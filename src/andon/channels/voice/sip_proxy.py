"""The browser phone's SIP signalling on our own origin: a WebSocket handed through to the engine's.

Messages pass untouched both ways. Each direction waits until the other side has taken the last message, so
neither side can fill our memory; a message beyond `MESSAGE_BYTES` or a peer that does not take one within
`SEND_SECONDS` ends both sides.

Of several media nodes a phone is given one that takes calls. When its node is drained it is asked to connect
anew, and so comes to another one, as soon as its agent is in no call.
"""

import asyncio
import contextlib
from collections import Counter, defaultdict
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

from andon.channels.voice.desk_http import ask_core
from andon.identity.access import find_actor
from andon.identity.model import Actor, Permission
from andon.identity.sockets import socket_sessions
from andon.kit.errors import AndonError
from andon.kit.web import Services, same_origin, services
from andon.telephony.engine.layout import plans_of

log = structlog.get_logger(__name__)

SUBPROTOCOL: Final = "sip"
MESSAGE_BYTES = 65_536  # the largest SIP message the engine itself takes
WAITING_MESSAGES = 16
OPEN_SECONDS = 5.0
NODES_SECONDS = 0.5
LOOK_SECONDS = 1.0  # at agents whose phones are to connect anew
IDLE = frozenset({"offline", "ready", "not_ready", "break", "acw"})
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
_at: defaultdict[str, set["Phone"]] = defaultdict(set)  # by node

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
            await relay(socket, await engines(services(socket)), Phone(actor, over))
    finally:
        _phones[actor.user_id] -= 1
        if not _phones[actor.user_id]:
            del _phones[actor.user_id]


class Phone:
    """An open one."""

    def __init__(self, actor: Actor, over: asyncio.Future[None]) -> None:
        self.actor = actor
        self.over = over  # done with the log-in
        self.elsewhere: asyncio.Future[None] = asyncio.get_running_loop().create_future()


async def engines(here: Services) -> list[tuple[str, str]]:
    """Where phones may register, node and address, the best first: nodes that take calls, then those that are
    drained or were away when the core looked. Without a core in the order of the settings."""
    plans = plans_of(here.settings)
    if len(plans) > 1:
        try:
            serving = {node["name"]: node["up"] and not node["draining"] for node in await _nodes(here)}
        except AndonError:
            log.info("sip_nodes_not_known")
        else:
            plans.sort(key=lambda plan: not serving.get(plan.node, False))
    return [(plan.node, f"ws://{plan.control_address}/ws") for plan in plans]


async def _nodes(here: Services) -> list[dict[str, Any]]:
    answer = await here.bus.request("core.command", {"verb": "nodes"}, timeout=NODES_SECONDS)
    return list(answer["nodes"])


async def move_away(here: Services, node: str) -> None:
    """Have the phones at a drained node connect anew, each as soon as its agent is in no call; until all have
    or the node takes calls again."""
    while _at[node]:
        with contextlib.suppress(AndonError):  # no core just now: look again
            if not any(each["name"] == node and each["draining"] for each in await _nodes(here)):
                return
            for phone in list(_at[node]):
                if not phone.elsewhere.done() and await _idle(here, phone.actor):
                    phone.elsewhere.set_result(None)
        await asyncio.sleep(LOOK_SECONDS)


async def _idle(here: Services, actor: Actor) -> bool:
    """Whether the agent is in no call. Who is no agent may be at somebody's."""
    try:
        view = await ask_core(here, actor, "snapshot.agent")
    except AndonError:
        return False
    return view["state"] in IDLE


async def relay(browser: WebSocket, wanted: list[tuple[str, str]], phone: Phone) -> None:
    """Join an unaccepted browser socket with the first engine that is there, until either ends, the log-in is
    over or the phone is wanted elsewhere."""
    node, engine = await _first_there(wanted)
    if engine is None:
        await browser.accept(subprotocol=SUBPROTOCOL)
        await browser.close(CLOSE_TRY_AGAIN, "engine")
        return
    _at[node].add(phone)
    try:
        async with engine:
            await browser.accept(subprotocol=SUBPROTOCOL)
            with _open.track_inprogress():
                code = await _first(_to_engine(browser, engine), _to_browser(browser, engine), phone)
            if code is not None:
                # Gone in the same moment, or not reading: its farewell waits behind what it did not take.
                with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                    await asyncio.wait_for(browser.close(code), CLOSE_SECONDS)
    finally:
        _at[node].discard(phone)


async def _first_there(wanted: list[tuple[str, str]]) -> tuple[str, ClientConnection | None]:
    for node, url in wanted:
        try:
            engine = await connect(
                url,
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
            log.warning("sip_engine_not_there", error=type(error).__name__, media_node=node)
        else:
            return node, engine
    return "", None


async def _first(
    up: Coroutine[Any, Any, int | None], down: Coroutine[Any, Any, int | None], phone: Phone
) -> int | None:
    """What the first of them to end says; the others are stopped."""
    directions = [asyncio.create_task(up), asyncio.create_task(down)]
    try:
        ends: list[asyncio.Future[Any]] = [*directions, phone.over, phone.elsewhere]
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if phone.over in done:
            return CLOSE_SESSION
        if phone.elsewhere in done:
            return CLOSE_TRY_AGAIN
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
