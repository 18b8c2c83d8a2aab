"""Facts of trunks that are tried. Pure."""

from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class TrunkTrialBegan(Fact, frozen=True, kw_only=True):
    """Somebody has a number called through a trunk to see whether it works: no contact, counted nowhere.
    `shown` is the caller id, `channel_id` the engine's id of the leg."""

    kind: ClassVar[str] = "trunk.trial_began"
    trial_id: UUID
    tester_id: UUID
    trunk_id: UUID
    number: str
    shown: str
    channel_id: str


class TrunkTrialEnded(Fact, frozen=True, kw_only=True):
    """`how` is answered, busy, no_answer, no_reply, rejected, wrong_number, congestion, refused, cancelled or
    failed; `cause` is Q.850, 0 when the leg never was."""

    kind: ClassVar[str] = "trunk.trial_ended"
    trial_id: UUID
    tester_id: UUID
    trunk_id: UUID
    how: str
    cause: int
    answered_after_ms: int | None = None
    talked_ms: int
