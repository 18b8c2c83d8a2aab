"""A flow tried on the tester's own telephone: the draft speaks and hears keys for real, others are played.

A trial is no contact: no queue gets it, no agent is rung, no number outside is called, nothing is recorded
but a message, and the journal knows it by facts of its own, so that no figure can count it. A queue ends as
the tester says, or by itself as if an agent had answered.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog

from andon.channels.voice.devices import ANSWER_BY_ITSELF, Account, DeviceKind, Devices
from andon.channels.voice.machine import media_names
from andon.channels.voice.nodes import Node, Nodes
from andon.customers.model import Customer
from andon.interactions.events import By, Outcome, TrialBegan, TrialEnded
from andon.interactions.ports import (
    CallerGone,
    ContactView,
    FlowHandle,
    FlowInput,
    Key,
    Learnt,
    OutsideLeave,
    OutsideLeft,
    Played,
    Prompt,
    QueueLeave,
    QueueLeft,
    Spoke,
    Started,
    TimerFired,
    VoicemailTaken,
    WaitTick,
)
from andon.kit.journal import Fact
from andon.telephony.errors import EngineRefused
from andon.telephony.model import (
    UTTERANCE,
    DeviceChanged,
    EngineEvent,
    KeyPressed,
    LegAnswered,
    LegEnded,
    PlaybackEnded,
    Snapshot,
    VoicemailRecorded,
)
from andon.telephony.service import Engine

log = structlog.get_logger(__name__)

RING_S: Final = 30
QUEUE_S: Final = 30.0  # a queue that the tester does not end
OUTSIDE_S: Final = 3.0  # then a number outside does not answer
MOST_LINES: Final = 500

SoundOf = Callable[[UUID, UUID | None, str, str], Path | None]


class Trial:
    """One tester's call: the `ContactPort` of its flow, and what the page shows of it."""

    def __init__(
        self,
        trials: "Trials",
        trial_id: UUID,
        tester_id: UUID,
        view: ContactView,
        start: "Callable[[Trial], FlowHandle]",
    ) -> None:
        self.trial_id = trial_id
        self.tester_id = tester_id
        self.view = view
        self.node_at: Node  # where the leg lives, once it is rung
        self.leg_id = f"t-{trial_id.hex}"
        self.message = f"t-{trial_id.hex}"  # the name of its message in the raw recordings
        self.message_ms = 0
        self.lines: list[dict[str, Any]] = []
        self.node = ""
        self.answered: datetime | None = None
        self.over = False
        self.queued = False
        self.taping = False
        self._utterances = 0
        self._listening = ""
        self._trials = trials
        self._start = start
        self._flow: FlowHandle | None = None
        self._inputs: deque[Callable[[datetime], FlowInput]] = deque()
        self._hearing = False
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._token = 0
        self._orders: asyncio.Queue[Coroutine[Any, Any, None]] = asyncio.Queue()
        self._worker = asyncio.create_task(self._work())

    @property
    def engine(self) -> Engine:
        return self.node_at.engine

    # --- inputs -------------------------------------------------------------------------------------------

    def hear(self, make: Callable[[datetime], FlowInput]) -> None:
        """Something happened; inputs are heard one after the other."""
        self._inputs.append(make)
        if self._hearing:
            return
        self._hearing = True
        try:
            while self._inputs and self._flow is not None:
                self._flow.hear(self._inputs.popleft()(self._trials.now()))
        except Exception:
            log.exception("trial_failed")  # a flow is configuration: the tester hears that it is over
            self.note("fault")
            self._order(self.engine.hangup(self.leg_id))
        finally:
            self._hearing = False

    def picked_up(self) -> None:
        self.answered = self._trials.now()
        self._flow = self._start(self)
        self.hear(lambda at: Started(at=at))

    def played(self, playback_id: str, failed: bool) -> None:
        if playback_id == Engine.playback_id(self.leg_id, self._token):
            self._token += 1
            self.hear(lambda at: Played(at=at, failed=failed))

    def pressed(self, digit: str) -> None:
        """A key, on the telephone or on the page."""
        self.note("press", keys=digit)
        if self.taping:
            if digit == "#":
                self._order(self.engine.end_message(self.message))
            return
        self.hear(lambda at: Key(at=at, digit=digit))

    def message_taken(self, ms: int) -> None:
        self.taping = False
        self.message_ms = ms
        self.hear(lambda at: VoicemailTaken(at=at, ms=ms))

    def utterance_taken(self, name: str, ms: int) -> None:
        if name == self._listening:
            self._listening = ""
            self.hear(lambda at: Spoke(at=at, name=name, ms=ms))
        else:
            self._order(self.engine.drop_message(name))

    def leave(self, how: QueueLeave) -> None:
        """The queue is over, as the tester says."""
        if self.queued:
            self.leave_queue()
            by = By.AGENT if how is QueueLeave.CONVERSATION_ENDED else None
            self.hear(lambda at: QueueLeft(at=at, how=how, by=by))

    def gone(self) -> None:
        """The leg is no more."""
        if self.over:
            return
        self.over = True
        self.hear(lambda at: CallerGone(at=at))
        for timer in self._timers.values():
            timer.cancel()
        self._worker.cancel()

    def note(self, what: str, **data: Any) -> None:
        """One line for the page, like `flows.rehearsal` has them."""
        if len(self.lines) < MOST_LINES and self.answered is not None:
            seconds = (self._trials.now() - self.answered).total_seconds()
            self.lines.append({"s": round(seconds, 3), "what": what, "node": self.node, "data": data})

    # --- the port -----------------------------------------------------------------------------------------

    def answer(self) -> None:
        """The tester has answered already."""

    def play(self, prompts: list[Prompt]) -> None:
        self.note("say", prompts=[[each.name, each.language, each.say.value] for each in prompts])
        self._token += 1
        self._order(self._speak(prompts, self._token))

    def stop_playing(self) -> None:
        stopped = Engine.playback_id(self.leg_id, self._token)
        self._token += 1
        self._order(self.engine.stop(stopped))

    def set_timer(self, seconds: float, tag: str) -> None:
        self.cancel_timer(tag)
        self._timers[tag] = asyncio.get_running_loop().call_later(
            seconds, self.hear, lambda at: TimerFired(at=at, tag=tag)
        )

    def cancel_timer(self, tag: str) -> None:
        timer = self._timers.pop(tag, None)
        if timer is not None:
            timer.cancel()

    def start_recording(self) -> None:
        self.note("record", on=True)

    def stop_recording(self) -> None:
        self.note("record", on=False)

    def card(self, on: bool) -> None:
        self.note("off_record", on=on)

    def enqueue(
        self,
        queue_id: UUID,
        priority: int,
        announce_every_s: float = 30.0,
        fast_lane: bool = False,
        agent_id: UUID | None = None,
        agent_wait_s: int = 0,
    ) -> None:
        self.note("queue")
        self.queued = True
        self.music(True)
        self._after(QUEUE_S, "queue", lambda: self.leave(QueueLeave.CONVERSATION_ENDED))
        if announce_every_s:
            self._after(announce_every_s, "announce", self._announce, announce_every_s)

    def _announce(self, seconds: float) -> None:
        self.hear(lambda at: WaitTick(at=at, position=1, waited_s=round(seconds), estimated_wait_s=60))

    def leave_queue(self) -> None:
        self.queued = False
        self.cancel_timer(" queue")
        self.cancel_timer(" announce")
        self.music(False)

    def keep_place(self) -> None:
        self.leave(QueueLeave.CALLBACK_KEPT)

    def music(self, on: bool) -> None:
        self._order(self.engine.music(self.leg_id, on, self._trials.music_of(self.view.project_id)))

    def take_voicemail(self, max_s: int, queue_id: UUID | None = None) -> None:
        self.note("message", max_s=max_s)
        self.taping = True
        self._order(self.engine.record_message(self.leg_id, self.message, max_s))

    def listen(self, max_s: int, pause_s: int) -> None:
        self.note("listen")
        self._utterances += 1
        self._listening = f"{UTTERANCE}{self.trial_id.hex}-{self._utterances}"
        self._order(self.engine.listen(self.leg_id, self._listening, max_s, pause_s))

    def stop_listening(self) -> None:
        if self._listening:
            self._order(self.engine.end_message(self._listening))
            self._listening = ""

    def dial_out(self, number: str, ring_timeout_s: int) -> None:
        self.note("dial", number=number)
        self.music(True)
        self._after(OUTSIDE_S, "outside", self._nobody_outside)

    def _nobody_outside(self) -> None:
        self.music(False)
        self.hear(lambda at: OutsideLeft(at=at, how=OutsideLeave.NO_ANSWER))

    def learnt(self, tag: str, value: Any) -> None:
        self.hear(lambda at: Learnt(at=at, tag=tag, value=value))

    def identified(self, known: Customer, matched_by: str) -> None:
        self.note("look_up", number=self.view.caller)

    def tag(self, tags: tuple[str, ...]) -> None:
        self.note("tag", tags=list(tags))

    def entered(self, flow_id: UUID, version: int) -> None:
        """The trial's own fact says it."""

    def passed(self, node: str, node_type: str, by: str = "", flow_id: UUID | None = None) -> None:
        self.node = node
        self.note("node", node=node, type=node_type, by=by)

    def key(self, node: str, keys: str, label: str, accepted: bool) -> None:
        self.note("key", keys=keys, label=label, accepted=accepted)

    def survey_asked(self, survey: str) -> None:
        """The page shows what is said."""

    def survey_answered(self, survey: str, score: int) -> None:
        self.note("score", survey=survey, score=score)

    def expect(self, outcome: Outcome) -> None:
        """A trial has no outcome."""

    def finish(self, outcome: Outcome, cause: int = 16, *, returned: bool = False) -> None:
        self.note("end", outcome=outcome.value, cause=cause)
        self._order(self.engine.hangup(self.leg_id, cause))

    # --- orders -------------------------------------------------------------------------------------------

    def _after(self, seconds: float, what: str, do: Callable[..., None], *args: Any) -> None:
        tag = f" {what}"  # no flow names a timer so
        self.cancel_timer(tag)
        self._timers[tag] = asyncio.get_running_loop().call_later(seconds, do, *args)

    async def _speak(self, prompts: list[Prompt], token: int) -> None:
        view = self.view

        def own(language: str, name: str) -> Path | None:
            return self._trials.sound_of(view.tenant_id, view.project_id, language, name)

        try:
            await self.engine.play(self.leg_id, media_names(prompts, own), token)
        except EngineRefused:
            self.played(Engine.playback_id(self.leg_id, token), failed=True)
            raise

    def _order(self, work: Coroutine[Any, Any, Any]) -> None:
        if self.over:
            work.close()
        else:
            self._orders.put_nowait(work)

    async def _work(self) -> None:
        while True:
            order = await self._orders.get()
            try:
                await order
            except EngineRefused as refused:
                log.info("trial_refused", why=str(refused))


class Trials:
    """All tenants' trials on one engine, one for each tester, and the telephones that testers' pages are."""

    def __init__(
        self,
        nodes: Nodes,
        others: Iterable[Devices],
        sound_of: SoundOf,
        music_of: Callable[[UUID | None], str],
        append: Callable[[Fact], None],
        now: Callable[[], datetime],
    ) -> None:
        """`others` are the devices that testers may have elsewhere: at the desk, on the board."""
        self.sound_of = sound_of
        self.music_of = music_of
        self.now = now
        self._append = append
        self._nodes = nodes
        self._devices = Devices(nodes, lambda account, registered: None)
        self._all = (self._devices, *others)
        self._of: dict[UUID, Trial] = {}
        self._legs: dict[str, Trial] = {}

    async def open(self, tenant_id: UUID, tester_id: UUID, device: DeviceKind) -> Account:
        """An account for the tester's page or telephone. Raises `EngineRefused`."""
        return await self._devices.open(tenant_id, tester_id, device)

    def address(self, username: str) -> str:
        return f"sip:{username}@{self._nodes.first.address}"

    def device(self, tester_id: UUID) -> tuple[Account, Node] | None:
        """What can be rung, and where: the tester's page or telephone, or a device they have elsewhere."""
        for devices in self._all:
            account = devices.of(tester_id)
            at = devices.where(tester_id)
            node = next((node for node in self._nodes if node.name in at and node.up.is_set()), None)
            if account is not None and account.device != "mobile" and node is not None:
                return account, node
        return None

    def of(self, tester_id: UUID) -> Trial | None:
        """The tester's trial, the last one when none goes on."""
        return self._of.get(tester_id)

    async def begin(self, account: Account, node: Node, trial: Trial) -> None:
        """Ring the tester. Raises `EngineRefused`."""
        before = self._of.get(trial.tester_id)
        if before is not None and not before.over:
            await self.end(before)
        trial.node_at = node
        self._of[trial.tester_id] = self._legs[trial.leg_id] = trial
        view = trial.view
        self._append(
            TrialBegan(
                at=self.now(),
                tenant_id=view.tenant_id,
                client_id=view.client_id,
                project_id=view.project_id,
                trial_id=trial.trial_id,
                tester_id=trial.tester_id,
                flow_id=view.flow_id,
                channel_id=trial.leg_id,
            )
        )
        try:
            await trial.engine.originate(
                trial.leg_id,
                account.username,
                view.dnis,
                timeout_s=RING_S,
                headers={"X-Andon-Contact": str(trial.trial_id), **ANSWER_BY_ITSELF},
            )
        except EngineRefused:
            self._over(trial)
            raise

    async def end(self, trial: Trial) -> None:
        """Hang up."""
        await trial.engine.hangup(trial.leg_id)

    @property
    def legs(self) -> set[str]:
        return set(self._legs)

    def on_event(self, node: Node, event: EngineEvent) -> bool:
        """Whether the event was a trial's alone."""
        if isinstance(event, DeviceChanged):
            self._devices.changed(node.name, event.username, event.registered)
            return False
        trial = self._legs.get(getattr(event, "leg_id", ""))
        if trial is None:
            return False
        match event:
            case LegAnswered():
                trial.picked_up()
            case LegEnded():
                self._over(trial)
            case KeyPressed(digit=digit):
                trial.pressed(digit)
            case PlaybackEnded(playback_id=playback_id, failed=failed):
                trial.played(playback_id, failed)
            case VoicemailRecorded(name=name, ms=ms, failed=failed) if name.startswith(UTTERANCE):
                trial.utterance_taken(name, 0 if failed else ms)
            case VoicemailRecorded(ms=ms, failed=failed):
                trial.message_taken(0 if failed else ms)
        return True

    def lost(self, node: Node) -> None:
        """The node stays away: its trials are over, no device is there."""
        self._devices.refresh(node.name, set())
        for trial in [trial for trial in self._legs.values() if trial.node_at is node]:
            self._over(trial)

    def refresh(self, node: Node, snapshot: Snapshot) -> None:
        """The whole truth about a node after it was away."""
        there = {device.username for device in snapshot.devices if device.registered}
        self._devices.refresh(node.name, there)
        alive = {leg.leg_id for leg in snapshot.legs}
        for trial in [t for t in self._legs.values() if t.node_at is node and t.leg_id not in alive]:
            self._over(trial)

    def _over(self, trial: Trial) -> None:
        self._legs.pop(trial.leg_id, None)
        trial.gone()
        view = trial.view
        since = trial.answered
        self._append(
            TrialEnded(
                at=self.now(),
                tenant_id=view.tenant_id,
                client_id=view.client_id,
                project_id=view.project_id,
                trial_id=trial.trial_id,
                tester_id=trial.tester_id,
                flow_id=view.flow_id,
                talked_ms=0 if since is None else round((self.now() - since).total_seconds() * 1000),
            )
        )
