"""An edge in this process on a free port, with a core that is only an answer on the bus."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from reporting_stand import Stand
from websockets.asyncio.client import ClientConnection, connect

from andon.entrypoints import edge_rooms
from andon.identity import http as identity_http
from andon.identity.access import COOKIE
from andon.identity.passwords import Passwords
from andon.identity.service import Sessions, policy_of
from andon.identity.tables import User
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.errors import AndonError
from andon.kit.seal import Seal
from andon.kit.settings import Settings
from andon.kit.web import Services, install

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class FakeCore:
    """Answers verbs from `answers`, remembers what was asked."""

    def __init__(self, bus: MemoryBus) -> None:
        self.asked: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.answers: dict[str, dict[str, Any] | AndonError] = {}
        bus.serve("core.command", self._answer)

    async def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.asked.put_nowait(asked)
        answer = self.answers.get(asked["verb"], {})
        if isinstance(answer, AndonError):
            raise answer
        return answer

    async def hears(self, verb: str, **fields: Any) -> dict[str, Any]:
        """The next time this verb is asked with these fields."""
        while True:
            asked = await asyncio.wait_for(self.asked.get(), 10)
            if asked["verb"] == verb and all(asked.get(name) == value for name, value in fields.items()):
                return asked


class Edge:
    """The running edge; `client(user)` and `live(user)` speak to it as somebody logged in."""

    def __init__(self, settings: Settings, db: Database, bus: MemoryBus, stand: Stand) -> None:
        self.settings, self.db, self.bus, self.stand = settings, db, bus, stand
        self.core = FakeCore(bus)
        self.services = Services(settings, db, bus, SystemClock())
        self.sessions = Sessions(
            db, self.services.clock, bus, policy_of(settings), Passwords(CHEAP), Seal("test")
        )
        self._tokens: dict[UUID, str] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.settings.ports().http}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Edge"]:
        app = FastAPI()
        install(app)
        app.state.services, app.state.sessions = self.services, self.sessions
        for router in (identity_http.router, *edge_rooms.ROUTERS):
            app.include_router(router)
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.settings.ports().http, log_level="warning", lifespan="off"
        )
        server = uvicorn.Server(config)
        async with edge_rooms.sockets(app, self.services):
            serving = asyncio.create_task(server._serve())
            while not server.started:
                await asyncio.wait({serving}, timeout=0.01)
                assert not serving.done(), serving.exception()
            yield self
            server.should_exit = True
            await serving

    async def add_user(
        self, login: str, roles: list[str], client_id: UUID | None = None, agent_no: str | None = None
    ) -> UUID:
        async with self.db.session(self.stand.scope) as session:
            user = User(
                login=login,
                name=login,
                roles=roles,
                client_id=client_id,
                agent_no=agent_no,
                password_hash=CHEAP.hash(PASSWORD),
            )
            session.add(user)
            await session.flush()
            return user.id

    async def log_in(self, login: str) -> dict[str, str]:
        """Headers of somebody logged in."""
        found = await self.sessions.log_in(f"{login}@{self.stand.code}", PASSWORD, "127.0.0.1", "test")
        return {"Cookie": f"{COOKIE}={found.token}", "X-Andon": "1", "Accept-Language": "en"}

    @contextlib.asynccontextmanager
    async def client(self, login: str | None) -> AsyncIterator[httpx.AsyncClient]:
        headers = await self.log_in(login) if login else {"X-Andon": "1"}
        async with httpx.AsyncClient(base_url=f"http://{self.address}", headers=headers) as client:
            yield client

    @contextlib.asynccontextmanager
    async def socket(
        self, path: str, headers: dict[str, str], *, origin: str | None = None, subprotocol: str | None = None
    ) -> AsyncIterator[ClientConnection]:
        async with connect(
            f"ws://{self.address}{path}",
            additional_headers=headers,
            origin=origin,  # type: ignore[arg-type]  # a plain string is one
            subprotocols=[subprotocol] if subprotocol else None,  # type: ignore[list-item]  # likewise
            proxy=None,
        ) as socket:
            yield socket


def settings_for(home: Path, port: int, ari_port: int) -> Settings:
    return Settings(home=home, http_port=port, ari_port=ari_port)
