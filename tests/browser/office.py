"""A whole installation for tests in the browser: the small centre of calls with worker, edge and people."""

import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from call_house import House
from office_world import Office, Person, furnish

from andon.entrypoints.processes import Child
from andon.kit.database import Database, database_urls
from town.carrier import Call

START_S = 120.0
CRM = "https://crm.example"  # a system of the client's whose pages may be shown within the desk
RETURN_S = 12  # an agent whose page is loaded anew is waited for; a busy machine loads it in some seconds


class OfficeHouse(House):
    """A house whose pages are served and whose journal is projected, as in an installation."""

    office: Office
    trust: ssl.SSLContext | bool = True  # whom its certificate is from, where it has one

    def __init__(self, home: Path, **settings: Any) -> None:
        super().__init__(home, agent_return_s=RETURN_S, **settings)
        self._calls: list[Call] = []
        self._callers = itertools.count(1)

    async def start(self) -> None:
        await super().start()
        # The owner writes what people set up elsewhere; nothing of it lies outside this tenant.
        db = Database(database_urls(self.settings)[0], "andon browser tests", pool_size=2)
        self._stack.push_async_callback(db.close)
        self.office = await furnish(db, self.world)
        await self.config_changed()
        await self._child("edge")
        await self.until(self._well, START_S, "the installation is well")

    async def _start_worker(self) -> None:
        await self._child("worker")

    async def _child(self, name: str) -> None:
        child = Child(
            name,
            f"andon.entrypoints.{name}",
            self.settings.folder("logs") / f"{name}.out",
            self.settings.environment(),
        )
        await child.start()
        self._stack.push_async_callback(child.stop)

    async def agent(self, skill: str = "desk") -> Person:
        """Somebody new who serves the queue of this name, known to the core."""
        person = await self.office.person("agent", skills=[self.world.skills[skill]])
        await self.config_changed()
        await self.until(lambda: self._known(person.user_id), 10, "the core knows the new agent")
        return person

    async def dial(self, number: str, caller: str = "") -> Call:
        """A call from the carrier, answered by the flow; from a number nobody called from yet when none is
        named. Ended with the test."""
        call = await self.carrier.call(number, caller or f"1390000{next(self._callers):04d}")
        self._calls.append(call)
        await call.wait_answered(10)
        return call

    async def hang_up(self) -> None:
        """End what tests left, so that nobody's call rings at the next one's desk."""
        while self._calls:
            call = self._calls.pop()
            await call.hangup()
            await call.wait_ended(10)

    @property
    def url(self) -> str:
        scheme = "https" if self.settings.tls else "http"
        return f"{scheme}://{self.settings.http_host}:{self.settings.ports().http}"

    async def _well(self) -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=2, verify=self.trust) as client:
            try:
                return (await client.get(f"{self.url}/healthz")).status_code == 200
            except httpx.HTTPError:
                return False


@contextlib.asynccontextmanager
async def opened(house: OfficeHouse) -> AsyncIterator[OfficeHouse]:
    """A house for the time of a fixture."""
    try:
        await house.start()
        yield house
    finally:
        await house.stop()
