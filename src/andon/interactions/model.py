"""A contact while it lives: its stages, and who has part in it. Pure.

What reaches it is in `inputs`, what it orders in `orders`. Instants are whole milliseconds, so that spans add
up exactly.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from andon.interactions.card.events import Source
from andon.interactions.events import By, Outcome, TransferHow, TransferReason, TransferWay
from andon.interactions.ports import ContactView
from andon.telephony.events import RecordingSpan

MILLISECOND = timedelta(milliseconds=1)


def span_ms(later: datetime, earlier: datetime) -> int:
    """Whole milliseconds between two instants, each rounded down to the millisecond before."""
    return (later - earlier) // MILLISECOND


class Stage(StrEnum):
    """Where a contact is. The flow is in control in FLOW and AFTER, and listens while QUEUED and OFFERING."""

    ARRIVED = "arrived"
    FLOW = "flow"
    QUEUED = "queued"
    BUZZING = "buzzing"  # an agent calls a colleague: the own device comes first, then the colleague's rings
    INSIDE = "inside"  # those two talk, without a customer
    CALLING = "calling"  # an agent calls out: the own device comes first, then the customer's telephone rings
    OFFERING = "offering"  # queued, and one agent's device rings
    DIALLING = "dialling"  # of a returned call: that agent answered, the customer's telephone rings
    CONNECTING = "connecting"  # that agent answered; both are being put into one bridge
    TALKING = "talking"
    HELD = "held"
    CONSULTING = "consulting"  # somebody else is called to the conversation, or takes part
    AWAY = "away"  # in a flow to which the agent sent the caller, and for whose end the agent waits
    PARKED = "parked"  # in a slot, with music, until somebody picks the caller up
    OUTSIDE = "outside"  # passed on to a number outside: no agent has part
    RETURNING = "returning"  # the agent was lost and is waited for, the caller hears music
    AFTER = "after"  # the agent's side is over, the caller is still there
    ENDING = "ending"  # the outcome is settled, the caller's leg is being hung up
    ENDED = "ended"


class Offering(msgspec.Struct, kw_only=True):
    """An agent's device rings, or was answered and is being joined."""

    offer_id: UUID
    agent_id: UUID
    queue_id: UUID
    leg_id: str
    at: datetime
    ring_until: datetime
    pulled: bool = False  # by a supervisor whose leg is up already; the router knows nothing of it


class Talk(msgspec.Struct, kw_only=True):
    """The conversation going on. `held_ms` is what is over; a hold that lasts began at `held_since`. `leg_id`
    is empty while the agent is lost and not dialled again. `supervisor`: the agent is a supervisor, whom the
    router does not know."""

    agent_id: UUID
    offer_id: UUID
    queue_id: UUID | None  # None: it came by no queue
    leg_id: str
    at: datetime
    waited_ms: int = 0
    supervisor: bool = False
    held_since: datetime | None = None
    held_by_device: bool = False
    held_ms: int = 0
    muted: bool = False


class Placed(msgspec.Struct, kw_only=True):
    """This contact calls a customer: one who kept the place of the contact `callback_id`, or whom an agent
    calls. The telephone rings since `dialled`; `recording_id` when the call is to be recorded."""

    callback_id: UUID | None = None
    number: str
    ring_s: int
    recording_id: UUID | None = None
    dialled: datetime | None = None


class Dialler(msgspec.Struct, kw_only=True):
    """The agent who calls out, or picks a caller up (`talk_id` names the talk to come), until they talk."""

    agent_id: UUID
    leg_id: str
    talk_id: UUID | None = None


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """Where the caller is parked, by whom."""

    slot: int
    by: UUID
    queue_id: UUID
    since: datetime


class Outside(msgspec.Struct, kw_only=True):
    """A number outside that the flow called: ringing, or with the caller since `joined`."""

    leg_id: str
    number: str
    at: datetime
    joined: datetime | None = None


class Place(StrEnum):
    """Where the second party is. The first agent is in the bridge throughout."""

    RINGING = "ringing"  # the caller hears music
    APART = "apart"  # with the agent, the caller hears music
    PARKED = "parked"  # hears music, the agent is with the caller
    TOGETHER = "together"  # all three hear each other


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says on passing a caller on; shown to the next one before answering."""

    transfer_id: UUID
    by: UUID
    way: TransferWay
    reason: TransferReason
    note: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the last transfer, for the agent who asked."""

    transfer_id: UUID
    how: TransferHow
    agent_id: UUID | None
    number: str
    flow_id: UUID | None = None
    by: UUID | None = None  # who asked


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """The caller is in a flow to which the agent sent them."""

    handover: Handover
    flow_id: UUID
    since: datetime


class Second(msgspec.Struct, kw_only=True):
    """The party called to a conversation: another agent by an offer, or an outside number."""

    handover: Handover
    leg_id: str
    asked: datetime
    queue_id: UUID | None  # of the conversation
    agent_id: UUID | None = None
    agent_no: str = ""  # set for a third agent, to whom a call between two is passed on
    offer_id: UUID | None = None
    number: str = ""
    blind: bool = False  # has the caller as soon as it answers
    place: Place = Place.RINGING
    answered: datetime | None = None
    muted: bool = False


class Inside(msgspec.Struct, kw_only=True):
    """The agent `by` calls the colleague `agent_id`, whose device is the contact's own leg: rung by
    `offer_id` since `dialled`, talking since `since`. `holder` has the other on hold; `muted` is the
    colleague, in whose place the leg `before` was."""

    by: UUID
    by_no: str
    agent_id: UUID
    agent_no: str
    recording_id: UUID | None = None  # when the call is to be recorded
    offer_id: UUID | None = None
    dialled: datetime | None = None
    since: datetime | None = None
    holder: UUID | None = None
    muted: bool = False
    over: bool = False
    passed_to: UUID | None = None  # the last to whom the call was passed on
    before: str = ""

    def other(self, agent_id: UUID) -> tuple[UUID, str]:
        """Who is at the other side of this agent, and by what number."""
        return (self.agent_id, self.agent_no) if agent_id == self.by else (self.by, self.by_no)


class CardPause(msgspec.Struct, kw_only=True):
    """Card data is being said or keyed; by a flow without an agent. `keys`: so many the caller pressed."""

    source: Source
    since: datetime
    until: datetime | None
    agent_id: UUID | None
    keys: int = 0


class Mark(msgspec.Struct, frozen=True):
    """From `at_ms` of the recording on it belongs to `leg`; `other_id` takes part beside the agent."""

    at_ms: int
    leg: str
    agent_id: UUID | None
    other_id: UUID | None = None


class Taping(msgspec.Struct, kw_only=True):
    """A recording: asked for, running since `started`, or over."""

    recording_id: UUID
    started: datetime | None = None
    stopped: bool = False
    marks: list[Mark] = msgspec.field(default_factory=list)


class KeyPath(msgspec.Struct, frozen=True, kw_only=True):
    """A menu choice, shown to the agent."""

    node: str
    keys: str
    label: str


class Contact(msgspec.Struct, kw_only=True):
    """One contact. Only `machine.step` changes it."""

    contact_id: UUID
    tenant_id: UUID
    client_id: UUID | None
    project_id: UUID | None
    leg_id: str  # the caller's leg: the engine's id of its channel
    arrived: datetime
    view: ContactView | None = None  # None for a call that no flow serves
    customer_name: str = ""
    placed: Placed | None = msgspec.field(default=None, name="back")  # its name where it is kept
    dialler: Dialler | None = None
    inside: Inside | None = None  # set: a call between agents
    kept: bool = False  # the place, to be called back
    stage: Stage = Stage.ARRIVED
    answered: bool = False

    queue_id: UUID | None = None
    asked_priority: int = 0
    queued: datetime | None = None
    first_queued: datetime | None = None  # kept for screens
    offered: datetime | None = None  # the last offer's, kept for screens
    announce_every_s: float = 0.0
    offer: Offering | None = None
    legs: int = 0  # agents' legs dialled so far
    talk: Talk | None = None
    outside: Outside | None = None
    talked: bool = False
    second: Second | None = None
    visit: Visit | None = None
    parked: Parked | None = None
    handover: Handover | None = None  # the last one, while it concerns whoever has the caller next
    told: Told | None = None
    return_s: float = 20.0  # a lost agent is waited for so long
    connected: datetime | None = None  # of the last conversation, also when it is over
    talk_ended_by: By = By.SYSTEM

    playing: int = 0  # the token of the speech going on, 0 for none
    speeches: int = 0
    speech_of_flow: bool = False
    music: bool = False
    message_since: datetime | None = None
    message_queue_id: UUID | None = None
    voicemail: bool = False
    listening: str = ""  # the name of the sound in which the caller's words are kept meanwhile
    utterances: int = 0
    taping: Taping | None = None
    card: CardPause | None = None
    apart: bool = False  # the caller keys card data alone, the agent waits
    telling: int = 0  # the token of the speech that says what to key

    expected: Outcome | None = None
    settled: Outcome | None = None
    settled_by: By = By.SYSTEM
    settled_cause: int = 16
    goodbye: bool = False  # ENDING speaks before it hangs up
    keys: list[KeyPath] = msgspec.field(default_factory=list)
    tags: list[str] = msgspec.field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.stage is not Stage.ENDED

    @property
    def has_leg(self) -> bool:
        """Whether the caller's leg was ever begun."""
        if self.inside is not None:
            return self.inside.dialled is not None
        return self.placed is None or self.placed.dialled is not None

    @property
    def waiting(self) -> bool:
        return self.queued is not None


def spans_of(taping: Taping, total_ms: int) -> list[RecordingSpan]:
    """The marks as spans that cover 0 to `total_ms` without gap; spans of no length are left out."""
    ends = [mark.at_ms for mark in taping.marks[1:]] + [total_ms]
    return [
        RecordingSpan(
            leg=mark.leg, from_ms=mark.at_ms, to_ms=end, agent_id=mark.agent_id, other_id=mark.other_id
        )
        for mark, end in zip(taping.marks, ends, strict=True)
        if end > mark.at_ms
    ]
