"""Work that goes on beside whoever began it."""

import asyncio
from collections.abc import Awaitable

import structlog

log = structlog.get_logger(__name__)


class Tasks:
    """Tasks under way: held, since the loop itself keeps none alive, and logged with their trace when they
    fail. `what` names them in the log. Everything runs on one event loop."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._tasks: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Awaitable[None]) -> asyncio.Future[None]:
        """Begin the work; nobody has to wait for it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    async def finished(self) -> None:
        """Return once all that is under way now is over, however it ends."""
        if self._tasks:
            await asyncio.wait(list(self._tasks))

    def cancel(self) -> None:
        """Give up what is under way, without waiting until it has."""
        for task in list(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Give up what is under way, and wait until it has."""
        self.cancel()
        await self.finished()

    def _over(self, task: asyncio.Future[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("task_failed", what=self._what, exc_info=task.exception())
