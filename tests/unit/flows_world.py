"""A caller and a centre for one flow, in virtual time: what the interpreter asks comes back as inputs."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from andon.calendars.model import Calendar
from andon.flows import model as ask
from andon.flows.graph import Graph
from andon.flows.interpreter import MAX_NODES, step
from andon.interactions.events import By
from andon.interactions.ports import (
    CallerGone,
    ContactView,
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

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
Pick = Callable[[int], int]


class Fault(AssertionError):
    """The flow broke one of its promises."""


def require(ok: bool, text: str) -> None:
    if not ok:
        raise Fault(text)


def view(language: str = "zh") -> ContactView:
    ids = [UUID(int=number) for number in range(1, 7)]
    return ContactView(
        contact_id=ids[0],
        tenant_id=ids[1],
        client_id=ids[2],
        project_id=ids[3],
        number_id=ids[4],
        flow_id=ids[5],
        caller="13800000000",
        dnis="4001234567",
        language=language,
        arrived_at=START,
    )


class World:
    """Plays every prompt in 3 s, fires timers, serves queues and tapes as told; checks each command.

    Requests are answered after a second with `answers` in turn, the last for ever; none: they stay
    unanswered. Customers are those in `customers` by number. A number outside rings 5 s, then does as
    `outside` says: talks 20 s and hangs up (`ended`), is busy, or fails."""

    def __init__(
        self,
        graph: Graph,
        *,
        calendars: Mapping[UUID, Calendar] | None = None,
        prompts: Mapping[str, frozenset[str]] | None = None,
        language: str = "zh",
        at: datetime = START,
        flows: Mapping[UUID, Graph] | None = None,
        figures: Callable[[str, str], Any] | None = None,
        answers: Sequence[dict[str, Any]] = (),
        customers: Mapping[str, dict[str, Any]] | None = None,
        outside: OutsideLeave = OutsideLeave.ENDED,
    ) -> None:
        self.graph = graph
        self.context = ask.Context(
            view=view(language),
            calendars=calendars or {},
            prompts=prompts,
            flows=flows or {},
            figures=figures,
        )
        self.answers = list(answers)
        self.customers = customers or {}
        self.outside = outside
        self.dialling = False
        self.listening = False
        self.recording = False
        self.run = ask.Run()
        self.now = at
        self.log: list[ask.Command] = []
        self.finish: ask.Finish | None = None
        self.gone = False
        self.queued = False
        self.playing = 0
        self._soon: list[tuple[datetime, int, FlowInput]] = []
        self._number = 0

    def start(self) -> None:
        self.hear(Started(at=self.now))

    def hear(self, heard: FlowInput) -> None:
        require(not self.gone, "heard something after the caller was gone")
        over = self.run.over
        if isinstance(heard, QueueLeft):
            self.queued = False
        if isinstance(heard, Spoke):
            self.listening = False
        self.run, commands = step(self.graph, self.run, heard, self.context)
        require(not (over and commands), "asked for something after the end")
        self.gone = isinstance(heard, CallerGone)
        require(not (self.gone and commands), "asked something of a caller who is gone")
        for command in commands:
            self._check(command)
            self.log.append(command)
        require(self.run.passed <= MAX_NODES, "passed more nodes than allowed")

    def _check(self, command: ask.Command) -> None:
        require(self.finish is None, f"{command} after the end")
        match command:
            case ask.Listen():
                require(not self.listening, "listened twice")
                self.listening = True
            case ask.StopListening():
                self.listening = False
            case ask.Recognise(tag):
                require(not self.listening, "asked what is still being said")
                if self.answers:
                    self._later(1, Learnt(at=self.now, tag=tag, value=self._answer()))
            case ask.SendLink(tag):
                require(self.queued, "sends a link to who does not wait")
                if self.answers:
                    self._later(1, Learnt(at=self.now, tag=tag, value=self._answer()))
            case ask.Play(prompts):
                require(bool(prompts), "plays nothing")
                require(not self.listening, "speaks and listens at once")
                self.playing = self._later(3, Played(at=self.now))
            case ask.StopPlaying():
                self.playing = 0
            case ask.SetTimer(seconds, tag):
                require(seconds > 0, "a timer in the past")
                self._later(seconds, TimerFired(at=self.now, tag=tag))
            case ask.Enqueue():
                require(not self.queued, "queued twice")
                self.queued = True
            case ask.LeaveQueue():
                require(self.queued, "left a queue without being in one")
                self.queued = False
            case ask.StartRecording() | ask.StopRecording():
                wanted = isinstance(command, ask.StartRecording)
                require(self.recording is not wanted, "recording switched twice")
                self.recording = wanted
            case ask.Fetch(tag, request):
                require(request.url.startswith("http"), "a request to nowhere")
                if self.answers:
                    self._later(1, Learnt(at=self.now, tag=tag, value=self._answer()))
            case ask.FindCustomer(tag, number):
                self._later(0.01, Learnt(at=self.now, tag=tag, value=self.customers.get(number)))
            case ask.DialOut():
                if not self.dialling:  # the contact has one call outside at a time
                    self.dialling = True
                    talks = self.outside is OutsideLeave.ENDED
                    if talks:
                        self._later(5, OutsideJoined(at=self.now))
                    self._later(25 if talks else 5, OutsideLeft(at=self.now, how=self.outside))
            case ask.Finish():
                require(not self.queued, "finished while still queued")
                self.finish = command

    def _answer(self) -> dict[str, Any]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _later(self, seconds: float, heard: FlowInput) -> int:
        self._number += 1
        heapq.heappush(self._soon, (self.now + timedelta(seconds=seconds), self._number, heard))
        return self._number

    # -- what a test makes happen

    def next(self) -> bool:
        """The next thing that is due happens. False when nothing ever will."""
        while self._soon and not self.run.over:
            due, number, heard = heapq.heappop(self._soon)
            if isinstance(heard, Played) and number != self.playing:
                continue  # stopped or replaced
            self.now = max(self.now, due)
            if isinstance(heard, OutsideLeft):
                self.dialling = False
            self.hear(msgspec.structs.replace(heard, at=self.now))
            return True
        return False

    def press(self, digits: str) -> None:
        for digit in digits:
            self.hear(Key(at=self.now, digit=digit))

    def until(self, node: str) -> None:
        """Let time pass until the caller is at this node."""
        while self.run.node != node:
            require(self.next(), f"never came to {node}, is at {self.run.node}")

    def to_end(self) -> ask.Finish:
        """Let time pass until the flow finishes."""
        while self.finish is None:
            require(self.next(), f"stuck at {self.run.node}")
        return self.finish

    def tick(self, position: int, wait: int | None, waited_s: int = 30) -> None:
        tick = WaitTick(at=self.now, position=position, waited_s=waited_s, estimated_wait_s=wait)
        self.hear(tick)

    def leave_queue(self, how: QueueLeave, by: By | None = None) -> None:
        self.hear(QueueLeft(at=self.now, how=how, by=by))

    def tape(self, ms: int) -> None:
        self.hear(VoicemailTaken(at=self.now, ms=ms))

    def speak(self, ms: int = 900) -> None:
        self.hear(Spoke(at=self.now, name="x", ms=ms))

    def hang_up(self) -> None:
        self.hear(CallerGone(at=self.now))

    def said(self) -> list[str]:
        """All prompts so far, `language/name`."""
        return [
            f"{prompt.language}/{prompt.name}"
            for command in self.log
            if isinstance(command, ask.Play)
            for prompt in command.prompts
        ]

    def path(self) -> list[str]:
        return [command.node for command in self.log if isinstance(command, ask.Passed)]

    # -- chaos

    def chaos(self, pick: Pick, inputs: int) -> None:
        """`inputs` random things happen, true and stray; then time alone must bring the flow to its end."""
        self.start()
        for _ in range(inputs):
            if self.run.over or self.gone:
                return
            self._random(pick)
        for _ in range(50_000):
            if self.run.over or self.gone:
                return
            if not self.next():
                require(self.queued, f"stuck at {self.run.node}")
                self.leave_queue(tuple(QueueLeave)[pick(len(QueueLeave))], By.AGENT)
        raise Fault("never ends")

    def _random(self, pick: Pick) -> None:
        match pick(19):
            case 18 if self.listening:
                self.speak(pick(2) * 900)
            case 0:
                self.hang_up() if pick(5) == 0 else self.press("5")
            case 1 | 2 | 3:
                self.press("0123456789*#"[pick(12)])
            case 4:
                self.hear(Played(at=self.now, failed=pick(2) == 1))
            case 5:
                self.hear(TimerFired(at=self.now, tag="guard.1.1"))
            case 6 if self.queued:
                self.tick(1 + pick(200), None if pick(3) == 0 else pick(4000))
            case 7 if self.queued:
                self.leave_queue(tuple(QueueLeave)[pick(len(QueueLeave))], By.AGENT)
            case 8:
                self.tape(pick(3) * 1500)
            case 9:
                self.hear(Started(at=self.now))
            case 14:
                self.hear(OutsideLeft(at=self.now, how=tuple(OutsideLeave)[pick(4)]))
            case 15:
                self.hear(OutsideJoined(at=self.now))
            case 16:
                tag = ("http", "customer")[pick(2)] + f".{self.run.passed}"
                self.hear(Learnt(at=self.now, tag=tag, value={"ok": pick(2) == 1, "data": {"a": pick(9)}}))
            case 10:
                self.playing = 0  # the engine never says that the prompt is over
            case _:
                self.next()
