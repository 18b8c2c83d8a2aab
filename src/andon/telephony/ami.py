"""A tiny client for the engine's manager interface: what the REST interface lacks.

Recording by MixMonitor, and the events of devices: the REST interface reports those only together with a
second copy of every event of every call.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable

import structlog

from andon.telephony.errors import EngineRefused

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 5.0
ACTION_TIMEOUT_S = 5.0

Block = dict[str, str]


class AmiClient:
    """One connection. `on_event` hears every event the account is given; `lost` is done when it breaks."""

    def __init__(
        self, host: str, port: int, user: str, secret: str, on_event: Callable[[Block], None] | None = None
    ) -> None:
        self._host, self._port, self._user, self._secret = host, port, user, secret
        self._on_event = on_event
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._pending: dict[str, asyncio.Future[Block]] = {}
        self._numbers = itertools.count(1)
        self.lost: asyncio.Future[str] | None = None

    async def connect(self) -> None:
        """Connect and log in. Raises `OSError`, `TimeoutError` or `EngineRefused`."""
        connecting = asyncio.open_connection(self._host, self._port)
        reader, self._writer = await asyncio.wait_for(connecting, CONNECT_TIMEOUT_S)
        self.lost = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(reader), name="ami-read")
        events = "on" if self._on_event is not None else "off"
        await self.action("Login", Username=self._user, Secret=self._secret, Events=events)

    async def action(self, name: str, /, **fields: str) -> Block:
        """Do one action; returns the answer's headers. Raises `EngineRefused`: 404 no such channel."""
        if self._writer is None or self.lost is None or self.lost.done():
            raise EngineRefused(f"AMI {name}", 503, "not connected to the engine")
        number = str(next(self._numbers))
        lines = {"Action": name, "ActionID": number, **fields}
        if any("\r" in value or "\n" in value for value in lines.values()):
            raise ValueError("a value holds a line break")
        answered: asyncio.Future[Block] = asyncio.get_running_loop().create_future()
        self._pending[number] = answered
        try:
            async with asyncio.timeout(ACTION_TIMEOUT_S):
                self._writer.write("".join(f"{k}: {v}\r\n" for k, v in lines.items()).encode() + b"\r\n")
                await self._writer.drain()
                answer = await answered
        except TimeoutError:
            raise EngineRefused(f"AMI {name}", 408, f"no answer in {ACTION_TIMEOUT_S:g} s") from None
        except OSError as error:
            raise EngineRefused(f"AMI {name}", 503, str(error)) from error
        finally:
            self._pending.pop(number, None)
        if answer["Response"] not in ("Success", "Goodbye"):
            message = answer.get("Message", "")
            said = message.lower()
            gone = any(words in said for words in ("no such channel", "does not exist", "not found"))
            raise EngineRefused(f"AMI {name}", 404 if gone else 409, message)
        return answer

    async def close(self) -> None:
        """Close; actions under way are refused."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
            self._reading = None
        self._fail("closed")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        why = "the engine closed its manager connection"
        try:
            await reader.readline()  # the banner
            block: Block = {}
            while line := await reader.readline():
                key, _, value = line.decode(errors="replace").rstrip("\r\n").partition(": ")
                if key:
                    block[key] = value
                elif block:
                    self._take(block)
                    block = {}
        except OSError as error:
            why = str(error)
        self._fail(why)

    def _take(self, block: Block) -> None:
        if "Response" in block:
            answered = self._pending.get(block.get("ActionID", ""))
            if answered is not None and not answered.done():
                answered.set_result(block)
        elif self._on_event is not None:
            try:
                self._on_event(block)
            except Exception:
                # one handler's fault must not deafen the whole engine
                log.exception("engine_event_handler_failed", event_type=block.get("Event"))

    def _fail(self, why: str) -> None:
        for answered in self._pending.values():
            if not answered.done():
                answered.set_exception(EngineRefused("AMI", 503, f"connection lost: {why}"))
        if self.lost is not None and not self.lost.done():
            self.lost.set_result(why)
