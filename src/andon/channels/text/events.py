"""Facts of text messages. Pure."""

from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class TextSettled(Fact, frozen=True, kw_only=True):
    """A caller asked for a text message, `what`, and it was handed to the gateway, or not: `why` says how the
    last of `tries` failed; empty: the gateway has it. Neither number nor words are kept."""

    kind: ClassVar[str] = "text.settled"
    what: str  # chat_link
    gateway_id: UUID | None
    tries: int
    took_ms: int
    why: str = ""
