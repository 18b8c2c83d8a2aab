"""The bus over PostgreSQL LISTEN/NOTIFY: the default, nothing more to install.

One connection listens, one sends. The first word of a topic is the channel, so that a process hears only
kinds of messages it wants; replies go to the asker's own channel. A notification holds less than 8000
bytes, so longer messages travel in numbered parts.
"""

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import structlog
from psycopg import sql

from andon.kit.bus.model import Message, Switchboard

log = structlog.get_logger(__name__)

PART_BYTES = 7800
_STALE_SECONDS = 10.0  # a message older than this is dropped rather than sent late
_OUTBOX_LIMIT = 20_000
_HEARTBEAT_SECONDS = 10.0
_BACKOFF_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0)
_SEND = "SELECT pg_notify(c, p) FROM unnest(%s::text[], %s::text[]) AS m(c, p)"


def channel_of(topic: str) -> str:
    """The PostgreSQL channel that carries a topic."""
    return "andon_" + re.sub(r"[^a-z0-9_]", "_", topic.partition(".")[0].lower())


def split(key: str, body: bytes) -> Iterator[str]:
    """The notifications that carry `body`: `key part parts chunk`, cut between UTF-8 characters."""
    chunks: list[str] = []
    start = 0
    while start < len(body) or not chunks:
        end = min(start + PART_BYTES, len(body))
        while end < len(body) and body[end] & 0xC0 == 0x80:
            end -= 1
        chunks.append(body[start:end].decode())
        start = end
    for number, chunk in enumerate(chunks):
        yield f"{key} {number} {len(chunks)} {chunk}"


class Joiner:
    """Puts parts together again; a message whose parts do not all come is forgotten."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[float, dict[int, str]]] = {}

    def take(self, said: str) -> bytes | None:
        """The whole body once its last part is in."""
        key, number, count, chunk = said.split(" ", 3)
        if count == "1":
            return chunk.encode()
        now = time.monotonic()
        self._open = {k: v for k, v in self._open.items() if now - v[0] < _STALE_SECONDS}
        parts = self._open.setdefault(key, (now, {}))[1]
        parts[int(number)] = chunk
        if len(parts) < int(count):
            return None
        del self._open[key]
        return "".join(parts[n] for n in range(int(count))).encode()


def notification(topic: str, payload: dict[str, Any], key: str) -> list[tuple[str, str]]:
    """`(channel, text)` pairs for `pg_notify` within a transaction: heard by all when it commits."""
    message = Message("p", topic, "", 0, payload)
    return [(channel_of(topic), part) for part in split(key, msgspec.json.encode(message))]


class PostgresBus(Switchboard):
    """See the module. `url` is the application's `postgresql://…`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._outbox: deque[tuple[float, str, str]] = deque()
        self._mail = asyncio.Event()
        self._empty = asyncio.Event()
        self._channels: set[str] = {f"andon_to_{self.name}"}
        self._heard: set[str] = set()
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._joiner = Joiner()
        self._tasks: list[asyncio.Task[None]] = []
        self._connected_before = False
        self._decoder = msgspec.json.Decoder(Message)

    async def start(self) -> None:
        """Start connecting. Returns once connected, or raises after ten seconds without a database."""
        self._tasks = [asyncio.create_task(self._keep_listening()), asyncio.create_task(self._keep_sending())]
        try:
            await asyncio.wait_for(self.ready(), 10)
        except TimeoutError:
            await self.stop()
            raise ConnectionError("the bus does not reach the database") from None

    async def stop(self) -> None:
        if self._outbox and self._settled.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), 1)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.hang_up()

    async def ready(self) -> None:
        await self._settled.wait()

    @property
    def connected(self) -> bool:
        """Whether messages of others reach us now."""
        return bool(self._heard)

    def listens(self, topic: str) -> None:
        channel = channel_of(topic)
        if channel not in self._channels:
            self._channels.add(channel)
            self._settled.clear()
            self._changed.set()

    def send(self, message: Message) -> None:
        self._post(channel_of(message.topic), message)

    def reply(self, to: str, message: Message) -> None:
        self._post(f"andon_to_{to}", message)

    def _post(self, channel: str, message: Message) -> None:
        key = f"{self.name}.{message.number}{message.verb}"
        now = time.monotonic()
        for part in split(key, msgspec.json.encode(message)):
            self._outbox.append((now, channel, part))
        while len(self._outbox) > _OUTBOX_LIMIT:
            self._outbox.popleft()
        self._empty.clear()
        self._mail.set()

    async def _connect(self, what: str) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=5,
            application_name=f"andon bus {what}",
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )
        # A message is not data: waiting for the disk would only make it late.
        await connection.execute("SET synchronous_commit = off")
        return connection

    async def _keep_sending(self) -> None:
        failures = 0
        connection: psycopg.AsyncConnection[Any] | None = None
        try:
            while True:
                await self._mail.wait()
                self._mail.clear()
                stale = time.monotonic() - _STALE_SECONDS
                while self._outbox and self._outbox[0][0] < stale:
                    self._outbox.popleft()
                batch = [self._outbox.popleft() for _ in range(min(len(self._outbox), 500))]
                if not batch:
                    self._empty.set()
                    continue
                try:
                    if connection is None:
                        connection = await self._connect("send")
                    await connection.execute(_SEND, [[c for _, c, _ in batch], [p for _, _, p in batch]])
                    failures = 0
                    if not self._outbox:
                        self._empty.set()
                except psycopg.Error as error:
                    log.warning("bus_send_failed", error=type(error).__name__)
                    self._outbox.extendleft(reversed(batch))
                    if connection is not None:
                        await connection.close()
                        connection = None
                    await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
                    failures += 1
                if self._outbox:
                    self._mail.set()
        finally:
            if connection is not None:
                await connection.close()

    async def _keep_listening(self) -> None:
        failures = 0
        while True:
            try:
                connection = await self._connect("listen")
                try:
                    await self._listen(connection)
                finally:
                    await connection.close()
            except (psycopg.Error, OSError, TimeoutError) as error:
                if self._heard:
                    failures = 0
                    log.warning("bus_connection_lost", error=type(error).__name__)
                self._heard.clear()
                self._settled.clear()
                await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
                failures += 1

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Listen until the connection is lost, which raises `psycopg.Error`."""
        loop = asyncio.get_running_loop()
        pgconn = connection.pgconn
        socket = pgconn.socket  # a lost connection has none to ask for
        lost: asyncio.Future[None] = loop.create_future()

        def readable() -> None:
            # Straight from the socket: no task switch between a notification and its handler.
            if lost.done():
                return
            try:
                pgconn.consume_input()
                while (notify := pgconn.notifies()) is not None:
                    self._hear(notify.extra.decode())
            except psycopg.Error as error:
                loop.remove_reader(socket)
                lost.set_exception(error)

        connection.add_notify_handler(lambda notify: self._hear(notify.payload))
        self._changed.set()
        new = True
        while True:
            changed = loop.create_task(self._changed.wait())
            try:
                waiting: set[asyncio.Future[Any]] = {changed, lost}
                await asyncio.wait(waiting, timeout=_HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            finally:
                changed.cancel()
                if not lost.done():  # its number may be another socket's by now
                    loop.remove_reader(socket)
            if lost.done():
                lost.result()
            self._changed.clear()
            missing = self._channels - self._heard
            async with asyncio.timeout(_HEARTBEAT_SECONDS):
                for channel in sorted(missing):
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                if not missing:
                    await connection.execute("SELECT 1")
            self._heard |= missing
            if self._channels == self._heard and not self._settled.is_set():
                self._settled.set()
                if new and self._connected_before:
                    self._spread("bus.reconnected", {})  # what was said meanwhile is lost
                new, self._connected_before = False, True
            loop.add_reader(socket, readable)
            loop.call_soon(readable)

    def _hear(self, said: str) -> None:
        body = self._joiner.take(said)
        if body is not None:
            self.deliver(self._decoder.decode(body))
