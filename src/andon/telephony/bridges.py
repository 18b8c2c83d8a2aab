"""Which legs are together: bridges, and what has to be done whenever two legs begin to hear each other."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from andon.kit.tasks import Tasks
from andon.telephony.connection import Connection
from andon.telephony.errors import EngineRefused
from andon.telephony.hooks import Hooks
from andon.telephony.model import Snapshot

log = structlog.get_logger(__name__)

NOT_IN_BRIDGE = (400, 404, 422)


class Bridges:
    """Those of one engine, with their members."""

    def __init__(self, connection: Connection, hooks: Hooks, fill: Callable[[str], Awaitable[None]]) -> None:
        """`fill` is awaited with each leg that is alone now."""
        self._connection = connection
        self._hooks = hooks
        self._fill = fill
        self._meetings = Tasks("engine")
        self._moving: dict[str, asyncio.Lock] = {}  # by bridge
        self._members: dict[str, set[str]] = {}

    def learn(self, snapshot: Snapshot) -> None:
        """The whole truth, when the engine is met."""
        self._members = {bridge.bridge_id: set(bridge.legs) for bridge in snapshot.bridges}

    def of(self, leg_id: str) -> str:
        """The bridge a leg is in; empty when it is in none."""
        return next((name for name, members in self._members.items() if leg_id in members), "")

    def discard(self, leg_id: str) -> None:
        """The leg is in no bridge any more."""
        for members in self._members.values():
            members.discard(leg_id)

    async def make(self, bridge_id: str) -> None:
        """Make a mixing bridge with this id; one that exists already is taken as it is.

        Its sound always goes through the engine: between two legs without a recording the engine would
        forward packets past itself, and keeps doing so when a third comes in or the second is changed, so
        that some party hears nobody.
        """
        await self._connection.request("POST", f"bridges/{bridge_id}", {"type": "mixing,proxy_media"})

    async def join(self, bridge_id: str, *legs: str) -> None:
        """Put legs into a bridge, out of whatever bridge they were in.

        Stop what is played to them first: the engine takes a leg into a bridge only when that is over.
        """
        async with self._mover(bridge_id):
            there = self._members.get(bridge_id, set())
            together = there.union(legs)
            stays = together.difference(legs)
            if len(together) == 2 and together != there:  # more than two are mixed, which spoils nothing
                await self._renew(*together)
                await self._out(bridge_id, *stays)
                legs = (*legs, *stays)
            await self._in(bridge_id, *legs)

    async def _in(self, bridge_id: str, *legs: str) -> None:
        for leg_id in legs:
            if self._hooks.recorded(leg_id):
                # silence of our own would drown what the others say
                await self._connection.unless_gone("DELETE", f"channels/{leg_id}/silence")
        channels = ",".join(self._hooks.real(leg_id) for leg_id in legs)
        await self._connection.request("POST", f"bridges/{bridge_id}/addChannel", {"channel": channels})
        for members in self._members.values():
            members.difference_update(legs)
        self._members.setdefault(bridge_id, set()).update(legs)
        for leg_id in legs:
            self._hooks.placed(leg_id, bridge_id)

    async def _out(self, bridge_id: str, *legs: str) -> None:
        for leg_id in legs:
            try:
                await self._connection.request(
                    "POST", f"bridges/{bridge_id}/removeChannel", {"channel": leg_id}
                )
            except EngineRefused as refused:
                if refused.status not in NOT_IN_BRIDGE:
                    raise
            self._members.get(bridge_id, set()).discard(leg_id)

    async def leave(self, bridge_id: str, leg_id: str) -> None:
        """Take a leg out of a bridge; one that is not in it is no error."""
        async with self._mover(bridge_id):
            await self._out(bridge_id, leg_id)
        self.meet_again_soon(bridge_id)
        await self._fill(leg_id)

    async def remove(self, bridge_id: str) -> None:
        """Remove a bridge; its legs stay, alone. One that is gone is no error."""
        async with self._mover(bridge_id):
            await self._connection.unless_gone("DELETE", f"bridges/{bridge_id}")
            legs = self._members.pop(bridge_id, set())
        self._moving.pop(bridge_id, None)
        for leg_id in legs:
            await self._fill(leg_id)

    def _mover(self, bridge_id: str) -> asyncio.Lock:
        return self._moving.setdefault(bridge_id, asyncio.Lock())

    async def _renew(self, *legs: str) -> None:
        """What is attached to these legs hears whoever comes next as well."""
        try:
            await asyncio.gather(*(self._hooks.renew(leg_id) for leg_id in legs))
        except EngineRefused as refused:  # the call matters more
            log.error("hooks_not_renewed", why=str(refused))

    def meet_again_soon(self, bridge_id: str) -> None:
        """If two are in it they begin anew; nobody waits for it."""
        if len(self._members.get(bridge_id, set())) == 2:
            self._meetings.start(self._meet_again(bridge_id))

    async def _meet_again(self, bridge_id: str) -> None:
        """Of three two are left, or sound comes from elsewhere: begin as with a new party (ADR 11)."""
        async with self._mover(bridge_id):
            legs = tuple(self._members.get(bridge_id, ()))
            if len(legs) != 2:
                return
            await self._renew(*legs)
            try:
                await self._out(bridge_id, *legs)
                await self._in(bridge_id, *legs)
            except EngineRefused as refused:  # one of them is gone meanwhile
                log.debug("not_met_again", why=str(refused))
