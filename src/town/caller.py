"""Makes one planned call: holds the phone for a `Customer`, does what it says, tells it what it hears."""

import asyncio
import time
from collections.abc import Callable

import structlog

from andon.telephony.errors import EngineRefused
from town import lines
from town.acts import Act, HangUp, Press, Speak
from town.carrier import Call
from town.customer import Customer, Stage
from town.plan import CallPlan
from town.tally import CallRecord, Tally, instant
from town.telephone import Telephones

log = structlog.get_logger(__name__)

LOOK_S = 0.25  # how often the customer's place is looked up
SAY_GRACE_S = 3.0

Look = Callable[[str], Stage | None]


class CallerRun:
    """One call from dialling to its end. `told` and `agent_is` come from the town's own agents."""

    def __init__(
        self,
        phones: Telephones,
        plan: CallPlan,
        record: CallRecord,
        tally: Tally,
        look: Look,
        menu_begins_s: float,
    ) -> None:
        self.plan = plan
        self.record = record
        self.mind = Customer(plan, time.monotonic(), menu_begins_s)
        self._phones = phones
        self._tally = tally
        self._look = look
        self._wake = asyncio.Event()
        self._speaking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Place the call and see it through. Never raises for what happens to the call."""
        record = self.record
        self._tally.placed(record, unknown_number=self.plan.way == "lost")
        try:
            call = await self._phones.call(self.plan.dnis, self.plan.caller, listen=False)
        except EngineRefused as refused:
            log.warning("call_not_sent", why=str(refused))
            self._tally.refused(record)
            return
        try:
            await self._hold(call)
        finally:
            if self._speaking is not None:
                self._speaking.cancel()
            if call.live:
                await self._hang_up(call)
            record.ended_at = instant()
            self._tally.ended(record)

    def told(self, stage: Stage, agent: str = "") -> None:
        """One of the town's own agents answered this caller, or is gone."""
        if agent:
            self.record.agent = agent
        self._arrive_at(stage)
        self._wake.set()

    async def _hold(self, call: Call) -> None:
        call.ended.add_done_callback(lambda _: self._wake.set())
        answered = asyncio.create_task(self._answer(call))
        try:
            while call.live:
                self._look_around()
                for act in self.mind.step(time.monotonic()):
                    await self._do(call, act)
                await self._wait()
        except EngineRefused as refused:
            # the call went away between our look and our act; anything else is worth a line
            if not refused.gone:
                log.warning("call_act_failed", why=str(refused))
        finally:
            answered.cancel()
        self.mind.ended(time.monotonic())
        if call.ended.done():
            self.record.cause = call.ended.result().cause
            self.record.ended_by = self.record.ended_by or "centre"

    async def _answer(self, call: Call) -> None:
        await call.answered.wait()
        self.record.answered_at = instant()
        self.mind.answered(time.monotonic())
        self._wake.set()
        try:
            await self._phones.listen(call, self._heard)
        except EngineRefused as refused:
            if not refused.gone:
                log.warning("cannot_listen", why=str(refused))

    def _heard(self, speaking: bool) -> None:
        self.mind.heard(time.monotonic(), speaking)
        self._wake.set()

    def _look_around(self) -> None:
        if self.mind.stage in {Stage.MENU, Stage.QUEUE, Stage.TALK}:
            seen = self._look(self.plan.caller)
            if seen is not None:
                self._arrive_at(seen)

    def _arrive_at(self, stage: Stage) -> None:
        before = self.mind.stage
        self.mind.told(time.monotonic(), stage)
        if self.mind.stage is before:
            return
        if stage is Stage.QUEUE:
            self.record.queued_at = instant()
        elif stage is Stage.TALK:
            self.record.talked_at = instant()
            self.record.queued_at = self.record.queued_at or self.record.talked_at

    async def _wait(self) -> None:
        due = self.mind.due()
        wait = LOOK_S if due is None else min(LOOK_S, max(0.0, due - time.monotonic()))
        try:
            await asyncio.wait_for(self._wake.wait(), wait)
        except TimeoutError:
            return
        self._wake.clear()

    async def _do(self, call: Call, act: Act) -> None:
        match act:
            case Press(keys):
                if self.mind.stage is Stage.AFTER:
                    self.record.score = int(keys)
                await call.keys(keys)
            case Speak(line):
                self.record.message = self.record.message or line == self.plan.persona.message
                self._speaking = asyncio.create_task(self._say(call, line))
            case HangUp():
                self.record.why = self.mind.why
                self.record.ended_by = "town"
                await self._hang_up(call)
            case _:
                raise AssertionError(f"a customer cannot {act}")

    async def _say(self, call: Call, line: str) -> None:
        try:
            await call.wait_said(await call.say(lines.sound(line)), lines.seconds(line) + SAY_GRACE_S)
        except (EngineRefused, TimeoutError):
            log.debug("line_cut", line=line)  # the call ended in the middle of a word
        self.mind.said(time.monotonic())
        self._wake.set()

    async def _hang_up(self, call: Call) -> None:
        try:
            await call.hangup()
            await call.wait_ended(3.0)
        except (EngineRefused, TimeoutError) as error:
            log.warning("hang_up_failed", why=str(error))
