"""One call at an agent's telephone: rings, is answered, and talked through as the agent's mind says."""

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod

import structlog

from andon.telephony.errors import EngineRefused
from town import lines, world
from town.acts import Act, Decline, HangUp, PickUp, Speak
from town.attendant import Attendant
from town.carrier import Call
from town.telephone import Telephones

log = structlog.get_logger(__name__)

SAY_GRACE_S = 3.0


class Handset(ABC):
    """`_answer` is each kind of telephone's own, and `_do` what else the agent may want."""

    def __init__(self, phones: Telephones, call: Call, mind: Attendant) -> None:
        self._phones = phones
        self._call = call
        self._mind = mind
        self._wake = asyncio.Event()
        self._speaking: asyncio.Task[None] | None = None
        self.project: str | None = None  # once answered

    async def run(self) -> None:
        """Until the call is over."""
        mind, call = self._mind, self._call
        call.ended.add_done_callback(lambda _: self._wake.set())
        mind.rings(time.monotonic())
        await call.ring()
        try:
            while call.live:
                for act in mind.step(time.monotonic()):
                    if isinstance(act, PickUp):
                        self.project, english = await self._answer()
                        mind.connected(time.monotonic(), self.project, english=english)
                        await self._phones.listen(call, self._heard)
                    else:
                        await self._do(act)
                due = mind.due()
                wait = None if due is None else max(0.0, due - time.monotonic())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), wait)
                self._wake.clear()
        finally:
            if self._speaking is not None:
                self._speaking.cancel()
            mind.ended()

    @abstractmethod
    async def _answer(self) -> tuple[str, bool]:
        """Pick up; the project's key, and whether English is spoken."""

    async def _do(self, act: Act) -> None:
        match act:
            case Decline():
                await self._call.reject()
            case Speak(line):
                self._speaking = asyncio.create_task(self._say(line))
            case HangUp():
                await self._call.hangup()
            case _:
                raise AssertionError(f"an agent cannot {act}")

    def _heard(self, speaking: bool) -> None:
        self._mind.heard(time.monotonic(), speaking)
        self._wake.set()

    async def _say(self, line: str) -> None:
        try:
            await self._call.wait_said(
                await self._call.say(lines.sound(line)), lines.seconds(line) + SAY_GRACE_S
            )
        except (EngineRefused, TimeoutError):
            log.debug("line_cut", line=line)  # the call ended in the middle of a word
        self._mind.said(time.monotonic())
        self._wake.set()


def english_line(number: object) -> bool:
    """Whether this number of the centre's is one that speaks English."""
    return any(line.number == number and line.language == "en" for line in world.LINES)
