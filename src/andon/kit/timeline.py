"""Virtual time: a day lived through as fast as the machine computes. For the town's past and the twin."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from andon.kit.clock import VirtualClock


class Timer:
    """Something that will happen, unless it is cancelled."""

    __slots__ = ("_entry",)

    def __init__(self, entry: list[Any]) -> None:
        self._entry = entry

    def cancel(self) -> None:
        self._entry[2] = None


class Timeline:
    """Virtual time: runs callbacks in order, and schedules as an event loop does."""

    def __init__(self, start: datetime) -> None:
        self.clock = VirtualClock(start)
        self._entries: list[list[Any]] = []
        self._numbers = itertools.count()

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Timer:
        return self.call_at(self.clock.monotonic() + max(0.0, delay), callback, *args)

    def call_at(self, when: float, callback: Callable[..., object], *args: Any) -> Timer:
        """`when` in seconds from the start. What is due at the same instant runs in the order of asking."""
        entry = [when, next(self._numbers), callback, args]
        heapq.heappush(self._entries, entry)
        return Timer(entry)

    def run(self, until: float) -> None:
        """Everything due before `until` seconds from the start."""
        while self._entries and self._entries[0][0] <= until:
            at, _, callback, args = heapq.heappop(self._entries)
            if callback is not None:
                self.clock.advance(max(0.0, at - self.clock.monotonic()))
                callback(*args)
        self.clock.advance(max(0.0, until - self.clock.monotonic()))
