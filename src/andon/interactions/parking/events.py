"""Facts of parked callers. Pure."""

from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class ContactParked(Fact, frozen=True, kw_only=True):
    """The agent parked the caller. Ends with one `contact.unparked`."""

    kind: ClassVar[str] = "contact.parked"
    slot: int
    queue_id: UUID


class ContactUnparked(Fact, frozen=True, kw_only=True):
    """`how`: picked_up (by the agent, who talks from this instant on), timeout (rings back), caller_gone,
    ended."""

    kind: ClassVar[str] = "contact.unparked"
    slot: int
    queue_id: UUID
    how: str
    parked_ms: int
