"""A contact while it lives: its stages, what reaches it, what it orders. Pure.

An *input* is anything that happened; an *order* is anything that must be done about it. Orders to the
medium (voice: the engine) carry a `lane`: orders of one lane are carried out strictly one after another,
lanes run side by side. Instants are whole milliseconds, so that spans add up exactly.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from andon.interactions.card.events import Source
from andon.interactions.events import By, Outcome, TransferHow, TransferReason, TransferWay
from andon.interactions.ports import ContactView, FlowInput, Prompt
from andon.routing.model import OfferEnd, WaitEnd
from andon.telephony.events import RecordingSpan

MILLISECOND = timedelta(milliseconds=1)

CALLER_LANE = "caller"


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


# --- inputs -------------------------------------------------------------------------------------------


class Input(msgspec.Struct, frozen=True):
    """Something happened."""


# from the medium


class CallerEnded(Input, frozen=True):
    """The caller's leg is gone."""

    cause: int
    media_lost: bool = False


class AgentRinging(Input, frozen=True):
    leg_id: str


class AgentAnswered(Input, frozen=True):
    leg_id: str


class AgentEnded(Input, frozen=True):
    """An agent's leg is gone, or could not be dialled. `lost`: it vanished, nobody hung up."""

    leg_id: str
    cause: int
    lost: bool = False


class Joined(Input, frozen=True):
    """Caller and agent are in one bridge."""

    leg_id: str


class JoinFailed(Input, frozen=True):
    leg_id: str


class SpeechEnded(Input, frozen=True):
    token: int
    failed: bool = False


class CallerKey(Input, frozen=True):
    digit: str


class DeviceHeld(Input, frozen=True):
    leg_id: str


class DeviceRetrieved(Input, frozen=True):
    leg_id: str


class TapeRuns(Input, frozen=True):
    """The engine records since `within_ms` ago at the most; or it refused, and the recording's time passes
    without sound (`refused`)."""

    recording_id: UUID
    refused: bool = False
    within_ms: int = 0


class MessageTaken(Input, frozen=True):
    ms: int


class UtteranceTaken(Input, frozen=True):
    name: str
    ms: int


# from the router


class Enqueued(Input, frozen=True, kw_only=True):
    """The router has the contact in its queue."""

    queue_id: UUID
    asked_priority: int
    priority: int  # with the queue's own
    announce_every_s: float
    position: int
    estimated_wait_s: int | None
    asked_queue_id: UUID | None = None  # when it is another
    flags: tuple[str, ...] = ()
    wanted_agent_id: UUID | None = None
    wanted_wait_s: int | None = None


class QueueChanged(Input, frozen=True, kw_only=True):
    """The queue ran over, or a supervisor moved the contact: the router has it in another one, its place
    kept. `how` is how it left the one before."""

    queue_id: UUID
    priority: int
    position: int
    estimated_wait_s: int | None
    how: str


class EnqueueRefused(Input, frozen=True):
    """The router knows no such queue."""

    queue_id: UUID


class Offered(Input, frozen=True, kw_only=True):
    offer_id: UUID
    agent_id: UUID
    queue_id: UUID
    device: str
    ring_timeout_s: int
    decision: dict[str, Any]


class Summoned(Input, frozen=True, kw_only=True):
    """The router rings an agent whom this contact's named."""

    handover: Handover
    offer_id: UUID
    agent_id: UUID
    queue_id: UUID | None
    device: str
    ring_timeout_s: int
    decision: dict[str, Any]
    agent_no: str = ""


class Withdrawn(Input, frozen=True):
    """The router took the offer back."""

    offer_id: UUID
    how: OfferEnd


class WaitOver(Input, frozen=True):
    """The router ended the wait."""

    how: WaitEnd


class Tick(Input, frozen=True):
    """Time for an announcement; the position is the router's."""

    position: int
    estimated_wait_s: int | None


# from the flow


class FlowBegins(Input, frozen=True):
    """The handle exists; `Started` may be told."""


class FlowFailed(Input, frozen=True):
    """There is no published flow, or it raised."""

    why: str


class AskAnswer(Input, frozen=True):
    pass


class AskPlay(Input, frozen=True):
    prompts: list[Prompt]


class AskStopPlaying(Input, frozen=True):
    pass


class AskTimer(Input, frozen=True):
    tag: str
    seconds: float | None  # None: cancel


class AskTape(Input, frozen=True):
    """Start a recording under this id, or stop the one that runs (None)."""

    recording_id: UUID | None


class AskEnqueue(Input, frozen=True):
    """Answered by the router: the machine hears `Enqueued` or `EnqueueRefused`."""

    queue_id: UUID
    priority: int
    announce_every_s: float
    fast_lane: bool = False
    agent_id: UUID | None = None  # to be waited for, before anybody else
    agent_wait_s: int = 0


class AskLeaveQueue(Input, frozen=True):
    pass


class AskKeepPlace(Input, frozen=True):
    """Answered by the floor: the machine hears `PlaceKept`, or nothing."""


class AskMusic(Input, frozen=True):
    on: bool


class AskListen(Input, frozen=True):
    max_s: int
    pause_s: int


class AskStopListening(Input, frozen=True):
    pass


class AskMessage(Input, frozen=True):
    """Take a message; `recording_id` names the recording to start when none runs."""

    max_s: int
    queue_id: UUID | None
    recording_id: UUID


class AskExpect(Input, frozen=True):
    outcome: Outcome


class AskFinish(Input, frozen=True):
    """`returned`: the flow gives the caller back, if somebody waits for that."""

    outcome: Outcome
    cause: int
    returned: bool = False


class AskCard(Input, frozen=True):
    """A node collects what must not be kept, or is done with it."""

    on: bool


class NoteFlow(Input, frozen=True):
    flow_id: UUID
    version: int


class NoteNode(Input, frozen=True):
    node: str
    node_type: str
    by: str = ""
    flow_id: UUID | None = None


class NoteKey(Input, frozen=True):
    node: str
    keys: str
    label: str
    accepted: bool


class NoteTags(Input, frozen=True):
    tags: tuple[str, ...]


class AskDialOut(Input, frozen=True):
    number: str
    ring_timeout_s: int


class FlowLearnt(Input, frozen=True):
    """What the flow asked for beside the call is there."""

    tag: str
    value: Any


class NoteSurvey(Input, frozen=True):
    """Asked (`score` None) or answered."""

    survey: str
    score: int | None


# from the agent


class AgentHolds(Input, frozen=True):
    agent_id: UUID


class AgentRetrieves(Input, frozen=True):
    agent_id: UUID


class AgentMutes(Input, frozen=True):
    agent_id: UUID
    on: bool


class AgentCard(Input, frozen=True):
    """The agent takes card data, for `limit_s` at the most; or is done with it."""

    agent_id: UUID
    on: bool
    source: Source
    limit_s: int


class AgentLeavesAlone(Input, frozen=True):
    """The agent lets the caller key card data out of the agent's hearing, for `limit_s` at the most."""

    agent_id: UUID
    limit_s: int


class AgentKeys(Input, frozen=True):
    """The agent sends keys to the caller's side."""

    agent_id: UUID
    digits: str


class AgentHangsUp(Input, frozen=True):
    agent_id: UUID


class AgentRejects(Input, frozen=True):
    agent_id: UUID


# from a supervisor


class TakenOver(Input, frozen=True):
    """A supervisor, whose leg is up, talks on in the agent's place."""

    supervisor_id: UUID
    leg_id: str
    offer_id: UUID


class Pulled(Input, frozen=True):
    """A supervisor, whose leg is up, takes a contact out of its queue."""

    supervisor_id: UUID
    leg_id: str
    offer_id: UUID


class ForcedHangUp(Input, frozen=True):
    """A supervisor ends the call."""


class AgentTransfers(Input, frozen=True):
    """The agent passes the caller on to a queue, to its head or in turn."""

    handover: Handover
    queue_id: UUID
    head: bool


class AgentSends(Input, frozen=True):
    """The agent sends the caller to a flow; a consultation waits for its end."""

    handover: Handover
    flow_id: UUID


class AgentParks(Input, frozen=True):
    agent_id: UUID
    slot: int


class AgentPicksUp(Input, frozen=True):
    """The agent comes for a parked caller; `talk_id` names their talk."""

    agent_id: UUID
    talk_id: UUID


class GivesUpWaiting(Input, frozen=True):
    """The flow wants more than an agent can wait for: a queue."""


class AgentDials(Input, frozen=True):
    """The agent calls a number outside."""

    handover: Handover
    number: str
    ring_timeout_s: int


class AgentSwaps(Input, frozen=True):
    """The agent changes between caller and second party."""

    agent_id: UUID


class AgentConferences(Input, frozen=True):
    """The agent puts all three together."""

    agent_id: UUID


class AgentCompletes(Input, frozen=True):
    """The agent leaves the caller to the second party; while that rings, as soon as it answers."""

    agent_id: UUID


class AgentCancels(Input, frozen=True):
    """The agent sends the second party away."""

    agent_id: UUID


# from the system


class PlaceKept(Input, frozen=True):
    """The caller will be called back until `expires_at`."""

    position: int
    expires_at: datetime


class CustomerAnswered(Input, frozen=True):
    """Who is called back is at the telephone."""


class ColleagueRings(Input, frozen=True):
    """The router has the colleague ringing."""

    offer_id: UUID
    ring_timeout_s: int


class ColleagueRefused(Input, frozen=True):
    """The colleague cannot be rung any more: `why` is the router's word."""

    why: str


class CalledOff(Input, frozen=True):
    """The agent who was calling out is gone from the floor."""


class CallbackOver(Input, frozen=True):
    """The callback is over before the customer was called."""


class Identified(Input, frozen=True):
    """The caller is a customer we know; `name` is for the agent's screen and stays out of the journal."""

    customer_id: UUID
    tier: str
    matched_by: str
    name: str = ""
    agent_id: UUID | None = None  # the customer's own
    open_complaint: bool = False


class CardTimeUp(Input, frozen=True):
    """Card data was being taken for as long as may be."""


class TimerDue(Input, frozen=True):
    tag: str


class Found(Input, frozen=True):
    """After the medium was away, or the core: how it stands. Orders may have been lost on the way; those that
    do no harm twice are given again. `up`: the caller's leg is answered; `together`: the agent's leg and the
    caller's are in one bridge."""

    up: bool
    together: bool


class Stop(Input, frozen=True):
    """The operator stops the system."""


class Interrupted(Input, frozen=True):
    """The engine lost the call; nothing of it is left to command. `owed`: the place from which the caller is
    to be called back."""

    owed: PlaceKept | None = None


# --- orders -------------------------------------------------------------------------------------------


class Order(msgspec.Struct, frozen=True):
    """Something to do."""


class MediumOrder(Order, frozen=True):
    """Something the medium does. `barrier`: waits for every earlier order of the contact."""

    barrier: ClassVar[bool] = False

    @property
    def lane(self) -> str:
        return CALLER_LANE


class Answer(MediumOrder, frozen=True):
    pass


class Speak(MediumOrder, frozen=True):
    """Play prompts to the caller; the medium answers `SpeechEnded(token)` unless stopped by us."""

    token: int
    prompts: list[Prompt]


class StopSpeaking(MediumOrder, frozen=True):
    token: int


class Music(MediumOrder, frozen=True):
    on: bool
    queue_id: UUID | None = None


class Tape(MediumOrder, frozen=True):
    recording_id: UUID


class StopTape(MediumOrder, frozen=True):
    recording_id: UUID


class Silence(MediumOrder, frozen=True):
    """Nothing of the call is in its recording while on; the recording's time passes."""

    on: bool


class TakeMessage(MediumOrder, frozen=True):
    max_s: int


class EndMessage(MediumOrder, frozen=True):
    """The message being taken is wanted no more; until it is over the caller can hear nobody."""


class Listen(MediumOrder, frozen=True):
    """Keep what the caller says as a sound of that name, until a pause."""

    name: str
    max_s: int
    pause_s: int


class StopListening(MediumOrder, frozen=True):
    name: str


class Dial(MediumOrder, frozen=True, kw_only=True):
    """Ring an agent's device as leg `leg_id`."""

    leg_id: str
    agent_id: UUID
    ring_timeout_s: int
    by_itself: bool = False  # the device answers by itself: the agent asked for it, or was lost from the call
    shown: str = ""  # the colleague who is shown there; empty: the caller

    @property
    def lane(self) -> str:
        return self.leg_id


class DialCustomer(MediumOrder, frozen=True):
    """Call the customer as the caller's leg of this contact."""

    number: str
    ring_s: int


class DialColleague(MediumOrder, frozen=True):
    """Ring a colleague's device as the contact's own leg, showing `shown`."""

    agent_id: UUID
    shown: str
    ring_s: int


class Ringback(MediumOrder, frozen=True):
    """Let an agent hear that it rings at the other side."""

    leg_id: str
    on: bool


class DialOut(MediumOrder, frozen=True, kw_only=True):
    """Call a number outside as leg `leg_id`, showing the number the caller dialled."""

    leg_id: str
    number: str
    ring_timeout_s: int

    @property
    def lane(self) -> str:
        return self.leg_id


class Drop(MediumOrder, frozen=True):
    """Hang up an agent's leg, or one outside."""

    leg_id: str
    cause: int = 16

    @property
    def lane(self) -> str:
        return self.leg_id


class Join(MediumOrder, frozen=True):
    """Put the caller and this leg into one bridge. `report`: the medium answers `Joined` or `JoinFailed`."""

    barrier = True

    leg_id: str
    report: bool


class Admit(MediumOrder, frozen=True):
    """Put this leg into the bridge in which the caller is; it is the agent's side from now on."""

    barrier = True

    leg_id: str


class Part(MediumOrder, frozen=True):
    """Take the caller out of the bridge, and this leg too when it stays (`agent_stays`)."""

    barrier = True

    leg_id: str
    agent_stays: bool


class Succeed(MediumOrder, frozen=True):
    """The contact's own leg is `leg_id` from now on: it is in the bridge and on the recording in place of
    `before`, which is hung up."""

    barrier = True

    leg_id: str
    before: str


class Enter(MediumOrder, frozen=True):
    """Put the second party's leg into the bridge, out of its music."""

    barrier = True

    leg_id: str


class Park(MediumOrder, frozen=True):
    """Take the second party's leg out of the bridge and let it hear music."""

    barrier = True

    leg_id: str


class MuteAgent(MediumOrder, frozen=True):
    leg_id: str
    on: bool

    @property
    def lane(self) -> str:
        return self.leg_id


class SendKeys(MediumOrder, frozen=True):
    """`leg_id` empty: to the caller."""

    digits: str
    leg_id: str = ""


class HangUp(MediumOrder, frozen=True):
    """Hang up the caller."""

    cause: int


class Forget(MediumOrder, frozen=True):
    """The contact is over: let go of its bridge and of everything kept for it."""

    barrier = True


class Tell(Order, frozen=True):
    """Give the flow something to hear."""

    heard: FlowInput


class EnterFlow(Order, frozen=True):
    """The caller is in this flow from now on; `back`: the one they were in goes on afterwards."""

    flow_id: UUID
    back: bool


class LeaveFlow(Order, frozen=True):
    """The flow that was left for another goes on; `gone`: it never will."""

    gone: bool = False


class SetTimer(Order, frozen=True):
    """`TimerDue(tag)` after `seconds`; None cancels."""

    tag: str
    seconds: float | None


class Requeue(Order, frozen=True):
    """To the head of a queue, or in turn; meant for `agent_id` first."""

    queue_id: UUID
    head: bool = True
    agent_id: UUID | None = None


class RouterLeave(Order, frozen=True):
    how: OfferEnd


class RouterOfferEnded(Order, frozen=True):
    offer_id: UUID
    how: OfferEnd


class RouterAnswered(Order, frozen=True):
    """The agent is there, the customer is not yet."""

    offer_id: UUID


class RouterConnected(Order, frozen=True):
    offer_id: UUID


class RingColleague(Order, frozen=True):
    """Answered by the router: the machine hears `ColleagueRings` or `ColleagueRefused`."""

    by: UUID
    agent_id: UUID


class RouterDialEnded(Order, frozen=True):
    """Nobody came to the telephone whom the agent called, for the reason `why`."""

    agent_id: UUID
    why: str


class RouterDialConnected(Order, frozen=True):
    agent_id: UUID


class RouterHeld(Order, frozen=True):
    on: bool
    agent_id: UUID


class RouterConversationEnded(Order, frozen=True):
    agent_id: UUID


class RouterSummonsEnded(Order, frozen=True):
    offer_id: UUID
    how: OfferEnd


class RouterSummonsAnswered(Order, frozen=True):
    offer_id: UUID


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
