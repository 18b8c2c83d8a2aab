"""The media engines: which of them take calls, and where a call and a device meet.

A contact lives on one node with everything of it: legs, bridge, recording, supervisors. Accounts and trunks
are made on all. A device may be registered on any of them; a call on another reaches it through that one.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Set
from datetime import datetime
from typing import Any

import structlog

from andon.telephony.errors import EngineRefused
from andon.telephony.model import EngineEvent, Peer, Trunk
from andon.telephony.service import Engine, EngineAddress

log = structlog.get_logger(__name__)

ENGINE_GRACE_S = 4.0  # calls of an engine that stays away longer are over


class Node:
    """One media engine and how we stand with it."""

    __slots__ = ("address", "booted_at", "draining", "engine", "grace", "name", "up")

    def __init__(
        self,
        address: EngineAddress,
        on_event: Callable[["Node", EngineEvent], None],
        now: Callable[[], datetime],
    ) -> None:
        self.name = address.node
        self.address = f"{address.sip_host}:{address.sip_port}"  # where devices register
        self.engine = Engine(address, lambda event: on_event(self, event), now=now)
        self.up = asyncio.Event()
        self.booted_at: datetime | None = None  # of the engine in which our calls are
        self.grace: asyncio.TimerHandle | None = None
        self.draining = False  # takes no new calls

    def adopt(self, booted_at: datetime, *, draining: bool) -> None:
        """Calls taken over are in the engine that started then."""
        self.booted_at, self.draining = booted_at, draining
        self.engine.adopt(booted_at)

    @property
    def serves(self) -> bool:
        """Whether it takes new calls."""
        return self.up.is_set() and not self.draining

    async def sweep(self, leg_id: str, cause: int) -> None:
        """Hang up a leg that nobody wants."""
        try:
            await self.engine.hangup(leg_id, cause)
        except EngineRefused as refused:
            log.warning("sweep_refused", leg_id=leg_id, why=str(refused))

    async def sweep_bridge(self, bridge_id: str) -> None:
        try:
            await self.engine.unbridge(bridge_id)
        except EngineRefused as refused:
            log.warning("sweep_refused", bridge_id=bridge_id, why=str(refused))


class Nodes:
    """All of them, in the order of the settings; the first is the installation's own."""

    def __init__(
        self,
        addresses: Iterable[EngineAddress],
        on_event: Callable[[Node, EngineEvent], None],
        now: Callable[[], datetime],
    ) -> None:
        addresses = list(addresses)
        self._nodes = {address.node: Node(address, on_event, now) for address in addresses}
        self.first = self._nodes[addresses[0].node]
        for node in self:
            for peer in addresses:
                if peer.node != node.name:
                    node.engine.add_peer(_peer(peer))

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def get(self, name: str) -> Node | None:
        return self._nodes.get(name)

    @property
    def there(self) -> Set[str]:
        """The names of those that are up."""
        return {node.name for node in self if node.up.is_set()}

    def for_new(self, calls: Callable[[Node], int]) -> Node | None:
        """Where a call that we begin shall live: the node with the fewest `calls`."""
        return min((node for node in self if node.serves), key=calls, default=None)

    def way_to(self, there: Iterable[str], node: Node) -> Node | None:
        """The node through which a call on `node` reaches a device registered at `there`; None: none."""
        if node.name in there:
            return node
        others = [other for other in self if other.name in there and other.up.is_set()]
        return min(others, key=lambda other: other.draining, default=None)

    # --- accounts and trunks, on every node ---------------------------------------------------------------

    async def provision_agent(self, username: str, secret: str, webrtc: bool) -> None:
        """Raises `EngineRefused` when no node takes it; one that is away gets it when it is back."""
        await self._everywhere(lambda engine: engine.provision_agent(username, secret, webrtc))

    def adopt_agent(self, username: str, secret: str, webrtc: bool) -> None:
        for node in self:
            node.engine.adopt_agent(username, secret, webrtc)

    async def remove_agent(self, username: str) -> None:
        await self._everywhere(lambda engine: engine.remove_agent(username))

    async def provision_trunk(self, trunk: Trunk) -> None:
        await self._everywhere(lambda engine: engine.provision_trunk(trunk))

    def adopt_trunk(self, trunk: Trunk) -> None:
        for node in self:
            node.engine.adopt_trunk(trunk)

    async def remove_trunk(self, name: str) -> None:
        await self._everywhere(lambda engine: engine.remove_trunk(name))

    async def _everywhere(self, ask: Callable[[Engine], Awaitable[None]]) -> None:
        answers: list[Any] = await asyncio.gather(
            *(ask(node.engine) for node in self), return_exceptions=True
        )
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        for error in failed:
            if len(failed) == len(answers) or not isinstance(error, EngineRefused):
                raise error
            log.warning("node_refused", why=str(error))


def _peer(address: EngineAddress) -> Peer:
    secret = hashlib.sha256(f"nodes {address.ari_secret}".encode()).hexdigest()  # the same for all nodes
    return Peer(name=address.node, host=address.sip_host, port=address.sip_port, secret=secret)
