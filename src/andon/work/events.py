"""Facts of the work list: what is to be done about a contact after it, and who did it. Pure.

`contact_id` is the contact that made the work, `agent_id` who has it. An item is opened once and done once;
from `work.taken` to `work.given_back` or `work.done` one agent has it.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact
from andon.work.model import Kind, Outcome


class WorkOpened(Fact, frozen=True, kw_only=True):
    """`why`: how the contact or its kept place ended; `voicemail` and `follow_up` for those."""

    kind: ClassVar[str] = "work.opened"
    item_id: UUID
    what: Kind
    why: str
    queue_id: UUID | None = None
    due_at: datetime | None = None


class WorkRepeated(Fact, frozen=True, kw_only=True):
    """The same caller was missed again, in the contact `again_id`; `calls` counts it."""

    kind: ClassVar[str] = "work.repeated"
    item_id: UUID
    again_id: UUID
    calls: int


class WorkTaken(Fact, frozen=True, kw_only=True):
    """`by_id`: the supervisor who gave it to the agent."""

    kind: ClassVar[str] = "work.taken"
    item_id: UUID
    by_id: UUID | None = None


class WorkGivenBack(Fact, frozen=True, kw_only=True):
    """`by_id`: the supervisor who took it away."""

    kind: ClassVar[str] = "work.given_back"
    item_id: UUID
    by_id: UUID | None = None


class WorkDone(Fact, frozen=True, kw_only=True):
    """Without an agent it came to nothing by itself. The note stays in the `work_item` table."""

    kind: ClassVar[str] = "work.done"
    item_id: UUID
    outcome: Outcome
