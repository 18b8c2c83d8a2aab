"""Waiting for what the engine reports, without sleeping past it."""

import asyncio
from typing import Any, TypeVar

from andon.telephony.model import EngineEvent

E = TypeVar("E", bound=EngineEvent)


class Events:
    """Every event of an engine, in order; `wait` finds the first match after a mark, past or to come."""

    def __init__(self) -> None:
        self.all: list[EngineEvent] = []
        self._changed = asyncio.Event()

    def __call__(self, event: EngineEvent) -> None:
        self.all.append(event)
        self._changed.set()

    @property
    def mark(self) -> int:
        return len(self.all)

    async def wait(self, kind: type[E], timeout_s: float = 15, *, after: int = 0, **fields: Any) -> E:
        """The first event of this kind with these field values since `after`. Raises `TimeoutError`."""
        place = after
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            for event in self.all[place:]:
                place += 1
                if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
                    return event
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), deadline - loop.time())
            except TimeoutError:
                seen = ", ".join(type(event).__name__ for event in self.all[after:])
                raise TimeoutError(f"no {kind.__name__} {fields} in {timeout_s:g} s; seen: {seen}") from None

    def none_of(self, kind: type[EngineEvent], *, after: int = 0) -> bool:
        return not any(isinstance(event, kind) for event in self.all[after:])
