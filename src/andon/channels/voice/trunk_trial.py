"""A trunk tried: a number is called through it, hears the shown number read out, and is hung up on.

A trial is no contact: no figure counts it, no queue or agent knows of it; the journal has facts of its own
for it. It takes one of the trunk's lines. An operator has one at a time, of `TALK_S` seconds at most.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from andon.channels.voice.events import TrunkTrialBegan, TrunkTrialEnded
from andon.channels.voice.machine import Directory, engine_name, trial_ending
from andon.channels.voice.model import Number, Trunk
from andon.channels.voice.nodes import Node, Nodes
from andon.kit.errors import AndonError
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.kit.tasks import Tasks
from andon.telephony.errors import EngineRefused
from andon.telephony.model import (
    Cause,
    EngineEvent,
    LegAnswered,
    LegEnded,
    LegRinging,
    PlaybackEnded,
    Snapshot,
)

log = structlog.get_logger(__name__)

TALK_S: Final = 30.0
NET_S: Final = 5  # the engine's own time-out is a net below ours
TURN: Final = 1


class TrunkTrial:
    """One such call, and what the page shows of it."""

    def __init__(
        self, tenant_id: UUID, tester_id: UUID, trunk: Trunk, shown: Number, number: str, at: datetime
    ) -> None:
        self.trial_id = uuid7()
        self.leg_id = f"x-{self.trial_id.hex}"
        self.tenant_id = tenant_id
        self.tester_id = tester_id
        self.trunk = trunk
        self.shown = shown
        self.number = number
        self.began = at
        self.node: Node
        self.rang = False
        self.answered: datetime | None = None
        self.ours = ""  # why we hang up: said, too_long, no_answer, cancelled
        self.how = ""
        self.cause = 0
        self.steps: list[dict[str, Any]] = []
        self.timer: asyncio.TimerHandle | None = None

    @property
    def over(self) -> bool:
        return self.how != ""

    def note(self, what: str, at: datetime) -> None:
        """One step for the page, `s` seconds after the call began."""
        self.steps.append({"what": what, "s": round((at - self.began).total_seconds(), 1)})


class TrunkTrials:
    """All operators' trials of trunks, the last one of each."""

    def __init__(
        self,
        nodes: Nodes,
        directory: Directory,
        calls: Callable[[Node], int],
        append: Callable[[Fact], None],
        now: Callable[[], datetime],
    ) -> None:
        """`calls`: how many live on a node."""
        self._nodes = nodes
        self._directory = directory
        self._calls = calls
        self._append = append
        self._now = now
        self._of: dict[UUID, TrunkTrial] = {}
        self._legs: dict[str, TrunkTrial] = {}
        self._tasks = Tasks("trunk trial")

    @property
    def legs(self) -> set[str]:
        return set(self._legs)

    def of(self, tenant_id: UUID) -> TrunkTrial | None:
        """The operator's trial, the last one when none goes on."""
        return self._of.get(tenant_id)

    async def begin(
        self, tenant_id: UUID, tester_id: UUID, trunk: Trunk, shown: Number, number: str, ring_s: int
    ) -> TrunkTrial:
        """Call. Raises `trunk_trial.busy`, `trunk_trial.no_line`, `engine.unavailable`."""
        before = self._of.get(tenant_id)
        if before is not None and not before.over:
            raise AndonError("trunk_trial.busy", 409)
        if not self._directory.has_line(trunk):
            raise AndonError("trunk_trial.no_line", 409)
        node = self._nodes.for_new(self._calls)
        if node is None:
            raise AndonError("engine.unavailable", 503)
        trial = TrunkTrial(tenant_id, tester_id, trunk, shown, number, self._now())
        trial.node = node
        self._of[tenant_id] = self._legs[trial.leg_id] = trial
        self._directory.occupy(trunk.trunk_id)
        self._append(
            TrunkTrialBegan(
                at=trial.began,
                tenant_id=tenant_id,
                trial_id=trial.trial_id,
                tester_id=tester_id,
                trunk_id=trunk.trunk_id,
                number=number,
                shown=shown.e164,
                channel_id=trial.leg_id,
            )
        )
        trial.note("dialled", trial.began)
        self._after(trial, ring_s, "no_answer")
        try:
            await node.engine.dial_trunk(
                trial.leg_id, engine_name(trunk), number, shown.e164, timeout_s=ring_s + NET_S
            )
        except EngineRefused as refused:
            log.info("trunk_trial_refused", why=str(refused))
            trial.ours = "refused"
            if not refused.gone:  # without an answer in time it may ring all the same
                self._do(node.engine.hangup(trial.leg_id))
            self._over(trial, 0)
        return trial

    async def end(self, trial: TrunkTrial) -> None:
        """Hang up, as the tester wants. Raises `EngineRefused`."""
        if not trial.over and not trial.ours:
            trial.ours = "cancelled"
            await trial.node.engine.hangup(trial.leg_id)

    def on_event(self, event: EngineEvent) -> bool:
        """Whether the event was a trial's."""
        trial = self._legs.get(getattr(event, "leg_id", ""))
        if trial is None:
            return False
        match event:
            case LegRinging():
                trial.rang = True
                trial.note("ringing", self._now())
            case LegAnswered():
                trial.answered = self._now()
                trial.note("answered", trial.answered)
                self._after(trial, TALK_S, "too_long")
                self._do(self._read_out(trial))
            case PlaybackEnded() if not trial.ours:
                trial.ours = "said"
                trial.note("said", self._now())
                self._do(trial.node.engine.hangup(trial.leg_id, Cause.NORMAL))
            case LegEnded(cause=cause):
                self._over(trial, cause)
        return True

    def lost(self, node: Node) -> None:
        """The node stays away: its trials are over."""
        for trial in [trial for trial in self._legs.values() if trial.node is node]:
            self._over(trial, Cause.FAILURE)

    def refresh(self, node: Node, snapshot: Snapshot) -> None:
        """The whole truth about a node after it was away."""
        alive = {leg.leg_id for leg in snapshot.legs}
        for trial in [t for t in self._legs.values() if t.node is node and t.leg_id not in alive]:
            self._over(trial, Cause.FAILURE)

    async def _read_out(self, trial: TrunkTrial) -> None:
        await trial.node.engine.play(trial.leg_id, ["beep", f"zh/digits:{trial.shown.e164}"], TURN)

    def _after(self, trial: TrunkTrial, seconds: float, why: str) -> None:
        def due() -> None:
            if not trial.ours:
                trial.ours = why
                self._do(trial.node.engine.hangup(trial.leg_id, Cause.NORMAL))

        if trial.timer is not None:
            trial.timer.cancel()
        trial.timer = asyncio.get_running_loop().call_later(seconds, due)

    def _do(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            try:
                await work
            except EngineRefused as refused:  # the leg is gone by itself, or the engine
                log.info("trunk_trial_order_refused", why=str(refused))

        self._tasks.start(done())

    def _over(self, trial: TrunkTrial, cause: int) -> None:
        if self._legs.pop(trial.leg_id, None) is None:
            return
        if trial.timer is not None:
            trial.timer.cancel()
        at = self._now()
        trial.cause = cause
        trial.how = trial_ending(trial.ours, cause, rang=trial.rang, answered=trial.answered is not None)
        trial.note("ended", at)
        self._directory.release(trial.trunk.trunk_id)
        if trial.how != "cancelled":
            self._directory.note(trial.trunk.trunk_id, at, trial.how, cause)
        self._append(
            TrunkTrialEnded(
                at=at,
                tenant_id=trial.tenant_id,
                trial_id=trial.trial_id,
                tester_id=trial.tester_id,
                trunk_id=trial.trunk.trunk_id,
                how=trial.how,
                cause=cause,
                answered_after_ms=None if trial.answered is None else _ms(trial.began, trial.answered),
                talked_ms=0 if trial.answered is None else _ms(trial.answered, at),
            )
        )


def _ms(since: datetime, until: datetime) -> int:
    return round((until - since).total_seconds() * 1000)
