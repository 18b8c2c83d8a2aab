"""What a flow may ask of a contact, and what it hears back.

A channel (voice first) gives every contact a `ContactPort`; `flows` drives it. Neither knows the other:
`entrypoints.core` joins them. Every call on the port returns at once and never raises for what happens
to the call; results come later, in order, as a `FlowInput` through `FlowHandle.hear`. After `CallerGone`
or its own `finish` a flow hears nothing more, and anything it still asks is ignored.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec

from andon.customers.model import Customer
from andon.interactions.events import By, Outcome


class Say(StrEnum):
    """How the name of a `Prompt` is spoken."""

    PROMPT = "prompt"  # a recorded prompt of that name
    DIGITS = "digits"  # "8001" as eight zero zero one
    NUMBER = "number"  # "12" as twelve; 0 to 9999


class Prompt(msgspec.Struct, frozen=True):
    """One piece of speech: a recorded prompt by `name`, or digits or a number, in `language` (zh, en)."""

    name: str
    language: str = "zh"
    say: Say = Say.PROMPT


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """What a flow may know of its contact. A new value replaces the old when something is learnt."""

    contact_id: UUID
    tenant_id: UUID
    client_id: UUID
    project_id: UUID
    number_id: UUID
    flow_id: UUID | None  # None: no flow serves it
    caller: str  # cleaned; empty when withheld or unusable
    dnis: str
    language: str  # of the project: zh or en
    arrived_at: datetime
    customer_id: UUID | None = None
    tier: str = "normal"  # normal | silver | gold | vip
    agent_id: UUID | None = None  # the customer's own agent
    open_complaint: bool = False


class QueueLeave(StrEnum):
    """Why a contact is back from a queue."""

    CONVERSATION_ENDED = "conversation_ended"
    TIMEOUT = "timeout"  # the queue's longest wait is over
    NOBODY_SIGNED_IN = "nobody_signed_in"
    OVERFLOW = "overflow"  # the queue runs over
    CALLBACK_KEPT = "callback_kept"  # the place is kept, the caller may hang up
    UNKNOWN_QUEUE = "unknown_queue"  # the queue was removed; the flow is told instead of the caller hanging


# --- what a flow hears; `at` is the instant of the input, the only clock a flow reads ---


class FlowInput(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime


class Started(FlowInput, frozen=True, kw_only=True):
    """The flow may begin. The call rings; it is not answered."""


class Played(FlowInput, frozen=True, kw_only=True):
    """Everything given to the last `play` was heard, could not be played (`failed`), or was stopped."""

    failed: bool = False


class Key(FlowInput, frozen=True, kw_only=True):
    digit: str


class TimerFired(FlowInput, frozen=True, kw_only=True):
    tag: str


class QueueLeft(FlowInput, frozen=True, kw_only=True):
    """`by` says who ended the conversation; absent for other reasons."""

    how: QueueLeave
    by: By | None = None


class WaitTick(FlowInput, frozen=True, kw_only=True):
    """While waiting, each `announce_every_s` of `enqueue`: time for an announcement.

    `position` counts from 1; `estimated_wait_s` is absent when it cannot be estimated.
    """

    position: int
    waited_s: int
    estimated_wait_s: int | None = None


class VoicemailTaken(FlowInput, frozen=True, kw_only=True):
    """The message is over; 0 when nothing could be recorded."""

    ms: int


class Spoke(FlowInput, frozen=True, kw_only=True):
    """The caller has said something, kept as the sound `name`; 0 ms when nothing could be kept."""

    name: str
    ms: int


class OutsideLeave(StrEnum):
    """Why a number outside is not, or no longer, with the caller."""

    ENDED = "ended"  # they talked, the other side hung up
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


class OutsideJoined(FlowInput, frozen=True, kw_only=True):
    """The number outside answered and is joined with the caller."""


class OutsideLeft(FlowInput, frozen=True, kw_only=True):
    """The number outside is not with the caller any more, or never was. Once per `dial_out`."""

    how: OutsideLeave


class Learnt(FlowInput, frozen=True, kw_only=True):
    """Something asked for beside the call is there: `value` is what came."""

    tag: str
    value: Any


class CallerGone(FlowInput, frozen=True, kw_only=True):
    """The caller hung up or was lost: the last thing a flow hears, for cleaning up only."""


class ContactPort(Protocol):
    """A contact as its flow sees it."""

    @property
    def view(self) -> ContactView: ...

    def answer(self) -> None:
        """Answer the call; a second time does nothing. `play` before it is heard as early media."""

    def play(self, prompts: list[Prompt]) -> None:
        """Speak; a `play` still going is replaced and its `Played` is not heard. Hears `Played`.

        While waiting in a queue music stops for it and goes on afterwards. Ringing an agent does not stop
        it, an answer does.
        """

    def stop_playing(self) -> None:
        """Stop speaking; the `Played` of what was stopped is not heard."""

    def set_timer(self, seconds: float, tag: str) -> None:
        """Hears `TimerFired(tag)` once. The same tag again replaces the earlier timer."""

    def cancel_timer(self, tag: str) -> None: ...

    def start_recording(self) -> None:
        """Record the caller's leg from here to the end; a second time does nothing."""

    def stop_recording(self) -> None: ...

    def card(self, on: bool) -> None:
        """What the caller says and keys meanwhile is kept nowhere: the recording is silent."""

    def enqueue(
        self,
        queue_id: UUID,
        priority: int,
        announce_every_s: float = 30.0,
        fast_lane: bool = False,
        agent_id: UUID | None = None,
        agent_wait_s: int = 0,
    ) -> None:
        """Wait for an agent with music. Hears `WaitTick`s, keys, and in the end one `QueueLeft`.

        `priority` is added to the queue's own; higher goes first. `announce_every_s` 0: no ticks.
        `fast_lane`: by the door the queue has for it. `agent_id`: that agent first, if signed in and able;
        after `agent_wait_s` seconds anybody.
        """

    def leave_queue(self) -> None:
        """Leave the queue by the caller's wish, a key; no `QueueLeft` follows. Nothing once answered."""

    def keep_place(self) -> None:
        """Keep the place in the queue for calling back. Hears `QueueLeft` with `callback_kept`; nothing when
        the caller's number cannot be called or an agent has answered."""

    def music(self, on: bool) -> None: ...

    def take_voicemail(self, max_s: int, queue_id: UUID | None = None) -> None:
        """Record a message until silence, `#`, hang-up or `max_s`. Hears `VoicemailTaken` unless hung up."""

    def listen(self, max_s: int, pause_s: int) -> None:
        """Keep what the caller says as a sound, until a pause of `pause_s` or for `max_s`. Hears `Spoke`;
        keys are heard meanwhile. A second time does nothing."""

    def stop_listening(self) -> None:
        """Listen no longer; no `Spoke` follows."""

    def dial_out(self, number: str, ring_timeout_s: int) -> None:
        """Call a number through a trunk with music for the caller, and join them when it answers. Hears
        `OutsideJoined` then, and in the end one `OutsideLeft`. A second one at a time does nothing."""

    def learnt(self, tag: str, value: Any) -> None:
        """Hears `Learnt` in the order of things: for answers that come from beside the call."""

    def identified(self, known: Customer, matched_by: str) -> None:
        """The caller is known: the view has it, the agent will see it."""

    def tag(self, tags: tuple[str, ...]) -> None:
        """Put words on the contact; one that is there already changes nothing."""

    def entered(self, flow_id: UUID, version: int) -> None:
        """The journal says which version of which flow serves the caller."""

    def passed(self, node: str, node_type: str, by: str = "", flow_id: UUID | None = None) -> None:
        """The journal says that the caller entered a node, `by` an exit of the one before; `flow_id` names
        the sub-flow it belongs to."""

    def key(self, node: str, keys: str, label: str, accepted: bool) -> None: ...

    def survey_asked(self, survey: str) -> None: ...

    def survey_answered(self, survey: str, score: int) -> None: ...

    def expect(self, outcome: Outcome) -> None:
        """From here a caller who hangs up has this outcome, not `abandoned_flow`: the closed message plays,
        the wrong keys are used up. A queue that was left by time-out or for want of agents, a conversation
        and a message set theirs by themselves."""

    def finish(self, outcome: Outcome, cause: int = 16, *, returned: bool = False) -> None:
        """Hang up with a Q.850 cause; `returned`: give the caller back to the agent who sent them here and
        waits, if one does. After a conversation the outcome is `served` whatever is said here;
        after a message of at least a second it is `voicemail`."""


class FlowHandle(Protocol):
    """A running flow. `hear` must return quickly and not raise; a raise ends the contact as `flow_error`."""

    def hear(self, heard: FlowInput) -> None: ...

    def keep(self) -> bytes:
        """Where the flow is, for `FlowDriver.resume` of a later core."""
        ...


class FlowDriver(Protocol):
    """Starts flows. Raises `LookupError` when the number's flow has no published version."""

    def start(self, port: ContactPort, flow_id: UUID | None = None) -> FlowHandle:
        """Make the handle, of the number's flow unless another is named; nothing may be asked of the port
        before `Started` is heard."""
        ...

    def resume(self, port: ContactPort, kept: bytes) -> FlowHandle:
        """A handle that goes on where `keep` was called. Raises `LookupError` when that version of the
        flow is not there, `msgspec.DecodeError` for what nobody kept."""
        ...
