"""Voice: legs of the engine fitted to contacts of the floor.

Engine events become inputs of a contact at once, in order. A contact's orders go into lanes and are carried
out in order (`performer`); what the engine refuses comes back as an input.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog

from andon.channels.voice.arrivals import Arrivals, FindCustomer, WasThere
from andon.channels.voice.calls import Call, Calls, KeptCall, KeptMobile
from andon.channels.voice.devices import Devices
from andon.channels.voice.machine import Directory
from andon.channels.voice.mobile import Mobiles
from andon.channels.voice.monitor import Ears
from andon.channels.voice.nodes import Node, Nodes
from andon.channels.voice.performer import Alarm, MusicOf, Performer, SoundOf
from andon.channels.voice.reconcile import Reconciler
from andon.channels.voice.ringing import PersonOf, Ringing
from andon.channels.voice.trial import Trials
from andon.channels.voice.trunk_trial import TrunkTrials
from andon.interactions.inputs import (
    AgentAnswered,
    AgentRinging,
    CallerKey,
    CustomerAnswered,
    DeviceHeld,
    DeviceRetrieved,
    Found,
    MessageTaken,
    SpeechEnded,
    UtteranceTaken,
)
from andon.interactions.model import Contact
from andon.interactions.orders import MediumOrder
from andon.interactions.service import Floor
from andon.kit.tasks import Tasks
from andon.telephony.errors import EngineRefused
from andon.telephony.model import (
    UTTERANCE,
    Cause,
    DeviceChanged,
    EngineConnected,
    EngineEvent,
    EngineLost,
    KeyPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegHeld,
    LegRetrieved,
    LegRinging,
    PlaybackEnded,
    VoicemailRecorded,
)

log = structlog.get_logger(__name__)

DEAF_S = 0.7  # a device that lost its registration and sends nothing for so long is gone


class VoiceChannel:
    """All tenants' calls, each on its node."""

    def __init__(
        self,
        *,
        calls: Calls,
        nodes: Nodes,
        devices: Devices,
        ears: Ears,
        trials: Trials,
        mobiles: Mobiles,
        trunk_trials: TrunkTrials,
        floors: Mapping[UUID, Floor],
        directory: Directory,
        agent_return_s: float,
        new_id: Callable[[], UUID],
        music_of: MusicOf,
        find_customer: FindCustomer,
        on_engine: Callable[[Node, bool, str], None],
        on_settled: Callable[[], None],
        on_alarm: Alarm,
        was_there: WasThere,
        note_down: Callable[[], None],
        sound_of: SoundOf,
        person_of: PersonOf,
    ) -> None:
        """What is asked and told from outside is said where it is: `Arrivals`, `Performer`, `Reconciler`,
        `Ringing`."""
        self.nodes = nodes
        self.devices = devices
        self.draining = False
        self._calls = calls
        self._ears = ears
        self._trials = trials
        self._mobiles = mobiles
        self._trunk_trials = trunk_trials
        self._directory = directory
        self._tasks = Tasks("voice")
        self._ringing = Ringing(calls, nodes, devices, mobiles, directory, person_of, note_down)
        self._performer = Performer(
            calls,
            self._ringing,
            mobiles,
            self._tasks,
            music_of=music_of,
            sound_of=sound_of,
            on_alarm=on_alarm,
        )
        self._arrivals = Arrivals(
            calls,
            floors,
            directory,
            self._tasks,
            self._performer.carry_out,
            agent_return_s=agent_return_s,
            new_id=new_id,
            find_customer=find_customer,
            was_there=was_there,
            draining=lambda: self.draining,
        )
        self._reconciler = Reconciler(
            calls,
            nodes,
            devices,
            ears,
            trials,
            mobiles,
            trunk_trials,
            self._ringing,
            self._tasks,
            adopt=self._arrivals.adopt,
            on_engine=on_engine,
            on_settled=on_settled,
        )
        self._events: dict[type[EngineEvent], Callable[[Node, Any], None]] = {
            LegArrived: self._arrivals.arrived,
            LegRinging: lambda n, e: calls.feed_beside(e.leg_id, AgentRinging(e.leg_id)),
            LegAnswered: self._answered,
            LegEnded: lambda n, e: calls.ended(e),
            KeyPressed: lambda n, e: self._key(e),
            PlaybackEnded: lambda n, e: self._played(e),
            LegHeld: lambda n, e: calls.feed_beside(e.leg_id, DeviceHeld(e.leg_id)),
            LegRetrieved: lambda n, e: calls.feed_beside(e.leg_id, DeviceRetrieved(e.leg_id)),
            DeviceChanged: lambda n, e: devices.changed(n.name, e.username, e.registered),
            VoicemailRecorded: self._message,
            EngineConnected: self._reconciler.connected,
            EngineLost: self._reconciler.lost,
        }

    @property
    def calls(self) -> int:
        return len(self._calls)

    def perform(self, contact: Contact, order: MediumOrder) -> None:
        """The floor's orders (`interactions.service.Medium`)."""
        call = self._calls.get(contact.contact_id)
        if call is not None:
            call.lanes.put(order)

    def can_begin(self) -> bool:
        """Whether calls can be begun now (`interactions.service.Medium`)."""
        return any(node.serves for node in self.nodes)

    def begin(self, floor: Floor, contact: Contact) -> str:
        """A call that we make (`interactions.service.Medium`)."""
        node = self.nodes.for_new(self._calls.count_on) or self.nodes.first
        call = Call(node, floor, contact, None, self._performer.carry_out)
        self._calls.put(call)
        if contact.view is not None and contact.view.customer_id is None:
            self._tasks.start(self._arrivals.identify(call, contact.view))
        return node.name

    def keep(self, contact_id: UUID) -> KeptCall:
        """For `take_over` of a later core."""
        call = self._calls.get(contact_id)
        if call is None:
            return KeptCall(None)
        legs = [leg for leg_id in call.lines if (leg := self._mobiles.of(leg_id)) is not None]
        mobiles = {leg.leg_id: KeptMobile(leg.about["agent_id"], leg.at, leg.accepted) for leg in legs}
        return KeptCall(call.trunk_id, dict(call.lines), call.node.name, mobiles)

    def take_over(self, floor: Floor, contact: Contact, kept: KeptCall) -> None:
        """A contact of the core before; what became of its legs the engine will say."""
        if kept.trunk_id is not None:
            self._directory.occupy(kept.trunk_id)
        node = self.nodes.get(kept.node) or self.nodes.first
        call = Call(node, floor, contact, kept.trunk_id, self._performer.carry_out)
        self._calls.put(call)
        if contact.has_leg:
            self._calls.put_leg(call, contact.leg_id)
        for leg_id in call.beside:
            self._calls.put_leg(call, leg_id)
            if leg_id in kept.lines:
                self._calls.occupy(call, leg_id, kept.lines[leg_id])
            if leg_id in kept.mobiles:
                mobile = kept.mobiles[leg_id]
                leg = self._ringing.mobile(call, leg_id, mobile.agent_id, at=mobile.at)
                leg.outside, leg.accepted = True, mobile.accepted
        taping = contact.taping
        recording_id = str(taping.recording_id) if taping is not None and not taping.stopped else ""
        node.engine.take_over(
            contact.leg_id,
            recording_id=recording_id,
            silent=contact.card is not None,
            music=contact.music,
        )

    def on_event(self, node: Node, event: EngineEvent) -> None:
        """An engine's callback."""
        try:
            theirs = self._ears.on_event(node, event) or self._trials.on_event(node, event)
            if not theirs and not self._mobiles.on_event(event) and not self._trunk_trials.on_event(event):
                self._events[type(event)](node, event)
        except Exception:
            # One event that we handle wrongly must not cut the stream of all others.
            log.exception("core_fault", engine_event=type(event).__name__)

    # --- events -----------------------------------------------------------------------------------------

    def _answered(self, node: Node, event: LegAnswered) -> None:
        call = self._calls.answered(event.leg_id)
        if call is not None and call.owns(event.leg_id):
            call.feed(CustomerAnswered())
        elif call is not None:
            self._calls.feed_beside(event.leg_id, AgentAnswered(event.leg_id))
        else:  # its contact is over and forgotten
            self._tasks.start(node.sweep(event.leg_id, Cause.NORMAL))

    def _key(self, event: KeyPressed) -> None:
        call = self._calls.of_leg(event.leg_id)
        if call is not None and call.owns(event.leg_id):
            call.feed(CallerKey(event.digit))

    def _played(self, event: PlaybackEnded) -> None:
        call = self._calls.of_leg(event.leg_id)
        if call is None:
            return
        token = call.speech.pop(event.playback_id, None)
        if token is not None:
            call.feed(SpeechEnded(token, event.failed))
        elif call.requesting:
            call.early[event.playback_id] = event.failed

    def _message(self, node: Node, event: VoicemailRecorded) -> None:
        call = self._calls.of_leg(event.leg_id)
        ms = 0 if event.failed else event.ms
        if event.name.startswith(UTTERANCE):
            if call is not None and call.contact.listening == event.name:
                call.feed(UtteranceTaken(event.name, ms))
            else:  # a key came first, or the caller is gone
                self._tasks.start(self._drop_sound(node, event.name))
        elif call is not None:
            call.feed(MessageTaken(ms))

    async def _drop_sound(self, node: Node, name: str) -> None:
        try:
            await node.engine.drop_message(name)
        except EngineRefused as refused:
            log.warning("sound_not_dropped", name=name, why=str(refused))

    def device_gone(self, contact: Contact, agent_id: UUID) -> None:
        """The device of an agent in this conversation is not registered any more."""
        call = self._calls.get(contact.contact_id)
        if call is None:
            return
        for party in (contact.talk, contact.second):
            if party is not None and party.agent_id == agent_id and party.leg_id:
                self._tasks.start(self._listen_for(call, party.leg_id))
        inside = contact.inside
        if inside is not None and inside.agent_id == agent_id and inside.since is not None:
            self._tasks.start(self._listen_for(call, contact.leg_id))

    async def _listen_for(self, call: Call, leg_id: str) -> None:
        """Signalling that broke leaves the talk alone; but a device that does not send either is gone, and
        the caller shall not hear dead air until the engine's own time-out."""
        try:
            before = await call.engine.packets_from(leg_id)
            await asyncio.sleep(DEAF_S)
            if leg_id not in call.legs or await call.engine.packets_from(leg_id) != before:
                return
            log.info("device_deaf", leg_id=leg_id)
            await call.engine.hangup(leg_id, Cause.MEDIA_LOST)
        except EngineRefused as refused:  # the leg is gone by itself, or the engine
            log.debug("not_listened_for", why=str(refused))

    def calls_of(self, node: Node) -> list[Call]:
        """Every call that lives there."""
        return self._calls.on(node)

    def calls_on(self, node: Node) -> int:
        """How many calls live there."""
        return self._calls.count_on(node)

    def legs_beside(self, node: Node) -> set[str]:
        """Legs there that are ours and no call's."""
        return self._reconciler.legs_beside(node)

    def repair(self, node: Node, what: str, subject: str, call: Call | None) -> None:
        """Make true what the watchdog found untrue."""
        if what in {"caller_gone", "agent_gone"}:
            text = "the engine does not have it any more"
            self._calls.ended(LegEnded(leg_id=subject, cause=Cause.NORMAL, cause_text=text))
        elif what == "apart" and call is not None:
            call.feed(Found(up=True, together=False))
        elif what == "leg_unknown":
            self._tasks.start(node.sweep(subject, Cause.NORMAL))
        elif what == "bridge_unknown":
            self._tasks.start(node.sweep_bridge(subject))

    async def drained(self) -> None:
        """Return once every call is over and every order carried out."""
        while self._calls or self._tasks:
            for call in list(self._calls):
                await call.lanes.drained()
            await self._tasks.finished()
            if self._calls:
                await asyncio.sleep(0.02)  # the engine has yet to tell of legs that end
