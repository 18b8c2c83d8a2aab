"""One browser's live socket: what waits to be sent, and what happens when it reads too slowly."""

import asyncio
from collections import deque
from typing import Protocol
from uuid import UUID

import msgspec

WAITING_MOST = 256
SEND_SECONDS = 10.0


class Close:
    """Close codes of the live socket and of the SIP proxy, in the range for applications."""

    DONE = 1000
    TOO_BIG = 1009
    TRY_AGAIN = 1013  # the part behind is not there
    SESSION = 4401  # no session, or it is over: log in again
    FORBIDDEN = 4403
    SLOW = 4408  # did not read what was sent: connect again
    TOO_MANY = 4429  # sockets of one user, or messages in a second


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who sits at the other end. `session` is the log-in's id; `client_id` set: sees that client only."""

    user_id: UUID
    tenant_id: UUID
    client_id: UUID | None
    session: str
    agent: bool
    board: bool
    roles: frozenset[str] = frozenset()


class Wire(Protocol):
    """The part of a WebSocket that is needed."""

    async def send_text(self, data: str) -> None: ...


class Connection:
    """Sends in order; of messages with a `key` only the newest waits, in the place of the first."""

    def __init__(self, wire: Wire, viewer: Viewer) -> None:
        self.viewer = viewer
        self.closing: int | None = None
        self._wire = wire
        self._queue: deque[str] = deque()
        self._keyed: dict[str, bytes] = {}
        self._count = 0
        self._mail = asyncio.Event()

    def put(self, message: bytes, key: str | None = None) -> None:
        """Queue a message. A reader that let too many pile up is cut off with `Close.SLOW`."""
        if self.closing is not None:
            return
        if key is None:
            self._count += 1
            key = f"#{self._count}"
        if key not in self._keyed:
            if len(self._queue) >= WAITING_MOST:
                self.close(Close.SLOW)
                return
            self._queue.append(key)
        self._keyed[key] = message
        self._mail.set()

    def close(self, code: int) -> None:
        """End the connection with that code as soon as possible; what waits is not sent."""
        if self.closing is None:
            self.closing = code
            self._queue.clear()
            self._keyed.clear()
        self._mail.set()

    async def pump(self) -> int:
        """Send until closed; returns the code to close with."""
        while self.closing is None:
            while self._queue and self.closing is None:
                message = self._keyed.pop(self._queue.popleft())
                try:
                    await asyncio.wait_for(self._wire.send_text(message.decode()), SEND_SECONDS)
                except TimeoutError:
                    self.close(Close.SLOW)
            if self.closing is None:
                await self._mail.wait()
                self._mail.clear()
        return self.closing
