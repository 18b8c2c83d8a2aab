"""SQL of identity."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity.model import Role
from andon.identity.tables import SecondFactor, Tenant, User, UserSession
from andon.kit.database import Database


async def tenant_ids(db: Database) -> list[UUID]:
    """Every operator of the installation."""
    async with db.session(None) as session:
        return list(await session.scalars(text("SELECT tenants()")))


async def users_by_login(session: AsyncSession, login: str, operator: str) -> list[tuple[UUID, UUID]]:
    """`(tenant_id, user_id)` of everybody with this log-in name, in any tenant or that of `operator`."""
    rows = await session.execute(
        text("SELECT tenant_id, user_id FROM login_users(:login, :operator)"),
        {"login": login, "operator": operator},
    )
    return [(row.tenant_id, row.user_id) for row in rows]


async def operator_id(session: AsyncSession, code: str) -> UUID | None:
    """The operator with this code; without a code the only one there is."""
    found: UUID | None = await session.scalar(text("SELECT operator_id(:code)"), {"code": code})
    return found


async def session_owner(session: AsyncSession, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """`(tenant_id, session_id)` of a session's token."""
    row = (
        await session.execute(
            text("SELECT tenant_id, session_id FROM session_owner(:token)"), {"token": token_hash}
        )
    ).one_or_none()
    return None if row is None else (row.tenant_id, row.session_id)


async def try_login(
    session: AsyncSession, who: str, now: datetime, attempts: int, lock: timedelta
) -> datetime | None:
    """Count an attempt; until when the name is locked, None when the attempt may be made."""
    locked_until: datetime | None = await session.scalar(
        text("SELECT login_try(:who, :now, :attempts, :lock)"),
        {"who": who, "now": now, "attempts": attempts, "lock": lock},
    )
    return locked_until


async def clear_login(session: AsyncSession, who: str) -> None:
    await session.execute(text("SELECT login_clear(:who)"), {"who": who})


async def locked_names(session: AsyncSession, names: Iterable[str], now: datetime) -> set[str]:
    """Which of the names are locked now."""
    rows = await session.scalars(
        text("SELECT login_locked(:names, :now)"), {"names": list(names), "now": now}
    )
    return set(rows)


async def with_second_factor(session: AsyncSession, user_ids: Iterable[UUID]) -> set[UUID]:
    """Which of the people have a second factor."""
    rows = await session.scalars(
        select(SecondFactor.user_id).where(
            SecondFactor.user_id.in_(list(user_ids)), SecondFactor.confirmed_at.is_not(None)
        )
    )
    return set(rows)


async def session_with_user(
    session: AsyncSession, session_id: UUID
) -> tuple[UserSession, User, Tenant] | None:
    row = (
        await session.execute(
            select(UserSession, User, Tenant)
            .join(User, User.id == UserSession.user_id)
            .join(Tenant, Tenant.id == UserSession.tenant_id)
            .where(UserSession.id == session_id)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


async def end_sessions(
    session: AsyncSession, user_id: UUID, now: datetime, *, keep: UUID | None = None
) -> list[UUID]:
    """End the user's sessions but `keep`; returns those ended."""
    ended = await session.scalars(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.id.is_distinct_from(keep),
        )
        .values(ended_at=now)
        .returning(UserSession.id)
    )
    return list(ended)


async def other_administrators(session: AsyncSession, user_id: UUID) -> int:
    """How many active administrators there are besides this user. Their rows stay locked until the end of
    the transaction, so that two administrators cannot demote each other at once."""
    rows = await session.scalars(
        select(User.id)
        .where(User.roles.contains([Role.ADMINISTRATOR.value]), User.active, User.client_id.is_(None))
        .order_by(User.id)
        .with_for_update()
    )
    return sum(1 for id in rows if id != user_id)
