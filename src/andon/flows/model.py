"""A run through a flow: what it remembers, what it may know, what it asks for. Pure.

The graph is in `flows.graph`, node types are in `flows.nodes`, one module each.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from andon.calendars.model import Calendar
from andon.interactions.events import Outcome
from andon.interactions.ports import ContactView, Prompt

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
KEYS: Final = frozenset("0123456789*#")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a node may know besides its own fields and memory.

    `prompts` holds per language the names that can be spoken; None: unknown, every name is taken as there.
    """

    view: ContactView
    calendars: Mapping[UUID, Calendar] = {}
    prompts: Mapping[str, frozenset[str]] | None = None


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


# -- commands: what a run asks of its contact, in order; each is a method of `interactions.ports.ContactPort`


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


class Enqueue(msgspec.Struct, frozen=True):
    queue_id: UUID
    priority: int
    announce_every_s: float
    fast_lane: bool = False


class LeaveQueue(msgspec.Struct, frozen=True):
    pass


class KeepPlace(msgspec.Struct, frozen=True):
    pass


class TakeVoicemail(msgspec.Struct, frozen=True):
    max_s: int
    queue_id: UUID | None


class Passed(msgspec.Struct, frozen=True):
    node: str
    node_type: str


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


Command = (
    Answer
    | Play
    | StopPlaying
    | SetTimer
    | StartRecording
    | Enqueue
    | LeaveQueue
    | KeepPlace
    | TakeVoicemail
    | Passed
    | KeyNoted
    | SurveyAsked
    | SurveyAnswered
    | Expect
    | Finish
)
