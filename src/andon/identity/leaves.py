"""Leave to set somebody's password: nobody becomes, by a password that they set, what they are not.

Who manages accounts sets the passwords of all who hold no duty (system, security, audit) that they do not
hold themselves. For the others a second holder of a duty has to agree, neither who asks nor whose password
it is; the database refuses those two as well. A leave is for one password, and for a day.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit, repository
from andon.identity.model import DUTIES, Actor, duties_beyond, permissions
from andon.identity.tables import PasswordLeave, User
from andon.kit.errors import AndonError, not_found

LASTS = timedelta(hours=24)


async def needs_leave(session: AsyncSession, actor: Actor, user: User) -> bool:
    """Whether the asker could, by this person's password, do another's duty."""
    held = permissions(user.roles, await repository.allows(session))
    return user.id != actor.user_id and bool(duties_beyond(actor.permissions, held))


async def ask(session: AsyncSession, actor: Actor, user: User, now: datetime) -> PasswordLeave:
    """Ask for it; one that is open already stays. Raises `password.no_need`."""
    if not await needs_leave(session, actor, user):
        raise AndonError("password.no_need", 409)
    await repository.lock_rights(session)
    open_one = await session.scalar(
        _open(now).where(PasswordLeave.user_id == user.id, PasswordLeave.asked_by == actor.user_id)
    )
    if open_one is not None:
        return open_one
    row = PasswordLeave(user_id=user.id, asked_by=actor.user_id, created_at=now, expires_at=now + LASTS)
    session.add(row)
    _record(session, actor, now, "password_ask", user)
    await session.flush()
    await session.refresh(row)
    return row


async def spend(session: AsyncSession, actor: Actor, user: User, now: datetime) -> None:
    """Use the leave, where one is needed. Raises `password.second_person` without one."""
    if not await needs_leave(session, actor, user):
        return
    row = await session.scalar(
        _open(now)
        .where(
            PasswordLeave.user_id == user.id,
            PasswordLeave.asked_by == actor.user_id,
            PasswordLeave.state == "given",
        )
        .with_for_update()
    )
    if row is None:
        raise AndonError("password.second_person", 409)
    row.state = "used"


async def open_ones(session: AsyncSession, now: datetime) -> list[PasswordLeave]:
    """Those that wait, or were given and not used yet, the newest first."""
    return list(await session.scalars(_open(now).order_by(PasswordLeave.id.desc())))


def may_decide(actor: Actor, row: PasswordLeave) -> bool:
    return (
        row.state == "wanted"
        and bool(actor.permissions & DUTIES)
        and actor.user_id not in (row.asked_by, row.user_id)
    )


async def decide(
    session: AsyncSession, actor: Actor, id: UUID, now: datetime, *, given: bool
) -> PasswordLeave:
    """Agree or refuse. Raises "not found", `password.decided`, `password.not_yours`."""
    row = await session.get(PasswordLeave, id, with_for_update=True)
    if row is None:
        raise not_found("password_leave")
    if row.state != "wanted" or row.expires_at <= now:
        raise AndonError("password.decided", 409)
    if not may_decide(actor, row):
        raise AndonError("password.not_yours", 403)
    row.state = "given" if given else "refused"
    row.decided_by, row.decided_at = actor.user_id, now
    user = await session.get_one(User, row.user_id)
    _record(session, actor, now, "password_agree" if given else "password_refuse", user)
    return row


def _open(now: datetime) -> Select[PasswordLeave]:
    return select(PasswordLeave).where(
        PasswordLeave.state.in_(("wanted", "given")), PasswordLeave.expires_at > now
    )


def _record(session: AsyncSession, actor: Actor, now: datetime, action: str, user: User) -> None:
    audit.record(session, actor, now, action, "user", object_id=user.id, name=user.name)
