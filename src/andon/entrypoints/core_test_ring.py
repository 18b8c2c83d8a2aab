"""Test rings: an agent's telephone rings, and a key pressed there proves that it can take calls.

For telephones that are no page of ours: desk phones, and mobiles, which a trunk rings showing a number that
the agent may show calling out, or any of the operator's.
"""

from collections.abc import Callable
from uuid import UUID

from andon.channels.voice.devices import Devices
from andon.channels.voice.machine import Directory, engine_name
from andon.channels.voice.mobile import PREFIX, RING_S, TEST, Leg, Mobiles
from andon.channels.voice.nodes import Node, Nodes
from andon.entrypoints.core_centre import Centre
from andon.entrypoints.core_dial import Outgoing
from andon.telephony.errors import EngineRefused


class TestRings:
    """Of one tenant's agents."""

    def __init__(
        self,
        centre: Centre,
        nodes: Nodes,
        devices: Devices,
        mobiles: Mobiles,
        directory: Directory,
        outgoing: Outgoing,
        new_id: Callable[[], UUID],
    ) -> None:
        self._centre = centre
        self._nodes = nodes
        self._devices = devices
        self._mobiles = mobiles
        self._directory = directory
        self._outgoing = outgoing
        self._new_id = new_id

    async def ring(self, agent_id: UUID, told: Callable[[str], None]) -> None:
        """Ring the device the agent is signed in with; `told` what becomes of it, as `Mobiles.test` says."""
        person = self._centre.people.get(agent_id)
        leg = Leg(
            f"{PREFIX}{self._new_id().hex}",
            self._node(agent_id),
            {"tenant_id": self._centre.tenant_id, "agent_id": agent_id},
            person.locale if person is not None else "zh",
            lambda: None,
            prompt=TEST,
        )
        await self._mobiles.test(leg, self._dial(agent_id, leg), told)

    def _node(self, agent_id: UUID) -> Node:
        at = self._devices.where(agent_id)
        return next((node for node in self._nodes if node.name in at and node.up.is_set()), self._nodes.first)

    async def _dial(self, agent_id: UUID, leg: Leg) -> None:
        """Raises `EngineRefused`."""
        account = self._devices.of(agent_id)
        if account is None or not self._devices.registered(agent_id):
            raise EngineRefused("test_ring", 404, "the agent's device is not there")
        shown = next(iter(self._outgoing.allowed(agent_id)), None) or self._outgoing.any_number()
        caller = shown.e164 if shown is not None else "anonymous"
        engine = leg.node.engine
        if account.device != "mobile":
            await engine.originate(leg.leg_id, account.username, caller, timeout_s=RING_S)
            return
        person = self._centre.people.get(agent_id)
        number_id = shown.number_id if shown is not None else None
        trunk = self._directory.way_out(self._centre.tenant_id, number_id, None)
        if trunk is None or person is None or not person.mobile:
            raise EngineRefused("test_ring", 404, "no trunk has a free line, or there is no number")
        self._mobiles.dialled(leg, trunk)
        await engine.dial_trunk(leg.leg_id, engine_name(trunk), person.mobile, caller, timeout_s=RING_S)
