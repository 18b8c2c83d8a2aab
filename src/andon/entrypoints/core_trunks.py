"""Keeps the engine's trunks and the agents' accounts as the configuration and the desks want them."""

from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import structlog

from andon.channels.voice import model as voice
from andon.channels.voice.devices import Account, DeviceKind, Devices
from andon.channels.voice.machine import Directory, engine_name
from andon.channels.voice.nodes import Nodes
from andon.entrypoints.core_centre import Centre
from andon.entrypoints.core_test_ring import TestRings
from andon.kit.errors import AndonError
from andon.telephony.errors import EngineRefused
from andon.telephony.model import Trunk

log = structlog.get_logger(__name__)


class Trunks:
    """The engines have exactly the trunks of the directory."""

    def __init__(self, nodes: Nodes, directory: Directory, refused: Callable[[str, str], None]) -> None:
        """`refused(subject, why)` is told about a trunk the engines would not take, with "" once it does."""
        self._nodes = nodes
        self._directory = directory
        self._refused = refused
        self._there: dict[str, voice.Trunk] = {}

    def adopt(self, trunks: Iterable[voice.Trunk]) -> None:
        """Trunks that the core before made."""
        for trunk in trunks:
            self._there[engine_name(trunk)] = trunk
            self._nodes.adopt_trunk(_for_engine(trunk))

    def made(self, tenant_id: UUID) -> list[voice.Trunk]:
        """What every engine has of a tenant, or gets as soon as it is there."""
        return [trunk for trunk in self._directory.trunks_of(tenant_id) if engine_name(trunk) in self._there]

    async def settle(self) -> None:
        """Make new and changed trunks, remove those that are gone. Never raises."""
        wanted = {engine_name(trunk): trunk for _, trunk in self._directory.trunks()}
        for name in [name for name in self._there if name not in wanted]:
            del self._there[name]
            await self._try(name, self._nodes.remove_trunk(name))
        for name, trunk in wanted.items():
            if self._there.get(name) == trunk:
                continue
            if await self._try(trunk.name, self._nodes.provision_trunk(_for_engine(trunk))):
                self._there[name] = trunk

    async def _try(self, subject: str, work: Awaitable[None]) -> bool:
        try:
            await work
        except (EngineRefused, ValueError) as error:
            log.error("trunk_refused", trunk=subject, why=str(error))
            self._refused(subject, str(error))
            return False
        self._refused(subject, "")
        return True


def _for_engine(trunk: voice.Trunk) -> Trunk:
    return Trunk(
        name=engine_name(trunk),
        host=trunk.host,
        port=trunk.port,
        username=trunk.username,
        secret=trunk.secret,
    )


class AgentDevices:
    """The desks' way to accounts (`interactions.commands.DevicePort`)."""

    def __init__(self, devices: Devices, nodes: Nodes, centre: Centre, rings: TestRings) -> None:
        self._devices = devices
        self._centre = centre
        self._nodes = nodes
        self._rings = rings

    def has_mobile(self, agent_id: UUID) -> bool:
        person = self._centre.people.get(agent_id)
        return person is not None and bool(person.mobile)

    async def test(self, agent_id: UUID, told: Callable[[str], None]) -> None:
        await self._rings.ring(agent_id, told)

    async def open(self, agent_id: UUID, device: DeviceKind) -> Account:
        try:
            return await self._devices.open(self._centre.tenant_id, agent_id, device)
        except EngineRefused as refused:
            log.warning("account_refused", why=str(refused))
            raise AndonError("engine.unavailable", 503) from None

    def adopt(self, agent_id: UUID, device: DeviceKind, username: str, secret: str) -> Account:
        account = Account(
            tenant_id=self._centre.tenant_id,
            agent_id=agent_id,
            device=device,
            username=username,
            secret=secret,
        )
        was_there = self._centre.floor.router.agent(agent_id).registered
        # where it is registered each node will say
        self._devices.take_over(account, at=(node.name for node in self._nodes if was_there))
        return account

    async def close(self, username: str) -> None:
        try:
            await self._devices.close(username)
        except EngineRefused as refused:
            log.warning("account_not_removed", why=str(refused))

    def servers(self) -> list[str]:
        return [node.address for node in self._nodes]

    def address(self, username: str) -> str:
        return f"sip:{username}@{self._nodes.first.address}"
