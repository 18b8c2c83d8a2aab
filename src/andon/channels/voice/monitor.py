"""Supervisors' legs: what they hear and who hears them.

Beside the agent a supervisor hears through a snoop on the agent's leg, both in a bridge of their own; a
snoop that whispers speaks into the agent's ear only, which no recording of the caller's leg contains.
Barging in is being a member of the call's own bridge. `docs/supervising.md` has the table of who hears whom.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import structlog

from andon.channels.voice.devices import ANSWER_BY_ITSELF, Account, DeviceKind, Devices
from andon.channels.voice.lanes import Lanes
from andon.channels.voice.nodes import Node, Nodes
from andon.interactions.monitor.events import Mode
from andon.interactions.monitor.model import (
    Deafen,
    Input,
    LegGone,
    LegUp,
    Monitor,
    NotPlaced,
    Place,
    Placed,
    Release,
    Ring,
    StillUp,
)
from andon.interactions.monitor.service import KeptDevice
from andon.interactions.orders import MediumOrder
from andon.kit.errors import AndonError
from andon.telephony.errors import EngineRefused
from andon.telephony.model import DeviceChanged, EngineEvent, LegAnswered, LegEnded, Snapshot
from andon.telephony.service import Engine

log = structlog.get_logger(__name__)

RING_S = 10
OWN_BRIDGE = "m-b-"
SNOOP = "m-s-"


class Clear(MediumOrder, frozen=True):
    """Snoop and bridge of its own are needed no longer."""


class Ear:
    """A supervisor's side in the engine."""

    __slots__ = (
        "bridged",
        "handed",
        "lanes",
        "life",
        "live",
        "monitor",
        "node",
        "placed",
        "snoop",
        "taken_over",
    )

    def __init__(self, monitor: Monitor, node: Node, lanes: Callable[["Ear"], Lanes]) -> None:
        self.monitor = monitor
        self.node = node  # where the call lives
        self.lanes = lanes(self)
        self.placed: Mode | None = None
        self.snoop = ""
        self.life = ""  # of a session taken over: a bridge in which no snoop of the core before is
        self.taken_over = False  # from the core before, and not found in the engine yet
        self.bridged = False  # has a bridge of its own
        self.live = True  # the leg is dialled or up
        self.handed = False  # the leg is the contact's agent's side now

    @property
    def engine(self) -> Engine:
        return self.node.engine

    @property
    def bridge_id(self) -> str:
        return OWN_BRIDGE + self.monitor.monitor_id.hex + self.life


class Ears:
    """All supervisors' sessions, each where its call lives, and their devices."""

    def __init__(
        self,
        nodes: Nodes,
        node_of: Callable[[UUID], Node | None],
        hear: Callable[[Monitor, Input], None],
        take_leg: Callable[[UUID, str], None],
        on_device: Callable[[Account, bool], None],
    ) -> None:
        """`node_of` says where a contact lives, if it does; `hear` is told what becomes of a session's leg;
        `take_leg(contact, leg)` gives a leg to a call; `on_device` hears of supervisors' telephones."""
        self._nodes = nodes
        self._node_of = node_of
        self._hear = hear
        self._take_leg = take_leg
        self.devices = Devices(nodes, on_device)
        self._ears: dict[str, Ear] = {}  # by leg
        self._ways: dict[type[MediumOrder], Callable[[Ear, Any], Any]] = {
            Ring: self._ring,
            Place: self._place,
            Deafen: lambda ear, order: self._deafen(ear),
            Release: self._release,
            Clear: lambda ear, order: self._clear(ear),
        }

    # --- devices ----------------------------------------------------------------------------------------

    async def open(self, tenant_id: UUID, supervisor_id: UUID, device: DeviceKind) -> Account:
        """A new account in place of the one before. Raises `AndonError` when the engine is away."""
        try:
            return await self.devices.open(tenant_id, supervisor_id, device)
        except EngineRefused as refused:
            log.warning("account_refused", why=str(refused))
            raise AndonError("engine.unavailable", 503) from None

    def keep(self, supervisor_id: UUID) -> KeptDevice | None:
        account = self.devices.of(supervisor_id)
        if account is None or account.device == "mobile":  # which no supervisor has
            return None
        return KeptDevice(account.device, account.username, account.secret)

    def adopt(self, tenant_id: UUID, supervisor_id: UUID, kept: KeptDevice) -> None:
        """An account of the core before; where it is registered each node will say."""
        if self.devices.of(supervisor_id) is not None:
            return
        account = Account(
            tenant_id=tenant_id,
            agent_id=supervisor_id,
            device=kept.device,
            username=kept.username,
            secret=kept.secret,
        )
        self.devices.take_over(account, at=())

    def address(self, username: str) -> str:
        return f"sip:{username}@{self._nodes.first.address}"

    def registered(self, supervisor_id: UUID) -> bool:
        return self.devices.registered(supervisor_id)

    # --- the engine -------------------------------------------------------------------------------------

    def legs(self, node: Node) -> set[str]:
        """Legs there that are ours and no call's."""
        return {leg_id for leg_id, ear in self._ears.items() if ear.live and ear.node is node}

    def on_event(self, node: Node, event: EngineEvent) -> bool:
        """Whether the event was ours alone."""
        if isinstance(event, DeviceChanged):
            self.devices.changed(node.name, event.username, event.registered)
        elif isinstance(event, LegAnswered | LegEnded) and event.leg_id in self._ears:
            ear = self._ears[event.leg_id]
            if isinstance(event, LegEnded):
                ear.live = False
                self._hear(ear.monitor, LegGone(event.cause))
            else:
                self._hear(ear.monitor, LegUp())
            return True
        return False

    def lost(self, node: Node) -> None:
        """The node stays away: no device is there."""
        self.devices.refresh(node.name, set())

    async def refresh(self, node: Node, snapshot: Snapshot) -> None:
        """The whole truth after a node was away: what is gone has ended, what nobody knows goes."""
        self.devices.refresh(node.name, {device.username for device in snapshot.devices if device.registered})
        alive = {leg.leg_id for leg in snapshot.legs}
        for leg_id in self.legs(node) - alive:
            self._ears[leg_id].live = False
            self._hear(self._ears[leg_id].monitor, LegGone())
        for ear in [ear for ear in self._ears.values() if ear.taken_over and ear.live and ear.node is node]:
            ear.taken_over = False
            self._hear(ear.monitor, StillUp())
        ours = {ear.bridge_id for ear in self._ears.values()}
        for bridge in snapshot.bridges:
            if bridge.bridge_id.startswith(OWN_BRIDGE) and bridge.bridge_id not in ours:
                await self._unless_refused(node.engine.unbridge(bridge.bridge_id))

    # --- orders -----------------------------------------------------------------------------------------

    def perform(self, monitor: Monitor, order: MediumOrder) -> None:
        """Queue an order of a session (`interactions.monitor.service.MonitorMedium`)."""
        ear = self._ears.get(monitor.leg_id)
        if ear is None and isinstance(order, Ring):
            ear = self._make(monitor)
        if ear is not None:
            ear.lanes.put(order)

    def take_over(self, monitor: Monitor) -> None:
        """A session of the core before. Its snoop, which nobody knows any more, ends with the
        agent's leg; bridge and snoop are made anew."""
        ear = self._make(monitor)
        ear.taken_over, ear.life = True, f"-{uuid4().hex}"
        ear.placed = monitor.mode if monitor.mode is Mode.BARGE_IN else None

    def _make(self, monitor: Monitor) -> Ear:
        node = self._node_of(monitor.contact_id) or self._nodes.first
        ear = Ear(monitor, node, lambda ear: Lanes(lambda order: self._do(ear, order)))
        self._ears[monitor.leg_id] = ear
        return ear

    def hand_over(self, monitor: Monitor) -> None:
        """The leg is the contact's agent's side from now on."""
        ear = self._ears.pop(monitor.leg_id)
        ear.handed = True
        self._take_leg(monitor.contact_id, monitor.leg_id)
        ear.lanes.put(Clear())

    async def _do(self, ear: Ear, order: MediumOrder) -> None:
        try:
            await self._ways[type(order)](ear, order)
        except EngineRefused as refused:
            log.info("monitor_refused", order=type(order).__name__, why=str(refused))
            if isinstance(order, Ring):
                ear.live = False
                self._hear(ear.monitor, LegGone())
            elif isinstance(order, Place):
                self._hear(ear.monitor, NotPlaced(order.mode))

    async def _ring(self, ear: Ear, order: Ring) -> None:
        monitor = ear.monitor
        account = self.devices.of(monitor.supervisor_id)
        if account is None:
            raise EngineRefused("ring", 404, "the supervisor has no device")
        way = self._nodes.way_to(self.devices.where(monitor.supervisor_id), ear.node)
        if way is None:
            raise EngineRefused("ring", 404, "the supervisor's device is registered nowhere")
        await ear.engine.originate(
            monitor.leg_id,
            account.username,
            "anonymous",
            timeout_s=RING_S,
            headers={"X-Andon-Contact": str(monitor.contact_id), **ANSWER_BY_ITSELF},
            contact=monitor.contact_id.hex,
            via="" if way is ear.node else way.name,
        )

    async def _place(self, ear: Ear, order: Place) -> None:
        monitor, engine = ear.monitor, ear.engine
        if order.mode is Mode.BARGE_IN:
            await engine.join(f"b-{monitor.contact_id.hex}", monitor.leg_id)
            await self._unsnoop(ear, "")
        else:
            snoop = f"{SNOOP}{uuid4().hex}"
            await engine.snoop(monitor.agent_leg_id, snoop, whisper=order.mode is Mode.WHISPER)
            if not ear.bridged:
                await engine.bridge(ear.bridge_id)
                ear.bridged = True
            beside = ear.placed in {Mode.LISTEN, Mode.WHISPER}
            await engine.join(ear.bridge_id, *([] if beside else [monitor.leg_id]), snoop)
            await self._unsnoop(ear, snoop)
        ear.placed = order.mode
        self._hear(monitor, Placed(order.mode))

    async def _deafen(self, ear: Ear) -> None:
        if ear.placed is Mode.BARGE_IN:
            await ear.engine.leave(f"b-{ear.monitor.contact_id.hex}", ear.monitor.leg_id)
        await self._unsnoop(ear, "")

    async def _unsnoop(self, ear: Ear, then: str) -> None:
        before, ear.snoop = ear.snoop, then
        if before:
            await ear.engine.hangup(before)

    async def _clear(self, ear: Ear) -> None:
        await self._unless_refused(self._unsnoop(ear, ""))
        if ear.bridged:
            ear.bridged = False
            await self._unless_refused(ear.engine.unbridge(ear.bridge_id))

    async def _release(self, ear: Ear, order: Release) -> None:
        self._ears.pop(ear.monitor.leg_id, None)
        if ear.live and not ear.handed:
            await self._unless_refused(ear.engine.hangup(ear.monitor.leg_id))
        await self._clear(ear)

    @staticmethod
    async def _unless_refused(work: Any) -> None:
        """What is gone need not go; an engine that is away is met again and swept."""
        try:
            await work
        except EngineRefused as refused:
            log.debug("monitor_sweep_refused", why=str(refused))
