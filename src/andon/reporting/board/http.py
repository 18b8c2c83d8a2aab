"""The board and figures over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select

from andon.identity.access import At, may, scope_of
from andon.identity.model import Actor, Permission
from andon.kit.database import Scope
from andon.reporting.board import service
from andon.reporting.board.shapes import DayFigures, OwnDay
from andon.reporting.live.mirror import BoardMirror
from andon.reporting.live.shapes import Board
from andon.routing.tables import Queue

router = APIRouter(prefix="/api", tags=["board"])

Watcher = Annotated[Actor, may(Permission.BOARD)]
Agent = Annotated[Actor, may(Permission.DESK)]


@router.get("/board")
async def board(actor: Watcher, here: At) -> Board:
    """Everything live at this moment; the live socket tells what follows. A client's viewer sees the own."""
    asked = {"verb": "snapshot.board", "tenant_id": str(actor.tenant_id)}
    mirror = BoardMirror(await here.bus.request("core.command", asked))
    if actor.client_id is None:
        return Board.model_validate(mirror.snapshot())
    async with here.db.session(scope_of(actor)) as session:
        queues = frozenset(map(str, await session.scalars(select(Queue.id))))
    return Board.model_validate(mirror.for_client(actor.client_id, queues))


@router.get("/board/figures")
async def figures(
    actor: Watcher,
    here: At,
    day: date | None = None,
    agents: Annotated[bool, Query(description="with the figures of every agent")] = False,
) -> DayFigures:
    """Figures of a day (today by default), each with its formula and variant."""
    async with here.db.session(scope_of(actor)) as session:
        return await service.day_figures(session, day, here.clock.now(), actor.locale, with_agents=agents)


@router.get("/desk/today", tags=["desk"])
async def today(actor: Agent, here: At) -> OwnDay:
    """The agent's own figures today."""
    # An agent who serves one client only still has a whole day of their own.
    async with here.db.session(Scope(actor.tenant_id, None, actor.user_id)) as session:
        return await service.own_day(session, actor.user_id, here.clock.now(), actor.locale)
