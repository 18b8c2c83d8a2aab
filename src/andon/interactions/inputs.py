"""What reaches a contact: an input is anything that happened. Pure."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from andon.interactions.card.events import Source
from andon.interactions.events import Outcome
from andon.interactions.model import Handover
from andon.interactions.ports import Prompt
from andon.routing.model import OfferEnd, WaitEnd


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
