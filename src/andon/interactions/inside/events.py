"""Facts of calls between agents, without a customer. Pure.

Such a contact's direction is `internal`, its `caller` the number of the agent who calls, its `dnis` that of
the colleague. Who calls has the conversation (`contact.connected`, `contact.disconnected`); the colleague's
part of the same seconds is said here. Either may hand the other over to a third agent (`transfer.asked`,
`transfer.ended`), who then stands in their place.
"""

from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class InternalDialled(Fact, frozen=True, kw_only=True):
    """The own device of the agent is there and the colleague's rings. `channel_id` is the engine's id of that
    leg, the witness' key."""

    kind: ClassVar[str] = "internal.dialled"
    to_agent_id: UUID
    channel_id: str


class InternalJoined(Fact, frozen=True, kw_only=True):
    """The colleague talks, at the instant of `contact.connected`. `rang_ms` is since `internal.dialled`."""

    kind: ClassVar[str] = "internal.joined"
    rang_ms: int


class InternalPassed(Fact, frozen=True, kw_only=True):
    """The colleague handed the call over: this agent talks in their place, by the leg `channel_id`, the
    contact's own from now on. `rang_ms` is since `transfer.asked`."""

    kind: ClassVar[str] = "internal.passed"
    transfer_id: UUID
    channel_id: str
    rang_ms: int


class InternalLeft(Fact, frozen=True, kw_only=True):
    """The colleague talks no longer; `talked_ms` is since `internal.joined` or `internal.passed`."""

    kind: ClassVar[str] = "internal.left"
    talked_ms: int
