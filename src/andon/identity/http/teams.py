"""HTTP of teams: a name, a department, a leader, and its members. An agent is in one team at most."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import Administrator, Resource, Use, add_uses, announce, crud, present
from andon.identity.model import Actor, Permission, Role
from andon.identity.tables import Team, TeamMember, User
from andon.kit.web import Body, Name, Page, Shown, invalid

READERS: Final = (Permission.CONFIG, Permission.BOARD, Permission.CONTACTS)


class TeamIn(Body):
    """`leader_id`: an agent or a supervisor."""

    name: Name
    department: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    leader_id: UUID | None = None


class TeamShown(Shown):
    id: UUID
    name: str
    department: str
    leader_id: UUID | None
    created_at: datetime


class MembersIn(Body):
    members: Annotated[list[UUID], Field(max_length=2000)]


class MemberShown(Shown):
    user_id: UUID
    team_id: UUID


async def _prepare(session: AsyncSession, values: dict[str, Any], row: Team | None) -> None:
    """The leader is somebody who can lead agents."""
    if values.get("leader_id") is not None:
        leader = await session.get(User, values["leader_id"])
        if leader is None or not leader.active or {Role.AGENT, Role.SUPERVISOR}.isdisjoint(leader.roles):
            raise invalid(leader_id="field.unknown_reference")


def _members_of(id: UUID) -> Select[int]:
    return (
        select(func.count())
        .select_from(TeamMember)
        .join(User, User.id == TeamMember.user_id)
        .where(TeamMember.team_id == id, User.active)
    )


add_uses("team", Use("user", _members_of))

router = crud(
    Resource(
        path="/api/teams",
        kind="team",
        table=Team,
        model=TeamIn,
        shown=TeamShown,
        prepare=_prepare,
        readers=READERS,
    )
)


@router.get("/api/team-members", tags=["team"])
async def list_team_members(actor: Annotated[Actor, may(*READERS)], services: At) -> Page[MemberShown]:
    """Who is in which team; who is in none is not there."""
    async with services.db.session(scope_of(actor)) as session:
        wanted = select(TeamMember).order_by(TeamMember.team_id, TeamMember.user_id)
        items = [MemberShown.model_validate(row) for row in await session.scalars(wanted)]
    return Page(items=items, total=len(items))


@router.put("/api/teams/{id}/members", tags=["team"])
async def set_team_members(
    id: UUID, body: MembersIn, actor: Administrator, services: At
) -> Page[MemberShown]:
    """Set who is in a team. Whoever was in another one leaves that."""
    wanted = sorted(set(body.members))
    async with services.db.session(scope_of(actor)) as session:
        team = await present(session, Team, id)
        rows = await session.scalars(
            select(User).where(User.id.in_(wanted), User.active, User.roles.contains([Role.AGENT.value]))
        )
        people = {row.id: row.login for row in rows}
        if len(people) < len(wanted):
            raise invalid(members="field.unknown_reference")
        before = await _logins(session, id)
        await session.execute(
            delete(TeamMember).where(TeamMember.team_id == id, TeamMember.user_id.not_in(wanted))
        )
        if wanted:
            put = insert(TeamMember).values([{"user_id": each, "team_id": id} for each in wanted])
            await session.execute(
                put.on_conflict_do_update(index_elements=["user_id"], set_={"team_id": put.excluded.team_id})
            )
        after = sorted(people.values())
        if before != after:
            audit.record(
                session,
                actor,
                services.clock.now(),
                "members",
                "team",
                object_id=id,
                name=team.name,
                before={"members": before},
                after={"members": after},
            )
    announce(services, actor)
    items = [MemberShown(user_id=each, team_id=id) for each in wanted]
    return Page(items=items, total=len(items))


async def _logins(session: AsyncSession, team_id: UUID) -> list[str]:
    found = await session.scalars(
        select(User.login)
        .join(TeamMember, TeamMember.user_id == User.id)
        .where(TeamMember.team_id == team_id, User.active)
    )
    return sorted(found)
