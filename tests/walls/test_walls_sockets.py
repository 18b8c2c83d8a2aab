"""Both sockets from the wrong side: what is pushed to one must not be heard by another."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from walls_routes import ADMIN, BOARD, SUPERVISOR
from walls_world import (
    BOUND,
    Operator,
    add_user,
    board_of,
    cheap_passwords,
    ids_in,
    log_in,
    make_operator,
    walled_tables,
)
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from andon.channels.voice import sip_proxy
from andon.entrypoints.edge import create_app
from andon.identity.model import Role
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.settings import Settings
from andon.kit.web import Services
from andon.reporting import projector
from andon.reporting.live.connection import Close
from harness.ports import free_port

pytestmark = pytest.mark.walls

AT = "2026-03-02T01:00:00.000Z"


@dataclass
class House:
    """A running edge with two operators; core answers each with its own board, and any agent's view."""

    port: int
    bus: MemoryBus
    here: Operator
    there: Operator
    hidden: set[str]  # marks of `there`
    sessions: Any

    @contextlib.asynccontextmanager
    async def socket(
        self, operator: Operator | None, login: str, path: str = "/api/live", **how: Any
    ) -> AsyncIterator[ClientConnection]:
        headers = await log_in(self.sessions, operator, login) if operator else {}
        url = f"ws://127.0.0.1:{self.port}{path}"
        async with connect(url, additional_headers=headers, proxy=None, **how) as socket:
            yield socket


@pytest.fixture(scope="module")
async def house(
    owner_db: Database, db: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    home = tmp_path_factory.mktemp("sockets")
    settings = Settings(home=home, http_port=free_port(), ari_port=free_port())
    operators = [await make_operator(owner_db, db, home / "recordings") for _ in range(2)]
    boards = {str(operator.id): board_of(operator) for operator in operators}
    bus = MemoryBus()

    async def core(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["verb"] == "snapshot.board":
            return boards[asked["tenant_id"]]
        return {"seq": 1, "server_time": AT, "agent_id": asked["actor"]["user_id"]}

    bus.serve("core.command", core)
    edge_db = Database(db.url, "walls edge")  # closed with the edge
    app = create_app(Services(settings, edge_db, bus, SystemClock()), cheap_passwords())
    here, there = operators
    for operator in operators:
        for role in Role:
            client = operator.sides[1].client if role is Role.CLIENT_VIEWER else None
            await add_user(owner_db, operator, f"only.{role}", [role], client)
    await add_user(owner_db, there, "bound", BOUND, there.sides[1].client)
    tables = await walled_tables(owner_db)
    hidden = await ids_in(owner_db, tables, there.scope) - await ids_in(owner_db, tables, here.scope)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=settings.ports().http, log_level="warning")
    )
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.wait({serving}, timeout=0.01)
        assert not serving.done(), serving.exception()
    yield House(settings.ports().http, bus, here, there, hidden | {there.stand.code}, app.state.sessions)
    server.should_exit = True
    await serving


async def heard(socket: ClientConnection) -> str:
    """All that was pushed until now: a ping is answered behind it."""
    await socket.send(json.dumps({"type": "ping"}))
    everything = ""
    while '"pong"' not in everything:
        everything += str(await asyncio.wait_for(socket.recv(), 20))
    return everything


async def until(socket: ClientConnection, *kinds: str) -> str:
    """All that is pushed until each of these kinds of message was."""
    everything, wanted = "", set(kinds)
    while wanted:
        said = str(await asyncio.wait_for(socket.recv(), 20))
        everything += said
        wanted.discard(json.loads(said)["type"])
    return everything


async def code_of(socket: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as end:
        while True:
            await asyncio.wait_for(socket.recv(), 20)
    assert end.value.rcvd is not None
    return end.value.rcvd.code


def shout(house: House, operator: Operator) -> None:
    """Everything the bus ever says of an operator, naming all it has."""
    marks = {"said": [operator.stand.code, *(side.tag for side in operator.sides)]}
    for agent in (operator.agent, *operator.users.values()):
        house.bus.publish(f"agent.{agent}", {"seq": 2, "server_time": AT, "agent_id": str(agent)} | marks)
    board = board_of(operator)
    changed = {part: board[part] for part in ("agents", "queues", "waiting", "calls")}
    house.bus.publish(
        f"board.{operator.id}", {"seq": 2, "server_time": AT, "changed": changed, "removed": {}}
    )
    contacts = [str(side.contact) for side in operator.sides]
    figures = {"contacts": contacts, "queues": [], "agents": [str(id) for id in operator.users.values()]}
    house.bus.publish(f"{projector.TOPIC}.{operator.id}", figures)
    house.bus.publish("config.changed", {"tenant_id": str(operator.id)})


async def test_without_a_log_in_or_from_a_foreign_page_both_are_closed(house: House) -> None:
    for path, codes in (
        ("/api/live", (Close.SESSION, Close.FORBIDDEN)),
        ("/sip", (sip_proxy.CLOSE_SESSION, sip_proxy.CLOSE_FORBIDDEN)),
    ):
        protocols = {"subprotocols": ["sip"]} if path == "/sip" else {}
        async with house.socket(None, "", path, **protocols) as socket:
            assert await code_of(socket) == codes[0]
        foreign = protocols | {"origin": "https://evil.example"}
        async with house.socket(house.there, "only.agent", path, **foreign) as socket:
            assert await code_of(socket) == codes[1]


async def test_another_operator_hears_nothing(house: House) -> None:
    """Its own agent, with every role, watches the own board while everything of the other is said."""
    async with house.socket(house.here, "everything") as socket:
        await socket.send(json.dumps({"subscribe": "board"}))
        said = await until(socket, "hello", "agent", "board", "figures")
        assert house.here.sides[0].tag in said
        shout(house, house.there)
        shout(house, house.here)
        said += await until(socket, "board", "agent", "figures") + await heard(socket)
        assert [mark for mark in house.hidden if mark in said] == []
        assert house.here.stand.code in said


async def test_another_client_of_the_same_operator_hears_nothing(house: House) -> None:
    own, other = house.there.sides[1], house.there.sides[0]
    async with house.socket(house.there, "bound") as socket:
        await socket.send(json.dumps({"subscribe": "board"}))
        said = await until(socket, "hello", "agent", "board", "figures")
        assert own.tag in said
        for agent in (house.there.agent, house.there.users["everything"]):
            house.bus.publish(f"agent.{agent}", {"seq": 2, "server_time": AT, "said": other.tag})
        board = board_of(house.there)
        changed = {part: board[part] for part in ("agents", "queues", "waiting", "calls")}
        house.bus.publish(
            f"board.{house.there.id}", {"seq": 2, "server_time": AT, "changed": changed, "removed": {}}
        )
        said += await until(socket, "board") + await heard(socket)
        assert [mark for mark in other.named() if mark in said] == []
        assert str(house.there.agent) not in said


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_is_pushed_what_it_may_see(house: House, role: Role) -> None:
    """An agent the own view, a watcher the board, and nobody what is another role's."""
    async with house.socket(house.there, f"only.{role}") as socket:
        await socket.send(json.dumps({"subscribe": "board"}))
        board = role in BOARD
        desk = role is Role.AGENT
        wanted = ["hello", *(["board", "figures"] if board else []), *(["agent"] if desk else [])]
        said = await until(socket, *wanted)
        shout(house, house.there)
        said += await heard(socket)
        assert ('"board"' in said) is board and ('"agent"' in said) is desk
        assert desk or '"today"' not in said
        assert board or desk or house.there.sides[0].tag not in said
    async with house.socket(house.there, f"only.{role}", "/sip", subprotocols=["sip"]) as phone:
        # There is no engine here: whoever may have a phone is told to try again.
        has_phone = desk or role in SUPERVISOR | ADMIN
        expected = sip_proxy.CLOSE_TRY_AGAIN if has_phone else sip_proxy.CLOSE_FORBIDDEN
        assert await code_of(phone) == expected


async def test_a_wallboard_s_link_shows_its_own_board_of_its_own_operator(house: House) -> None:
    """Its token opens that board and no other socket; one made up, or naming another operator, none."""
    token = house.here.wall_token
    async with house.socket(None, "", "/api/wall") as socket:
        await socket.send(json.dumps({"subscribe": f"wall:{token}"}))
        said = await until(socket, "wall")
        shout(house, house.there)
        shout(house, house.here)
        assert house.here.sides[0].tag in said  # the name of its queue
        assert [mark for mark in house.hidden if mark in said] == []
        assert house.here.users["everything"].hex not in said.replace("-", "")
    _, _, secret = token.partition(".")
    for wrong in (f"{house.there.id.hex}.{secret}", f"{house.here.id.hex}.x", "x", "", f"{token} "):
        async with house.socket(None, "", "/api/wall") as socket:
            await socket.send(json.dumps({"subscribe": f"wall:{wrong}"}))
            assert await code_of(socket) == Close.SESSION, wrong
    async with house.socket(None, "", "/api/wall", origin="https://evil.example") as socket:
        assert await code_of(socket) == Close.FORBIDDEN
    async with house.socket(None, "", "/api/live") as socket:
        assert await code_of(socket) == Close.SESSION
