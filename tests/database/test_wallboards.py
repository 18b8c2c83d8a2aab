"""Wallboards: made by an administrator, shown by a link, dark once it is revoked."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from reporting_edge import Edge, settings_for
from reporting_stand import journal, make_stand
from reporting_world import Day
from sqlalchemy import select
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from andon.identity.tables import Audit
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.reporting.live.connection import Close
from andon.reporting.projector import Projector
from andon.reporting.walls.model import Kind, Tile
from andon.reporting.walls.repository import Shown, day_of
from harness.ports import free_port

pytestmark = pytest.mark.database

PATH = "/api/wallboards"
AT = "2026-03-02T01:00:00.000Z"


def tile(kind: str, x: int, y: int, **more: Any) -> dict[str, Any]:
    return {"id": f"{kind}-{x}-{y}", "kind": kind, "x": x, "y": y, "w": 4, "h": 3, **more}


@pytest.fixture
async def edge(db: Database, owner_db: Database, tmp_path: Path) -> AsyncIterator[Edge]:
    bus = MemoryBus()
    await bus.start()
    stand = await make_stand(owner_db)
    edge = Edge(settings_for(tmp_path, free_port(), free_port()), db, bus, stand)
    edge.core.answers = {"snapshot.board": board(edge, 1, 4), "health": {"ok": True}}
    await edge.add_user("root", ["administrator"])
    await edge.add_user("zhou", ["supervisor"])
    async with edge.running():
        yield edge
    await bus.stop()


def board(edge: Edge, seq: int, waiting: int) -> dict[str, Any]:
    empty: dict[str, Any] = {p: [] for p in ("agents", "waiting", "calls", "trunks", "alarms")}
    queues = [
        {
            "queue_id": str(id),
            "name": "q",
            "project_name": None,
            "waiting": waiting + n,
            "oldest_since": AT,
            "signed_in": 1,
            "ready": 1,
            "talking": 0,
        }
        for n, id in enumerate(edge.stand.queues)
    ]
    return {"seq": seq, "server_time": AT, **empty, "queues": queues}


async def hear(socket: ClientConnection, kind: str, true: Any = lambda _message: True) -> dict[str, Any]:
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), 20))
        if message["type"] == kind and true(message):
            return dict(message)


async def closed(socket: ClientConnection) -> int:
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 20)
    except ConnectionClosed as end:
        assert end.rcvd is not None
        return end.rcvd.code


async def test_a_board_is_shown_by_its_link_as_it_changes_until_the_link_is_revoked(edge: Edge) -> None:
    first, second = edge.stand.queues[:2]
    body = {
        "name": "大厅",
        "project_id": str(edge.stand.projects[0]),
        "tiles": [
            tile("figure", 0, 0, figure="now.waiting", title="排队"),
            tile("figure", 4, 0, figure="service_level:sl.d", queue_id=str(first)),
            tile("queues", 8, 0),
            tile("trend", 0, 3, figure="offered"),
            tile("clock", 4, 3),
        ],
    }
    async with edge.client("zhou") as zhou:
        assert (await zhou.post(PATH, json=body)).status_code == 403
    async with edge.client("root") as root:
        made = await root.post(PATH, json=body)
        assert made.status_code == 201, made.text
        id = made.json()["id"]
        looked = (await root.post(f"{PATH}/{id}/look", json=body)).json()
        assert looked["tiles"]["figure-0-0"]["value"] == 4 and looked["zone"] == "Asia/Shanghai"
        links = f"{PATH}/{id}/links"
        link = (await root.post(links, json={"name": "前台电视"})).json()
        listed = (await root.get(links)).text
        assert "前台电视" in listed and link["token"] not in listed and "token" not in listed
        async with edge.socket("/api/wall", {}) as screen:
            await screen.send(json.dumps({"subscribe": f"wall:{link['token']}"}))
            shown = await hear(screen, "wall")
            assert (shown["name"], shown["locale"]) == ("大厅", "zh")
            assert shown["tiles"]["figure-0-0"]["value"] == 4
            assert [row["waiting"] for row in shown["tiles"]["queues-8-0"]["rows"]] == [4]
            # Of the other project's queue nothing is told, nor any id.
            assert str(second) not in json.dumps(shown) and str(first) not in json.dumps(shown)
            changed = board(edge, 2, 9)["queues"]
            delta = {"seq": 2, "server_time": AT, "changed": {"queues": changed}, "removed": {}}
            edge.bus.publish(f"board.{edge.stand.tenant_id}", delta)
            await hear(screen, "wall", lambda said: said["tiles"]["figure-0-0"]["value"] == 9)
            # The board itself is changed: the screens follow.
            assert (await root.patch(f"{PATH}/{id}", json={"name": "大厅二"})).status_code == 200
            await hear(screen, "wall", lambda said: said["name"] == "大厅二")
            assert (await root.delete(f"{links}/{link['id']}")).status_code == 204
            assert await closed(screen) == Close.SESSION
        async with edge.socket("/api/wall", {}) as screen:
            await screen.send(json.dumps({"subscribe": f"wall:{link['token']}"}))
            assert await closed(screen) == Close.SESSION
        # A board that is gone takes its links with it.
        other = (await root.post(links, json={"name": "二楼"})).json()
        async with edge.socket("/api/wall", {}) as screen:
            await screen.send(json.dumps({"subscribe": f"wall:{other['token']}"}))
            await hear(screen, "wall")
            assert (await root.delete(f"{PATH}/{id}")).status_code == 204
            assert await closed(screen) == Close.SESSION
    async with edge.db.session(edge.stand.scope) as session:
        found = await session.scalars(
            select(Audit).where(Audit.object_kind.startswith("wallboard")).order_by(Audit.id)
        )
        entries = [(entry.object_kind, entry.action, entry.object_name) for entry in found]
    assert entries == [
        ("wallboard", "create", "大厅"),
        ("wallboard_link", "create", "大厅 · 前台电视"),
        ("wallboard", "update", "大厅二"),
        ("wallboard_link", "delete", "大厅二 · 前台电视"),
        ("wallboard_link", "create", "大厅二 · 二楼"),
        ("wallboard", "delete", "大厅二"),
    ]


async def test_what_does_not_fit_is_refused_and_names_the_tile(edge: Edge) -> None:
    far = str(edge.stand.queues[1])
    wrong: list[list[dict[str, Any]]] = [
        [tile("clock", 0, 0), tile("text", 3, 2)],
        [tile("clock", 13, 0)],
        [tile("figure", 0, 0, figure="moon")],
        [tile("trend", 0, 0, figure="aht")],
        [tile("figure", 0, 0, figure="now.waiting", queue_id=far)],
        [tile("ranking", 0, 0, figure="handled", of="agents")],
        [tile("clock", 0, 0), {**tile("clock", 4, 0), "id": "clock-0-0"}],
    ]
    async with edge.client("root") as root:
        for tiles in wrong:
            body = {"name": "x", "project_id": str(edge.stand.projects[0]), "tiles": tiles}
            answer = await root.post(PATH, json=body)
            assert answer.status_code == 422, tiles
            assert tiles[-1]["id"] in answer.json()["error"]["fields"]["tiles"], answer.text
        body = {"name": "x", "tiles": [tile("clock", 0, 0) for _ in range(41)]}
        assert (await root.post(PATH, json=body)).status_code == 422
        made = (await root.post(PATH, json={"name": "x"})).json()
        # Of two who design it the second is told.
        path, seen = f"{PATH}/{made['id']}", {"If-Match": made["revision"]}
        kept = await root.patch(path, json={"tiles": [tile("clock", 0, 0)]}, headers=seen)
        assert kept.status_code == 200 and kept.json()["revision"] != made["revision"]
        assert (await root.get(path)).json()["revision"] == kept.json()["revision"]
        late = await root.patch(path, json={"tiles": []}, headers=seen)
        error = late.json()["error"]
        assert (late.status_code, error["code"]) == (409, "changed_meanwhile")
        assert error["params"]["names"] == ["tiles"]
        # A board that stops showing agents may keep no tile that names them.
        ranking = [tile("ranking", 0, 0, figure="handled", of="agents")]
        assert (await root.patch(path, json={"show_agents": True, "tiles": ranking})).status_code == 200
        assert (await root.patch(path, json={"show_agents": False})).status_code == 422


async def test_the_day_of_a_project_is_its_own(db: Database, owner_db: Database) -> None:
    """Steps add up to the whole; agents are counted by the project's talks alone."""
    stand = await make_stand(owner_db)
    day = Day(stand.tenant_id, stand.clients, stand.projects, stand.queues, stand.agents, contacts=40)
    await journal(db, day.facts)
    await Projector(db, MemoryBus(), SystemClock(), stand.tenant_id).catch_up()
    tiles = (
        Tile(id="a", kind=Kind.TREND, x=0, y=0, w=4, h=2, figure="offered"),
        Tile(id="b", kind=Kind.RANKING, x=4, y=0, w=4, h=2, figure="handled", of="agents"),
    )

    def shown(project: Any) -> Shown:
        return Shown(
            wallboard_id=stand.tenant_id,
            tenant_id=stand.tenant_id,
            name="x",
            project_id=project,
            locale="zh",
            show_agents=True,
            tiles=tiles,
        )

    handled = []
    async with db.session(stand.scope) as session:
        for project in (None, *stand.projects[:2]):
            found = await day_of(session, shown(project), day.end)
            assert found.whole["offered"]
            assert sum(values["offered"] or 0 for _, values in found.trend) == found.whole["offered"]
            assert len(found.trend) >= 1 and all(at.minute in (0, 30) for at, _ in found.trend)
            handled.append(sum(values["handled"] or 0 for _, values in found.agents))
            assert len(found.queues) == (1 if project else len(stand.queues))
    assert handled[0] == sum(handled[1:]) and min(handled) > 0
