"""One supervisor at one call: what reaches it, what it orders. Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from andon.interactions.monitor.events import Mode
from andon.interactions.orders import MediumOrder

HEARING = frozenset({Mode.LISTEN, Mode.WHISPER, Mode.BARGE_IN})  # beside the agent, switchable
TALKING = frozenset({Mode.TAKE_OVER, Mode.PULL})  # in the agent's place, for good


class Stage(StrEnum):
    RINGING = "ringing"  # the supervisor's device is dialled
    PLACING = "placing"  # it is there, and being given what it is to hear for the first time
    ON = "on"
    ENDED = "ended"


class Monitor(msgspec.Struct, kw_only=True):
    """Only `machine.step` changes it. `agent_leg_id` and `agent_id` are empty for a call in its queue."""

    monitor_id: UUID
    tenant_id: UUID
    client_id: UUID | None
    project_id: UUID | None
    contact_id: UUID
    agent_id: UUID | None
    agent_leg_id: str
    supervisor_id: UUID
    name: str  # the supervisor's
    leg_id: str
    wanted: Mode
    asked: datetime
    stage: Stage = Stage.RINGING
    mode: Mode | None = None  # in effect, once ON
    placing: Mode | None = None  # asked of the medium and not answered yet
    started: datetime | None = None
    mode_since: datetime | None = None
    deaf: bool = False  # card data is being taken
    follow_id: UUID | None = None  # the wish that it is for, where it began by itself


# --- inputs -------------------------------------------------------------------------------------------


class Input(msgspec.Struct, frozen=True):
    """Something happened."""


class LegUp(Input, frozen=True):
    """The supervisor's device has answered."""


class LegGone(Input, frozen=True):
    """The supervisor's leg is gone, or could not be dialled."""

    cause: int = 16


class StillUp(Input, frozen=True):
    """After the core before: the supervisor's leg is there, and perhaps not where it belongs."""


class Placed(Input, frozen=True):
    mode: Mode


class NotPlaced(Input, frozen=True):
    mode: Mode


class Wanted(Input, frozen=True):
    """The supervisor asks for another mode."""

    mode: Mode


class Deafened(Input, frozen=True):
    """Card data is being taken at the call, or no longer."""

    on: bool


class Ended(Input, frozen=True):
    """The supervisor has enough, the call is over, or the system stops: `why` as in `monitor.ended`."""

    why: str


# --- orders -------------------------------------------------------------------------------------------


class Ring(MediumOrder, frozen=True):
    """Dial the supervisor's device, which answers by itself."""


class Place(MediumOrder, frozen=True):
    """Give the supervisor this mode; answered with `Placed` or `NotPlaced`."""

    mode: Mode


class Deafen(MediumOrder, frozen=True):
    """Let the supervisor hear nothing of the call, nor be heard; the next `Place` puts them back."""


class Release(MediumOrder, frozen=True):
    """Hang up the supervisor's leg and let go of everything made for it."""
