"""Facts of card data: from when to when nobody kept or overheard what the caller said and keyed. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from andon.kit.journal import Fact


class Source(StrEnum):
    """Who asked for it."""

    BUTTON = "button"  # the agent, by hand
    FIELD = "field"  # the agent's form: a field of card data has the focus
    FLOW = "flow"  # a node that collects keys off the record


class CardEnd(StrEnum):
    """Why it is over."""

    RESUMED = "resumed"  # the agent, by hand
    FIELD_LEFT = "field_left"
    LIMIT = "limit"  # forgotten
    COLLECTED = "collected"  # the flow's node is done, or the caller, who keyed alone and pressed #
    PASSED_ON = "passed_on"  # the agent called somebody to the conversation, or sent the caller elsewhere
    CALL_OVER = "call_over"  # the conversation or the call


class CardBegan(Fact, frozen=True, kw_only=True):
    """From this instant on the recording is silent and supervisors hear nothing. Ends at `until` at the
    latest; one of a flow with its node. One `card.ended` follows."""

    kind: ClassVar[str] = "card.began"
    source: Source
    until: datetime | None


class CardEnded(Fact, frozen=True, kw_only=True):
    """It lasted `private_ms` since `began_at`. `keys`: so many the caller pressed; which, nobody knows."""

    kind: ClassVar[str] = "card.ended"
    source: Source
    how: CardEnd
    began_at: datetime
    private_ms: int
    keys: int
