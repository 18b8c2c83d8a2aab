"""Rows of the reporting tables as plain data. Pure.

One field here is one column there, so that the projection can be tested without a database and a
rebuild can be compared row by row. Instants are aware UTC, spans whole milliseconds.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class ContactRow(msgspec.Struct, kw_only=True):
    """One contact. `waited_ms` sums all its visits to queues; `queue_how` is how the last visit ended.

    `connected_at` and `answer_wait_ms` are of its first conversation, `agent_id` and `disconnected_at` of the
    last; `talked_ms` and `held_ms` sum all that are over. `acw_ms` is the wrap-up that agents spent on it,
    null until one ended. `talks` are its conversations in order, see `Talk`.
    """

    contact_id: UUID
    client_id: UUID | None = None
    project_id: UUID | None = None
    medium: str = ""
    direction: str = ""
    caller: str = ""
    dnis: str = ""
    number_id: UUID | None = None
    trunk_id: UUID | None = None
    node: str = ""
    channel_id: str = ""
    arrived_at: datetime
    customer_id: UUID | None = None
    tier: str | None = None
    flow_id: UUID | None = None
    flow_version: int | None = None
    queue_id: UUID | None = None
    queued_at: datetime | None = None
    queue_how: str | None = None
    visits: int = 0
    waited_ms: int | None = None
    offers: int = 0
    agent_id: UUID | None = None
    connected_at: datetime | None = None
    answer_wait_ms: int | None = None
    disconnected_at: datetime | None = None
    disconnected_by: str | None = None
    talked_ms: int | None = None
    held_ms: int | None = None
    acw_ms: int | None = None
    survey_score: int | None = None
    recording_id: UUID | None = None
    voicemail_ms: int | None = None
    outcome: str | None = None
    ended_by: str | None = None
    sip_cause: int | None = None
    ended_at: datetime | None = None
    total_ms: int | None = None
    reason_id: UUID | None = None
    resolved: bool | None = None
    follow_up: bool | None = None
    wrapped_at: datetime | None = None
    talks: list[dict[str, Any]] = msgspec.field(default_factory=list)


class Talk(msgspec.Struct, kw_only=True):
    """One conversation with one agent; spans null while it lasts. `transferred`: passed on by the agent."""

    offer_id: UUID
    agent_id: UUID | None
    queue_id: UUID | None
    connected_at: datetime
    talked_ms: int | None = None
    held_ms: int | None = None
    acw_ms: int | None = None
    transferred: bool = False


class VisitRow(msgspec.Struct, kw_only=True):
    """One stay of a contact in a queue; `how` is null while it waits, `visit_id` the journal record's id."""

    visit_id: UUID
    contact_id: UUID
    client_id: UUID | None = None
    project_id: UUID | None = None
    queue_id: UUID
    priority: int
    position: int
    queued_at: datetime
    estimated_wait_s: int | None = None  # as predicted on entering
    left_at: datetime | None = None
    how: str | None = None
    waited_ms: int | None = None


class OfferRow(msgspec.Struct, kw_only=True):
    """One ringing of one agent. Why this agent was chosen stays in the journal."""

    offer_id: UUID
    contact_id: UUID
    client_id: UUID | None = None
    project_id: UUID | None = None
    queue_id: UUID | None = None
    agent_id: UUID | None = None
    device: str = ""
    made_at: datetime
    ended_at: datetime | None = None
    how: str | None = None
    rang_ms: int | None = None


class StateRow(msgspec.Struct, kw_only=True):
    """One span of an agent in one state. `state_id` is the journal record's id, `seq` its place."""

    state_id: UUID
    seq: int
    agent_id: UUID
    client_id: UUID | None = None
    project_id: UUID | None = None
    contact_id: UUID | None = None
    state: str
    by: str
    why: str
    reason_id: UUID | None = None
    started_at: datetime
    ended_at: datetime | None = None
    lasted_ms: int | None = None


class RecordingRow(msgspec.Struct, kw_only=True):
    """One recording of one contact. `path` is below `ANDON_HOME/recordings`, null until it is stored."""

    recording_id: UUID
    contact_id: UUID | None = None
    client_id: UUID | None = None
    project_id: UUID | None = None
    started_at: datetime | None = None
    total_ms: int | None = None
    spans: list[dict[str, Any]] | None = None
    path: str | None = None
    audio_ms: int | None = None
    size: int | None = None
    sha256: str | None = None
    stored_at: datetime | None = None
    missing_ms: int | None = None
    missing_why: str | None = None


class SurveyRow(msgspec.Struct, kw_only=True):
    """One invitation to rate, and the answer if one came. `agent_id` and `queue_id` are those rated."""

    contact_id: UUID
    survey: str
    client_id: UUID | None = None
    project_id: UUID | None = None
    queue_id: UUID | None = None
    agent_id: UUID | None = None
    asked_at: datetime
    answered_at: datetime | None = None
    score: int | None = None


class VoicemailRow(msgspec.Struct, kw_only=True):
    """A message a caller left."""

    contact_id: UUID
    client_id: UUID | None = None
    project_id: UUID | None = None
    queue_id: UUID | None = None
    left_at: datetime
    voicemail_ms: int


class CallbackRow(msgspec.Struct, kw_only=True):
    """A place that a caller kept, or was owed (`why`). `returned_id` is the contact that called back, or
    tried last."""

    contact_id: UUID
    client_id: UUID | None = None
    project_id: UUID | None = None
    queue_id: UUID
    kept_at: datetime
    expires_at: datetime
    why: str = "asked"
    attempts: int = 0
    not_before: datetime | None = None
    ended_at: datetime | None = None
    how: str | None = None
    waited_ms: int | None = None
    returned_id: UUID | None = None


Row = ContactRow | VisitRow | OfferRow | StateRow | RecordingRow | SurveyRow | VoicemailRow | CallbackRow


class Shelf(msgspec.Struct, kw_only=True):
    """The rows a batch of facts needs: those that exist already, then what became of them."""

    contacts: dict[UUID, ContactRow] = {}
    visits: dict[UUID, VisitRow] = {}
    offers: dict[UUID, OfferRow] = {}
    states: dict[UUID, StateRow] = {}
    recordings: dict[UUID, RecordingRow] = {}
    surveys: dict[tuple[UUID, str], SurveyRow] = {}
    voicemails: dict[UUID, VoicemailRow] = {}
    callbacks: dict[UUID, CallbackRow] = {}


class Needs(msgspec.Struct, kw_only=True):
    """Keys of the rows to put on the shelf before a batch.

    The open states of `agents` and the states named by `records`; all rows of `contacts` and of the contacts
    of those states, with their wrap-up states; and `recordings`.
    """

    contacts: set[UUID] = set()
    agents: set[UUID] = set()
    records: set[UUID] = set()
    recordings: set[UUID] = set()


class Changes(msgspec.Struct, kw_only=True):
    """What a batch of facts changed: rows to write whole, and what live pages should look at again."""

    rows: list[Row] = []
    queues: set[UUID] = set()
    projects: set[UUID] = set()
    agents: set[UUID] = set()
    contacts: set[UUID] = set()
