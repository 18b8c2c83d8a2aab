"""HTTP of roles: what each allows, as a matrix that those who manage people change."""

from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy import delete

from andon.identity import audit, repository
from andon.identity.access import At, PeopleManager, may, scope_of, sessions
from andon.identity.admin import Revised, Seen, refuse_stale, revision_of
from andon.identity.duties import check_duties, gains, record_appointments
from andon.identity.model import (
    ALLOWS,
    DUTIES,
    KEEPS,
    STREAMED,
    Actor,
    Permission,
    Role,
    permissions,
    refused_grant,
)
from andon.identity.tables import RoleGrant
from andon.kit.web import Body, Page, Services, invalid

router = APIRouter(tags=["role"])


class RoleShown(Revised):
    """`keeps` cannot be taken from the role, `never` cannot be given to it; `standard`: as it comes.
    `people`: how many of those who can log in have it, clients' people aside."""

    role: Role
    permissions: list[Permission]
    standard: list[Permission]
    keeps: list[Permission]
    never: list[Permission]
    people: int


class GrantIn(Body):
    permissions: list[Permission]


@router.get("/api/roles")
async def list_roles(
    actor: Annotated[Actor, may(Permission.PEOPLE, Permission.AUDIT)], services: At
) -> Page[RoleShown]:
    """Every role and what it allows."""
    async with services.db.session(scope_of(actor)) as session:
        allows = await repository.allows(session)
        people = await repository.active_people(session)
    count = {role: sum(role in roles for _id, _name, roles in people) for role in Role}
    items = [_shown(services, role, allows[role], count[role]) for role in Role]
    return Page(items=items, total=len(items))


@router.put("/api/roles/{role}")
async def change_role(
    role: Role, body: GrantIn, actor: PeopleManager, request: Request, services: At, seen: Seen = ""
) -> RoleShown:
    """Change what a role allows, effective with the next request of whoever has it. Whoever thereby loses
    something that open pages stream is logged out."""
    wanted = frozenset(body.permissions)
    refused = refused_grant(role, wanted)
    if refused is None and role.value in actor.roles and gains(actor, wanted):
        refused = "field.own_rights"
    if refused is not None:
        raise invalid(permissions=refused)
    ended = []
    async with services.db.session(scope_of(actor)) as session:
        await repository.lock_rights(session)
        allows = await repository.allows(session)
        before = allows[role]
        await refuse_stale(session, services, "role", None, seen, _values(before), name=role.value)
        await session.execute(delete(RoleGrant).where(RoleGrant.role == role.value))
        if wanted != ALLOWS[role]:
            session.add(RoleGrant(role=role.value, permissions=sorted(wanted)))
        await session.flush()
        people = await repository.active_people(session)
        appointed = await check_duties(
            session,
            {
                id: (name, permissions(roles, allows) & DUTIES)
                for id, name, roles in people
                if role.value in roles
            },
        )
        if (before - wanted) & STREAMED:
            ended = await repository.end_sessions_of_role(session, role, services.clock.now())
        if wanted != before:
            audit.record(
                session,
                actor,
                services.clock.now(),
                "update",
                "role",
                name=role.value,
                before=_values(before),
                after=_values(wanted),
            )
        record_appointments(session, actor, services.clock.now(), appointed)
    sessions(request).tell_ended(ended)
    return _shown(services, role, wanted, sum(role in roles for _id, _name, roles in people))


def _values(allowed: frozenset[Permission]) -> dict[str, list[Permission]]:
    return {"permissions": sorted(allowed)}


def _shown(services: Services, role: Role, allowed: frozenset[Permission], people: int) -> RoleShown:
    keeps = KEEPS.get(role, frozenset())
    return RoleShown(
        revision=revision_of(services, _values(allowed)),
        role=role,
        permissions=_in_order(allowed),
        standard=_in_order(ALLOWS[role]),
        keeps=_in_order(keeps),
        never=[each for each in Permission if refused_grant(role, keeps | {each}) is not None],
        people=people,
    )


def _in_order(some: frozenset[Permission]) -> list[Permission]:
    return [each for each in Permission if each in some]
