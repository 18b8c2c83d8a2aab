"""Contacts' sides in the engine: legs, bridge, and the trunk lines they occupy."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from uuid import UUID

import msgspec

from andon.channels.voice.lanes import Lanes
from andon.channels.voice.machine import ENDINGS, LOST, Directory
from andon.channels.voice.mobile import Mobiles
from andon.channels.voice.nodes import Node
from andon.interactions.inputs import AgentEnded, CallerEnded, Input
from andon.interactions.model import Contact
from andon.interactions.service import Floor
from andon.telephony.model import Cause, LegEnded
from andon.telephony.service import Engine


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

    @property
    def message(self) -> str:
        """What the engine calls the message that a caller leaves."""
        return f"v-{self.contact.contact_id.hex}"

    @property
    def beside(self) -> list[str]:
        """The legs a contact has beside the caller's: of the agent, and of who else was called."""
        contact = self.contact
        parties = (contact.offer or contact.talk or contact.outside or contact.dialler, contact.second)
        return [party.leg_id for party in parties if party is not None and party.leg_id]

    def feed(self, heard: Input) -> None:
        self.floor.feed(self.contact, heard)

    async def bridge(self) -> None:
        """Made while a leg rings, so that an answer need not wait for it."""
        if not self.bridged:
            await self.engine.bridge(self.bridge_id)
            self.bridged = True


class Calls:
    """All that live, by contact and by leg."""

    def __init__(self, directory: Directory, mobiles: Mobiles) -> None:
        self._directory = directory
        self._mobiles = mobiles
        self._calls: dict[UUID, Call] = {}
        self._by_leg: dict[str, Call] = {}
        self._dialled: dict[str, UUID] = {}  # legs outside that nobody has answered yet, and their trunks

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls.values())

    def __len__(self) -> int:
        return len(self._calls)

    def get(self, contact_id: UUID) -> Call | None:
        return self._calls.get(contact_id)

    def of_leg(self, leg_id: str) -> Call | None:
        return self._by_leg.get(leg_id)

    def on(self, node: Node) -> list[Call]:
        """Every call that lives there."""
        return [call for call in self._calls.values() if call.node is node]

    def count_on(self, node: Node) -> int:
        """How many calls live there."""
        return sum(call.node is node for call in self._calls.values())

    def node_of(self, contact_id: UUID) -> Node | None:
        """Where a contact lives; None for one that is over."""
        call = self._calls.get(contact_id)
        return None if call is None else call.node

    def put(self, call: Call) -> None:
        self._calls[call.contact.contact_id] = call

    def remove(self, call: Call) -> None:
        """The contact is over; its legs go one by one."""
        self._calls.pop(call.contact.contact_id, None)
        self.release(call)

    # --- legs -------------------------------------------------------------------------------------------

    def put_leg(self, call: Call, leg_id: str) -> None:
        self._by_leg[leg_id] = call
        call.legs.add(leg_id)

    def take_leg(self, contact_id: UUID, leg_id: str) -> None:
        """A supervisor's leg is the agent's side of this contact's call from now on."""
        self.put_leg(self._calls[contact_id], leg_id)

    def lose_leg(self, call: Call, leg_id: str) -> None:
        """Nothing more is to be heard of this leg."""
        self._by_leg.pop(leg_id, None)
        self._dialled.pop(leg_id, None)
        self.release_line(call, leg_id)
        self._mobiles.over(leg_id, Cause.NORMAL)

    def feed_beside(self, leg_id: str, heard: Input) -> None:
        """What happened to a leg beside the contact's own."""
        call = self._by_leg.get(leg_id)
        if call is not None and not call.owns(leg_id):
            call.feed(heard)

    def dialled(self, leg_id: str, trunk_id: UUID) -> None:
        """A telephone outside is about to ring."""
        self._dialled[leg_id] = trunk_id

    def answered(self, leg_id: str) -> Call | None:
        """A leg was answered; its call, unless that is over."""
        call = self._by_leg.get(leg_id)
        trunk_id = self._dialled.pop(leg_id, None)
        if call is not None and trunk_id is not None:
            self._directory.note(trunk_id, call.floor.now(), "answered")
        return call

    def ended(self, event: LegEnded) -> None:
        """A leg is gone: its line is free, and its contact hears of it."""
        call = self._by_leg.pop(event.leg_id, None)
        if call is None:
            return
        trunk_id = self._dialled.pop(event.leg_id, None)
        if trunk_id is not None and event.cause != Cause.NORMAL:  # that may be our own doing
            how = ENDINGS.get(event.cause, "failed")
            self._directory.note(trunk_id, call.floor.now(), how, event.cause)
        call.legs.discard(event.leg_id)
        self.release_line(call, event.leg_id)
        self._mobiles.over(event.leg_id, event.cause)
        if call.owns(event.leg_id):
            self.release(call)
            call.feed(CallerEnded(event.cause, event.media_lost))
            return
        call.inside.discard(event.leg_id)
        lost = event.media_lost or event.cause in LOST
        call.feed(AgentEnded(event.leg_id, event.cause, lost))

    # --- trunk lines ------------------------------------------------------------------------------------

    def occupy(self, call: Call, leg_id: str, trunk_id: UUID) -> None:
        self._directory.occupy(trunk_id)
        call.lines[leg_id] = trunk_id

    def release(self, call: Call) -> None:
        if call.trunk_id is not None:
            self._directory.release(call.trunk_id)
            call.trunk_id = None

    def release_line(self, call: Call, leg_id: str) -> None:
        trunk_id = call.lines.pop(leg_id, None)
        if trunk_id is not None:
            self._directory.release(trunk_id)
