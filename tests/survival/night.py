"""A night in fast motion: callers, agents at SIP phones, and a hand that kills, all from one seed."""

import asyncio
import contextlib
import os
import random
import signal
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from call_house import Agent, House
from call_world import MENU, seed
from served import Served

from andon.kit.bus import open_bus
from andon.kit.database import database_urls
from andon.kit.errors import AndonError
from andon.telephony.errors import EngineRefused
from town.carrier import Call, Carrier

VICTIMS = ("core", "stand-by", "edge", "worker", "engine", "database")
AGENTS = ("plain", "plain", "plain", "race", "race", "race")  # the queue that each serves
BETWEEN_KILLS_S = (1.5, 6.0)
BETWEEN_CALLS_S = (0.3, 1.2)
TWO_AT_ONCE = 0.25
PATIENCE_S = (0.5, 15.0)
TALK_S = (0.5, 6.0)
FREE = frozenset({"ready", "not_ready"})
# What a call or a verb may run into while processes die around it; the books tell what became of it.
TROUBLE = (AndonError, EngineRefused, OSError, TimeoutError)


class NightHouse(House):
    """A house that `andon serve` keeps, so that whatever dies is started again."""

    async def start(self) -> None:
        settings, stack = self.settings, self._stack
        self.served = Served(settings)
        stack.push_async_callback(self.served.stop)
        await self.served.start()
        owner_url, self.app_url = database_urls(settings)
        self.world = await seed(owner_url, settings.ports().town_sip)
        self.carrier = Carrier.of(settings)
        await self.carrier.start()
        stack.push_async_callback(self.carrier.stop)
        self.bus = open_bus(settings, self.app_url)
        await self.bus.start()
        stack.push_async_callback(self.bus.stop)
        self.views: dict[str, dict[str, Any]] = {}
        self.bus.subscribe("agent", lambda topic, view: self.views.__setitem__(topic[6:], view))
        stack.push_async_callback(self._close_journal)
        await self.config_changed()
        await self.until(self._has_tenant, 30, "the core knows the tenant")

    def core_said(self) -> str:
        logs = self.settings.folder("logs")
        return "".join(path.read_text(errors="replace") for path in sorted(logs.glob("core*")))

    async def _has_tenant(self) -> bool:
        try:
            await self.ask("snapshot.board", UUID(int=0))
        except AndonError:
            return False
        return True

    async def _read(self, query: str, values: list[Any]) -> list[dict[str, Any]]:
        while True:
            try:
                return await super()._read(query, values)
            except psycopg.OperationalError:  # our connection of before the database died
                await asyncio.sleep(0.1)

    async def view_of(self, agent: Agent) -> dict[str, Any]:
        """The agent as the core has it now; nothing while it cannot be asked."""
        try:
            return await agent.ask("snapshot.agent")
        except AndonError:
            return {}


class Night:
    """Steady calls and sudden deaths. `deaths` are the kills, by process; times are UTC."""

    def __init__(self, house: NightHouse, seed: str) -> None:
        self.house = house
        self.deaths: list[tuple[datetime, str]] = []
        self.calls = self.answered = 0
        self._seed = seed
        self._numbers = [house.world.numbers["plain"], house.world.numbers["race"], MENU]
        self._over = asyncio.Event()
        self._desks: list[asyncio.Task[None]] = []

    def _dice(self, whose: str) -> random.Random:
        """Everybody has dice of their own, so that a seed means the same whoever is late."""
        return random.Random(f"{self._seed} {whose}")

    async def last(self, seconds: float) -> None:
        """Let it last so long, then until every caller has hung up. The agents are still there, and serve who
        is called back, until `go_home`."""
        agents = [await self.house._stack.enter_async_context(self.house.on_duty(q)) for q in AGENTS]
        self.agents = agents
        self._desks = [asyncio.create_task(each) for n, a in enumerate(agents) for each in self._desk(n, a)]
        async with asyncio.timeout(seconds + 120), asyncio.TaskGroup() as town:
            town.create_task(self._kill())
            town.create_task(self._callers(town))
            await asyncio.sleep(seconds)
            self._over.set()

    async def go_home(self) -> None:
        """Nobody looks after the desks any more. Raises what went wrong at one."""
        for desk in self._desks:
            desk.cancel()
        ended = await asyncio.gather(*self._desks, return_exceptions=True)
        faults = [one for one in ended if isinstance(one, Exception)]
        if faults:
            raise faults[0]

    async def _pause(self, dice: random.Random, span: tuple[float, float]) -> bool:
        """False when the night is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), dice.uniform(*span))
        return not self._over.is_set()

    async def _kill(self) -> None:
        """Every process dies at least once, however long the machine takes."""
        dice = self._dice("death")
        victims: list[str] = []
        while not self._over.is_set() or len({name for _, name in self.deaths}) < len(VICTIMS):
            await asyncio.sleep(dice.uniform(*BETWEEN_KILLS_S))
            for _ in range(2 if dice.random() < TWO_AT_ONCE else 1):
                if not victims:
                    victims = dice.sample(VICTIMS, len(VICTIMS))
                name = victims.pop()
                pid = self.house.served.find(name)
                if pid is not None:  # or it is still on its way back
                    os.kill(pid, signal.SIGKILL)
                    self.deaths.append((datetime.now(UTC), name))

    async def _callers(self, town: asyncio.TaskGroup) -> None:
        dice = self._dice("callers")
        while await self._pause(dice, BETWEEN_CALLS_S):
            self.calls += 1
            town.create_task(self._caller(self.calls))

    async def _caller(self, n: int) -> None:
        dice = self._dice(f"caller {n}")
        number, patience_s = dice.choice(self._numbers), dice.uniform(*PATIENCE_S)
        call = await self.house.carrier.call(number, f"{13400000000 + n}", listen=False)
        try:
            with contextlib.suppress(*TROUBLE):
                await call.wait_answered(15)
                if number == MENU:
                    await asyncio.sleep(dice.uniform(0.5, 2))
                    await call.keys(dice.choice("1119"))
                await call.wait_ended(patience_s)
        finally:
            await call.hangup()
        await call.wait_ended(10)

    def _desk(self, n: int, agent: Agent) -> list[Any]:
        return [self._answers(self._dice(f"agent {n}"), agent), self._looks_after(agent)]

    async def _answers(self, dice: random.Random, agent: Agent) -> None:
        """The agent takes what rings and talks; every other time it is the agent who hangs up."""
        while True:
            call = await agent.phone.incoming.get()
            talk_s, hangs_up = dice.uniform(*TALK_S), dice.random() < 0.5
            with contextlib.suppress(*TROUBLE):
                await call.ring()
                await asyncio.sleep(dice.uniform(0.05, 0.8))
                await call.answer()
                self.answered += 1
                await call.wait_ended(talk_s if hangs_up else 60)
            await self._put_down(call)

    async def _put_down(self, call: Call) -> None:
        with contextlib.suppress(*TROUBLE):
            await call.hangup()

    async def _looks_after(self, agent: Agent) -> None:
        """The agent's phone registers again when the centre forgot it, and who was taken out goes ready."""
        while True:
            await asyncio.sleep(1)
            view = await self.house.view_of(agent)
            with contextlib.suppress(*TROUBLE, PermissionError):
                if view and not view["registered"]:
                    await agent.phone.register_again()
                elif view and view["state"] == "not_ready":
                    await agent.ready()


async def settled(house: NightHouse, agents: list[Agent], seconds: float) -> None:
    """Wait until no contact lives and nobody is stuck in one. Raises `TimeoutError` naming who is."""
    state: dict[str, Any] = {}

    async def calm() -> bool:
        try:
            state["calls"] = (await house.bus.request("core.command", {"verb": "health"}))["calls"]
            state["agents"] = [(await agent.ask("snapshot.agent"))["state"] for agent in agents]
        except AndonError:
            return False
        return state["calls"] == 0 and FREE.issuperset(state["agents"])

    try:
        await house.until(calm, seconds, "everybody is free")
    except TimeoutError:
        raise TimeoutError(f"after {seconds:g} s: {state}") from None


def died_within(deaths: list[tuple[datetime, str]], name: str, since: datetime, until: datetime) -> bool:
    """Whether a process of this name died between these instants."""
    return any(name == who and since <= at <= until for at, who in deaths)
