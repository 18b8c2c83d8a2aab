"""Legs that we dial for a call: agents' devices and mobiles, and numbers outside through a trunk."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from andon.channels.voice.calls import Call, Calls
from andon.channels.voice.devices import ANSWER_BY_ITSELF, Devices
from andon.channels.voice.machine import Directory, engine_name
from andon.channels.voice.mobile import RING_S, Leg, Mobiles
from andon.channels.voice.model import Person, Trunk
from andon.channels.voice.nodes import Nodes
from andon.interactions.inputs import AgentAnswered
from andon.interactions.model import Stage
from andon.interactions.orders import Dial, DialColleague, DialCustomer, DialOut
from andon.telephony.errors import EngineRefused

DIAL_MARGIN_S = 5  # the engine's own ring time-out is a net below the router's

PersonOf = Callable[[UUID, UUID], Person | None]


class NoLine(EngineRefused):
    """Every trunk that could carry the call is full."""


class Ringing:
    """Dials. A dial that is refused raises `EngineRefused`; nothing follows it."""

    def __init__(
        self,
        calls: Calls,
        nodes: Nodes,
        devices: Devices,
        mobiles: Mobiles,
        directory: Directory,
        person_of: PersonOf,
        note_down: Callable[[], None],
    ) -> None:
        """`person_of(tenant, agent)` knows an agent's mobile telephone; `note_down` makes what is decided
        outlive this process."""
        self._calls = calls
        self._nodes = nodes
        self._devices = devices
        self._mobiles = mobiles
        self._directory = directory
        self._person_of = person_of
        self._note_down = note_down

    async def dial(self, call: Call, order: Dial) -> None:
        self._calls.put_leg(call, order.leg_id)
        if order.by_itself and not self._devices.registered(order.agent_id):
            raise EngineRefused("dial", 404, "the agent's device is not back")
        account = self._devices.of(order.agent_id)
        if account is not None and account.device == "mobile" and not order.shown:
            await self._dial_mobile(call, order)
            return
        caller = order.shown or (call.contact.view.caller if call.contact.view is not None else "")
        timeout_s = order.ring_timeout_s + (0 if order.by_itself else DIAL_MARGIN_S)
        await self._ring(call, order.leg_id, order.agent_id, caller, timeout_s, by_itself=order.by_itself)

    async def dial_colleague(self, call: Call, order: DialColleague) -> None:
        self._calls.put_leg(call, call.leg_id)
        await self._ring(call, call.leg_id, order.agent_id, order.shown, order.ring_s + DIAL_MARGIN_S)

    async def _ring(
        self, call: Call, leg_id: str, agent_id: UUID, shown: str, timeout_s: int, *, by_itself: bool = False
    ) -> None:
        """Ring an agent's device. Raises `EngineRefused`."""
        account = self._devices.of(agent_id)
        if account is None or account.device == "mobile":  # a mobile is rung for callers only
            raise EngineRefused("dial", 404, "the agent has no device that can be rung")
        way = self._nodes.way_to(self._devices.where(agent_id), call.node)
        if way is None:
            raise EngineRefused("dial", 404, "the agent's device is registered nowhere")
        await call.engine.originate(
            leg_id,
            account.username,
            shown or "anonymous",
            timeout_s=timeout_s,
            # as few headers as may be: each costs a turn of the leg's SIP thread before its INVITE
            headers={
                "X-Andon-Contact": str(call.contact.contact_id),
                **(ANSWER_BY_ITSELF if by_itself else {}),
            },
            contact=call.contact.contact_id.hex,
            via="" if way is call.node else way.name,
        )
        await call.bridge()

    async def _dial_mobile(self, call: Call, order: Dial) -> None:
        """Ring the agent's mobile through a trunk. It answers nothing by itself: it is given time to ring."""
        person = self._person_of(call.contact.tenant_id, order.agent_id)
        if person is None or not person.mobile:
            raise EngineRefused("dial", 404, "the agent has no mobile any more")
        leg = self._mobiles.of(order.leg_id)  # asked before, of an engine that was away
        trunk = leg.trunk if leg is not None else None
        if trunk is None:
            trunk = self._way_out(call)
            self._calls.occupy(call, order.leg_id, trunk.trunk_id)
            self._mobiles.dialled(self.mobile(call, order.leg_id, order.agent_id), trunk)
        ring_s = RING_S if order.by_itself else order.ring_timeout_s + DIAL_MARGIN_S
        await self._dial_trunk(call, order.leg_id, trunk, person.mobile, ring_s)
        await call.bridge()

    def mobile(self, call: Call, leg_id: str, agent_id: UUID, at: datetime | None = None) -> Leg:
        """A mobile's leg: its key is the agent's answer."""
        contact = call.contact
        about = {
            "tenant_id": contact.tenant_id,
            "client_id": contact.client_id,
            "project_id": contact.project_id,
            "contact_id": contact.contact_id,
            "agent_id": agent_id,
        }
        person = self._person_of(contact.tenant_id, agent_id)
        leg = Leg(
            leg_id,
            call.node,
            about,
            person.locale if person is not None else "zh",
            lambda: self._calls.feed_beside(leg_id, AgentAnswered(leg_id)),
            at=at,
        )
        self._mobiles.put(leg)
        return leg

    def mobile_found(self, call: Call, leg_id: str) -> Leg | None:
        """A mobile's leg that the core before dialled and died before it could keep that."""
        contact = call.contact
        called_back = contact.talk if contact.stage is Stage.RETURNING else None
        ringing = (contact.offer, contact.dialler, contact.second, called_back)
        agent_id = next((one.agent_id for one in ringing if one is not None and one.leg_id == leg_id), None)
        account = self._devices.of(agent_id) if agent_id is not None else None
        if agent_id is None or account is None or account.device != "mobile":
            return None
        leg = self.mobile(call, leg_id, agent_id)
        leg.outside = True
        return leg

    async def dial_customer(self, call: Call, order: DialCustomer) -> None:
        self._calls.put_leg(call, call.leg_id)
        self._calls.release(call)  # the order may be the second, after an engine that was away
        trunk = self._way_out(call)
        self._directory.occupy(trunk.trunk_id)
        call.trunk_id = trunk.trunk_id
        await self._dial_trunk(call, call.leg_id, trunk, order.number, order.ring_s)

    async def dial_out(self, call: Call, order: DialOut) -> None:
        self._calls.put_leg(call, order.leg_id)
        self._calls.release_line(call, order.leg_id)  # as above
        trunk = self._way_out(call)
        self._calls.occupy(call, order.leg_id, trunk.trunk_id)
        await self._dial_trunk(call, order.leg_id, trunk, order.number, order.ring_timeout_s)
        await call.bridge()

    def _way_out(self, call: Call) -> Trunk:
        """A trunk with a free line. Raises `EngineRefused`."""
        view = call.contact.view
        number_id = view.number_id if view is not None else None
        trunk = self._directory.way_out(call.contact.tenant_id, number_id, call.trunk_id)
        if trunk is None:
            raise NoLine("dial_trunk", 404, "no trunk has a free line")
        return trunk

    async def _dial_trunk(self, call: Call, leg_id: str, trunk: Trunk, number: str, ring_s: int) -> None:
        """Showing the number the caller dialled: it is ours to show."""
        self._note_down()  # a telephone that rings must not be unknown to the core that follows
        self._calls.dialled(leg_id, trunk.trunk_id)
        view = call.contact.view
        await call.engine.dial_trunk(
            leg_id,
            engine_name(trunk),
            number,
            view.dnis if view is not None else "anonymous",
            timeout_s=ring_s,
            contact=call.contact.contact_id.hex,
        )
