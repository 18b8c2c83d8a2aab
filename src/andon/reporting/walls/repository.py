"""SQL of wallboards: their links, and today's figures of one board's scope."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.day import day_span, today
from andon.calendars.repository import zones
from andon.identity.tables import User
from andon.kit.database import Database, Scope
from andon.kit.i18n import Locale
from andon.reporting.board import repository as board
from andon.reporting.board.service import count_day, values
from andon.reporting.figures import Counts
from andon.reporting.walls.model import (
    OF_AGENT,
    OF_DAY,
    OF_STEP,
    Day,
    Kind,
    Place,
    Row,
    Tile,
    picture,
    told_apart,
)
from andon.reporting.walls.tables import Wallboard, WallboardLink

SECRET_BYTES = 32


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A wallboard as it is shown. `link_id` is the link by which it was opened."""

    wallboard_id: UUID
    tenant_id: UUID
    name: str
    project_id: UUID | None
    locale: Locale
    show_agents: bool
    tiles: tuple[Tile, ...]
    link_id: UUID | None = None


def new_token(tenant_id: UUID) -> str:
    """A link's token. It names the tenant, so that the link is looked up behind the walls as all else."""
    return f"{tenant_id.hex}.{secrets.token_urlsafe(SECRET_BYTES)}"


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def to_shown(row: Wallboard, link_id: UUID | None = None) -> Shown:
    """The pure form of a row."""
    return Shown(
        wallboard_id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        project_id=row.project_id,
        locale="en" if row.locale == "en" else "zh",
        show_agents=row.show_agents,
        tiles=tuple(msgspec.convert(row.tiles, list[Tile])),
        link_id=link_id,
    )


async def open_link(db: Database, token: str) -> Shown | None:
    """The board that a token shows; None for one that never was, was revoked, or whose board is gone."""
    try:
        tenant_id = UUID(hex=token.partition(".")[0])
    except ValueError:
        return None
    wanted = (
        select(Wallboard, WallboardLink.id)
        .join(WallboardLink, WallboardLink.wallboard_id == Wallboard.id)
        .where(
            WallboardLink.token_hash == digest(token),
            WallboardLink.revoked_at.is_(None),
            Wallboard.retired_at.is_(None),
        )
    )
    async with db.session(Scope(tenant_id)) as session:
        found = (await session.execute(wanted)).one_or_none()
        return None if found is None else to_shown(found[0], found[1])


async def reopen(db: Database, tenant_id: UUID, links: set[UUID]) -> dict[UUID, Shown]:
    """The boards of these links as they are now; those that show nothing any more are left out."""
    wanted = (
        select(Wallboard, WallboardLink.id)
        .join(WallboardLink, WallboardLink.wallboard_id == Wallboard.id)
        .where(
            WallboardLink.id.in_(links), WallboardLink.revoked_at.is_(None), Wallboard.retired_at.is_(None)
        )
    )
    async with db.session(Scope(tenant_id)) as session:
        return {link_id: to_shown(row, link_id) for row, link_id in await session.execute(wanted)}


def pictured(shown: Shown, day: Day, live: Mapping[str, Any]) -> dict[str, Row]:
    """What each tile shows; `live` is the board as its mirror tells it."""
    return picture(
        shown.tiles,
        project_id=shown.project_id,
        locale=shown.locale,
        show_agents=shown.show_agents,
        day=day,
        board=live,
    )


async def day_of(session: AsyncSession, shown: Shown, now: datetime) -> Day:
    """Today's figures of the board's scope; agents and steps only where a tile asks for them."""
    counted = await count_day(session, None, now)
    nothing = Counts()
    project_id = shown.project_id
    whole = counted.whole if project_id is None else counted.of_project.get(project_id, nothing)
    zone, of_project = await zones(session)
    if project_id is not None:
        zone = of_project.get(project_id, zone)
    span = day_span(today(now, zone), zone)
    kinds = {tile.kind for tile in shown.tiles}
    agents = steps = []
    if shown.show_agents and any(t.kind is Kind.RANKING and t.of == "agents" for t in shown.tiles):
        counts = await board.agent_talks(session, span, project_id)
        names = await session.execute(select(User.id, User.name).where(User.id.in_(counts)))
        agents = [(row.name, values(OF_AGENT.values(), counts[row.id])) for row in names]
    if Kind.TREND in kinds:
        found = await board.step_counts(session, span, project_id)
        steps = [(at, values(OF_STEP.values(), found[at])) for at in sorted(found)]
    queues = [
        queue for queue in counted.queues if not queue.retired and project_id in (None, queue.project_id)
    ]
    called = told_apart([(queue.name, queue.project_name) for queue in queues])
    return Day(
        at=now,
        zone=zone,
        whole=values(OF_DAY.values(), whole),
        queues=[
            Place(
                queue_id=queue.queue_id,
                name=name,
                values=values(OF_DAY.values(), counted.of_queue.get(queue.queue_id, nothing)),
            )
            for queue, name in zip(queues, called, strict=True)
        ],
        agents=agents,
        trend=steps,
    )
