"""Runs published flows on live contacts: the `FlowDriver` of `interactions.ports`."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol, assert_never
from uuid import UUID

import msgspec

from andon.calendars.model import Calendar, holiday_data_missing
from andon.customers.model import Customer
from andon.flows import model as ask
from andon.flows.expressions import Value
from andon.flows.graph import FlowVersion, Graph
from andon.flows.interpreter import step
from andon.interactions.ports import ContactPort, ContactView, FlowHandle, FlowInput, Started

_WARN_AHEAD = timedelta(days=30)


def prompt_names(folder: Path) -> dict[str, frozenset[str]]:
    """Names of the prompts below `folder`, by language: files `<language>/<name>.<format>`."""
    return {
        language: frozenset(path.stem for path in (folder / language).glob("*.*"))
        for language in ask.LANGUAGES
    }


class Position(msgspec.Struct, frozen=True):
    """Where a call is in which version of which flow."""

    flow_id: UUID
    version: int
    run: ask.Run


Version = tuple[UUID, int]


class Beside(Protocol):
    """What flows ask for beside the call. Nothing here waits or raises; answers come through `done`."""

    def fetch(self, request: ask.Request, done: Callable[[dict[str, Any]], None]) -> None:
        """Send a request; the answer is as `flows.fetch` says."""

    def recognise(self, heard: ask.Recognise, done: Callable[[dict[str, Any]], None]) -> None:
        """Have it recognised; the sound is gone afterwards."""

    def send_link(self, view: ContactView, language: str, done: Callable[[dict[str, Any]], None]) -> None:
        """Send the project's link to the caller; the answer is as `flows.model.SendLink` says."""

    def customer(self, client_id: UUID, number: str) -> Customer | None:
        """The client's customer with this number."""

    def alarm(self, code: str, subject: str, detail: str) -> None:
        """Raise an alarm on the board."""

    def figure(self, client_id: UUID, function: str, queue: str) -> Value:
        """A live figure of one of the client's queues, by the queue's name."""


class Flows:
    """The published flows of one tenant. `put` replaces them; calls under way keep what they began on, and so
    do the sub-flows they come to."""

    def __init__(
        self, prompts: Mapping[str, frozenset[str]] | None = None, beside: Beside | None = None
    ) -> None:
        self._prompts = prompts
        self.beside = beside
        self._versions: dict[UUID, FlowVersion] = {}
        self._graphs: dict[UUID, Graph] = {}
        self._older: dict[Version, FlowVersion] = {}
        self._calendars: dict[UUID, Calendar] = {}
        self._own_prompts: Mapping[UUID, Mapping[str, frozenset[str]]] = {}

    def put(
        self,
        versions: Iterable[FlowVersion],
        calendars: Iterable[Calendar],
        own_prompts: Mapping[UUID, Mapping[str, frozenset[str]]] | None = None,
    ) -> None:
        """Take the newest published version of every flow, the calendars, and by project the prompts of
        projects that have own ones, the standard ones among them."""
        self._own_prompts = own_prompts or {}
        newest: dict[UUID, FlowVersion] = {}
        for version in versions:
            known = newest.get(version.flow_id)
            if known is None or known.version < version.version:
                newest[version.flow_id] = version
        self._versions = newest
        # a new dictionary each time: calls under way go on with the one they began with
        self._graphs = {flow_id: version.graph for flow_id, version in newest.items()}
        self._calendars = {calendar.calendar_id: calendar for calendar in calendars}

    def start(self, port: ContactPort, flow_id: UUID | None = None) -> FlowHandle:
        """A handle on the newest version of this flow, by default the number's. Raises `LookupError` when
        there is none."""
        flow_id = flow_id or port.view.flow_id
        version = None if flow_id is None else self._versions.get(flow_id)
        if version is None:
            raise LookupError(f"flow {flow_id} has no published version")
        return Handle(port, version, self)

    def try_out(self, port: ContactPort, flow_id: UUID, graph: Graph, beside: Beside) -> FlowHandle:
        """A handle on a graph that nobody has published."""
        return Handle(port, FlowVersion(flow_id=flow_id, version=0, graph=graph), self, beside=beside)

    def older(self, kept: Iterable[bytes]) -> set[Version]:
        """The versions that calls kept so are on and that are no longer the newest. Raises
        `msgspec.DecodeError`."""
        on = {(each.flow_id, each.version) for each in map(_position, kept)}
        return on - {(each.flow_id, each.version) for each in self._versions.values()}

    def put_older(self, versions: Iterable[FlowVersion]) -> None:
        """Take versions on which there are still calls."""
        self._older |= {(version.flow_id, version.version): version for version in versions}

    def resume(self, port: ContactPort, kept: bytes) -> FlowHandle:
        """A handle that goes on where `Handle.keep` was called. Raises `LookupError` and
        `msgspec.DecodeError`."""
        position = _position(kept)
        version = self._versions.get(position.flow_id)
        if version is None or version.version != position.version:
            version = self._older.get((position.flow_id, position.version))
        if version is None:
            raise LookupError(f"flow {position.flow_id} has no version {position.version}")
        return Handle(port, version, self, position.run)

    @property
    def graphs(self) -> Mapping[UUID, Graph]:
        """The newest graph of every flow."""
        return self._graphs

    @property
    def calendars(self) -> Mapping[UUID, Calendar]:
        return self._calendars

    def prompts(self, project_id: UUID) -> Mapping[str, frozenset[str]] | None:
        """What can be spoken to a project's callers."""
        return self._own_prompts.get(project_id, self._prompts)

    def calendars_without_holidays(self, now: datetime) -> list[tuple[Calendar, int]]:
        """Calendars that follow public holidays, and the first year of the next 30 days without data."""
        found = []
        for calendar in self._calendars.values():
            year = holiday_data_missing(calendar, now, now + _WARN_AHEAD)
            if year is not None:
                found.append((calendar, year))
        return found


class Handle:
    """One contact's run."""

    def __init__(
        self,
        port: ContactPort,
        version: FlowVersion,
        flows: Flows,
        run: ask.Run | None = None,
        beside: Beside | None = None,
    ) -> None:
        """`beside` in place of the flows' own."""
        self._port = port
        self._version = version
        self._flows = flows
        self._run = run or ask.Run()
        self._graphs = flows.graphs
        self._beside_call = beside or flows.beside

    def keep(self) -> bytes:
        """Where the call is, for `Flows.resume`."""
        return msgspec.msgpack.encode(Position(self._version.flow_id, self._version.version, self._run))

    def hear(self, heard: FlowInput) -> None:
        """One step; what it asks for goes to the port in order."""
        if isinstance(heard, Started) and not self._run.began:
            self._port.entered(self._version.flow_id, self._version.version)
        view, beside = self._port.view, self._beside_call
        context = ask.Context(
            view=view,
            calendars=self._flows.calendars,
            prompts=self._flows.prompts(view.project_id),
            flows=self._graphs,
            figures=None if beside is None else partial(beside.figure, view.client_id),
        )
        self._run, commands = step(self._version.graph, self._run, heard, context)
        for command in commands:
            if isinstance(command, ask.Beside):
                self._beside(command)
            else:
                _perform(self._port, command)

    def _beside(self, command: ask.Beside) -> None:
        port, beside = self._port, self._beside_call
        match command:
            case ask.Fetch(tag, request):
                if beside is None:
                    port.learnt(tag, {"ok": False, "why": "unavailable"})
                else:
                    beside.fetch(request, partial(port.learnt, tag))
            case ask.Recognise(tag):
                if beside is None:
                    port.learnt(tag, {"ok": False, "why": "unavailable"})
                else:
                    beside.recognise(command, partial(port.learnt, tag))
            case ask.SendLink(tag, language):
                if beside is None:
                    port.learnt(tag, {"ok": False, "why": "unavailable"})
                else:
                    beside.send_link(port.view, language, partial(port.learnt, tag))
            case ask.FindCustomer(tag, number):
                found = None if beside is None else beside.customer(port.view.client_id, number)
                if found is None:
                    port.learnt(tag, None)
                else:
                    port.identified(found, "flow")
                    port.learnt(tag, {"name": found.name, "tier": found.tier})
            case ask.RaiseAlarm(code, detail, subject):
                if beside is not None:
                    beside.alarm(code, subject or str(port.view.contact_id), detail)


def _position(kept: bytes) -> Position:
    return msgspec.msgpack.decode(kept, type=Position)


def _perform(port: ContactPort, command: ask.ContactCommand) -> None:
    match command:
        case ask.Answer():
            port.answer()
        case ask.Play(prompts):
            port.play(prompts)
        case ask.StopPlaying():
            port.stop_playing()
        case ask.SetTimer(seconds, tag):
            port.set_timer(seconds, tag)
        case ask.StartRecording():
            port.start_recording()
        case ask.Enqueue(queue_id, priority, announce_every_s, fast_lane, agent_id, agent_wait_s):
            port.enqueue(queue_id, priority, announce_every_s, fast_lane, agent_id, agent_wait_s)
        case ask.LeaveQueue():
            port.leave_queue()
        case ask.KeepPlace():
            port.keep_place()
        case ask.TakeVoicemail(max_s, queue_id):
            port.take_voicemail(max_s, queue_id)
        case ask.Listen(max_s, pause_s):
            port.listen(max_s, pause_s)
        case ask.StopListening():
            port.stop_listening()
        case ask.StopRecording():
            port.stop_recording()
        case ask.OffRecord(on):
            port.card(on)
        case ask.Music(on):
            port.music(on)
        case ask.Tag(tags):
            port.tag(tags)
        case ask.DialOut(number, ring_timeout_s):
            port.dial_out(number, ring_timeout_s)
        case ask.Passed(node, node_type, by, flow_id):
            port.passed(node, node_type, by, flow_id)
        case ask.KeyNoted(node, keys, label, accepted):
            port.key(node, keys, label, accepted)
        case ask.SurveyAsked(survey):
            port.survey_asked(survey)
        case ask.SurveyAnswered(survey, score):
            port.survey_answered(survey, score)
        case ask.Expect(outcome):
            port.expect(outcome)
        case ask.Finish(outcome, cause, returned):
            port.finish(outcome, cause, returned=returned)
        case _:
            assert_never(command)
