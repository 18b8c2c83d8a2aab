"""What must hold of a tenant's rights after every change of them, judged in the change's own transaction.

Who comes to hold a duty (system, security, audit), or holds one no longer, is told in an entry of its own in
the audit log: the auditor need not guess it from roles and what they allow.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit, repository
from andon.identity.model import DUTIES, Actor, Permission, Role, mixes_duties, permissions
from andon.identity.tables import LogInRules
from andon.kit.errors import AndonError

KIND = "duty"  # of such entries
_NAMED = 5  # of those who break the rule

Duties = frozenset[Permission]


class Appointment(msgspec.Struct, frozen=True):
    """A person's duties before and after."""

    user_id: UUID
    name: str
    before: Duties
    after: Duties

    @property
    def action(self) -> str:
        return "appoint" if self.after - self.before else "dismiss"

    def told(self, duties: Duties) -> dict[str, list[str]]:
        return {"permissions": sorted(duties)}


async def check_duties(
    session: AsyncSession, changed: Mapping[UUID, tuple[str, Duties]] | None = None
) -> list[Appointment]:
    """Call after the change was flushed, with the people it changed: their names, and the duties they had.
    Returns what it made of these.

    Raises `user.last_administrator` when nobody would be left who administers people, or anything else;
    `duties.two` when one of the changed would hold two duties, and is not the administrator who holds all of
    them; where duties are separated `duties.mixed` when anybody holds two, and `duties.unheld` when nobody
    holds one."""
    await repository.lock_rights(session)
    allows = await repository.allows(session)
    people = await repository.active_people(session)
    held = {id: permissions(roles, allows) for id, _name, roles in people}
    covered = frozenset[Permission]().union(*held.values())
    if not {Permission.PEOPLE, Permission.CONFIG} <= covered:
        raise AndonError("user.last_administrator", 409)
    rules = await session.scalar(select(LogInRules))
    mixed = [(id, name, roles) for id, name, roles in people if mixes_duties(held[id])]
    if rules is not None and rules.separated:
        if mixed:
            raise AndonError("duties.mixed", 409, names=_names([name for _id, name, _roles in mixed]))
        if not covered >= DUTIES:
            raise AndonError("duties.unheld", 409)
    changed = changed or {}
    two = [name for id, name, roles in mixed if id in changed and Role.ADMINISTRATOR not in roles]
    if two:
        raise AndonError("duties.two", 409, names=_names(two))
    found = [
        Appointment(id, name, before, held.get(id, frozenset()) & DUTIES)
        for id, (name, before) in changed.items()
    ]
    return [each for each in found if each.before != each.after]


def record_appointments(
    session: AsyncSession, actor: Actor, at: datetime, appointments: list[Appointment]
) -> None:
    """Who was appointed, or dismissed, in entries of their own."""
    for each in appointments:
        audit.record(
            session,
            actor,
            at,
            each.action,
            KIND,
            object_id=each.user_id,
            name=each.name,
            before=each.told(each.before),
            after=each.told(each.after),
        )


def gains(actor: Actor, wanted: frozenset[Permission]) -> bool:
    """Whether it would give the asker a right that the asker does not hold."""
    return not wanted <= actor.permissions


def _names(some: list[str]) -> str:
    return ", ".join(some[:_NAMED]) + ("…" if len(some) > _NAMED else "")
