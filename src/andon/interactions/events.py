"""Facts of a contact, from arrival to its one outcome. Pure.

All spans are whole milliseconds. `ContactEnded` is appended exactly once per contact and is its last
fact, except wrap-up, survey storage and recording storage, which may follow.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class Outcome(StrEnum):
    """How a contact ended: one name for each way. Every contact has exactly one."""

    SERVED = "served"  # an agent spoke with the caller, or with a colleague
    ABANDONED_FLOW = "abandoned_flow"  # the caller hung up in notice, greeting or menu
    ABANDONED_QUEUE = "abandoned_queue"  # the caller hung up while waiting, nobody ringing
    ABANDONED_RINGING = "abandoned_ringing"  # the caller hung up while an agent was ringing
    NOBODY_SIGNED_IN = "nobody_signed_in"  # the queue had no agent signed in; told so
    QUEUE_TIMEOUT = "queue_timeout"  # waited the queue's longest wait, or it ran over; told so
    OUT_OF_HOURS = "out_of_hours"  # closed; told so, left no message
    VOICEMAIL = "voicemail"  # left a message
    INVALID_KEYS = "invalid_keys"  # wrong key as often as the menu allows
    SILENCE = "silence"  # no key as often as the menu allows
    SELF_SERVICE = "self_service"  # the flow served the caller to its end without an agent
    CALLBACK_KEPT = "callback_kept"  # kept the place and hung up, to be called back
    CALLBACK_MISSED = "callback_missed"  # was to be called back, and did not talk to an agent
    CALLEE_BUSY = "callee_busy"  # an agent called out: engaged
    CALLEE_REJECTED = "callee_rejected"  # refused the call
    CALLEE_NO_ANSWER = "callee_no_answer"  # nobody answered in time
    CALLEE_UNREACHABLE = "callee_unreachable"  # switched off, out of reach, or no way there
    WRONG_NUMBER = "wrong_number"  # the network knows no such number
    DIAL_CANCELLED = "dial_cancelled"  # the agent gave up, or the agent's own telephone did not come
    TRANSFERRED_OUT = "transferred_out"  # the flow gave the caller to a number outside, and they talked
    UNKNOWN_NUMBER = "unknown_number"  # the called number is not ours or has no published flow
    TRUNK_BUSY = "trunk_busy"  # the trunk's own limit of calls was reached
    MEDIA_LOST = "media_lost"  # no audio ever came, or it stopped for good
    FLOW_ERROR = "flow_error"  # the flow could not go on; the caller was told
    INTERRUPTED = "interrupted"  # core or engine went away under the contact
    SHUTDOWN = "shutdown"  # the operator stopped the system with the contact live


class By(StrEnum):
    """Which side made something end."""

    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"
    SUPERVISOR = "supervisor"


class ContactArrived(Fact, frozen=True, kw_only=True):
    """A call reached us, or we make one (`outbound`): then `caller` is the customer all the same, `dnis` the
    number shown, and `callback_of` the contact that kept its place, if one is returned. Of a call between
    agents (`internal`) these are the agents' numbers. `channel_id` is the engine's id of the caller's leg,
    the witness' key; empty for a call we make, see `callback.dialled`, `outbound.dialled` and
    `internal.dialled`."""

    kind: ClassVar[str] = "contact.arrived"
    medium: str
    direction: str
    caller: str  # cleaned: digits and +, at most 32; empty when withheld or unusable
    caller_raw: str  # as received, at most 80 characters
    dnis: str
    number_id: UUID | None = None
    trunk_id: UUID | None = None
    node: str
    channel_id: str
    callback_of: UUID | None = None


class ContactIdentified(Fact, frozen=True, kw_only=True):
    """The caller was matched to a customer. `matched_by` names the rule, for instance `phone`; `own_agent_id`
    is the customer's own agent."""

    kind: ClassVar[str] = "contact.identified"
    customer_id: UUID
    tier: str
    matched_by: str
    own_agent_id: UUID | None = None
    open_complaint: bool = False


class FlowEntered(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "flow.entered"
    flow_id: UUID
    flow_version: int


class FlowNodePassed(Fact, frozen=True, kw_only=True):
    """The caller entered a node, `by` an exit of the one before; the path of every caller is kept. A node of
    a sub-flow bears the names of the nodes that called it, `pay/menu`, and the sub-flow's `flow_id`."""

    kind: ClassVar[str] = "flow.node"
    node: str
    node_type: str
    by: str = ""
    flow_id: UUID | None = None


class FlowKeyPressed(Fact, frozen=True, kw_only=True):
    """`accepted` is false for a wrong key; `timeout` keys are empty."""

    kind: ClassVar[str] = "flow.key"
    node: str
    keys: str
    label: str
    accepted: bool


class TrialBegan(Fact, frozen=True, kw_only=True):
    """Somebody tries a flow, or records a prompt, on their own telephone: no contact, counted nowhere.
    `flow_id` is absent for a recording, `channel_id` the engine's id of the tester's leg."""

    kind: ClassVar[str] = "trial.began"
    trial_id: UUID
    tester_id: UUID
    flow_id: UUID | None = None
    channel_id: str


class TrialEnded(Fact, frozen=True, kw_only=True):
    """`talked_ms` is since the tester answered; 0 when nobody did."""

    kind: ClassVar[str] = "trial.ended"
    trial_id: UUID
    tester_id: UUID
    flow_id: UUID | None = None
    talked_ms: int


class ContactTagged(Fact, frozen=True, kw_only=True):
    """Words were put on the contact."""

    kind: ClassVar[str] = "contact.tagged"
    tags: list[str]


class OutsideDialled(Fact, frozen=True, kw_only=True):
    """The flow calls a number outside for the caller. `channel_id` is the engine's id of its leg."""

    kind: ClassVar[str] = "outside.dialled"
    number: str
    channel_id: str


class OutsideConnected(Fact, frozen=True, kw_only=True):
    """The number outside and the caller are in one bridge. `rang_ms` is since `outside.dialled`."""

    kind: ClassVar[str] = "outside.connected"
    rang_ms: int


class OutsideEnded(Fact, frozen=True, kw_only=True):
    """`how`: ended, busy, no_answer, failed, or caller_gone. `talked_ms` is 0 when they never did."""

    kind: ClassVar[str] = "outside.ended"
    how: str
    talked_ms: int


class ContactQueued(Fact, frozen=True, kw_only=True):
    """`priority` is the whole one, `asked_priority` what the flow asked for. `asked_queue_id`: the one asked
    for, when a door of it or its length led to another; `flags` say why it may take a fast lane. It waits
    for `wanted_agent_id` up to `wanted_wait_s`; None: as the queue says. Older facts lack the defaults."""

    kind: ClassVar[str] = "contact.queued"
    queue_id: UUID
    priority: int
    position: int
    estimated_wait_s: int | None = None
    asked_priority: int | None = None
    asked_queue_id: UUID | None = None
    flags: tuple[str, ...] = ()
    wanted_agent_id: UUID | None = None
    wanted_wait_s: int | None = None


class ContactDequeued(Fact, frozen=True, kw_only=True):
    """`how`: answered, abandoned, timeout, nobody_signed_in, overflow, moved, key_exit, callback_kept or
    ended."""

    kind: ClassVar[str] = "contact.dequeued"
    queue_id: UUID
    how: str
    waited_ms: int


class OfferMade(Fact, frozen=True, kw_only=True):
    """An agent's device rings. `decision` says who was considered and why the others were passed over. No
    queue: a colleague was called to a conversation that came by none."""

    kind: ClassVar[str] = "offer.made"
    offer_id: UUID
    queue_id: UUID | None = None
    device: str
    decision: dict[str, Any]


class OfferEnded(Fact, frozen=True, kw_only=True):
    """`how`: answered, rejected, timeout, caller_gone, customer_away, unreachable, failed, ended."""

    kind: ClassVar[str] = "offer.ended"
    offer_id: UUID
    queue_id: UUID | None = None
    how: str
    rang_ms: int


class ContactConnected(Fact, frozen=True, kw_only=True):
    """Caller and agent are in one bridge. `waited_ms` is since `contact.queued`; 0 for a call we made. One
    that an agent made is in no queue, and its `offer_id` is nobody's offer: it only names the talk."""

    kind: ClassVar[str] = "contact.connected"
    queue_id: UUID | None = None
    offer_id: UUID
    waited_ms: int


class CallbackKept(Fact, frozen=True, kw_only=True):
    """The caller keeps the place while hanging up (`why` asked), or is owed a call because we broke off the
    wait or the conversation (interrupted). Ends with one `callback.ended` of the same contact."""

    kind: ClassVar[str] = "callback.kept"
    queue_id: UUID
    position: int
    expires_at: datetime
    why: str = "asked"


class CallbackDialled(Fact, frozen=True, kw_only=True):
    """The agent is there and the customer's telephone is being called. `channel_id` is the engine's id of
    that leg, the witness' key."""

    kind: ClassVar[str] = "callback.dialled"
    channel_id: str


class CallbackPostponed(Fact, frozen=True, kw_only=True):
    """The customer did not come to the telephone: attempt number `attempt`, the contact `returned_id`."""

    kind: ClassVar[str] = "callback.postponed"
    queue_id: UUID
    attempt: int
    returned_id: UUID
    until: datetime


class CallbackEnded(Fact, frozen=True, kw_only=True):
    """`how`: served, attempts (used up), expired, called_again (by the customer), queue_removed,
    cancelled (by the supervisor `by_id`), lost (its record could not be read). `waited_ms` is since
    `callback.kept`."""

    kind: ClassVar[str] = "callback.ended"
    queue_id: UUID | None = None
    how: str
    attempts: int
    waited_ms: int
    returned_id: UUID | None = None
    by_id: UUID | None = None


class ContactHeld(Fact, frozen=True, kw_only=True):
    """`why` is empty when the agent asked; `agent_lost`: the agent's device vanished and is waited for;
    `transfer`: somebody else is called; `card`: the caller keys card data alone."""

    kind: ClassVar[str] = "contact.held"
    why: str = ""


class ContactRetrieved(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "contact.retrieved"
    held_ms: int


class ContactMuted(Fact, frozen=True, kw_only=True):
    """The agent muted or unmuted the own microphone."""

    kind: ClassVar[str] = "contact.muted"
    muted: bool


class ContactDisconnected(Fact, frozen=True, kw_only=True):
    """The conversation with this agent is over. `talked_ms` includes hold; `held_ms` is its part on hold;
    `transferred`: the agent passed the caller on."""

    kind: ClassVar[str] = "contact.disconnected"
    by: By
    talked_ms: int
    held_ms: int
    transferred: bool = False


class TransferWay(StrEnum):
    BLIND = "blind"  # whoever is asked has the caller at once
    CONSULT = "consult"  # the agent speaks with them first


class TransferReason(StrEnum):
    """Why an agent passes a caller on or asks somebody."""

    SPECIALIST = "specialist"
    COMPLAINT = "complaint"
    OTHER_DEPARTMENT = "other_department"
    LANGUAGE = "language"
    OTHER = "other"


class TransferHow(StrEnum):
    """How a transfer or consultation ended. Unless completed the caller is with the first agent again; with
    an agent who had left, the caller goes to the head of the queue."""

    COMPLETED = "completed"  # the caller is with whom they were passed on to
    RETURNED = "returned"  # the flow gave the caller back
    CANCELLED = "cancelled"  # by the agent who asked
    REJECTED = "rejected"
    TIMEOUT = "timeout"  # not answered in time
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no device, or the network found nobody
    WRONG_NUMBER = "wrong_number"
    FAILED = "failed"
    HUNG_UP = "hung_up"  # who was asked left again
    CALLER_GONE = "caller_gone"
    ENDED = "ended"  # by the system: who rang signed out, the ring was lost, the call was interrupted


class TransferAsked(Fact, frozen=True, kw_only=True):
    """An agent passes the caller on or asks somebody: a queue, an agent, an outside `number`, or a flow, for
    whose end the agent waits (`consult`). What the agent wrote for the next one stays out of the journal."""

    kind: ClassVar[str] = "transfer.asked"
    transfer_id: UUID
    way: TransferWay
    queue_id: UUID | None = None
    to_agent_id: UUID | None = None
    flow_id: UUID | None = None
    number: str = ""
    reason: TransferReason


class TransferEnded(Fact, frozen=True, kw_only=True):
    """`lasted_ms` is since it was asked."""

    kind: ClassVar[str] = "transfer.ended"
    transfer_id: UUID
    how: TransferHow
    lasted_ms: int


class PartyJoined(Fact, frozen=True, kw_only=True):
    """Who was asked is in the call: an agent, or an outside `number`. Until `party.left` the agent talks."""

    kind: ClassVar[str] = "party.joined"
    transfer_id: UUID
    number: str = ""


class PartyLeft(Fact, frozen=True, kw_only=True):
    """`took_over`: the agent goes on as the caller's own, with `contact.connected` at the same instant. Else
    `how` is one of `transfer.ended`'s."""

    kind: ClassVar[str] = "party.left"
    transfer_id: UUID
    how: str
    joined_ms: int


class SurveyAsked(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "survey.asked"
    survey: str


class SurveyAnswered(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "survey.answered"
    survey: str
    score: int


class VoicemailLeft(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "voicemail.left"
    queue_id: UUID | None = None
    voicemail_ms: int


class ContactEnded(Fact, frozen=True, kw_only=True):
    """`sip_cause` is the Q.850 cause the engine gave; `total_ms` is since arrival."""

    kind: ClassVar[str] = "contact.ended"
    outcome: Outcome
    by: By
    sip_cause: int
    total_ms: int


class LineMeasured(Fact, frozen=True, kw_only=True):
    """What the agent's browser measured of its line over its part of a call. `mos` is the mean of an estimate
    by a simplified E-model (ITU-T G.107, see `web/src/softphone/mos.ts`), `mos_least` its worst moment."""

    kind: ClassVar[str] = "line.measured"
    mos: float
    mos_least: float
    loss_percent: float
    jitter_ms: int
    measured_ms: int
    rtt_ms: int | None = None


class WrapUpSubmitted(Fact, frozen=True, kw_only=True):
    """The agent's own summary. Free text stays in the `wrapup` table, not here."""

    kind: ClassVar[str] = "wrapup.submitted"
    reason_id: UUID | None = None
    resolved: bool | None = None
    follow_up: bool = False
    form_version: int | None = None
