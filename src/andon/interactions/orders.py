"""What a contact orders: an order is anything that must be done about it. Pure.

Orders to the medium (voice: the engine) carry a `lane`: orders of one lane are carried out strictly one after
another, lanes run side by side.
"""

from typing import ClassVar
from uuid import UUID

import msgspec

from andon.interactions.ports import FlowInput, Prompt
from andon.routing.model import OfferEnd

CALLER_LANE = "caller"


class Order(msgspec.Struct, frozen=True):
    """Something to do."""


class MediumOrder(Order, frozen=True):
    """Something the medium does. `barrier`: waits for every earlier order of the contact."""

    barrier: ClassVar[bool] = False

    @property
    def lane(self) -> str:
        return CALLER_LANE


class Answer(MediumOrder, frozen=True):
    pass


class Speak(MediumOrder, frozen=True):
    """Play prompts to the caller; the medium answers `SpeechEnded(token)` unless stopped by us."""

    token: int
    prompts: list[Prompt]


class StopSpeaking(MediumOrder, frozen=True):
    token: int


class Music(MediumOrder, frozen=True):
    on: bool
    queue_id: UUID | None = None


class Tape(MediumOrder, frozen=True):
    recording_id: UUID


class StopTape(MediumOrder, frozen=True):
    recording_id: UUID


class Silence(MediumOrder, frozen=True):
    """Nothing of the call is in its recording while on; the recording's time passes."""

    on: bool


class TakeMessage(MediumOrder, frozen=True):
    max_s: int


class EndMessage(MediumOrder, frozen=True):
    """The message being taken is wanted no more; until it is over the caller can hear nobody."""


class Listen(MediumOrder, frozen=True):
    """Keep what the caller says as a sound of that name, until a pause."""

    name: str
    max_s: int
    pause_s: int


class StopListening(MediumOrder, frozen=True):
    name: str


class Dial(MediumOrder, frozen=True, kw_only=True):
    """Ring an agent's device as leg `leg_id`."""

    leg_id: str
    agent_id: UUID
    ring_timeout_s: int
    by_itself: bool = False  # the device answers by itself: the agent asked for it, or was lost from the call
    shown: str = ""  # the colleague who is shown there; empty: the caller

    @property
    def lane(self) -> str:
        return self.leg_id


class DialCustomer(MediumOrder, frozen=True):
    """Call the customer as the caller's leg of this contact."""

    number: str
    ring_s: int


class DialColleague(MediumOrder, frozen=True):
    """Ring a colleague's device as the contact's own leg, showing `shown`."""

    agent_id: UUID
    shown: str
    ring_s: int


class Ringback(MediumOrder, frozen=True):
    """Let an agent hear that it rings at the other side."""

    leg_id: str
    on: bool


class DialOut(MediumOrder, frozen=True, kw_only=True):
    """Call a number outside as leg `leg_id`, showing the number the caller dialled."""

    leg_id: str
    number: str
    ring_timeout_s: int

    @property
    def lane(self) -> str:
        return self.leg_id


class Drop(MediumOrder, frozen=True):
    """Hang up an agent's leg, or one outside."""

    leg_id: str
    cause: int = 16

    @property
    def lane(self) -> str:
        return self.leg_id


class Join(MediumOrder, frozen=True):
    """Put the caller and this leg into one bridge. `report`: the medium answers `Joined` or `JoinFailed`."""

    barrier = True

    leg_id: str
    report: bool


class Admit(MediumOrder, frozen=True):
    """Put this leg into the bridge in which the caller is; it is the agent's side from now on."""

    barrier = True

    leg_id: str


class Part(MediumOrder, frozen=True):
    """Take the caller out of the bridge, and this leg too when it stays (`agent_stays`)."""

    barrier = True

    leg_id: str
    agent_stays: bool


class Succeed(MediumOrder, frozen=True):
    """The contact's own leg is `leg_id` from now on: it is in the bridge and on the recording in place of
    `before`, which is hung up."""

    barrier = True

    leg_id: str
    before: str


class Enter(MediumOrder, frozen=True):
    """Put the second party's leg into the bridge, out of its music."""

    barrier = True

    leg_id: str


class Park(MediumOrder, frozen=True):
    """Take the second party's leg out of the bridge and let it hear music."""

    barrier = True

    leg_id: str


class MuteAgent(MediumOrder, frozen=True):
    leg_id: str
    on: bool

    @property
    def lane(self) -> str:
        return self.leg_id


class SendKeys(MediumOrder, frozen=True):
    """`leg_id` empty: to the caller."""

    digits: str
    leg_id: str = ""


class HangUp(MediumOrder, frozen=True):
    """Hang up the caller."""

    cause: int


class Forget(MediumOrder, frozen=True):
    """The contact is over: let go of its bridge and of everything kept for it."""

    barrier = True


class Tell(Order, frozen=True):
    """Give the flow something to hear."""

    heard: FlowInput


class EnterFlow(Order, frozen=True):
    """The caller is in this flow from now on; `back`: the one they were in goes on afterwards."""

    flow_id: UUID
    back: bool


class LeaveFlow(Order, frozen=True):
    """The flow that was left for another goes on; `gone`: it never will."""

    gone: bool = False


class SetTimer(Order, frozen=True):
    """`TimerDue(tag)` after `seconds`; None cancels."""

    tag: str
    seconds: float | None


class Requeue(Order, frozen=True):
    """To the head of a queue, or in turn; meant for `agent_id` first."""

    queue_id: UUID
    head: bool = True
    agent_id: UUID | None = None


class RouterLeave(Order, frozen=True):
    how: OfferEnd


class RouterOfferEnded(Order, frozen=True):
    offer_id: UUID
    how: OfferEnd


class RouterAnswered(Order, frozen=True):
    """The agent is there, the customer is not yet."""

    offer_id: UUID


class RouterConnected(Order, frozen=True):
    offer_id: UUID


class RingColleague(Order, frozen=True):
    """Answered by the router: the machine hears `ColleagueRings` or `ColleagueRefused`."""

    by: UUID
    agent_id: UUID


class RouterDialEnded(Order, frozen=True):
    """Nobody came to the telephone whom the agent called, for the reason `why`."""

    agent_id: UUID
    why: str


class RouterDialConnected(Order, frozen=True):
    agent_id: UUID


class RouterHeld(Order, frozen=True):
    on: bool
    agent_id: UUID


class RouterConversationEnded(Order, frozen=True):
    agent_id: UUID


class RouterSummonsEnded(Order, frozen=True):
    offer_id: UUID
    how: OfferEnd


class RouterSummonsAnswered(Order, frozen=True):
    offer_id: UUID
