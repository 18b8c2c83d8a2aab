"""Facts of what supervisors tell agents. Pure. `agent_id` is the agent told; the words stay out of here."""

from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class MessageSent(Fact, frozen=True, kw_only=True):
    """`about_id` and `at_ms`: the contact and the moment of its recording that the words are about."""

    kind: ClassVar[str] = "message.sent"
    message_id: UUID
    by_id: UUID
    about_id: UUID | None = None
    at_ms: int | None = None


class MessageRead(Fact, frozen=True, kw_only=True):
    """The agent has seen it; `waited_ms` is since it was sent."""

    kind: ClassVar[str] = "message.read"
    message_id: UUID
    waited_ms: int


class MessageAnswered(Fact, frozen=True, kw_only=True):
    kind: ClassVar[str] = "message.answered"
    message_id: UUID
