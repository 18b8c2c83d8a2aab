"""Work that lies in rows, done by the worker when it is told of it, and looked for now and then."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from andon.kit.bus import Bus

log = structlog.get_logger(__name__)

LOOK_SECONDS = 30.0  # what was wanted while no worker heard is found this late


async def keep_turns(
    bus: Bus,
    topic: str,
    tenants: Callable[[], Awaitable[list[UUID]]],
    turn: Callable[[UUID], Awaitable[bool]],
) -> None:
    """Run until cancelled. `turn` does one piece of a tenant's work, false when there is none; tenants take
    turns, so that nobody's work holds up everybody's. A turn that fails is logged and tried again later."""
    woken = asyncio.Event()
    unsubscribe = bus.subscribe(topic, lambda _topic, _payload: woken.set())
    try:
        while True:
            woken.clear()
            try:
                done = [await turn(tenant_id) for tenant_id in await tenants()]
                if any(done):
                    continue
            except (DBAPIError, OSError) as error:
                log.warning("turn_waits", topic=topic, error=type(error).__name__)
            except Exception:
                # The next turn tries again; what it works off is still there.
                log.exception("turn_failed", topic=topic)
            try:
                await asyncio.wait_for(woken.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue
    finally:
        unsubscribe()
