"""HTTP of teams: a name, a department, a leader, and its members. An agent is in one team at most."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, Select, and_, cast, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit, repository
from andon.identity.access import At, may, scope_of
from andon.identity.admin import (
    Administrator,
    Resource,
    Revised,
    RevisedPage,
    Seen,
    Use,
    add_uses,
    announce,
    crud,
    present,
    refuse_stale_list,
    revision_of,
)
from andon.identity.model import Actor, Permission, Role
from andon.identity.tables import Audit, Team, TeamMember, User
from andon.identity.undo import add_undo
from andon.kit.errors import AndonError
from andon.kit.web import Body, Name, Page, Services, Shown, invalid

KIND: Final = "team_member"
MEMBERS: Final = "members"
READERS: Final = (Permission.CONFIG, Permission.BOARD, Permission.CONTACTS)


class TeamIn(Body):
    """`leader_id`: an agent or a supervisor."""

    name: Name
    department: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""
    leader_id: UUID | None = None


class TeamShown(Revised):
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


@router.get("/api/teams/{id}/members", tags=["team"])
async def read_team_members(
    id: UUID, actor: Annotated[Actor, may(*READERS)], services: At
) -> RevisedPage[MemberShown]:
    """Who is in one team."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, Team, id)
        return _members_shown(services, id, await _members(session, id))


@router.put("/api/teams/{id}/members", tags=["team"])
async def set_team_members(
    id: UUID, body: MembersIn, actor: Administrator, services: At, seen: Seen = ""
) -> RevisedPage[MemberShown]:
    """Set who is in a team. Whoever was in another one leaves that."""
    wanted = set(body.members)
    async with services.db.session(scope_of(actor)) as session:
        team = await present(session, Team, id)
        # Who comes to one team leaves another: one change of members after the other.
        await session.execute(select(Team.id).order_by(Team.id).with_for_update())
        here = await _members(session, id)
        await refuse_stale_list(session, services, MEMBERS, seen, _values(here), _changes(team))
        known = await session.scalars(
            select(User.id).where(User.id.in_(wanted), User.active, User.roles.contains([Role.AGENT.value]))
        )
        if set(known) != wanted:
            raise invalid(members="field.unknown_reference")
        people = await _people(session, or_(User.id.in_(wanted), TeamMember.team_id == id))
        after = {each: id if each in wanted else None for each in people}
        moved = {each: now for each, now in after.items() if now != people[each].team_id}
        await put_members(session, moved)
        if moved:
            audit.record(
                session,
                actor,
                services.clock.now(),
                MEMBERS,
                KIND,
                object_id=id,
                name=team.name,
                before={people[each].login: people[each].team for each in moved},
                after={people[each].login: team.name if now else "" for each, now in moved.items()},
            )
    announce(services, actor)
    return _members_shown(services, id, sorted(wanted))


async def _members(session: AsyncSession, id: UUID) -> list[UUID]:
    wanted = select(TeamMember.user_id).where(TeamMember.team_id == id).order_by(TeamMember.user_id)
    return list(await session.scalars(wanted))


def _values(members: Sequence[UUID]) -> dict[str, Any]:
    return {MEMBERS: members}


def _members_shown(services: Services, id: UUID, members: Sequence[UUID]) -> RevisedPage[MemberShown]:
    items = [MemberShown(user_id=each, team_id=id) for each in members]
    return RevisedPage(items=items, total=len(items), revision=revision_of(services, _values(members)))


def _changes(team: Team) -> ColumnElement[bool]:
    """Entries that may have changed who is in a team: its own, and others' that took somebody out of it."""
    named = func.jsonb_build_object("name", team.name)
    took = func.jsonb_path_exists(Audit.before, cast("$.* ? (@ == $name)", JSONPATH), named)
    return and_(Audit.object_kind == KIND, or_(Audit.object_id == team.id, took))


class _Placed(msgspec.Struct, frozen=True):
    """A person, and the team they are in."""

    login: str
    team_id: UUID | None
    team: str


async def _people(session: AsyncSession, which: ColumnElement[bool]) -> dict[UUID, _Placed]:
    rows = await session.execute(
        select(User.id, User.login, Team.id, Team.name)
        .outerjoin(TeamMember, TeamMember.user_id == User.id)
        .outerjoin(Team, Team.id == TeamMember.team_id)
        .where(which)
    )
    return {id: _Placed(login, team_id, team or "") for id, login, team_id, team in rows}


async def put_members(session: AsyncSession, moved: Mapping[UUID, UUID | None]) -> None:
    """Put people into teams; null takes them out."""
    others = delete(TeamMember).where(TeamMember.user_id.in_(moved))
    await session.execute(others, execution_options=repository.UNHELD)
    if given := [{"user_id": each, "team_id": team} for each, team in moved.items() if team]:
        await session.execute(insert(TeamMember), given)


async def _undo(session: AsyncSession, entry: Audit, _actor: Actor, _now: datetime) -> None:
    """Everybody in the team of before. Raises `undo.changed_since`."""
    was, now = entry.before or {}, entry.after or {}
    people = await _people(session, User.login.in_(now))
    teams = await session.scalars(select(Team).where(Team.retired_at.is_(None), Team.name.in_(was.values())))
    ids = {"": None, **{team.name: team.id for team in teams}}
    same = {each.login: each.team for each in people.values()} == now
    if not same or not ids.keys() >= set(was.values()):
        raise AndonError("undo.changed_since", 409)
    await put_members(session, {each: ids[was[person.login]] for each, person in people.items()})


add_undo(KIND, MEMBERS, _undo)
