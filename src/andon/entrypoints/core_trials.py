"""Trials in the core: drafts of flows on the testers' telephones, and prompts recorded there."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

import structlog

from andon.channels.voice.devices import DeviceKind
from andon.channels.voice.trial import Trial, Trials
from andon.customers.model import Customer
from andon.entrypoints.core_centre import Centre
from andon.flows.expressions import Value
from andon.flows.graph import Graph, GraphInvalid, parse_graph
from andon.flows.model import Recognise, Request
from andon.flows.repository import drawn
from andon.flows.service import Beside
from andon.interactions.events import Outcome
from andon.interactions.ports import (
    CallerGone,
    ContactView,
    FlowInput,
    Played,
    Prompt,
    QueueLeave,
    Started,
    VoicemailTaken,
)
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.ids import uuid7
from andon.routing.model import Refused
from andon.telephony.errors import EngineRefused

log = structlog.get_logger(__name__)

MESSAGE_S: Final = 150  # the longest prompt
CALLER: Final = "13800138000"
_NOBODY: Final = UUID(int=0)

Row = dict[str, Any]


class BesideTrial:
    """What a tried flow asks for beside the call: requests and look-ups for real, alarms and text messages on
    the page only."""

    def __init__(self, beside: Beside, trial: Trial) -> None:
        self._beside = beside
        self._trial = trial

    def fetch(self, request: Request, done: Callable[[Row], None]) -> None:
        self._trial.note("ask", method=request.method, url=request.url, body=request.body)
        self._beside.fetch(request, done)

    def recognise(self, heard: Recognise, done: Callable[[Row], None]) -> None:
        def told(answer: Row) -> None:
            self._trial.note("speak", text=answer.get("text") or "")
            done(answer)

        self._beside.recognise(heard, told)

    def send_link(self, view: ContactView, language: str, done: Callable[[Row], None]) -> None:
        """A tester is sent nothing: the page says when a caller would be."""
        self._trial.note("link")
        done({"ok": True})

    def customer(self, client_id: UUID, number: str) -> Customer | None:
        self._trial.note("look_up", number=number)
        return self._beside.customer(client_id, number)

    def alarm(self, code: str, subject: str, detail: str) -> None:
        self._trial.note("alarm", code=code, detail=detail)

    def figure(self, client_id: UUID, function: str, queue: str) -> Value:
        return self._beside.figure(client_id, function, queue)


class RecordPrompt:
    """The flow by which a prompt is recorded: a tone, the words, `#` or silence ends them."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial

    def hear(self, heard: FlowInput) -> None:
        trial = self._trial
        match heard:
            case Started():
                trial.take_voicemail(MESSAGE_S)
            case VoicemailTaken():
                trial.play([Prompt("thanks_waiting", trial.view.language)])
            case Played():
                trial.finish(Outcome.SELF_SERVICE)
            case CallerGone():
                pass

    def keep(self) -> bytes:
        """A trial goes with its core."""
        return b""


class TrialDesk:
    """What testers ask of the core."""

    def __init__(self, db: Database, trials: Trials) -> None:
        self._db = db
        self._trials = trials
        self._verbs: dict[str, Callable[[Centre, UUID, Row], Awaitable[Row]]] = {
            "trial.device": self._device,
            "trial.call": self._call,
            "trial.record": self._record,
            "trial.look": self._look,
            "trial.keys": self._keys,
            "trial.queue": self._queue,
            "trial.end": self._end,
        }

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(self._verbs)

    async def perform(self, centre: Centre, verb: str, asked: Row) -> Row:
        """Do what a tester asks. Raises `AndonError`."""
        try:
            return await self._verbs[verb](centre, UUID(str(asked["actor"]["user_id"])), asked)
        except EngineRefused as refused:
            log.warning("trial_refused", why=str(refused))
            raise AndonError("engine.unavailable", 503) from None

    async def _device(self, centre: Centre, tester_id: UUID, asked: Row) -> Row:
        device: DeviceKind = "sip" if asked.get("device") == "sip" else "browser"
        account = await self._trials.open(centre.tenant_id, tester_id, device)
        uri = self._trials.address(account.username)
        return {"sip": {"username": account.username, "secret": account.secret, "uri": uri}}

    async def _call(self, centre: Centre, tester_id: UUID, asked: Row) -> Row:
        flow_id = UUID(str(asked["flow_id"]))
        async with self._db.session(Scope(centre.tenant_id)) as session:
            found = await drawn(session, flow_id)
        if found is None:
            raise AndonError("not_found", 404, what="flow")
        flow, stored = found
        try:
            graph = parse_graph(stored)
        except GraphInvalid as error:
            raise AndonError("flow.unreadable", 422, problem=error.problem) from None
        caller = str(asked.get("caller") or CALLER)
        trial = self._made(centre, tester_id, flow.project_id, flow.client_id, flow_id, caller, graph)
        return await self._ring(centre, tester_id, trial)

    async def _record(self, centre: Centre, tester_id: UUID, asked: Row) -> Row:
        project_id, client_id = UUID(str(asked["project_id"])), UUID(str(asked["client_id"]))
        trial = self._made(centre, tester_id, project_id, client_id, None, CALLER, None)
        return await self._ring(centre, tester_id, trial)

    def _made(
        self,
        centre: Centre,
        tester_id: UUID,
        project_id: UUID,
        client_id: UUID,
        flow_id: UUID | None,
        caller: str,
        graph: Graph | None,
    ) -> Trial:
        trial_id = uuid7()
        project = centre.projects.get(project_id)
        number = next((each for each in centre.numbers.values() if each.project_id == project_id), None)
        view = ContactView(
            contact_id=trial_id,
            tenant_id=centre.tenant_id,
            client_id=client_id,
            project_id=project_id,
            number_id=_NOBODY if number is None else number.number_id,
            flow_id=flow_id,
            caller=caller,
            dnis="" if number is None else number.e164,
            language="zh" if project is None else project.language,
            arrived_at=self._trials.now(),
        )

        def start(trial: Trial) -> Any:
            beside = centre.flows.beside
            if graph is None or beside is None:
                return RecordPrompt(trial)
            return centre.flows.try_out(trial, flow_id or _NOBODY, graph, BesideTrial(beside, trial))

        return Trial(self._trials, trial_id, tester_id, view, start)

    async def _ring(self, centre: Centre, tester_id: UUID, trial: Trial) -> Row:
        device = self._trials.device(tester_id)
        if device is None:
            raise AndonError("trial.no_device", 409)
        with contextlib.suppress(Refused):  # who is no agent is in no call
            if centre.floor.contact_of(tester_id) is not None:
                raise AndonError("trial.busy", 409)
        await self._trials.begin(*device, trial)
        return self._row(trial)

    def _mine(self, tester_id: UUID) -> Trial:
        trial = self._trials.of(tester_id)
        if trial is None:
            raise AndonError("trial.none", 404)
        return trial

    async def _look(self, centre: Centre, tester_id: UUID, asked: Row) -> Row:
        return self._row(self._mine(tester_id))

    async def _keys(self, centre: Centre, tester_id: UUID, asked: Row) -> Row:
        trial = self._mine(tester_id)
        for digit in str(asked["digits"]):
            trial.pressed(digit)
        return self._row(trial)

    async def _queue(self, centre: Centre, tester_id: UUID, asked: Row) -> Row:
        trial = self._mine(tester_id)
        trial.leave(QueueLeave(asked["how"]))
        return self._row(trial)

    async def _end(self, centre: Centre, tester_id: UUID, asked: Row) -> Row:
        trial = self._mine(tester_id)
        await self._trials.end(trial)
        return self._row(trial)

    @staticmethod
    def _row(trial: Trial) -> Row:
        return {
            "trial_id": str(trial.trial_id),
            "answered": trial.answered is not None,
            "over": trial.over,
            "queued": trial.queued,
            "node": trial.node,
            "message_ms": trial.message_ms,
            "lines": trial.lines,
        }
