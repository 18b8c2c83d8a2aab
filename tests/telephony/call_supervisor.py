"""A supervisor at real calls: verbs as the edge sends them, and a telephone that answers by itself."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from call_house import Agent, House

from andon.kit.errors import AndonError
from town.carrier import Call, Phone

SUPERVISOR_HZ = 1800
NAME = "班长甲"


class Supervisor:
    """A supervisor with a telephone that answers by itself."""

    def __init__(self, house: House, user_id: UUID, phone: Phone) -> None:
        self.house = house
        self.user_id = user_id
        self.phone = phone

    async def ask(self, verb: str, **more: Any) -> dict[str, Any]:
        return await asked(self.house, self.user_id, verb, **more)

    async def follows(self, agent: Agent, calls: int) -> None:
        """Wish to hear the agent's next calls, once the core knows the telephone."""

        async def wished() -> bool:
            try:
                await self.ask("follow", agent_id=str(agent.agent_id), calls=calls)
            except AndonError as error:
                if error.code != "monitor.no_device":
                    raise
                return False
            return True

        await self.house.until(wished, 10, "the core knows the supervisor's telephone")

    async def waits_for(self, agent: Agent) -> list[int]:
        """How many of the agent's calls are left, of each wish on the board."""
        board = await self.house.ask("snapshot.board", UUID(int=0))
        return [row["left"] for row in board["follows"] if row["agent_id"] == str(agent.agent_id)]

    async def goes_to(self, agent: Agent, mode: str) -> Call:
        """Ask for a mode at this agent's call; the telephone's call, answered and saying its tone."""
        await self.ask("monitor", agent_id=str(agent.agent_id), mode=mode)
        return await self.picks_up()

    async def picks_up(self) -> Call:
        call = await self.phone.next_call(10)
        await call.answer()
        await call.tone(SUPERVISOR_HZ, 90)
        return call


async def asked(house: House, user_id: UUID, verb: str, **more: Any) -> dict[str, Any]:
    """One verb of a supervisor, as the edge sends it."""
    actor = {"user_id": str(user_id), "locale": "zh", "name": NAME}
    command = {"verb": f"supervise.{verb}", "tenant_id": str(house.world.tenant_id), "actor": actor}
    return await house.bus.request("core.command", {**command, **more})


@contextlib.asynccontextmanager
async def supervising(house: House) -> AsyncIterator[Supervisor]:
    user_id = uuid4()
    sip = (await asked(house, user_id, "device", device="sip"))["sip"]
    phone = await house.carrier.register(sip["username"], sip["secret"])
    try:
        yield Supervisor(house, user_id, phone)
    finally:
        await house.carrier.remove_phone(sip["username"])
