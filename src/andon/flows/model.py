"""A run through a flow: what it remembers, what it may know, what it asks for. Pure.

The graph is in `flows.graph`, node types are in `flows.nodes`, one module each.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from andon.calendars.model import Calendar
from andon.flows.expressions import Type, Value
from andon.interactions.events import Outcome
from andon.interactions.ports import ContactView, Prompt

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
KEYS: Final = frozenset("0123456789*#")


EMERGENCY: Final = ("110", "119", "120", "122")  # police, fire, ambulance, traffic accidents


class Variable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a flow remembers of its caller. `secret`: kept out of journal, logs and test runs."""

    type: Literal["text", "number", "truth"] = "text"
    initial: str | int | float | bool | None = None
    secret: bool = False

    @property
    def kind(self) -> Type:
        """Its type in expressions."""
        return Type(self.type)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a node may know besides its own fields and memory.

    `prompts` holds per language the names that can be spoken; None: unknown, every name is taken as there.
    `flows` holds the graphs of sub-flows, `figures(function, queue)` the live figures of a queue by its name.
    """

    view: ContactView
    calendars: Mapping[UUID, Calendar] = {}
    prompts: Mapping[str, frozenset[str]] | None = None
    flows: Mapping[UUID, Any] = {}
    figures: Callable[[str, str], Value] | None = None


class Frame(msgspec.Struct, frozen=True):
    """Where a sub-flow was called: it returns to this node."""

    flow_id: UUID | None  # None: the flow the call began on
    node: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One caller on the way through a graph. `memory` belongs to the present node."""

    node: str = ""
    memory: Mapping[str, Any] = {}
    language: Language = "zh"
    passed: int = 0  # nodes entered so far
    began: bool = False
    failing: bool = False  # apologising before the end
    over: bool = False
    outcome: Outcome = Outcome.SELF_SERVICE  # if the flow came to its end now
    expected: Outcome = Outcome.ABANDONED_FLOW  # if the caller hung up now
    flow_id: UUID | None = None  # the sub-flow the node is in; None: the flow the call began on
    stack: tuple[Frame, ...] = ()
    values: Mapping[str, Any] = {}  # of variables
    customer: Mapping[str, Any] = {}  # what a look-up found
    taping: bool = False  # the flow has asked for a recording
    entered: datetime | None = None  # the present node
    spent_s: float = 0.0  # in nodes that count, see `BaseNode.counts`


# -- commands: what a run asks for, in order; most are a method of `interactions.ports.ContactPort`, those of
# `Beside` go beside the contact


class Answer(msgspec.Struct, frozen=True):
    pass


class Play(msgspec.Struct, frozen=True):
    prompts: list[Prompt]


class StopPlaying(msgspec.Struct, frozen=True):
    pass


class SetTimer(msgspec.Struct, frozen=True):
    seconds: float
    tag: str


class StartRecording(msgspec.Struct, frozen=True):
    pass


class StopRecording(msgspec.Struct, frozen=True):
    pass


class OffRecord(msgspec.Struct, frozen=True):
    """What the caller says and keys from here on is kept nowhere; or is again."""

    on: bool


class Music(msgspec.Struct, frozen=True):
    on: bool


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP request, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    body: Any = None  # sent as JSON, bytes as they are; None: no body
    timeout_s: float = 5.0
    retries: int = 0


class Fetch(msgspec.Struct, frozen=True):
    """Send a request beside the call; `Learnt(tag, answer)` is heard, see `flows.fetch.answer_of`."""

    tag: str
    request: Request


class Listen(msgspec.Struct, frozen=True):
    """Keep what the caller says; `Spoke` is heard."""

    max_s: int
    pause_s: int


class StopListening(msgspec.Struct, frozen=True):
    pass


class Recognise(msgspec.Struct, frozen=True):
    """Have the sound `name` recognised in the caller's language beside the call; `Learnt(tag, answer)` is
    heard, `{"ok": True, "text": …}` or `{"ok": False, "why": …}`. `words` are the ones waited for."""

    tag: str
    name: str
    words: tuple[str, ...]
    language: Language


class SendLink(msgspec.Struct, frozen=True):
    """Send the caller the project's link as a text message, in this language; `Learnt(tag, answer)` is heard,
    `{"ok": True}` or `{"ok": False, "why": …}`. Asked again it is the same message, sent once."""

    tag: str
    language: Language


class FindCustomer(msgspec.Struct, frozen=True):
    """Look a customer up by number; `Learnt(tag, {"name": …} or None)` is heard."""

    tag: str
    number: str


class Tag(msgspec.Struct, frozen=True):
    tags: tuple[str, ...]


class DialOut(msgspec.Struct, frozen=True):
    number: str
    ring_timeout_s: int


class RaiseAlarm(msgspec.Struct, frozen=True):
    """`subject` tells alarms of one code apart; empty: the contact."""

    code: str
    detail: str
    subject: str = ""


class Enqueue(msgspec.Struct, frozen=True):
    queue_id: UUID
    priority: int
    announce_every_s: float
    fast_lane: bool = False
    agent_id: UUID | None = None
    agent_wait_s: int = 0


class LeaveQueue(msgspec.Struct, frozen=True):
    pass


class KeepPlace(msgspec.Struct, frozen=True):
    pass


class TakeVoicemail(msgspec.Struct, frozen=True):
    max_s: int
    queue_id: UUID | None


class Passed(msgspec.Struct, frozen=True):
    """`by` is the exit of the node before. Nodes of a sub-flow are named with the nodes that called it,
    `pay/menu`, and with its id."""

    node: str
    node_type: str
    by: str = ""
    flow_id: UUID | None = None


class KeyNoted(msgspec.Struct, frozen=True):
    node: str
    keys: str
    label: str
    accepted: bool


class SurveyAsked(msgspec.Struct, frozen=True):
    survey: str


class SurveyAnswered(msgspec.Struct, frozen=True):
    survey: str
    score: int


class Expect(msgspec.Struct, frozen=True):
    outcome: Outcome


class Finish(msgspec.Struct, frozen=True):
    outcome: Outcome
    cause: int = 16  # Q.850: normal call clearing
    returned: bool = False  # to the agent who sent the caller here, if one waits


ContactCommand = (
    Answer
    | Play
    | StopPlaying
    | SetTimer
    | StartRecording
    | StopRecording
    | OffRecord
    | Music
    | Tag
    | DialOut
    | Enqueue
    | LeaveQueue
    | KeepPlace
    | TakeVoicemail
    | Listen
    | StopListening
    | Passed
    | KeyNoted
    | SurveyAsked
    | SurveyAnswered
    | Expect
    | Finish
)

Beside = Fetch | FindCustomer | Recognise | SendLink | RaiseAlarm

Command = ContactCommand | Beside
