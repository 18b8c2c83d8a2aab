"""Sockets live longer than a request: this ends them with the log-in they were opened under."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection

from andon.identity.model import Actor, LoginPolicy, session_lives
from andon.identity.service import SESSION_ENDED
from andon.identity.tables import User, UserSession
from andon.kit.bus.model import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope

log = structlog.get_logger(__name__)

CHECK_SECONDS = 30.0


class SocketSessions:
    """The log-ins under which this process holds sockets. A session that ends is heard of by bus at once, one
    that runs out is found within `CHECK_SECONDS`; an open socket alone does not keep a session alive."""

    def __init__(self, db: Database, bus: Bus, clock: Clock, policy: LoginPolicy) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._policy = policy
        self._open: dict[UUID, dict[UUID, set[asyncio.Future[None]]]] = defaultdict(lambda: defaultdict(set))

    async def run(self) -> None:
        """Watch until cancelled."""
        unsubscribe = self._bus.subscribe(
            SESSION_ENDED, lambda _topic, said: self._end(UUID(said["session_id"]))
        )
        try:
            while True:
                await self._clock.sleep(CHECK_SECONDS)
                try:
                    await self.check()
                except (DBAPIError, OSError) as error:
                    # Sockets stay while nobody can say whether they may: calls hang on them.
                    log.warning("sessions_not_checked", error=type(error).__name__)
        finally:
            unsubscribe()

    @contextlib.contextmanager
    def hold(self, actor: Actor) -> Iterator[asyncio.Future[None]]:
        """A future that is done when the actor's session is over."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open[actor.tenant_id][actor.session_id].add(over)
        try:
            yield over
        finally:
            over.cancel()
            of_tenant = self._open[actor.tenant_id]
            of_tenant[actor.session_id].discard(over)
            if not of_tenant[actor.session_id]:
                del of_tenant[actor.session_id]
            if not of_tenant:
                del self._open[actor.tenant_id]

    async def check(self) -> None:
        """End the sockets of sessions that are over."""
        now = self._clock.now()
        for tenant_id, sessions in list(self._open.items()):
            async with self._db.session(Scope(tenant_id)) as session:
                rows = await session.execute(
                    select(UserSession, User.active)
                    .join(User, User.id == UserSession.user_id)
                    .where(UserSession.id.in_(list(sessions)), UserSession.ended_at.is_(None))
                )
                alive = {
                    row.id
                    for row, active in rows
                    if active
                    and session_lives(self._policy, seen_at=row.seen_at, expires_at=row.expires_at, now=now)
                }
            for session_id in list(sessions):
                if session_id not in alive:
                    self._end(session_id)

    def _end(self, session_id: UUID) -> None:
        for sessions in self._open.values():
            for over in sessions.get(session_id, ()):
                if not over.done():
                    over.set_result(None)


def socket_sessions(connection: HTTPConnection) -> SocketSessions:
    """The process' watch over sockets."""
    found: SocketSessions = connection.app.state.socket_sessions
    return found
