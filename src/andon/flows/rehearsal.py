"""A flow tried without a telephone: the interpreter in virtual time, with a typed caller. Pure.

A trial is a list of steps from the beginning; each look is a run of all of them, so that nothing is kept
between two looks and a trial can be repeated, shared and taken back step by step. Prompts take as long as
people need to hear them (`PROMPT_S`), other systems answer as the steps say."""

import heapq
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from andon.flows import model as ask
from andon.flows.graph import Graph
from andon.flows.interpreter import step
from andon.interactions.ports import (
    CallerGone,
    FlowInput,
    Key,
    Learnt,
    OutsideJoined,
    OutsideLeave,
    OutsideLeft,
    Played,
    QueueLeave,
    QueueLeft,
    Spoke,
    Started,
    TimerFired,
    VoicemailTaken,
    WaitTick,
)

PROMPT_S: Final = 3.0
MOST_STEPS: Final = 200
MOST_LINES: Final = 1000


class Press(msgspec.Struct, frozen=True, tag="press", tag_field="do", forbid_unknown_fields=True):
    """The caller presses keys."""

    keys: Annotated[str, Meta(pattern="^[0-9*#]{1,40}$")]


class Speak(msgspec.Struct, frozen=True, tag="speak", tag_field="do", forbid_unknown_fields=True):
    """The caller says this, and is understood."""

    text: Annotated[str, Meta(min_length=1, max_length=200)]


class Pass(msgspec.Struct, frozen=True, tag="pass", tag_field="do", forbid_unknown_fields=True):
    """Time passes until the next thing happens by itself."""


class HangUp(msgspec.Struct, frozen=True, tag="hang_up", tag_field="do", forbid_unknown_fields=True):
    """The caller hangs up."""


class LeaveQueue(msgspec.Struct, frozen=True, tag="queue", tag_field="do", forbid_unknown_fields=True):
    """The wait in a queue ends so."""

    how: QueueLeave


class Wait(msgspec.Struct, frozen=True, tag="tick", tag_field="do", forbid_unknown_fields=True):
    """It is time for an announcement in the queue."""

    position: Annotated[int, Meta(ge=1, le=999)] = 1
    waited_s: Annotated[int, Meta(ge=0, le=36000)] = 30
    estimated_wait_s: Annotated[int, Meta(ge=0, le=36000)] | None = None


class Leave(msgspec.Struct, frozen=True, tag="message", tag_field="do", forbid_unknown_fields=True):
    """The caller has left a message of so many seconds."""

    seconds: Annotated[float, Meta(ge=0, le=600)]


class Answer(msgspec.Struct, frozen=True, tag="answer", tag_field="do", forbid_unknown_fields=True):
    """The system that was asked answers with `data`, or does not (`why`: timeout, status, unreachable, …)."""

    data: Any = None
    why: Annotated[str, Meta(max_length=30)] = ""


class Customer(msgspec.Struct, frozen=True, tag="customer", tag_field="do", forbid_unknown_fields=True):
    """The look-up finds this customer; without a name, nobody."""

    name: Annotated[str, Meta(max_length=80)] = ""
    tier: Literal["normal", "silver", "gold", "vip"] = "normal"


class Outside(msgspec.Struct, frozen=True, tag="outside", tag_field="do", forbid_unknown_fields=True):
    """The number outside answers (`joined`), or is over so."""

    how: Literal["joined", "ended", "busy", "no_answer", "failed"]


Step = Press | Speak | Pass | HangUp | LeaveQueue | Wait | Leave | Answer | Customer | Outside


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, `s` seconds after the call began."""

    s: float
    what: str  # node, say, key, queue, ask, …: the name of what the flow asked for
    node: str
    data: dict[str, Any] = {}


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `awaits` names the steps that mean something now."""

    lines: list[Line]
    node: str
    language: str
    values: dict[str, Any]
    over: bool
    awaits: list[str]


def rehearse(graph: Graph, context: ask.Context, steps: list[Step], at: datetime) -> Trial:
    """Run the steps; one that means nothing at its moment changes nothing."""
    stage = _Stage(graph, context, at)
    stage.hear(Started(at=at))
    for one in steps[:MOST_STEPS]:
        if not stage.run.over:
            stage.do(one)
    return stage.trial()


class _Stage:
    def __init__(self, graph: Graph, context: ask.Context, at: datetime) -> None:
        self.graph = graph
        self.context = context
        self.began = self.now = at
        self.run = ask.Run()
        self.lines: list[Line] = []
        self.queued = False
        self.taping = False
        self.asked: str | None = None  # the tag of a request under way
        self.looking: str | None = None  # the tag of a customer look-up
        self.listening = False
        self.recognising: str | None = None  # the tag of what was said
        self.outside = ""  # "", ringing, joined
        self._soon: list[tuple[datetime, int, FlowInput]] = []
        self._number = 0
        self._playing = 0

    def hear(self, heard: FlowInput) -> None:
        self.run, commands = step(self.graph, self.run, heard, self.context)
        for command in commands:
            self._perform(command)

    def do(self, one: Step) -> None:
        match one:
            case Press(keys=keys):
                for digit in keys:
                    self._note("press", keys=digit)
                    self.hear(Key(at=self.now, digit=digit))
            case Speak(text=text) if self.listening:
                self.listening = False
                self._note("speak", text=text)
                self.hear(Spoke(at=self.now, name="typed", ms=1000))
                if self.recognising is not None:
                    tag, self.recognising = self.recognising, None
                    self.hear(Learnt(at=self.now, tag=tag, value={"ok": True, "text": text}))
            case Pass():
                self._pass()
            case HangUp():
                self._note("hang_up", outcome=self.run.expected.value)
                self.hear(CallerGone(at=self.now))
            case LeaveQueue(how=how) if self.queued:
                self.queued = False
                self.hear(QueueLeft(at=self.now, how=how))
            case Wait(position=position, waited_s=waited, estimated_wait_s=seconds) if self.queued:
                self.hear(WaitTick(at=self.now, position=position, waited_s=waited, estimated_wait_s=seconds))
            case Leave(seconds=seconds) if self.taping:
                self.taping = False
                self.now += timedelta(seconds=seconds)
                self.hear(VoicemailTaken(at=self.now, ms=round(seconds * 1000)))
            case Answer(data=data, why=why) if self.asked is not None:
                tag, self.asked = self.asked, None
                answer = {"ok": False, "why": why} if why else {"ok": True, "status": 200, "data": data}
                self.hear(Learnt(at=self.now, tag=tag, value=answer))
            case Customer(name=name, tier=tier) if self.looking is not None:
                tag, self.looking = self.looking, None
                found = {"name": name, "tier": tier} if name else None
                self.hear(Learnt(at=self.now, tag=tag, value=found))
            case Outside(how="joined") if self.outside == "ringing":
                self.outside = "joined"
                self.hear(OutsideJoined(at=self.now))
            case Outside(how=how) if self.outside and how != "joined":
                self.outside = ""
                self.hear(OutsideLeft(at=self.now, how=OutsideLeave(how)))

    def _pass(self) -> None:
        while self._soon:
            due, number, heard = heapq.heappop(self._soon)
            if isinstance(heard, Played) and number != self._playing:
                continue  # stopped or replaced
            before = self.run
            self.now = max(self.now, due)
            self.hear(msgspec.structs.replace(heard, at=self.now))
            if self.run != before:
                return

    def _perform(self, command: ask.Command) -> None:
        match command:
            case ask.Play(prompts):
                self._note("say", prompts=[[each.name, each.language, each.say.value] for each in prompts])
                self._playing = self._later(PROMPT_S * len(prompts), Played(at=self.now))
            case ask.StopPlaying():
                self._playing = 0
            case ask.SetTimer(seconds, tag):
                self._later(seconds, TimerFired(at=self.now, tag=tag))
            case ask.Passed(node, node_type, by, _):
                self.asked = self.looking = None
                self._note("node", node=node, type=node_type, by=by)
            case ask.Enqueue():
                self.queued = True
                self._note("queue")
            case ask.LeaveQueue():
                self.queued = False
            case ask.TakeVoicemail(max_s, _):
                self.taping = True
                self._note("message", max_s=max_s)
            case ask.Fetch(tag, request):
                self.asked = tag
                self._note("ask", method=request.method, url=request.url, body=request.body)
            case ask.Listen():
                self.listening = True
                self._note("listen")
            case ask.StopListening():
                self.listening = False
            case ask.Recognise(tag):
                self.recognising = tag
            case ask.SendLink(tag):
                self.asked = tag
                self._note("link")
            case ask.FindCustomer(tag, number):
                self.looking = tag
                self._note("look_up", number=number)
            case ask.DialOut(number, _):
                self.outside = self.outside or "ringing"
                self._note("dial", number=number)
            case ask.RaiseAlarm(code, detail):
                self._note("alarm", code=code, detail=detail)
            case ask.Tag(tags):
                self._note("tag", tags=list(tags))
            case ask.StartRecording() | ask.StopRecording():
                self._note("record", on=isinstance(command, ask.StartRecording))
            case ask.OffRecord(on):
                self._note("off_record", on=on)
            case ask.KeyNoted(_, keys, label, accepted):
                self._note("key", keys=keys, label=label, accepted=accepted)
            case ask.SurveyAnswered(survey, score):
                self._note("score", survey=survey, score=score)
            case ask.Finish(outcome, cause):
                self._note("end", outcome=outcome.value, cause=cause)

    def _later(self, seconds: float, heard: FlowInput) -> int:
        self._number += 1
        heapq.heappush(self._soon, (self.now + timedelta(seconds=seconds), self._number, heard))
        return self._number

    def _note(self, what: str, **data: Any) -> None:
        if len(self.lines) < MOST_LINES:
            seconds = (self.now - self.began).total_seconds()
            self.lines.append(Line(s=round(seconds, 3), what=what, node=self.run.node, data=data))

    def trial(self) -> Trial:
        secret = {name for name, variable in self.graph.variables.items() if variable.secret}
        return Trial(
            lines=self.lines,
            node="/".join((*(frame.node for frame in self.run.stack), self.run.node)),
            language=self.run.language,
            values={name: "***" if name in secret else each for name, each in self.run.values.items()},
            over=self.run.over,
            awaits=self._awaits(),
        )

    def _awaits(self) -> list[str]:
        if self.run.over:
            return []
        found = ["press", "hang_up"]
        waits = {
            "pass": bool(self._soon),
            "queue": self.queued,
            "tick": self.queued,
            "message": self.taping,
            "speak": self.listening,
            "answer": self.asked is not None,
            "customer": self.looking is not None,
            "outside": bool(self.outside),
        }
        return found + [name for name, now in waits.items() if now]


def context_for(
    view: Any, flows: dict[UUID, Graph], calendars: Any, prompts: Any, figures: dict[str, float]
) -> ask.Context:
    """What the flow may know on the stage; `figures` are the live figures of every queue, by function."""
    return ask.Context(
        view=view,
        calendars=calendars,
        prompts=prompts,
        flows=flows,
        figures=lambda function, _: figures.get(function),
    )
