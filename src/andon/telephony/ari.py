"""A thin client for the engine's REST interface, spoken over its one event web socket.

Requests and events share the socket, so what the engine reports before it answers a request is also
heard before the answer. The socket is read as fast as it delivers (the engine cuts off readers slower
than its write time-out); events go into a queue inside and are handed on in order.
"""

import asyncio
import base64
import contextlib
import itertools
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from andon.telephony.errors import EngineRefused

log = structlog.get_logger(__name__)

REQUEST_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 5.0
PING_S = 5.0


class CallerId(msgspec.Struct):
    name: str = ""
    number: str = ""


class DialplanPlace(msgspec.Struct):
    context: str = ""
    exten: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct):
    id: str
    name: str = ""
    state: str = ""
    protocol_id: str = ""
    caller: CallerId = msgspec.field(default_factory=CallerId)
    connected: CallerId = msgspec.field(default_factory=CallerId)
    dialplan: DialplanPlace = msgspec.field(default_factory=DialplanPlace)
    creationtime: str = ""
    channelvars: dict[str, str] = {}


class Playback(msgspec.Struct):
    id: str
    target_uri: str = ""
    state: str = ""


class LiveRecording(msgspec.Struct):
    name: str
    state: str = ""
    target_uri: str = ""
    cause: str = ""
    duration: int = 0


class Message(msgspec.Struct):
    """Any message from the socket: the union of the fields of the events we subscribe to."""

    type: str
    timestamp: str = ""
    args: list[str] = []
    channel: Channel | None = None
    playback: Playback | None = None
    recording: LiveRecording | None = None
    digit: str = ""
    duration_ms: int = 0
    cause: int = 0
    cause_txt: str = ""
    soft: bool = False
    request_id: str = ""
    status_code: int = 0
    reason_phrase: str = ""
    message_body: str = ""


_decoder = msgspec.json.Decoder(Message)


class AriClient:
    """One connection. `on_message` hears events in order; `on_lost` is called once when it breaks."""

    def __init__(
        self, url: str, user: str, secret: str, app: str, on_message: Callable[[Message], None]
    ) -> None:
        """`url` is `http://host:port` of the engine's HTTP server."""
        self._url = url
        self._auth = base64.b64encode(f"{user}:{secret}".encode()).decode()
        self._app = app
        self._on_message = on_message
        self._socket: ClientConnection | None = None
        self._pending: dict[str, asyncio.Future[Message]] = {}
        self._numbers = itertools.count(1)
        self._inbox: asyncio.Queue[Message | None] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self.lost: asyncio.Future[str] | None = None

    async def connect(self) -> None:
        """Open the socket. Raises `OSError`, `TimeoutError` or `WebSocketException` when it cannot."""
        url = self._url.replace("http", "ws", 1)
        query = urlencode({"app": self._app, "subscribeAll": "false"})
        context = ssl.create_default_context() if url.startswith("wss:") else None
        self._socket = await connect(
            f"{url}/ari/events?{query}",
            additional_headers={"Authorization": f"Basic {self._auth}"},
            compression=None,
            max_size=16 * 1024 * 1024,
            max_queue=None,
            open_timeout=CONNECT_TIMEOUT_S,
            close_timeout=1,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            proxy=None,
            ssl=context,
        )
        self.lost = asyncio.get_running_loop().create_future()
        self._inbox = asyncio.Queue()
        self._tasks = [
            asyncio.create_task(self._read(self._socket), name="ari-read"),
            asyncio.create_task(self._dispatch(self._inbox), name="ari-dispatch"),
        ]

    @property
    def connected(self) -> bool:
        return self.lost is not None and not self.lost.done()

    async def close(self) -> None:
        """Close the socket; requests under way are refused with 503."""
        self._fail("closed")
        if self._socket is not None:
            await self._socket.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        timeout_s: float = REQUEST_TIMEOUT_S,
    ) -> Any:
        """Do one request and return its decoded answer, or None when it has no body.

        Raises `EngineRefused` for an answer other than 2xx, for no answer in `timeout_s` and while not
        connected.
        """
        what = f"{method} {path}"
        if self._socket is None or not self.connected:
            raise EngineRefused(what, 503, "not connected to the engine")
        number = str(next(self._numbers))
        uri = quote(path.lstrip("/"), safe="/") + (f"?{urlencode(query)}" if query else "")
        request: dict[str, Any] = {
            "type": "RESTRequest",
            "request_id": number,
            "method": method,
            "uri": uri,
        }
        if body is not None:
            request["content_type"] = "application/json"
            request["message_body"] = msgspec.json.encode(body).decode()
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._pending[number] = answer
        try:
            async with asyncio.timeout(timeout_s):
                await self._socket.send(msgspec.json.encode(request).decode())
                message = await answer
        except TimeoutError:
            raise EngineRefused(what, 408, f"no answer in {timeout_s:g} s") from None
        except WebSocketException as error:
            raise EngineRefused(what, 503, str(error) or "connection lost") from error
        finally:
            self._pending.pop(number, None)
        if not 200 <= message.status_code < 300:
            raise EngineRefused(what, message.status_code, _reason(message))
        return msgspec.json.decode(message.message_body) if message.message_body else None

    async def _read(self, socket: ClientConnection) -> None:
        why = "closed by the engine"
        try:
            async for frame in socket:
                message = _decode(frame)
                if message is None:
                    continue
                if message.type == "RESTResponse":
                    # through the same queue, so that events stay before the answer they precede
                    self._inbox.put_nowait(message)
                elif message.type == "ApplicationReplaced":
                    why = "another client took over this application"
                    break
                else:
                    self._inbox.put_nowait(message)
        except WebSocketException as error:
            why = str(error) or type(error).__name__
        self._inbox.put_nowait(None)
        self._why = why

    async def _dispatch(self, inbox: "asyncio.Queue[Message | None]") -> None:
        while (message := await inbox.get()) is not None:
            if message.type == "RESTResponse":
                answer = self._pending.get(message.request_id)
                if answer is not None and not answer.done():
                    answer.set_result(message)
                continue
            try:
                self._on_message(message)
            except Exception:
                # one handler's fault must not deafen the whole engine
                log.exception("engine_event_handler_failed", event_type=message.type)
        self._fail(self._why)

    def _fail(self, why: str) -> None:
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(EngineRefused("request", 503, f"connection lost: {why}"))
        if self.lost is not None and not self.lost.done():
            self.lost.set_result(why)

    async def __aenter__(self) -> "AriClient":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(WebSocketException):
            await self.close()


def _decode(frame: str | bytes) -> Message | None:
    raw = frame.encode() if isinstance(frame, str) else frame
    try:
        return _decoder.decode(raw)
    except msgspec.DecodeError as error:
        log.warning("engine_message_unreadable", error=str(error), size=len(raw))
        return None


def _reason(message: Message) -> str:
    if message.message_body:
        with contextlib.suppress(msgspec.DecodeError):
            body = msgspec.json.decode(message.message_body)
            if isinstance(body, dict) and "message" in body:
                return str(body["message"])
    return message.reason_phrase
