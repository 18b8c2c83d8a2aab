"""HTTP of wallboards: designing them, and the links by which they are shown.

`WS /api/wall` shows one board to whoever holds a link's token, without a log-in. The browser says
`{"subscribe": "wall:<token>"}` first, so that the token is in no address and no log; then it hears `wall`
(the whole picture, at most once a second) and `beat` each ten seconds with whether the call core answers.
"""

import asyncio
import contextlib
import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, StringConstraints
from pydantic_core import to_jsonable_python
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from andon.identity import audit
from andon.identity.access import At, scope_of
from andon.identity.admin import Administrator, Resource, Revised, add_uses, crud, present, used_by
from andon.kit.errors import not_found
from andon.kit.ids import uuid7
from andon.kit.web import Body, Line, Name, Page, Shown, invalid, same_origin
from andon.reporting.live.connection import Close, Connection, Viewer
from andon.reporting.live.mirror import BoardMirror
from andon.reporting.walls import (
    repository,
    texts,  # noqa: F401  (registers what is said here)
)
from andon.reporting.walls.hub import TOPIC, WallHub
from andon.reporting.walls.model import (
    COLUMNS,
    NOW,
    OF_AGENT,
    OF_DAY,
    OF_STEP,
    ROWS,
    TILES_MOST,
    Kind,
    Tile,
    known,
    overlap,
    said,
)
from andon.reporting.walls.tables import Wallboard, WallboardLink
from andon.routing.tables import Queue

TOKEN_SECONDS = 10.0
MESSAGE_BYTES = 1024


class TileIn(Body):
    """See `walls.model.Tile`."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,24}$")]
    kind: Kind
    x: Annotated[int, Field(ge=0, lt=COLUMNS)]
    y: Annotated[int, Field(ge=0, lt=ROWS)]
    w: Annotated[int, Field(ge=1, le=COLUMNS)]
    h: Annotated[int, Field(ge=1, le=ROWS)]
    title: Line = ""
    figure: Annotated[str, StringConstraints(max_length=60)] = ""
    queue_id: UUID | None = None
    of: Literal["queues", "agents"] = "queues"
    count: Annotated[int, Field(ge=1, le=20)] = 5
    text: Annotated[str, StringConstraints(max_length=500)] = ""

    def pure(self) -> Tile:
        return Tile(**self.model_dump())


Tiles = Annotated[list[TileIn], Field(max_length=TILES_MOST, default_factory=list)]


class WallboardIn(Body):
    """Without `project_id` it is about the whole centre. `show_agents`: names of agents may be on it."""

    name: Name
    project_id: UUID | None = None
    locale: Literal["zh", "en"] = "zh"
    show_agents: bool = False
    tiles: Tiles


class WallboardShown(Revised):
    id: UUID
    name: str
    project_id: UUID | None
    locale: str
    show_agents: bool
    tiles: list[TileIn]
    created_at: datetime


class Look(BaseModel):
    """What the tiles of a board show now, by their ids."""

    server_time: datetime
    zone: str
    tiles: dict[str, dict[str, Any]]


class LinkIn(Body):
    """`name` says where the screen hangs."""

    name: Name


class LinkShown(Shown):
    id: UUID
    name: str
    created_at: datetime
    revoked_at: datetime | None


class LinkMade(LinkShown):
    """The token is told once and kept by nobody."""

    token: str


class FigureChoice(BaseModel):
    """A figure to choose: `kinds` are the tiles that can show it, `agents`: also a ranking of agents."""

    key: str
    name: str
    kinds: list[Kind]
    agents: bool


async def _check(session: AsyncSession, values: dict[str, Any], row: Wallboard | None) -> None:
    """The tiles must fit each other, the grid and the board's project, changed and unchanged ones."""
    board = {
        name: values[name] if name in values else getattr(row, name) for name in WallboardIn.model_fields
    }
    tiles = [TileIn.model_validate(tile).pure() for tile in board["tiles"]]
    await _check_tiles(session, tiles, board["project_id"], show_agents=board["show_agents"])
    if "tiles" in values:
        values["tiles"] = to_jsonable_python(values["tiles"])


async def _check_tiles(
    session: AsyncSession, tiles: list[Tile], project_id: UUID | None, *, show_agents: bool
) -> None:
    seen: set[str] = set()
    for tile in tiles:
        if tile.id in seen:
            raise _wrong("twice", tile.id)
        seen.add(tile.id)
        if not known(tile):
            raise _wrong("figure", tile.id)
        if tile.kind is Kind.RANKING and tile.of == "agents" and not show_agents:
            raise _wrong("agents", tile.id)
    if (misplaced := overlap(tiles)) is not None:
        raise _wrong("place", misplaced)
    wanted = {tile.queue_id for tile in tiles} - {None}
    query = select(Queue.id).where(Queue.id.in_(wanted))
    if project_id is not None:
        query = query.where(Queue.project_id == project_id)
    there = set(await session.scalars(query))
    for tile in tiles:
        if tile.queue_id is not None and tile.queue_id not in there:
            raise _wrong("queue", tile.id)


def _wrong(what: str, tile: str) -> Exception:
    return invalid(tiles=(f"field.tile_{what}", {"tile": tile}))


router: APIRouter = crud(
    Resource(
        path="/api/wallboards",
        kind="wallboard",
        table=Wallboard,
        model=WallboardIn,
        shown=WallboardShown,
        prepare=_check,
    )
)
add_uses("project", used_by("wallboard", Wallboard, Wallboard.project_id))


@router.get("/api/wallboard-figures", tags=["wallboard"])
async def figures(actor: Administrator) -> list[FigureChoice]:
    """Every figure that a tile can show."""
    choices = []
    for key in (*NOW, *OF_DAY):
        kinds = [Kind.FIGURE, Kind.RANKING, *([Kind.TREND] if key in OF_STEP else [])]
        name, _ = said(key, actor.locale)
        choices.append(FigureChoice(key=key, name=name, kinds=kinds, agents=key in OF_AGENT))
    return choices


@router.post("/api/wallboards/{id}/look", tags=["wallboard"])
async def look(id: UUID, body: WallboardIn, actor: Administrator, here: At) -> Look:
    """What the board would show now with these tiles. Stores nothing."""
    tiles = [tile.pure() for tile in body.tiles]
    async with here.db.session(scope_of(actor)) as session:
        row = await present(session, Wallboard, id)
        await _check_tiles(session, tiles, body.project_id, show_agents=body.show_agents)
        shown = repository.Shown(
            wallboard_id=row.id,
            tenant_id=actor.tenant_id,
            name=body.name,
            project_id=body.project_id,
            locale=body.locale,
            show_agents=body.show_agents,
            tiles=tuple(tiles),
        )
        day = await repository.day_of(session, shown, here.clock.now())
    asked = {"verb": "snapshot.board", "tenant_id": str(actor.tenant_id)}
    mirror = BoardMirror(await here.bus.request("core.command", asked))
    return Look(
        server_time=here.clock.now(), zone=day.zone, tiles=repository.pictured(shown, day, mirror.snapshot())
    )


@router.get("/api/wallboards/{id}/links", tags=["wallboard"])
async def list_links(id: UUID, actor: Administrator, here: At) -> Page[LinkShown]:
    """The board's links, newest first; revoked ones too."""
    async with here.db.session(scope_of(actor)) as session:
        await present(session, Wallboard, id)
        wanted = select(WallboardLink).where(WallboardLink.wallboard_id == id)
        rows = list(await session.scalars(wanted.order_by(WallboardLink.id.desc())))
        return Page(items=[LinkShown.model_validate(row) for row in rows], total=len(rows))


@router.post("/api/wallboards/{id}/links", status_code=201, tags=["wallboard"])
async def make_link(id: UUID, body: LinkIn, actor: Administrator, here: At) -> LinkMade:
    """A link that shows this board, and nothing else, to whoever has it, until it is revoked."""
    token = repository.new_token(actor.tenant_id)
    async with here.db.session(scope_of(actor)) as session:
        board = await present(session, Wallboard, id)
        row = WallboardLink(
            id=uuid7(),
            wallboard_id=board.id,
            name=body.name,
            token_hash=repository.digest(token),
            made_by=actor.user_id,
        )
        session.add(row)
        await session.flush()
        await session.refresh(row)
        audit.record(
            session,
            actor,
            here.clock.now(),
            "create",
            "wallboard_link",
            object_id=row.id,
            name=f"{board.name} · {row.name}",
            after={"name": row.name},
        )
        return LinkMade(**LinkShown.model_validate(row).model_dump(), token=token)


@router.delete("/api/wallboards/{id}/links/{link_id}", status_code=204, tags=["wallboard"])
async def revoke_link(id: UUID, link_id: UUID, actor: Administrator, here: At) -> Response:
    """Screens that show the board by this link go dark at once. Once more: nothing."""
    async with here.db.session(scope_of(actor)) as session:
        board = await present(session, Wallboard, id)
        row = await session.get(WallboardLink, link_id)
        if row is None or row.wallboard_id != id:
            raise not_found("wallboard_link")
        if row.revoked_at is None:
            row.revoked_at = here.clock.now()
            audit.record(
                session,
                actor,
                here.clock.now(),
                "delete",
                "wallboard_link",
                object_id=row.id,
                name=f"{board.name} · {row.name}",
                before={"name": row.name},
            )
    here.bus.publish(f"{TOPIC}.{actor.tenant_id}", {})
    return Response(status_code=204)


def hub(connection: HTTPConnection) -> WallHub:
    """The process' walls."""
    found: WallHub = connection.app.state.walls
    return found


@router.websocket("/api/wall")
async def wall(socket: WebSocket) -> None:
    """See the module."""
    await socket.accept()
    if not same_origin(socket):
        await socket.close(Close.FORBIDDEN)
        return
    shown = await _opened(socket)
    if shown is None or shown.link_id is None:
        await _farewell(socket, Close.SESSION)
        return
    viewer = Viewer(
        user_id=shown.link_id,
        tenant_id=shown.tenant_id,
        client_id=None,
        session="",
        agent=False,
        board=False,
    )
    connection = Connection(socket, viewer)
    if not hub(socket).join(connection, shown):
        await _farewell(socket, Close.TOO_MANY)
        return
    code = Close.DONE
    try:
        code = await _serve(socket, connection)
    finally:
        hub(socket).leave(connection)
    await _farewell(socket, code)


async def _opened(socket: WebSocket) -> repository.Shown | None:
    """The board of the token that the browser says first."""
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, KeyError, ValueError, TypeError):
        said_first = await asyncio.wait_for(socket.receive_text(), TOKEN_SECONDS)
        if len(said_first) <= MESSAGE_BYTES:
            token = str(json.loads(said_first)["subscribe"]).removeprefix("wall:")
            return await repository.open_link(hub(socket).db, token)
    return None


async def _serve(socket: WebSocket, connection: Connection) -> int:
    """Send what is queued until either end leaves; a screen has nothing to say but that it is there."""
    pump = asyncio.create_task(connection.pump())
    listen = asyncio.create_task(_listen(socket))
    try:
        await asyncio.wait({pump, listen}, return_when=asyncio.FIRST_COMPLETED)
        if listen.done():
            connection.close(listen.result())
        return await pump
    except (WebSocketDisconnect, RuntimeError):  # sending to a screen that has gone
        return Close.DONE
    finally:
        for task in (pump, listen):
            task.cancel()
        await asyncio.gather(pump, listen, return_exceptions=True)


async def _listen(socket: WebSocket) -> int:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return Close.DONE
        if len(message.get("text") or "") > MESSAGE_BYTES or message.get("bytes"):
            return Close.TOO_BIG


async def _farewell(socket: WebSocket, code: int) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        await asyncio.wait_for(socket.close(code), 1)
