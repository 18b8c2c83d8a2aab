"""SQL of identity."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity.hours import LogInHours
from andon.identity.model import ALLOWS, Permission, Role
from andon.identity.tables import LogInRules, Passkey, RoleGrant, SecondFactor, Tenant, User, UserSession
from andon.kit.database import Database

# A statement about rows that the session does not hold: else everything it holds is looked through each time,
# which is 50,000 people when a spreadsheet brings them.
UNHELD: Final = {"synchronize_session": False}


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


async def untry_login(session: AsyncSession, who: str) -> None:
    """An attempt that nobody could judge was none."""
    await session.execute(text("SELECT login_untry(:who)"), {"who": who})


async def locked_names(session: AsyncSession, names: Iterable[str], now: datetime) -> set[str]:
    """Which of the names are locked now."""
    rows = await session.scalars(
        text("SELECT login_locked(:names, :now)"), {"names": list(names), "now": now}
    )
    return set(rows)


async def with_second_factor(session: AsyncSession, user_ids: Iterable[UUID]) -> set[UUID]:
    """Which of the people have a second factor, a passkey included."""
    ids = list(user_ids)
    by_app = select(SecondFactor.user_id).where(
        SecondFactor.user_id.in_(ids), SecondFactor.confirmed_at.is_not(None)
    )
    rows = await session.scalars(by_app.union(select(Passkey.user_id).where(Passkey.user_id.in_(ids))))
    return set(rows)


async def session_with_user(
    session: AsyncSession, session_id: UUID
) -> tuple[UserSession, User, Tenant, dict[Role, frozenset[Permission]]] | None:
    """The log-in, whose it is, and what roles allow there. In a scope without a client: grants lie behind
    its wall."""
    changed = select(func.jsonb_object_agg(RoleGrant.role, RoleGrant.permissions)).scalar_subquery()
    row = (
        await session.execute(
            select(UserSession, User, Tenant, changed)
            .join(User, User.id == UserSession.user_id)
            .join(Tenant, Tenant.id == UserSession.tenant_id)
            .where(UserSession.id == session_id)
        )
    ).one_or_none()
    if row is None:
        return None
    allowed = {Role(role): granted(names) for role, names in (row[3] or {}).items() if role in ALLOWS}
    return row[0], row[1], row[2], ALLOWS | allowed


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


async def end_sessions_of_people(
    session: AsyncSession, user_ids: Sequence[UUID], now: datetime
) -> list[UUID]:
    """End the sessions of all of them; returns those ended."""
    ended = await session.scalars(
        update(UserSession)
        .where(UserSession.user_id.in_(user_ids), UserSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(UserSession.id),
        execution_options=UNHELD,
    )
    return list(ended)


async def end_sessions_of_role(session: AsyncSession, role: Role, now: datetime) -> list[UUID]:
    """End the sessions of everybody who has the role; returns those ended."""
    holders = select(User.id).where(User.roles.contains([role.value]))
    ended = await session.scalars(
        update(UserSession)
        .where(UserSession.user_id.in_(holders), UserSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(UserSession.id)
    )
    return list(ended)


async def allows(session: AsyncSession) -> dict[Role, frozenset[Permission]]:
    """What every role allows at the tenant."""
    rows = await session.scalars(select(RoleGrant))
    return ALLOWS | {Role(row.role): granted(row.permissions) for row in rows if row.role in ALLOWS}


def granted(names: Iterable[str]) -> frozenset[Permission]:
    """The permissions of these names; one that nobody knows any more is none."""
    known = set(names)
    return frozenset(each for each in Permission if each.value in known)


async def active_people(session: AsyncSession) -> list[tuple[UUID, str, list[str]]]:
    """`(id, name, roles)` of everybody who can log in and is not bound to a client."""
    rows = await session.execute(
        select(User.id, User.name, User.roles)
        .where(User.active, User.client_id.is_(None))
        .order_by(User.name, User.id)
    )
    return [(row.id, row.name, row.roles) for row in rows]


async def lock_rights(session: AsyncSession) -> None:
    """Of changes of rights at one tenant one is judged after the other, until the end of the transaction."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('andon rights ' || andon_tenant(), 0))")
    )


def hours_of(rules: LogInRules | None) -> LogInHours:
    """When people may log in; no row: always."""
    if rules is None:
        return LogInHours()
    return LogInHours(
        roles=rules.hours_roles,
        days=rules.hours_days,
        opens=rules.hours_from,
        closes=rules.hours_to,
        zone=rules.hours_zone,
    )
