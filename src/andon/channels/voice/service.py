"""Voice: legs of the engine fitted to contacts of the floor.

Engine events become inputs of a contact at once, in order. A contact's orders go into lanes and are carried
out in order; what the engine refuses comes back as an input. A leg that is gone is no error here: the
engine tells its end by itself, and that decides.

Whenever the engine is met again, by this core or by one that resumes another's calls, its own list of legs
and bridges is the truth: what ended is told as ended, and orders that may have been lost are given again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog

from andon.channels.voice.devices import ANSWER_BY_ITSELF, Devices
from andon.channels.voice.lanes import Lanes
from andon.channels.voice.machine import ENDINGS, LOST, Directory, engine_name, media_names
from andon.channels.voice.mobile import RING_S, Leg, Mobiles
from andon.channels.voice.model import Person, Trunk
from andon.channels.voice.monitor import Ears
from andon.channels.voice.nodes import Node, Nodes
from andon.channels.voice.trial import Trials
from andon.channels.voice.trunk_trial import TrunkTrials
from andon.customers.model import Customer
from andon.interactions.events import Outcome
from andon.interactions.inputs import (
    AgentAnswered,
    AgentEnded,
    AgentRinging,
    CallerEnded,
    CallerKey,
    CustomerAnswered,
    DeviceHeld,
    DeviceRetrieved,
    Found,
    Identified,
    Input,
    Interrupted,
    Joined,
    JoinFailed,
    MessageTaken,
    SpeechEnded,
    TapeRuns,
    UtteranceTaken,
)
from andon.interactions.model import Contact, Place, Stage
from andon.interactions.orders import (
    CALLER_LANE,
    Admit,
    Answer,
    Dial,
    DialColleague,
    DialCustomer,
    DialOut,
    Drop,
    EndMessage,
    Enter,
    Forget,
    HangUp,
    Join,
    Listen,
    MediumOrder,
    Music,
    MuteAgent,
    Park,
    Part,
    Ringback,
    SendKeys,
    Silence,
    Speak,
    StopListening,
    StopSpeaking,
    StopTape,
    Succeed,
    TakeMessage,
    Tape,
)
from andon.interactions.ports import ContactView
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
    LegState,
    PlaybackEnded,
    Snapshot,
    VoicemailRecorded,
)
from andon.telephony.service import Engine

log = structlog.get_logger(__name__)

ENGINE_GRACE_S = 4.0  # calls of an engine that stays away longer are over
DIAL_MARGIN_S = 5  # the engine's own ring time-out is a net below the router's
NOT_CONNECTED = 503
AGAIN_S = 0.05
RINGS_AGENT = frozenset({Stage.OFFERING, Stage.RETURNING, Stage.CALLING, Stage.BUZZING, Stage.PARKED})
OWN_LEG_RINGS = frozenset({Stage.DIALLING, Stage.CALLING, Stage.BUZZING})
DEAF_S = 0.7  # a device that lost its registration and sends nothing for so long is gone


FindCustomer = Callable[[UUID, UUID, str], Awaitable[Customer | None]]
Alarm = Callable[[UUID, str, str, str], None]
WasThere = Callable[[UUID, UUID], Awaitable[bool]]
MusicOf = Callable[[UUID | None, UUID | None], str]
SoundOf = Callable[[UUID, UUID | None, str, str], Path | None]
PersonOf = Callable[[UUID, UUID], Person | None]


class NoLine(EngineRefused):
    """Every trunk that could carry the call is full."""


class KeptMobile(msgspec.Struct, frozen=True):
    """An agent's mobile telephone that is rung or talks."""

    agent_id: UUID
    at: datetime | None  # dialled
    accepted: datetime | None


class KeptCall(msgspec.Struct, frozen=True):
    """What a later core must know of a call: the trunk lines that the caller and legs outside occupy, which
    of those are agents' mobiles, and the node it lives on (empty: the installation's own)."""

    trunk_id: UUID | None
    lines: dict[str, UUID] = {}
    node: str = ""
    mobiles: dict[str, KeptMobile] = {}


class Call:
    """A contact's side in the engine."""

    __slots__ = (
        "bridged",
        "contact",
        "early",
        "floor",
        "inside",
        "lanes",
        "leg_id",
        "legs",
        "lines",
        "node",
        "requesting",
        "speech",
        "trunk_id",
    )

    def __init__(
        self,
        node: Node,
        floor: Floor,
        contact: Contact,
        trunk_id: UUID | None,
        carry_out: Callable[..., Awaitable[None]],
    ) -> None:
        self.node = node
        self.floor = floor
        self.contact = contact
        self.leg_id = contact.leg_id  # the contact's own, as far as its orders are carried out
        self.trunk_id = trunk_id  # None once its line is given back
        self.lanes = Lanes(lambda order: carry_out(self, order))
        self.speech: dict[str, int] = {}  # playback id to our token
        self.requesting = False  # a playback is being asked for: its end may be told before its id
        self.early: dict[str, bool] = {}
        self.legs: set[str] = set()
        self.bridged = False
        self.inside: set[str] = set()  # legs in our bridge, the caller's aside
        self.lines: dict[str, UUID] = {}  # legs we called outside, and the trunk each occupies

    @property
    def engine(self) -> Engine:
        return self.node.engine

    def owns(self, leg_id: str) -> bool:
        """Whether this is the contact's own leg: the caller's, or a colleague's."""
        return leg_id == self.contact.leg_id

    @property
    def bridge_id(self) -> str:
        return f"b-{self.contact.contact_id.hex}"


def _message_of(call: Call) -> str:
    """What the engine calls the message that a caller leaves."""
    return f"v-{call.contact.contact_id.hex}"


def _legs_beside(contact: Contact) -> list[str]:
    """The legs a contact has beside the caller's: of the agent, and of who else was called."""
    parties = (contact.offer or contact.talk or contact.outside or contact.dialler, contact.second)
    return [party.leg_id for party in parties if party is not None and party.leg_id]


class VoiceChannel:
    """All tenants' calls, each on its node."""

    def __init__(
        self,
        *,
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
        sound_of: SoundOf = lambda tenant_id, project_id, language, name: None,
        person_of: PersonOf = lambda tenant_id, agent_id: None,
    ) -> None:
        """A lost agent is waited for `agent_return_s` seconds. `on_settled` is told when it is known what an
        engine has of our calls, or that it stays away; `was_there(tenant, contact)` says whether the journal
        knows a contact; `note_down` makes what is decided outlive this process. `music_of(project, queue)` is
        the class of music heard there, `sound_of(tenant, project, language, name)` a project's own sound of a
        prompt; `person_of(tenant, agent)` knows an agent's mobile telephone."""
        self._floors = floors
        self._directory = directory
        self._agent_return_s = agent_return_s
        self._new_id = new_id
        self._music_of = music_of
        self._find_customer = find_customer
        self._on_engine = on_engine
        self._on_settled = on_settled
        self._on_alarm = on_alarm
        self._was_there = was_there
        self._note_down = note_down
        self._sound_of = sound_of
        self._person_of = person_of
        self._calls: dict[UUID, Call] = {}
        self._legs: dict[str, Call] = {}
        self._dialled: dict[str, UUID] = {}  # legs outside that nobody has answered yet, and their trunks
        self._tasks = Tasks("voice")
        self.draining = False
        self._events: dict[type[EngineEvent], Callable[[Node, Any], None]] = {
            LegArrived: self._arrived,
            LegRinging: lambda n, e: self._agent(e.leg_id, AgentRinging(e.leg_id)),
            LegAnswered: self._answered,
            LegEnded: lambda n, e: self._ended(e),
            KeyPressed: lambda n, e: self._key(e),
            PlaybackEnded: lambda n, e: self._played(e),
            LegHeld: lambda n, e: self._agent(e.leg_id, DeviceHeld(e.leg_id)),
            LegRetrieved: lambda n, e: self._agent(e.leg_id, DeviceRetrieved(e.leg_id)),
            DeviceChanged: lambda n, e: self.devices.changed(n.name, e.username, e.registered),
            VoicemailRecorded: self._message,
            EngineConnected: self._connected,
            EngineLost: self._lost,
        }
        self._ways: dict[type[MediumOrder], Callable[[Call, Any], Awaitable[None]]] = {
            Answer: self._do_answer,
            Speak: self._do_speak,
            StopSpeaking: self._do_stop_speaking,
            Music: self._do_music,
            Tape: self._do_tape,
            StopTape: lambda c, o: c.engine.stop_recording(c.leg_id),
            Silence: lambda c, o: c.engine.silence_recording(c.leg_id, o.on),
            TakeMessage: self._do_message,
            EndMessage: lambda c, o: c.engine.end_message(_message_of(c)),
            Listen: self._do_listen,
            StopListening: self._do_stop_listening,
            Dial: self._do_dial,
            DialColleague: self._do_dial_colleague,
            DialCustomer: self._do_dial_customer,
            Ringback: lambda c, o: c.engine.ring(o.leg_id, o.on),
            DialOut: self._do_dial_out,
            Succeed: self._do_succeed,
            Enter: self._do_enter,
            Park: self._do_park,
            Drop: self._do_drop,
            Join: self._do_join,
            Admit: self._do_admit,
            Part: self._do_part,
            MuteAgent: lambda c, o: c.engine.mute(o.leg_id, o.on),
            SendKeys: lambda c, o: c.engine.dtmf(o.leg_id or c.leg_id, o.digits),
            HangUp: lambda c, o: c.engine.hangup(c.leg_id, o.cause),
            Forget: self._do_forget,
        }

    def attach(
        self,
        nodes: Nodes,
        devices: Devices,
        ears: Ears,
        trials: Trials,
        mobiles: Mobiles,
        trunk_trials: TrunkTrials,
    ) -> None:
        """Nodes and channel know each other; called once before the engines are started."""
        self.nodes = nodes
        self.devices = devices
        self.ears = ears
        self.trials = trials
        self.mobiles = mobiles
        self.trunk_trials = trunk_trials

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
        node = self.nodes.for_new(self.calls_on) or self.nodes.first
        call = self._calls[contact.contact_id] = Call(node, floor, contact, None, self._carry_out)
        if contact.view is not None and contact.view.customer_id is None:
            self._tasks.start(self._identify(call, contact.view))
        return node.name

    def keep(self, contact_id: UUID) -> KeptCall:
        """For `take_over` of a later core."""
        call = self._calls.get(contact_id)
        if call is None:
            return KeptCall(None)
        legs = [leg for leg_id in call.lines if (leg := self.mobiles.of(leg_id)) is not None]
        mobiles = {leg.leg_id: KeptMobile(leg.about["agent_id"], leg.at, leg.accepted) for leg in legs}
        return KeptCall(call.trunk_id, dict(call.lines), call.node.name, mobiles)

    def node_of(self, contact_id: UUID) -> Node:
        """Where a contact lives."""
        call = self._calls.get(contact_id)
        return self.nodes.first if call is None else call.node

    def take_over(self, floor: Floor, contact: Contact, kept: KeptCall) -> None:
        """A contact of the core before; what became of its legs the engine will say."""
        if kept.trunk_id is not None:
            self._directory.occupy(kept.trunk_id)
        node = self.nodes.get(kept.node) or self.nodes.first
        call = Call(node, floor, contact, kept.trunk_id, self._carry_out)
        self._calls[contact.contact_id] = call
        if contact.has_leg:
            self._put_leg(call, contact.leg_id)
        for leg_id in _legs_beside(contact):
            self._put_leg(call, leg_id)
            if leg_id in kept.lines:
                self._occupy(call, leg_id, kept.lines[leg_id])
            if leg_id in kept.mobiles:
                mobile = kept.mobiles[leg_id]
                leg = self._mobile(call, leg_id, mobile.agent_id, at=mobile.at)
                leg.outside, leg.accepted = True, mobile.accepted
        taping = contact.taping
        recording_id = str(taping.recording_id) if taping is not None and not taping.stopped else ""
        node.engine.take_over(
            contact.leg_id,
            recording_id=recording_id,
            silent=contact.card is not None,
            music=contact.music,
        )

    def take_leg(self, contact_id: UUID, leg_id: str) -> None:
        """A supervisor's leg is the agent's side of this contact's call from now on."""
        self._put_leg(self._calls[contact_id], leg_id)

    def on_event(self, node: Node, event: EngineEvent) -> None:
        """An engine's callback."""
        try:
            theirs = self.ears.on_event(node, event) or self.trials.on_event(node, event)
            if not theirs and not self.mobiles.on_event(event) and not self.trunk_trials.on_event(event):
                self._events[type(event)](node, event)
        except Exception:
            # One event that we handle wrongly must not cut the stream of all others.
            log.exception("core_fault", engine_event=type(event).__name__)

    # --- events -----------------------------------------------------------------------------------------

    def _arrived(self, node: Node, event: LegArrived) -> None:
        if node.draining:  # the carrier tries another node
            self._tasks.start(self._sweep(node, event.leg_id, Cause.CONGESTION))
            return
        admission = None
        if event.kind == "trunk" and not self.draining:
            admission = self._directory.admit(event.endpoint, event.dnis)
        floor = self._floors.get(admission.tenant_id) if admission is not None else None
        if admission is None or floor is None:
            # An agent's device dials nobody yet; a trunk that was removed brings no calls.
            log.info("leg_refused", kind=event.kind, endpoint=event.endpoint)
            self._tasks.start(self._sweep(node, event.leg_id, Cause.REJECTED))
            return
        at = floor.now()
        number, project, trunk = admission.number, admission.project, admission.trunk
        contact_id = self._new_id()
        view = None
        if number is not None and project is not None and number.flow_id is not None:
            view = ContactView(
                contact_id=contact_id,
                tenant_id=admission.tenant_id,
                client_id=number.client_id,
                project_id=number.project_id,
                number_id=number.number_id,
                flow_id=number.flow_id,
                caller=event.caller,
                dnis=number.e164,
                language=project.language,
                arrived_at=at,
            )
        occupied = admission.refused is not Outcome.TRUNK_BUSY
        self._directory.note(trunk.trunk_id, at, "answered")
        if occupied:
            self._directory.occupy(trunk.trunk_id)
        contact = Contact(
            contact_id=contact_id,
            tenant_id=admission.tenant_id,
            client_id=number.client_id if number else None,
            project_id=number.project_id if number else None,
            leg_id=event.leg_id,
            view=view,
            arrived=at,
            return_s=self._agent_return_s,
        )
        call = Call(node, floor, contact, trunk.trunk_id if occupied else None, self._carry_out)
        self._calls[contact_id] = call
        self._put_leg(call, event.leg_id)
        floor.arrive(
            contact,
            number_id=number.number_id if number else None,
            trunk_id=trunk.trunk_id,
            caller=event.caller,
            caller_raw=event.caller_raw,
            dnis=event.dnis,
            node=node.name,
            refused=admission.refused,
        )
        if view is not None and event.caller and admission.refused is None:
            self._tasks.start(self._identify(call, view))

    def _put_leg(self, call: Call, leg_id: str) -> None:
        self._legs[leg_id] = call
        call.legs.add(leg_id)

    async def _identify(self, call: Call, view: ContactView) -> None:
        """Find the customer beside the call's path; the flow and the agent see it when it is known."""
        try:
            found = await self._find_customer(view.tenant_id, view.client_id, view.caller)
        except Exception:
            # The database may be away: the call goes on without a name.
            log.warning("customer_lookup_failed", exc_info=True)
            return
        if found is not None:
            who = Identified(
                found.customer_id, found.tier, "phone", found.name, found.agent_id, found.open_complaint
            )
            self._feed(call, who)

    def _feed(self, call: Call, heard: Input) -> None:
        call.floor.feed(call.contact, heard)

    def _agent(self, leg_id: str, heard: Input) -> None:
        call = self._legs.get(leg_id)
        if call is not None and not call.owns(leg_id):
            self._feed(call, heard)

    def _answered(self, node: Node, event: LegAnswered) -> None:
        call = self._legs.get(event.leg_id)
        trunk_id = self._dialled.pop(event.leg_id, None)
        if call is not None and trunk_id is not None:
            self._directory.note(trunk_id, call.floor.now(), "answered")
        if call is not None and call.owns(event.leg_id):
            self._feed(call, CustomerAnswered())
        elif call is not None:
            self._agent(event.leg_id, AgentAnswered(event.leg_id))
        else:  # its contact is over and forgotten
            self._tasks.start(self._sweep(node, event.leg_id, Cause.NORMAL))

    def _ended(self, event: LegEnded) -> None:
        call = self._legs.pop(event.leg_id, None)
        if call is None:
            return
        trunk_id = self._dialled.pop(event.leg_id, None)
        if trunk_id is not None and event.cause != Cause.NORMAL:  # that may be our own doing
            how = ENDINGS.get(event.cause, "failed")
            self._directory.note(trunk_id, call.floor.now(), how, event.cause)
        call.legs.discard(event.leg_id)
        self._release_line(call, event.leg_id)
        self.mobiles.over(event.leg_id, event.cause)
        if call.owns(event.leg_id):
            self._release(call)
            self._feed(call, CallerEnded(event.cause, event.media_lost))
            return
        call.inside.discard(event.leg_id)
        lost = event.media_lost or event.cause in LOST
        self._feed(call, AgentEnded(event.leg_id, event.cause, lost))

    def _key(self, event: KeyPressed) -> None:
        call = self._legs.get(event.leg_id)
        if call is not None and call.owns(event.leg_id):
            self._feed(call, CallerKey(event.digit))

    def _played(self, event: PlaybackEnded) -> None:
        call = self._legs.get(event.leg_id)
        if call is None:
            return
        token = call.speech.pop(event.playback_id, None)
        if token is not None:
            self._feed(call, SpeechEnded(token, event.failed))
        elif call.requesting:
            call.early[event.playback_id] = event.failed

    def _message(self, node: Node, event: VoicemailRecorded) -> None:
        call = self._legs.get(event.leg_id)
        ms = 0 if event.failed else event.ms
        if event.name.startswith(UTTERANCE):
            if call is not None and call.contact.listening == event.name:
                self._feed(call, UtteranceTaken(event.name, ms))
            else:  # a key came first, or the caller is gone
                self._tasks.start(self._drop_sound(node, event.name))
        elif call is not None:
            self._feed(call, MessageTaken(ms))

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
        return [call for call in self._calls.values() if call.node is node]

    def calls_on(self, node: Node) -> int:
        """How many calls live there."""
        return sum(call.node is node for call in self._calls.values())

    def legs_beside(self, node: Node) -> set[str]:
        """Legs there that are ours and no call's."""
        return self.ears.legs(node) | self.trials.legs | self.mobiles.tests | self.trunk_trials.legs

    def repair(self, node: Node, what: str, subject: str, call: Call | None) -> None:
        """Make true what the watchdog found untrue."""
        if what in {"caller_gone", "agent_gone"}:
            text = "the engine does not have it any more"
            self._ended(LegEnded(leg_id=subject, cause=Cause.NORMAL, cause_text=text))
        elif what == "apart" and call is not None:
            self._feed(call, Found(up=True, together=False))
        elif what == "leg_unknown":
            self._tasks.start(self._sweep(node, subject, Cause.NORMAL))
        elif what == "bridge_unknown":
            self._tasks.start(self._sweep_bridge(node, subject))

    # --- an engine as a whole -----------------------------------------------------------------------------

    def _lost(self, node: Node, event: EngineLost) -> None:
        was_up = node.up.is_set()
        node.up.clear()
        if node.grace is None:
            node.grace = asyncio.get_running_loop().call_later(ENGINE_GRACE_S, self._give_up, node)
        if was_up:
            self._on_engine(node, False, event.why)

    def _give_up(self, node: Node) -> None:
        """The engine stays away: whatever still lives there is swept when it comes back."""
        for call in self.calls_of(node):
            self._feed(call, Interrupted())
        if any(other.up.is_set() for other in self.nodes):  # of devices there nothing else is heard
            self.devices.refresh(node.name, set())
            self.ears.lost(node)
        self.trials.lost(node)
        self.mobiles.lost(node)
        self.trunk_trials.lost(node)
        self._on_settled()

    def _connected(self, node: Node, event: EngineConnected) -> None:
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
            for call in self.calls_of(node):  # they went with the engine they were in
                self._feed(call, Interrupted())
        node.booted_at = snapshot.booted_at
        self.devices.refresh(node.name, {device.username for device in snapshot.devices if device.registered})
        legs = {leg.leg_id: leg for leg in snapshot.legs}
        self._tasks.start(self.ears.refresh(node, snapshot))
        self.trials.refresh(node, snapshot)
        self.mobiles.refresh(node, set(legs))
        self.trunk_trials.refresh(node, snapshot)
        others = self.legs_beside(node)
        for leg in snapshot.legs:
            if leg.leg_id not in self._legs and leg.leg_id not in others:
                log.warning("leg_unknown", leg_id=leg.leg_id, kind=leg.kind)
                self._tasks.start(self._adopt(node, leg))
        bridges = {bridge.bridge_id: set(bridge.legs) for bridge in snapshot.bridges}
        calls = self.calls_of(node)
        for bridge_id in bridges.keys() - {call.bridge_id for call in calls}:
            if bridge_id.startswith("b-"):
                self._tasks.start(self._sweep_bridge(node, bridge_id))
        for call in calls:
            self._find(call, legs, bridges.get(call.bridge_id))

    async def _adopt(self, node: Node, leg: LegState) -> None:
        """A caller's leg that nobody here knows came in as the core before died, and is received now;
        anything else is what was left of a contact that is over."""
        over = False
        admission = self._directory.admit(leg.endpoint, leg.dnis) if leg.kind == "trunk" else None
        if admission is not None and leg.contact:
            try:
                over = await self._was_there(admission.tenant_id, UUID(leg.contact))
            except Exception:  # the database may be away: a caller asked twice is better than one cut off
                log.warning("contact_look_up_failed", exc_info=True)
        if admission is None or over:
            await self._sweep(node, leg.leg_id, Cause.NORMAL)
        elif leg.leg_id not in self._legs:
            self._arrived(
                node,
                LegArrived(
                    leg_id=leg.leg_id,
                    kind=leg.kind,
                    endpoint=leg.endpoint,
                    caller=leg.caller,
                    caller_raw=leg.caller_raw,
                    dnis=leg.dnis,
                ),
            )

    def _find(self, call: Call, legs: Mapping[str, LegState], members: set[str] | None) -> None:
        """Tell a contact how it stands in the engine."""
        contact = call.contact
        call.bridged = members is not None  # also when the caller is gone: the bridge has to go as well
        caller = legs.get(contact.leg_id)
        if caller is None and contact.has_leg:
            gone = LegEnded(leg_id=contact.leg_id, cause=Cause.NORMAL, cause_text="ended while we were away")
            self._ended(gone)
            return
        beside = _legs_beside(contact)
        inside = members or set()
        call.inside = inside.intersection(beside)
        up = caller is not None and caller.state == "up"
        if up and contact.stage in OWN_LEG_RINGS:
            self._feed(call, CustomerAnswered())
        rings = contact.second.leg_id if contact.inside is not None and contact.second is not None else ""
        consults = contact.second is not None and not rings
        together = contact.leg_id in inside and (consults or set(beside) - {rings} <= inside)
        self._feed(call, Found(up=up, together=together))
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
            mobile = self.mobiles.of(leg_id) or self._mobile_found(call, leg_id)
            if leg.state == "up" and (rings or contact.stage in RINGS_AGENT):
                if mobile is None or mobile.accepted is not None:
                    self._feed(call, AgentAnswered(leg_id))
                else:
                    self.mobiles.ask(mobile)
            return
        self._legs.pop(leg_id, None)
        self._dialled.pop(leg_id, None)
        call.legs.discard(leg_id)
        self._release_line(call, leg_id)
        self.mobiles.over(leg_id, Cause.NORMAL)
        ringing = second if rings_second else contact.offer
        offer_id = ringing.offer_id if ringing is not None else None
        if offer_id is not None:
            offer = offer_id
            call.floor.act(lambda router, at: router.void_offer(offer, at))
            return
        party = contact.talk if contact.talk is not None and contact.talk.leg_id == leg_id else second
        agent_id = party.agent_id if party is not None else None
        lost = agent_id is not None and not self.devices.registered(agent_id)
        self._feed(call, AgentEnded(leg_id, Cause.UNREACHABLE if rings_outside else Cause.NORMAL, lost))

    async def _ask_after(self, call: Call) -> None:
        """What is said to the caller, or recorded of them, may have come to its end unheard."""
        contact = call.contact
        token, message = contact.playing, _message_of(call)
        if call.lanes.busy(CALLER_LANE):
            return  # about to be begun, and refused if that cannot be
        try:
            if token:
                playback_id = call.engine.playback_id(call.leg_id, token)
                call.speech[playback_id] = token
                # told of its end while we asked, it is not ours any more
                if not await call.engine.plays(playback_id) and call.speech.pop(playback_id, 0):
                    self._feed(call, SpeechEnded(token))
            elif not await call.engine.takes_message(message):
                self._feed(call, MessageTaken(call.engine.message_ms(message)))
        except EngineRefused as refused:  # away again: the next meeting asks again
            log.info("not_asked_after", why=str(refused))

    async def _sweep(self, node: Node, leg_id: str, cause: int) -> None:
        try:
            await node.engine.hangup(leg_id, cause)
        except EngineRefused as refused:
            log.warning("sweep_refused", leg_id=leg_id, why=str(refused))

    async def _sweep_bridge(self, node: Node, bridge_id: str) -> None:
        try:
            await node.engine.unbridge(bridge_id)
        except EngineRefused as refused:
            log.warning("sweep_refused", bridge_id=bridge_id, why=str(refused))

    async def drained(self) -> None:
        """Return once every call is over and every order carried out."""
        while self._calls or self._tasks:
            for call in list(self._calls.values()):
                await call.lanes.drained()
            await self._tasks.finished()
            if self._calls:
                await asyncio.sleep(0.02)  # the engine has yet to tell of legs that end

    # --- orders -----------------------------------------------------------------------------------------

    async def _carry_out(self, call: Call, order: MediumOrder) -> None:
        """Carry out one order. An engine that is away for a moment is waited for; a leg that is gone is left
        to its own end; anything else comes back as an input."""
        until = asyncio.get_running_loop().time() + ENGINE_GRACE_S
        try:
            async with asyncio.timeout_at(None) as waiting:
                while True:
                    try:
                        await self._ways[type(order)](call, order)
                        return
                    except EngineRefused as refused:
                        if refused.status != NOT_CONNECTED:
                            raise
                    waiting.reschedule(until)
                    await asyncio.sleep(AGAIN_S)  # by then it is told that the engine is lost
                    await call.node.up.wait()
                    waiting.reschedule(None)
        except TimeoutError:
            log.warning("order_lost", order=type(order).__name__)
        except EngineRefused as refused:
            self._refused(call, order, refused)

    def _refused(self, call: Call, order: MediumOrder, refused: EngineRefused) -> None:
        expected = refused.gone or not call.contact.live
        (log.debug if expected else log.warning)(
            "order_refused", order=type(order).__name__, why=str(refused)
        )
        if isinstance(order, DialCustomer | DialColleague):
            self._tasks.start(self._sweep(call.node, call.leg_id, Cause.NORMAL))
            cause = Cause.CONGESTION if isinstance(refused, NoLine) else Cause.UNREACHABLE
            self._ended(LegEnded(leg_id=call.leg_id, cause=cause, cause_text=refused.reason))
        elif isinstance(order, Dial | DialOut):
            # Nothing follows a refused dial; a dial without an answer in time may ring all the same.
            if not refused.gone:
                self._tasks.start(self._sweep(call.node, order.leg_id, Cause.NORMAL))
            self._ended(LegEnded(leg_id=order.leg_id, cause=Cause.UNREACHABLE, cause_text=refused.reason))
        elif isinstance(order, Join) and order.report:
            self._feed(call, JoinFailed(order.leg_id))
        elif expected:
            return
        elif isinstance(order, Speak):
            self._feed(call, SpeechEnded(order.token, failed=True))
        elif isinstance(order, Tape):
            self._on_alarm(
                call.contact.tenant_id, "recording_refused", str(order.recording_id), refused.reason
            )
            self._feed(call, TapeRuns(order.recording_id, refused=True))
        elif isinstance(order, Silence):
            subject = str(call.contact.contact_id)
            self._on_alarm(call.contact.tenant_id, "recording_refused", subject, refused.reason)
        elif isinstance(order, TakeMessage):
            self._feed(call, MessageTaken(0))
        elif isinstance(order, Listen):
            self._feed(call, UtteranceTaken(order.name, 0))

    async def _do_answer(self, call: Call, order: Answer) -> None:
        # Sent first: the engine sets a variable only between two sounds, and lets nobody else have a turn
        # while it waits for the end of one.
        await asyncio.gather(self._tag(call), call.engine.answer(call.leg_id))

    async def _tag(self, call: Call) -> None:
        try:
            await call.engine.tag(call.leg_id, call.contact.contact_id.hex)
        except EngineRefused as refused:
            log.debug("order_refused", order="tag", why=str(refused))

    async def _do_speak(self, call: Call, order: Speak) -> None:
        call.requesting = True
        call.early.clear()
        try:
            contact = call.contact
            own = partial(self._sound_of, contact.tenant_id, contact.project_id)
            playback_id = await call.engine.play(call.leg_id, media_names(order.prompts, own), order.token)
        finally:
            call.requesting = False
        if playback_id in call.early:
            self._feed(call, SpeechEnded(order.token, call.early[playback_id]))
        else:
            call.speech[playback_id] = order.token

    async def _do_stop_speaking(self, call: Call, order: StopSpeaking) -> None:
        for playback_id in [each for each, token in call.speech.items() if token == order.token]:
            del call.speech[playback_id]
            await call.engine.stop(playback_id)

    async def _do_music(self, call: Call, order: Music) -> None:
        music = self._music_of(call.contact.project_id, order.queue_id)
        await call.engine.music(call.leg_id, order.on, music)

    async def _do_tape(self, call: Call, order: Tape) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        await call.engine.start_recording(call.leg_id, str(order.recording_id))
        self._feed(call, TapeRuns(order.recording_id, within_ms=round((loop.time() - asked) * 1000)))

    async def _do_message(self, call: Call, order: TakeMessage) -> None:
        await call.engine.record_message(call.leg_id, _message_of(call), order.max_s)

    async def _do_listen(self, call: Call, order: Listen) -> None:
        await call.engine.listen(call.leg_id, order.name, order.max_s, order.pause_s)

    async def _do_stop_listening(self, call: Call, order: StopListening) -> None:
        await call.engine.end_message(order.name)

    async def _do_dial(self, call: Call, order: Dial) -> None:
        self._put_leg(call, order.leg_id)
        if order.by_itself and not self.devices.registered(order.agent_id):
            raise EngineRefused("dial", 404, "the agent's device is not back")
        account = self.devices.of(order.agent_id)
        if account is not None and account.device == "mobile" and not order.shown:
            await self._dial_mobile(call, order)
            return
        caller = order.shown or (call.contact.view.caller if call.contact.view is not None else "")
        timeout_s = order.ring_timeout_s + (0 if order.by_itself else DIAL_MARGIN_S)
        await self._ring(call, order.leg_id, order.agent_id, caller, timeout_s, by_itself=order.by_itself)

    async def _do_dial_colleague(self, call: Call, order: DialColleague) -> None:
        self._put_leg(call, call.leg_id)
        await self._ring(call, call.leg_id, order.agent_id, order.shown, order.ring_s + DIAL_MARGIN_S)

    async def _ring(
        self, call: Call, leg_id: str, agent_id: UUID, shown: str, timeout_s: int, *, by_itself: bool = False
    ) -> None:
        """Ring an agent's device. Raises `EngineRefused`."""
        account = self.devices.of(agent_id)
        if account is None or account.device == "mobile":  # a mobile is rung for callers only
            raise EngineRefused("dial", 404, "the agent has no device that can be rung")
        way = self.nodes.way_to(self.devices.where(agent_id), call.node)
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
        await self._bridge(call)

    async def _dial_mobile(self, call: Call, order: Dial) -> None:
        """Ring the agent's mobile through a trunk. It answers nothing by itself: it is given time to ring."""
        person = self._person_of(call.contact.tenant_id, order.agent_id)
        if person is None or not person.mobile:
            raise EngineRefused("dial", 404, "the agent has no mobile any more")
        leg = self.mobiles.of(order.leg_id)  # asked before, of an engine that was away
        trunk = leg.trunk if leg is not None else None
        if trunk is None:
            trunk = self._way_out(call)
            self._occupy(call, order.leg_id, trunk.trunk_id)
            self.mobiles.dialled(self._mobile(call, order.leg_id, order.agent_id), trunk)
        ring_s = RING_S if order.by_itself else order.ring_timeout_s + DIAL_MARGIN_S
        await self._dial_trunk(call, order.leg_id, trunk, person.mobile, ring_s)
        await self._bridge(call)

    def _mobile(self, call: Call, leg_id: str, agent_id: UUID, at: datetime | None = None) -> Leg:
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
            lambda: self._agent(leg_id, AgentAnswered(leg_id)),
            at=at,
        )
        self.mobiles.put(leg)
        return leg

    def _mobile_found(self, call: Call, leg_id: str) -> Leg | None:
        """A mobile's leg that the core before dialled and died before it could keep that."""
        contact = call.contact
        called_back = contact.talk if contact.stage is Stage.RETURNING else None
        ringing = (contact.offer, contact.dialler, contact.second, called_back)
        agent_id = next((one.agent_id for one in ringing if one is not None and one.leg_id == leg_id), None)
        account = self.devices.of(agent_id) if agent_id is not None else None
        if agent_id is None or account is None or account.device != "mobile":
            return None
        leg = self._mobile(call, leg_id, agent_id)
        leg.outside = True
        return leg

    async def _do_drop(self, call: Call, order: Drop) -> None:
        self.mobiles.drop(order.leg_id)
        await call.engine.hangup(order.leg_id, order.cause)

    async def _do_dial_customer(self, call: Call, order: DialCustomer) -> None:
        self._put_leg(call, call.leg_id)
        self._release(call)  # the order may be the second, after an engine that was away
        trunk = self._way_out(call)
        self._directory.occupy(trunk.trunk_id)
        call.trunk_id = trunk.trunk_id
        await self._dial_trunk(call, call.leg_id, trunk, order.number, order.ring_s)

    async def _do_dial_out(self, call: Call, order: DialOut) -> None:
        self._put_leg(call, order.leg_id)
        self._release_line(call, order.leg_id)  # as above
        trunk = self._way_out(call)
        self._occupy(call, order.leg_id, trunk.trunk_id)
        await self._dial_trunk(call, order.leg_id, trunk, order.number, order.ring_timeout_s)
        await self._bridge(call)

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
        self._dialled[leg_id] = trunk.trunk_id
        view = call.contact.view
        await call.engine.dial_trunk(
            leg_id,
            engine_name(trunk),
            number,
            view.dnis if view is not None else "anonymous",
            timeout_s=ring_s,
            contact=call.contact.contact_id.hex,
        )

    def _occupy(self, call: Call, leg_id: str, trunk_id: UUID) -> None:
        self._directory.occupy(trunk_id)
        call.lines[leg_id] = trunk_id

    async def _bridge(self, call: Call) -> None:
        """Made while a leg rings, so that an answer need not wait for it."""
        if not call.bridged:
            await call.engine.bridge(call.bridge_id)
            call.bridged = True

    async def _do_succeed(self, call: Call, order: Succeed) -> None:
        call.leg_id = order.leg_id
        await call.engine.leave(call.bridge_id, order.before)
        await call.engine.move_recording(order.before, order.leg_id)
        await call.engine.hangup(order.before)

    async def _do_enter(self, call: Call, order: Enter) -> None:
        await call.engine.music(order.leg_id, False)
        await call.engine.join(call.bridge_id, order.leg_id)
        self._is_inside(call, order.leg_id)

    async def _do_park(self, call: Call, order: Park) -> None:
        await call.engine.leave(call.bridge_id, order.leg_id)
        call.inside.discard(order.leg_id)
        music = self._music_of(call.contact.project_id, call.contact.queue_id)
        await call.engine.music(order.leg_id, True, music)

    @staticmethod
    def _is_inside(call: Call, leg_id: str) -> None:
        if leg_id in call.legs:
            call.inside.add(leg_id)

    async def _do_join(self, call: Call, order: Join) -> None:
        await self._bridge(call)
        if order.leg_id in call.inside:  # back from hold: the agent stayed
            await call.engine.join(call.bridge_id, call.leg_id)
        else:
            await call.engine.join(call.bridge_id, call.leg_id, order.leg_id)
            self._is_inside(call, order.leg_id)
        if order.report:
            self._feed(call, Joined(order.leg_id))

    async def _do_admit(self, call: Call, order: Admit) -> None:
        await call.engine.join(call.bridge_id, order.leg_id)
        self._is_inside(call, order.leg_id)

    async def _do_part(self, call: Call, order: Part) -> None:
        await call.engine.leave(call.bridge_id, call.leg_id)

    async def _do_forget(self, call: Call, order: Forget) -> None:
        """The contact is over: whatever of it still lives in the engine goes."""
        self._calls.pop(call.contact.contact_id, None)
        self._release(call)
        for leg_id in list(call.legs):
            self._legs.pop(leg_id, None)
            self._dialled.pop(leg_id, None)
            self._release_line(call, leg_id)
            self.mobiles.drop(leg_id)
            self.mobiles.over(leg_id, Cause.NORMAL)
            await call.engine.hangup(leg_id)
        if call.bridged:
            await call.engine.unbridge(call.bridge_id)

    def _release(self, call: Call) -> None:
        if call.trunk_id is not None:
            self._directory.release(call.trunk_id)
            call.trunk_id = None

    def _release_line(self, call: Call, leg_id: str) -> None:
        trunk_id = call.lines.pop(leg_id, None)
        if trunk_id is not None:
            self._directory.release(trunk_id)
