"""A small centre whose core may be killed: a second core stands by, as `andon serve` keeps one."""

import asyncio
import itertools
import os
import signal
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from call_house import Agent, House
from call_supervisor import Supervisor, supervising

from andon.telephony.tones import RATE, level, tone_level
from town.carrier import Call

_numbers = itertools.count(13500000000)
WINDOW = RATE // 5
AT_ONCE = 5  # of many that are set up, so many begin together
HUM_S = 600 if os.environ.get("ANDON_LONG") else 90


class Talk:
    """A caller in conversation with an agent who hums."""

    def __init__(self, contact_id: UUID, caller: Call, agent: Agent, device: Call) -> None:
        self.contact_id = contact_id
        self.caller = caller
        self.agent = agent
        self.device = device

    def gap_s(self, hertz: float, seconds: float) -> float:
        """The longest time in the last seconds in which the caller did not hear the agent's tone."""
        return longest(self.caller, seconds, lambda part: tone_level(part, hertz) > -40)


def longest(call: Call, seconds: float, heard: Any) -> float:
    """The longest stretch, in seconds, of windows of 0.2 s in which nothing of the kind was heard."""
    samples = call.heard(seconds)
    worst = run = 0
    for begin in range(0, len(samples) - WINDOW, WINDOW):
        run = 0 if heard(samples[begin : begin + WINDOW]) else run + 1
        worst = max(worst, run)
    return worst * WINDOW / RATE


def sound(part: list[float]) -> bool:
    return level(part) > -60


def cpu_s(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class MortalHouse(House):
    """A house with two cores: whichever holds the claim works, the other stands by."""

    async def start(self) -> None:
        self._spare: asyncio.subprocess.Process | None = None
        self._callers: dict[UUID, Call] = {}
        await super().start()
        await self.stand_by()

    async def stop(self) -> None:
        if self._spare is not None and self._spare.returncode is None:
            self._spare.kill()
            await self._spare.wait()
        await super().stop()

    async def stand_by(self) -> None:
        """Start a core that waits for the claim."""
        said = self.core_out.read_text().count("stands by")
        self._spare = await self.spawn_core()
        await self.until(lambda: self.core_out.read_text().count("stands by") > said, 90, "a core stands by")

    async def kill_core(self) -> float:
        """Kill the core with -9; returns when it died, `time.monotonic`."""
        core = self.core
        assert core is not None
        died = time.monotonic()
        core.send_signal(signal.SIGKILL)
        await core.wait()
        self.core, self._spare = self._spare, None
        return died

    async def no_core(self) -> None:
        """Kill both cores with -9, the one that stands by first."""
        if self._spare is not None:
            self._spare.kill()
            await self._spare.wait()
            self._spare = None
        await self.kill_core()

    async def core_killed(self) -> float:
        """Kill the core and wait until the other has taken over; returns the seconds it took."""
        died = await self.kill_core()
        assert self.core is not None
        before = cpu_s(self.core.pid)
        await self.core_is_well()
        took = time.monotonic() - died
        # on a busy machine this says what it would be on a quiet one
        print(
            f"the next core took over in {took:.2f} s, {cpu_s(self.core.pid) - before:.2f} s of them at work"
        )
        return took

    # what happens before the kill

    async def caller(self, number: str, **how: Any) -> tuple[Call, UUID]:
        """Somebody calls; the contact as the journal names it."""
        own = str(next(_numbers))
        call = await self.carrier.call(number, own, **how)
        contact_id = await self.contact_of(own)
        self._callers[contact_id] = call
        return call, contact_id

    async def on_duty_until_end(self, skill: str, *, ready: bool = True) -> Agent:
        """An agent who stays for the whole test."""
        return await self._stack.enter_async_context(self.on_duty(skill, ready=ready))

    async def supervisor_until_end(self) -> Supervisor:
        """A supervisor with a telephone, for the whole test."""
        return await self._stack.enter_async_context(supervising(self))

    async def talking(self, skill: str, hertz: float, **how: Any) -> Talk:
        """A new agent talks with a caller, a new one if nobody waits, and hums until the test is over."""
        agent = await self.on_duty_until_end(skill)
        await self.caller(self.world.numbers[skill], **how)
        device = await agent.picks_up()
        await agent.in_state("talking")
        await device.tone(hertz, HUM_S)
        contact_id = UUID(agent.view["contact"]["contact_id"])
        call: Call = await self.until(lambda: self._callers.get(contact_id), 10, f"who calls in {contact_id}")
        await call.wait_tone(hertz, 10)
        return Talk(contact_id, call, agent, device)

    async def talks(self, count: int, skill: str, hertz: float) -> list[Talk]:
        """So many conversations."""
        begun: list[Talk] = []
        while len(begun) < count:
            some = range(min(AT_ONCE, count - len(begun)))
            begun += await asyncio.gather(*(self.talking(skill, hertz) for _ in some))
        return begun

    async def waiting(self, skill: str) -> tuple[Call, UUID]:
        """A caller in a queue whose agents are not ready, hearing music."""
        call, contact_id = await self.caller(self.world.numbers[skill])
        await self.fact(contact_id, "contact.queued")
        return call, contact_id

    async def board(self) -> dict[str, Any]:
        return await self.ask("snapshot.board", UUID(int=0))
