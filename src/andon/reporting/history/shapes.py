"""Answers of the history API."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from andon.reporting.shapes import Instant, Named
from andon.transcripts.model import Side


class ContactItem(BaseModel):
    """A contact in a list. `outcome` is null while it lives; `caller` is masked for a client's viewer."""

    contact_id: UUID
    arrived_at: Instant
    ended_at: Instant | None
    medium: str
    direction: str
    caller: str
    dnis: str
    number: Named | None
    client: Named | None
    project: Named | None
    queue: Named | None
    agent: Named | None
    customer: Named | None
    tier: str | None
    outcome: str | None
    outcome_name: str | None
    ended_by: str | None
    waited_ms: int | None
    talked_ms: int | None
    held_ms: int | None
    acw_ms: int | None
    total_ms: int | None
    offers: int
    survey_score: int | None
    reason: Named | None
    resolved: bool | None
    wrapped_up: bool
    has_recording: bool
    voicemail_ms: int | None


class ContactPage(BaseModel):
    items: list[ContactItem]
    next: str | None
    total: int | None


class TimelineStep(BaseModel):
    """One point of the time line; `text` is in the user's language, `offset_ms` counts from arrival."""

    seq: int
    at: Instant
    offset_ms: int
    kind: str
    text: str
    agent: Named | None


class RecordingPart(BaseModel):
    """A stretch of the recording spent on one leg: flow, queue, agent, hold, conference, outside,
    survey or voicemail; `card` is silent, for card data was taken."""

    leg: str
    from_ms: int
    to_ms: int
    agent: Named | None


class RecordingInfo(BaseModel):
    """`stored` once it can be played; left channel the caller, right what the caller heard."""

    recording_id: UUID
    stored: bool
    started_at: Instant | None
    duration_ms: int | None
    parts: list[RecordingPart]
    missing_ms: int | None
    missing_why: str | None
    missing_why_name: str | None
    sha256: str | None


class TranscriptLine(BaseModel):
    """`side`: the caller, or the other whom the caller talked with. ms after the recording's start."""

    side: Side
    from_ms: int
    to_ms: int
    text: str


class TranscriptInfo(BaseModel):
    """What is said in a contact's recording, written down by a machine, `made_by`.

    `off`: the installation has no recogniser; `unwanted`: it writes such recordings not down; `waiting`: it
    will, `why` it has not yet; `failed`: it could not. `heard_ms` is how much was heard."""

    state: Literal["off", "unwanted", "waiting", "done", "failed"]
    lines: list[TranscriptLine]
    heard_ms: int
    made_by: str
    made_at: Instant | None
    why: str
    why_name: str


class Answer(BaseModel):
    """A field of the project's form as it was when filled in, in the reader's language."""

    label: str
    text: str


class WrapUpNote(BaseModel):
    agent: Named | None
    reason: Named | None
    resolved: bool | None
    note: str
    form: dict[str, Any]
    answers: list[Answer]
    follow_up_at: Instant | None
    submitted_at: Instant


class ContactDetail(ContactItem):
    """One contact with its whole path on one time line."""

    timeline: list[TimelineStep]
    recording: RecordingInfo | None
    wrap_up: WrapUpNote | None


class ContactNamed(BaseModel):
    contact_id: UUID


class PassedOver(BaseModel):
    """An agent who was considered and not chosen; `detail` holds what the policy saw (idle_ms, level, …)."""

    agent: Named | None
    reason: str
    reason_name: str
    detail: dict[str, Any]


class Decision(BaseModel):
    """Why this agent rang: who was considered, who was passed over for what reason.

    `passed_over_more` counts those not listed, `more` the same by reason. `special` holds what was out of
    the ordinary: step of relaxing, tier, flags, queue asked for, calls running, urgent, owed, order.
    """

    offer_id: UUID
    at: Instant
    queue: Named | None
    agent: Named | None
    how: str | None
    how_name: str | None
    rang_ms: int | None
    policy: str
    trigger: str
    waited_ms: int
    waiting: int
    considered: int
    chosen: dict[str, Any]
    passed_over: list[PassedOver]
    passed_over_more: int
    more: dict[str, int]
    special: dict[str, Any]


class Why(BaseModel):
    contact_id: UUID
    decisions: list[Decision]


class WhyNotOffer(BaseModel):
    """What one decision meant for the agent asked about. `named`: the decision says so itself; otherwise it
    follows from the agent's state at that instant, and from what the decision counts."""

    offer_id: UUID
    at: Instant
    queue: Named | None
    reason: str
    reason_name: str
    detail: dict[str, Any]
    named: bool


class WhyNot(BaseModel):
    contact_id: UUID
    agent: Named | None
    offers: list[WhyNotOffer]


class Peaks(BaseModel):
    """Waveform: one list of peaks from 0 to 1 per channel."""

    duration_ms: int
    channels: list[list[float]]


class VoicemailItem(BaseModel):
    contact_id: UUID
    left_at: Instant
    duration_ms: int
    caller: str
    customer: Named | None
    client: Named | None
    project: Named | None
    queue: Named | None
    number: Named | None
    has_recording: bool


class VoicemailPage(BaseModel):
    items: list[VoicemailItem]
    next: str | None
    total: int | None


class CallbackItem(BaseModel):
    """A place kept by the contact `contact_id`, because the caller asked or the system broke the call off
    (`why_key`). `state`: open or over, then `how_key` says how; `not_before` is the next attempt's earliest
    instant; `returned_id` is the contact that called back, or tried last. `stands` says where an open one is
    now: in_line at `position`, asleep, or calling; null while core is away."""

    contact_id: UUID
    state: Literal["open", "over"]
    stands: Literal["in_line", "asleep", "calling"] | None = None
    position: int | None = None
    kept_at: Instant
    expires_at: Instant
    why_key: str
    not_before: Instant | None
    attempts: int
    ended_at: Instant | None
    how_key: str | None
    waited_ms: int | None
    returned_id: UUID | None
    caller: str
    customer: Named | None
    client: Named | None
    project: Named | None
    queue: Named | None


class CallbackPage(BaseModel):
    items: list[CallbackItem]
    next: str | None
