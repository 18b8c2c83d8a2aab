"""What we believe of an engine's calls is made what the engine says.

Whenever the engine is met again, by this core or by one that resumes another's calls, its own list of legs
and bridges is the truth: what ended is told as ended, and orders that may have been lost are given again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from andon.channels.voice.calls import Call, Calls
from andon.channels.voice.devices import Devices
from andon.channels.voice.mobile import Mobiles
from andon.channels.voice.monitor import Ears
from andon.channels.voice.nodes import ENGINE_GRACE_S, Node, Nodes
from andon.channels.voice.ringing import Ringing
from andon.channels.voice.trial import Trials
from andon.channels.voice.trunk_trial import TrunkTrials
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    CustomerAnswered,
    Found,
    Interrupted,
    MessageTaken,
    SpeechEnded,
)
from andon.interactions.model import Place, Stage
from andon.interactions.orders import CALLER_LANE
from andon.kit.tasks import Tasks
from andon.telephony.errors import EngineRefused
from andon.telephony.model import Cause, EngineConnected, EngineLost, LegEnded, LegState, Snapshot

log = structlog.get_logger(__name__)

RINGS_AGENT = frozenset({Stage.OFFERING, Stage.RETURNING, Stage.CALLING, Stage.BUZZING, Stage.PARKED})
OWN_LEG_RINGS = frozenset({Stage.DIALLING, Stage.CALLING, Stage.BUZZING})


class Reconciler:
    """Knows when each engine was lost and met again."""

    def __init__(
        self,
        calls: Calls,
        nodes: Nodes,
        devices: Devices,
        ears: Ears,
        trials: Trials,
        mobiles: Mobiles,
        trunk_trials: TrunkTrials,
        ringing: Ringing,
        tasks: Tasks,
        *,
        adopt: Callable[[Node, LegState], Awaitable[None]],
        on_engine: Callable[[Node, bool, str], None],
        on_settled: Callable[[], None],
    ) -> None:
        """`adopt` is given legs that nobody here knows. `on_settled` is told when it is known what an engine
        has of our calls, or that it stays away."""
        self._calls = calls
        self._nodes = nodes
        self._devices = devices
        self._ears = ears
        self._trials = trials
        self._mobiles = mobiles
        self._trunk_trials = trunk_trials
        self._ringing = ringing
        self._tasks = tasks
        self._adopt = adopt
        self._on_engine = on_engine
        self._on_settled = on_settled

    def lost(self, node: Node, event: EngineLost) -> None:
        was_up = node.up.is_set()
        node.up.clear()
        if node.grace is None:
            node.grace = asyncio.get_running_loop().call_later(ENGINE_GRACE_S, self._give_up, node)
        if was_up:
            self._on_engine(node, False, event.why)

    def _give_up(self, node: Node) -> None:
        """The engine stays away: whatever still lives there is swept when it comes back."""
        for call in self._calls.on(node):
            call.feed(Interrupted())
        if any(other.up.is_set() for other in self._nodes):  # of devices there nothing else is heard
            self._devices.refresh(node.name, set())
            self._ears.lost(node)
        self._trials.lost(node)
        self._mobiles.lost(node)
        self._trunk_trials.lost(node)
        self._on_settled()

    def connected(self, node: Node, event: EngineConnected) -> None:
        if node.grace is not None:
            node.grace.cancel()
            node.grace = None
        node.up.set()
        self._on_engine(node, True, event.snapshot.engine)
        self._reconcile(node, event.snapshot)
        self._on_settled()

    def _reconcile(self, node: Node, snapshot: Snapshot) -> None:
        """Believe the engine: calls it does not have are over, legs nobody here knows are taken in or go."""
        if node.booted_at not in {None, snapshot.booted_at}:
            for call in self._calls.on(node):  # they went with the engine they were in
                call.feed(Interrupted())
        node.booted_at = snapshot.booted_at
        self._devices.refresh(
            node.name, {device.username for device in snapshot.devices if device.registered}
        )
        legs = {leg.leg_id: leg for leg in snapshot.legs}
        self._tasks.start(self._ears.refresh(node, snapshot))
        self._trials.refresh(node, snapshot)
        self._mobiles.refresh(node, set(legs))
        self._trunk_trials.refresh(node, snapshot)
        others = self.legs_beside(node)
        for leg in snapshot.legs:
            if self._calls.of_leg(leg.leg_id) is None and leg.leg_id not in others:
                log.warning("leg_unknown", leg_id=leg.leg_id, kind=leg.kind)
                self._tasks.start(self._adopt(node, leg))
        bridges = {bridge.bridge_id: set(bridge.legs) for bridge in snapshot.bridges}
        calls = self._calls.on(node)
        for bridge_id in bridges.keys() - {call.bridge_id for call in calls}:
            if bridge_id.startswith("b-"):
                self._tasks.start(node.sweep_bridge(bridge_id))
        for call in calls:
            self._find(call, legs, bridges.get(call.bridge_id))

    def _find(self, call: Call, legs: Mapping[str, LegState], members: set[str] | None) -> None:
        """Tell a contact how it stands in the engine."""
        contact = call.contact
        call.bridged = members is not None  # also when the caller is gone: the bridge has to go as well
        caller = legs.get(contact.leg_id)
        if caller is None and contact.has_leg:
            gone = LegEnded(leg_id=contact.leg_id, cause=Cause.NORMAL, cause_text="ended while we were away")
            self._calls.ended(gone)
            return
        beside = call.beside
        inside = members or set()
        call.inside = inside.intersection(beside)
        up = caller is not None and caller.state == "up"
        if up and contact.stage in OWN_LEG_RINGS:
            call.feed(CustomerAnswered())
        rings = contact.second.leg_id if contact.inside is not None and contact.second is not None else ""
        consults = contact.second is not None and not rings
        together = contact.leg_id in inside and (consults or set(beside) - {rings} <= inside)
        call.feed(Found(up=up, together=together))
        if contact.playing or contact.message_since is not None:
            self._tasks.start(self._ask_after(call))
        for leg_id in beside:
            if not call.lanes.busy(leg_id):
                self._find_beside(call, leg_id, legs.get(leg_id))

    def _find_beside(self, call: Call, leg_id: str, leg: LegState | None) -> None:
        """Tell a contact how a leg beside the caller's stands."""
        contact, second, outside = call.contact, call.contact.second, call.contact.outside
        rings_second = second is not None and second.leg_id == leg_id and second.place is Place.RINGING
        rings_outside = outside is not None and outside.joined is None
        rings = rings_second or rings_outside
        if leg is not None:
            mobile = self._mobiles.of(leg_id) or self._ringing.mobile_found(call, leg_id)
            if leg.state == "up" and (rings or contact.stage in RINGS_AGENT):
                if mobile is None or mobile.accepted is not None:
                    call.feed(AgentAnswered(leg_id))
                else:
                    self._mobiles.ask(mobile)
            return
        self._calls.lose_leg(call, leg_id)
        call.legs.discard(leg_id)
        ringing = second if rings_second else contact.offer
        offer_id = ringing.offer_id if ringing is not None else None
        if offer_id is not None:
            offer = offer_id
            call.floor.act(lambda router, at: router.void_offer(offer, at))
            return
        party = contact.talk if contact.talk is not None and contact.talk.leg_id == leg_id else second
        agent_id = party.agent_id if party is not None else None
        lost = agent_id is not None and not self._devices.registered(agent_id)
        call.feed(AgentEnded(leg_id, Cause.UNREACHABLE if rings_outside else Cause.NORMAL, lost))

    async def _ask_after(self, call: Call) -> None:
        """What is said to the caller, or recorded of them, may have come to its end unheard."""
        contact = call.contact
        token, message = contact.playing, call.message
        if call.lanes.busy(CALLER_LANE):
            return  # about to be begun, and refused if that cannot be
        try:
            if token:
                playback_id = call.engine.playback_id(call.leg_id, token)
                call.speech[playback_id] = token
                # told of its end while we asked, it is not ours any more
                if not await call.engine.plays(playback_id) and call.speech.pop(playback_id, 0):
                    call.feed(SpeechEnded(token))
            elif not await call.engine.takes_message(message):
                call.feed(MessageTaken(call.engine.message_ms(message)))
        except EngineRefused as refused:  # away again: the next meeting asks again
            log.info("not_asked_after", why=str(refused))

    def legs_beside(self, node: Node) -> set[str]:
        """Legs there that are ours and no call's."""
        return self._ears.legs(node) | self._trials.legs | self._mobiles.tests | self._trunk_trials.legs
