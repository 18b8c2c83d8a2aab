"""Time behind one door: live code, tests and the twin all take a `Clock`.

Live contacts are measured on an anchored clock: the wall time read once at start plus the
monotonic time since. A wall clock moved by an hour therefore never bends a call's duration;
`drift()` says by how much the machine's clock has left the anchor.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Reads time. `now()` is aware UTC; `monotonic()` is seconds from an arbitrary origin."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock, anchored at construction; `reanchor()` accepts the present wall time."""

    def __init__(self) -> None:
        self.reanchor()

    def reanchor(self) -> None:
        """Take the wall clock as it is now. Only safe while no contact is live and no agent signed in."""
        self._wall = datetime.now(UTC)
        self._origin = time.monotonic()

    def not_before(self, instant: datetime) -> None:
        """Go forward to `instant`, when the wall clock was set back since somebody wrote it down."""
        self._wall += max(timedelta(0), instant - self.now())

    def now(self) -> datetime:
        return self._wall + timedelta(seconds=time.monotonic() - self._origin)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def drift(self) -> timedelta:
        """Wall clock minus anchored clock: how far the machine's clock was stepped since the anchor."""
        return datetime.now(UTC) - self.now()


class VirtualClock:
    """A clock that moves only when told to: for tests and the twin."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds` (not negative)."""
        if seconds < 0:
            raise ValueError("a clock does not run backwards")
        self._elapsed += seconds

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
