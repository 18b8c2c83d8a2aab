"""What must hold of a tenant's rights after every change of them, judged in the change's own transaction."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import repository
from andon.identity.model import DUTIES, Actor, Permission, mixes_duties, permissions
from andon.identity.tables import LogInRules
from andon.kit.errors import AndonError

_NAMED = 5  # of those who break the rule


async def check_duties(session: AsyncSession) -> None:
    """Call after the change was flushed. Raises `user.last_administrator` when nobody would be left who
    administers people, or anything else; where duties are separated `duties.mixed` when somebody holds two of
    them, and `duties.unheld` when nobody holds one."""
    await repository.lock_rights(session)
    allows = await repository.allows(session)
    held = [
        (name, permissions(roles, allows)) for _id, name, roles in await repository.active_people(session)
    ]
    covered = frozenset[Permission]().union(*(each for _name, each in held))
    if not {Permission.PEOPLE, Permission.CONFIG} <= covered:
        raise AndonError("user.last_administrator", 409)
    rules = await session.scalar(select(LogInRules))
    if rules is None or not rules.separated:
        return
    mixed = [name for name, each in held if mixes_duties(each)]
    if mixed:
        more = "…" if len(mixed) > _NAMED else ""
        raise AndonError("duties.mixed", 409, names=", ".join(mixed[:_NAMED]) + more)
    if not covered >= DUTIES:
        raise AndonError("duties.unheld", 409)


def gains(actor: Actor, wanted: frozenset[Permission]) -> bool:
    """Whether it would give the asker a right that the asker does not hold."""
    return not wanted <= actor.permissions
