"""Sessions: one transaction each, seeing only what its scope may see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

# A statement that hangs must not hang a call's books: everything has an end.
TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "transaction_timeout": "120s",
}


@dataclass(frozen=True)
class Scope:
    """Who is asking. `client_id` set: only that client's rows; None: the whole tenant."""

    tenant_id: UUID
    client_id: UUID | None = None
    user_id: UUID | None = None


_SET_SCOPE = text(
    "SELECT set_config('andon.tenant', :tenant, true), set_config('andon.client', :client, true),"
    " set_config('andon.user', :user, true)"
)


async def enter_scope(session: AsyncSession, scope: Scope) -> None:
    """Give the rest of the transaction a scope, for the few look-ups that find the tenant first."""
    await session.execute(
        _SET_SCOPE,
        {
            "tenant": str(scope.tenant_id),
            "client": str(scope.client_id or ""),
            "user": str(scope.user_id or ""),
        },
    )


def connect_options(timeouts: dict[str, str] = TIMEOUTS) -> str:
    """libpq `options` that set the time-outs and the time zone of a connection."""
    return " ".join(f"-c {name}={value}" for name, value in {**timeouts, "timezone": "UTC"}.items())


class Database:
    """A pool of connections to `url` (`postgresql://…`). `name` shows in `pg_stat_activity`."""

    def __init__(self, url: str, name: str = "andon", pool_size: int = 10) -> None:
        self.url = url
        self.name = name
        self.engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=10,
            pool_pre_ping=True,  # a restarted server costs one reconnect, not one failed request
            connect_args={"options": connect_options(), "application_name": name, "connect_timeout": 5},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self, scope: Scope | None) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Without a scope no row is visible; only the look-up functions answer.
        """
        async with self._sessions.begin() as session:
            if scope is not None:
                await enter_scope(session, scope)
            yield session

    async def ping(self) -> None:
        """Raises when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()
