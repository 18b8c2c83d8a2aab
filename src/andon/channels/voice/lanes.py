"""Orders of one call, carried out strictly in order: one task per lane, lanes side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from andon.interactions.orders import MediumOrder

log = structlog.get_logger(__name__)


class Lanes:
    """The caller's lane and one for each agent's leg. An order with `barrier` waits for the other lanes.

    A lane has a task only while it has orders. Barriers stand in the caller's lane alone, so lanes never
    wait for each other in a circle.
    """

    def __init__(self, carry_out: Callable[[MediumOrder], Awaitable[None]]) -> None:
        self._carry_out = carry_out
        self._orders: dict[str, deque[MediumOrder]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def put(self, order: MediumOrder) -> None:
        """Queue an order. Returns at once."""
        lane = order.lane
        self._orders.setdefault(lane, deque()).append(order)
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.get_running_loop().create_task(self._run(lane))

    async def _run(self, lane: str) -> None:
        orders = self._orders[lane]
        try:
            while orders:
                order = orders.popleft()
                if order.barrier:
                    others = [task for name, task in self._tasks.items() if name != lane]
                    if others:
                        await asyncio.wait(others)
                try:
                    await self._carry_out(order)
                except Exception:
                    # What the engine refuses is dealt with in `carry_out`; this is a fault of ours.
                    log.exception("core_fault", order=type(order).__name__)
        finally:
            del self._tasks[lane], self._orders[lane]

    def busy(self, lane: str) -> bool:
        """Whether orders of this lane are still to be carried out."""
        return lane in self._tasks

    @property
    def idle(self) -> bool:
        return not self._tasks

    async def drained(self) -> None:
        """Return once nothing is being carried out."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))
