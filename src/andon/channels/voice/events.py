"""Facts of agents' mobile telephones, and of trunks that are tried. Pure."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from andon.kit.journal import Fact


class MobileEnd(StrEnum):
    """What became of a ring at an agent's mobile telephone."""

    ACCEPTED = "accepted"  # the key was pressed; the leg ended later, like any other
    NO_KEY = "no_key"  # picked up, by a voicemail box for instance, and no key came
    HUNG_UP = "hung_up"  # picked up, and hung up without the key
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"  # also: no trunk carried it
    WITHDRAWN = "withdrawn"  # not wanted any more: the caller is gone, somebody else has the call


class MobileDialled(Fact, frozen=True, kw_only=True):
    """An agent's mobile telephone is rung through a trunk. Without a contact it is a test ring. `channel_id`
    is the engine's id of the leg."""

    kind: ClassVar[str] = "mobile.dialled"
    channel_id: str
    trunk_id: UUID


class MobileEnded(Fact, frozen=True, kw_only=True):
    """The leg is over. `accepted_ms`: from dialling to the key; `total_ms`: from dialling to the end, unknown
    where the core that dialled could not leave it to the next."""

    kind: ClassVar[str] = "mobile.ended"
    channel_id: str
    how: MobileEnd
    accepted_ms: int | None = None
    total_ms: int | None = None


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
