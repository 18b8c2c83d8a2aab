"""The edge's HTTP within the test, an operator with an administrator, and a clock that stands still."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from argon2 import PasswordHasher
from reporting_stand import Stand, make_stand
from sqlalchemy import select

from andon.entrypoints.edge import create_app
from andon.identity.access import COOKIE
from andon.identity.directory import Directory
from andon.identity.passwords import Passwords
from andon.identity.service import Sessions, policy_of
from andon.identity.tables import Audit, User
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock, VirtualClock
from andon.kit.database import Database
from andon.kit.seal import Seal
from andon.kit.settings import Settings
from andon.kit.web import Services

PASSWORD = "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class House:
    """`said` are the topics published; time moves only by `clock.advance`."""

    def __init__(self, db: Database, stand: Stand, home: Path, **more: Any) -> None:
        self.db, self.stand = db, stand
        self.bus = MemoryBus()
        self.clock = VirtualClock(SystemClock().now())
        self.said: list[tuple[str, dict[str, Any]]] = []
        for topic in ("config", "session"):
            self.bus.subscribe(topic, lambda topic, payload: self.said.append((topic, payload)))
        settings = Settings(home=home, **more)
        self.app = create_app(Services(settings, db, self.bus, self.clock), Passwords(CHEAP))
        self.seal = Seal(settings.secrets().cookie)
        directory = Directory(settings.ldap) if settings.ldap is not None else None
        self.sessions = Sessions(
            db, self.clock, self.bus, policy_of(settings), Passwords(CHEAP), self.seal, directory
        )

    async def add_user(self, login: str, *roles: str, password: str = PASSWORD, **more: Any) -> UUID:
        async with self.db.session(self.stand.scope) as session:
            user = User(
                login=login, name=login, roles=list(roles), password_hash=CHEAP.hash(password), **more
            )
            session.add(user)
            await session.flush()
            return user.id

    async def log_in(self, login: str, password: str = PASSWORD) -> str:
        """The token of the cookie."""
        found = await self.sessions.log_in(f"{login}@{self.stand.code}", password, "198.51.100.4", "Firefox")
        return found.token

    @asynccontextmanager
    async def client(
        self, login: str, locale: str = "zh", password: str = PASSWORD, base_url: str = "http://andon"
    ) -> AsyncIterator[httpx.AsyncClient]:
        headers = {
            "Cookie": f"{COOKIE}={await self.log_in(login, password)}",
            "X-Andon": "1",
            "Accept-Language": locale,
        }
        transport = httpx.ASGITransport(self.app, client=("198.51.100.4", 5000))
        async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers) as client:
            yield client

    async def audit(self, **where: Any) -> list[Audit]:
        """Entries of the audit log, oldest first."""
        async with self.db.session(self.stand.scope) as session:
            return list(await session.scalars(select(Audit).filter_by(**where).order_by(Audit.id)))


async def make_house(
    owner: Database, db: Database, home: Path, stand: Stand | None = None, **settings: Any
) -> House:
    house = House(db, stand or await make_stand(owner), home, **settings)
    await house.bus.start()
    return house
