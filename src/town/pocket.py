"""Agents' mobile telephones: picked up, the key pressed once it is asked for, and talked on like at the desk.

They ring when somebody is signed in at such a seat with the mobile. Nothing but the telephone is simulated
here: the page, if there is one, is the person's.
"""

import asyncio
import random

import structlog

from andon.telephony.errors import EngineRefused
from town import world
from town.acts import Act, Hold
from town.attendant import Attendant
from town.carrier import Call, Phone
from town.handset import Handset, english_line
from town.telephone import Telephones

log = structlog.get_logger(__name__)

KEY = "1"
HEAR_S = (1.5, 3.0)  # what is asked is listened to so long
CONNECT_S = 1.0


class Pocket:
    """One agent's mobile."""

    def __init__(self, agent: world.Agent, phones: Telephones, seed: int) -> None:
        self.agent = agent
        self._phones = phones
        self._rng = random.Random(seed)  # noqa: S311  (a simulation)
        self._mind = Attendant(agent, seed)

    async def run(self) -> None:
        """Answer until cancelled, one call after the other."""
        phone: Phone = self._phones.subscriber(self.agent.mobile)
        while True:
            call = await phone.incoming.get()
            try:
                await _Mobile(self._phones, call, self._mind, self._rng.uniform(*HEAR_S)).run()
            except EngineRefused as refused:
                if not refused.gone:
                    log.warning("mobile_failed", agent=self.agent.login, why=str(refused))


class _Mobile(Handset):
    """One call at a mobile."""

    def __init__(self, phones: Telephones, call: Call, mind: Attendant, hear_s: float) -> None:
        super().__init__(phones, call, mind)
        self._hear_s = hear_s

    async def _answer(self) -> tuple[str, bool]:
        """Press the key, as asked. What is shown is the number that the customer called."""
        call = self._call
        asked = asyncio.Event()
        call.ended.add_done_callback(lambda _: asked.set())
        await call.answer()
        await self._phones.listen(call, lambda speaking: asked.set())
        await asked.wait()
        await asyncio.sleep(self._hear_s)
        await call.keys(KEY)
        await asyncio.sleep(CONNECT_S)
        shown = (line for line in world.LINES if call.caller.endswith(line.number))
        line = next(shown, world.LINES[0])
        return line.project, english_line(line.number)

    async def _do(self, act: Act) -> None:
        if not isinstance(act, Hold):  # a telephone in the street has no such button
            await super()._do(act)
