"""What is there already, by the names that a spreadsheet uses."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.flows.tables import FlowRow
from andon.identity import repository
from andon.identity.model import ALLOWS, Allows
from andon.identity.tables import Client, Project, Team, TeamMember, User
from andon.interactions.tables import ReasonNode
from andon.routing.tables import AgentSkill, Skill

Skills = dict[UUID, int]
Placed = tuple[UUID, ...]  # the one team, or none


@dataclass
class Known:
    """What is there already, by the names that a spreadsheet uses; null: several bear the name. `asked_by`:
    who brings the spreadsheet. `directory`: people may come from the company's."""

    users: list[User] = field(default_factory=list)
    numbers: list[NumberRow] = field(default_factory=list)
    reasons: list[ReasonNode] = field(default_factory=list)
    clients: dict[str, UUID | None] = field(default_factory=dict)
    projects: dict[str, UUID | None] = field(default_factory=dict)
    project_rows: dict[UUID, Project] = field(default_factory=dict)
    trunks: dict[str, UUID | None] = field(default_factory=dict)
    flows: dict[str, UUID | None] = field(default_factory=dict)
    skills: dict[str, UUID | None] = field(default_factory=dict)
    levels: dict[UUID, Skills] = field(default_factory=lambda: defaultdict(dict))
    teams: dict[str, UUID | None] = field(default_factory=dict)
    placed: dict[UUID, Placed] = field(default_factory=dict)
    allows: Allows = field(default_factory=lambda: ALLOWS)
    asked_by: UUID | None = None
    directory: bool = False

    def name_of(self, names: dict[str, UUID | None], id: UUID | None) -> str:
        """The first name under which the id is found; empty for null."""
        return next((name for name, known in names.items() if known == id), "") if id is not None else ""


def _named(pairs: Iterable[tuple[str, UUID]]) -> dict[str, UUID | None]:
    names: dict[str, UUID | None] = {}
    for name, id in pairs:
        names[name] = id if names.get(name, id) == id else None
    return names


async def load(
    session: AsyncSession, kind: str, asked_by: UUID | None = None, *, directory: bool = False
) -> Known:
    """All of the tenant's, as far as this kind of spreadsheet can name it."""
    known = Known(asked_by=asked_by, directory=directory)
    clients = {row.id: row for row in await _living(session, Client)}
    known.clients = _named((name, row.id) for row in clients.values() for name in (row.short_name, row.name))
    if kind == "users":
        known.users = list(await session.scalars(select(User).order_by(User.login)))
        known.skills = _named((row.name, row.id) for row in await _living(session, Skill))
        for link in await session.scalars(select(AgentSkill)):
            known.levels[link.user_id][link.skill_id] = link.level
        known.teams = _named((row.name, row.id) for row in await _living(session, Team))
        living = set(known.teams.values())
        for member in await session.scalars(select(TeamMember)):
            if member.team_id in living:
                known.placed[member.user_id] = (member.team_id,)
        known.allows = await repository.allows(session)
        return known
    projects = await _living(session, Project)
    known.project_rows = {row.id: row for row in projects}
    whole = [
        (f"{clients[p.client_id].short_name}/{p.name}", p.id) for p in projects if p.client_id in clients
    ]
    short = _named((row.name, row.id) for row in projects)
    # The short name first: it is the one that is written, unless two projects share it.
    known.projects.update({name: id for name, id in short.items() if id is not None})
    known.projects.update(_named(whole))
    known.projects.update({name: None for name, id in short.items() if id is None})
    if kind == "numbers":
        known.numbers = await _living(session, NumberRow)
        known.trunks = _named((row.name, row.id) for row in await _living(session, TrunkRow))
        flows = await session.scalars(select(FlowRow))
        known.flows = _named((f"{row.project_id}/{row.name}", row.id) for row in flows)
    else:
        known.reasons = await _living(session, ReasonNode)
    return known


async def _living(session: AsyncSession, table: Any) -> list[Any]:
    return list(await session.scalars(select(table).where(table.retired_at.is_(None)).order_by(table.id)))
