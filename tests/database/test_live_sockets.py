"""Real sockets against a real edge: the live push and the SIP proxy."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from reporting_edge import Edge, settings_for
from reporting_stand import journal, make_stand
from reporting_world import Day
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from andon.channels.voice import sip_proxy
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.errors import AndonError
from andon.reporting.live import http as live_http
from andon.reporting.live.connection import Close
from andon.reporting.live.hub import SOCKETS_PER_USER
from andon.reporting.projector import Projector
from andon.telephony.engine.layout import plan_of
from harness.ports import free_port

pytestmark = pytest.mark.database

AT = "2026-03-02T01:00:00.000Z"
VIEW = {"seq": 1, "server_time": AT, "state": "ready"}


def board(seq: int, **parts: list[dict[str, Any]]) -> dict[str, Any]:
    empty: dict[str, Any] = {p: [] for p in ("agents", "queues", "waiting", "calls", "trunks", "alarms")}
    return {"seq": seq, "server_time": AT, **empty, **parts}


@pytest.fixture
async def edge(db: Database, owner_db: Database, tmp_path: Path) -> AsyncIterator[Edge]:
    bus = MemoryBus()
    await bus.start()
    stand = await make_stand(owner_db)
    edge = Edge(settings_for(tmp_path, free_port(), free_port()), db, bus, stand)
    edge.core.answers = {"snapshot.agent": VIEW, "snapshot.board": board(1)}
    await edge.add_user("lin", ["agent"], agent_no="8101")
    await edge.add_user("zhou", ["supervisor"])
    await edge.add_user("shen", ["auditor"])
    await edge.add_user("viewer", ["client_viewer"], client_id=stand.clients[0])
    async with edge.running():
        yield edge
    await bus.stop()


async def hear(socket: ClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    """The next message of that type with these fields."""
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), 30))
        if message["type"] == kind and all(name in message for name in fields.get("having", ())):
            return message


async def closed(socket: ClientConnection) -> int:
    """The code the server closes with."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    except ConnectionClosed as end:
        assert end.rcvd is not None
        return end.rcvd.code


async def test_a_socket_without_a_session_or_from_a_foreign_page_is_refused_with_its_code(edge: Edge) -> None:
    async with edge.socket("/api/live", {}) as socket:
        assert await closed(socket) == Close.SESSION
    headers = await edge.log_in("lin")
    async with edge.socket("/api/live", headers, origin="https://evil.example") as socket:
        assert await closed(socket) == Close.FORBIDDEN
    async with edge.socket("/api/live", headers, origin=f"http://{edge.address}") as socket:
        assert (await hear(socket, "hello"))["session"]


async def test_an_agent_gets_the_view_then_each_change_and_core_is_told_of_presence(edge: Edge) -> None:
    headers = await edge.log_in("lin")
    async with edge.socket("/api/live", headers) as socket:
        session = (await hear(socket, "hello"))["session"]
        presence = await edge.core.hears("agent.presence", connected=True)
        assert presence["session"] == session
        assert (await hear(socket, "agent"))["view"] == VIEW
        assert "signed_in_time" in (await hear(socket, "today"))["values"]
        edge.bus.publish(f"agent.{presence['actor']['user_id']}", VIEW | {"seq": 2, "state": "ringing"})
        assert (await hear(socket, "agent"))["view"]["state"] == "ringing"
        async with edge.socket("/api/live", headers) as second:
            assert (await hear(second, "agent"))["view"] == VIEW
        await socket.send(json.dumps({"type": "ping"}))
        await hear(socket, "pong")
    gone = await edge.core.hears("agent.presence", connected=False)
    assert gone["session"] == session
    # The second tab's end was not the desk's end: nothing was said in between.
    assert edge.core.asked.empty()


async def test_a_core_that_is_away_is_told_and_asked_again(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge.core.answers["snapshot.agent"] = AndonError("core.starting", 503)
    async with edge.socket("/api/live", await edge.log_in("lin")) as socket:
        assert (await hear(socket, "core"))["up"] is False
        edge.core.answers["snapshot.agent"] = VIEW
        assert (await hear(socket, "core"))["up"] is True
        await hear(socket, "agent")


async def test_logging_out_closes_every_socket_of_the_session(edge: Edge) -> None:
    headers = await edge.log_in("lin")
    async with edge.socket("/api/live", headers) as socket:
        await hear(socket, "hello")
        actor = await edge.sessions.find(headers["Cookie"].partition("=")[2])
        assert actor is not None
        await edge.sessions.log_out(actor)
        assert await closed(socket) == Close.SESSION


async def test_the_board_is_a_snapshot_then_deltas_and_a_lost_delta_is_repaired(edge: Edge) -> None:
    queue = str(edge.stand.queues[0])
    row = {"queue_id": queue, "name": "q", "waiting": 0}
    edge.core.answers["snapshot.board"] = board(1, queues=[row])
    topic = f"board.{edge.stand.tenant_id}"
    async with edge.socket("/api/live", await edge.log_in("zhou")) as socket:
        await socket.send(json.dumps({"subscribe": "board"}))
        assert (await hear(socket, "board"))["snapshot"]["queues"] == [row]
        assert queue in (await hear(socket, "figures"))["queues"]
        delta = {"seq": 2, "server_time": AT, "changed": {"queues": [row | {"waiting": 1}]}, "removed": {}}
        edge.bus.publish(topic, delta)
        assert (await hear(socket, "board"))["delta"] == delta
        edge.core.answers["snapshot.board"] = board(9, queues=[row | {"waiting": 7}])
        edge.bus.publish(topic, delta | {"seq": 9})
        assert (await hear(socket, "board"))["snapshot"]["queues"] == [row | {"waiting": 7}]
        await socket.send(json.dumps({"unsubscribe": "board"}))


async def test_a_clients_viewer_sees_own_queues_only_and_an_agent_no_board(edge: Edge) -> None:
    own, other = map(str, edge.stand.queues)
    edge.core.answers["snapshot.board"] = board(
        1,
        agents=[{"agent_id": "a", "name": "张伟"}],
        queues=[{"queue_id": own, "waiting": 1}, {"queue_id": other, "waiting": 2}],
        waiting=[{"contact_id": "c1", "queue_id": own}, {"contact_id": "c2", "queue_id": other}],
        calls=[{"contact_id": "c3", "client_id": str(edge.stand.clients[1])}],
    )
    async with edge.socket("/api/live", await edge.log_in("viewer")) as socket:
        await socket.send(json.dumps({"subscribe": "board"}))
        seen = (await hear(socket, "board"))["snapshot"]
        assert [row["queue_id"] for row in seen["queues"]] == [own]
        assert [row["contact_id"] for row in seen["waiting"]] == ["c1"]
        assert seen["agents"] == seen["calls"] == []
        assert list((await hear(socket, "figures"))["queues"]) == [own]
        changed = {
            "waiting": [{"contact_id": "c4", "queue_id": other}, {"contact_id": "c5", "queue_id": own}]
        }
        edge.bus.publish(
            f"board.{edge.stand.tenant_id}",
            {"seq": 2, "server_time": AT, "changed": changed, "removed": {"waiting": ["c2"]}},
        )
        said = await hear(socket, "board")
        assert [row["contact_id"] for row in said["snapshot"]["waiting"]] == ["c1", "c5"]
    async with edge.socket("/api/live", await edge.log_in("lin")) as socket:
        await socket.send(json.dumps({"subscribe": "board"}))
        await hear(socket, "agent")
        await socket.send(json.dumps({"type": "ping"}))
        await hear(socket, "pong")  # had there been a board it would have come first


async def test_figures_follow_the_journal(edge: Edge, db: Database) -> None:
    stand = edge.stand
    now = SystemClock().now()
    day = Day(
        stand.tenant_id, stand.clients, stand.projects, stand.queues, stand.agents, contacts=6, begin=now
    )
    async with edge.socket("/api/live", await edge.log_in("zhou")) as socket:
        await socket.send(json.dumps({"subscribe": "board"}))
        first = await hear(socket, "figures")
        assert first["whole"]["offered"] == 0
        assert first["whole"]["service_level:sl.d"] is None
        await journal(db, day.facts)
        await Projector(db, edge.bus, SystemClock(), stand.tenant_id).catch_up()
        then = await hear(socket, "figures")
        assert then["whole"]["offered"] > 0
        assert set(then["queues"]) == {str(queue) for queue in stand.queues}


async def test_nobody_can_open_sockets_or_shout_without_end(edge: Edge) -> None:
    headers = await edge.log_in("zhou")
    sockets = [edge.socket("/api/live", headers) for _ in range(SOCKETS_PER_USER + 1)]
    opened = [await socket.__aenter__() for socket in sockets]
    assert await closed(opened[-1]) == Close.TOO_MANY
    for _ in range(live_http.MESSAGES_PER_SECOND + 1):
        await opened[0].send("{}")
    assert await closed(opened[0]) == Close.TOO_MANY
    await opened[1].send("x" * (live_http.MESSAGE_BYTES + 1))
    assert await closed(opened[1]) == Close.TOO_BIG
    for rubbish in ("", "[]", "{", '{"subscribe": ["board"]}', '{"subscribe": {}}', "null", "1e999"):
        await opened[2].send(rubbish)
    await opened[2].send(json.dumps({"type": "ping"}))
    await hear(opened[2], "pong")
    for socket in sockets:
        await socket.__aexit__(None, None, None)


# --- the SIP proxy ---------------------------------------------------------------------------------------


class Engine:
    """Stands for Asterisk's WebSocket: hands each connection to the test."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def __call__(self, connection: ServerConnection) -> None:
        self.arrived.put_nowait(connection)
        await connection.wait_closed()

    async def takes(self) -> ServerConnection:
        return await asyncio.wait_for(self.arrived.get(), 30)


@pytest.fixture
async def engine(edge: Edge) -> AsyncIterator[Engine]:
    engine = Engine()
    port = edge.settings.ports().ari
    async with serve(engine, "127.0.0.1", port, subprotocols=["sip"], max_size=2**22):  # type: ignore[list-item]  # a plain string is one
        yield engine


REGISTER = "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WS x.invalid\r\n\r\n"


async def test_sip_messages_pass_untouched_both_ways(edge: Edge, engine: Engine) -> None:
    async with edge.socket("/sip", await edge.log_in("lin"), subprotocol="sip") as phone:
        assert phone.subprotocol == "sip"
        asterisk = await engine.takes()
        for message in (REGISTER, "\r\n\r\n", "中文 \x00 ok", "a" * 60_000):
            await phone.send(message)
            assert await asterisk.recv() == message
            await asterisk.send(message)
            assert await phone.recv() == message
        await phone.send(b"\x00\xff")
        assert await asterisk.recv() == b"\x00\xff"
        await asterisk.send(b"\xfe\x01")
        assert await phone.recv() == b"\xfe\x01"


async def test_either_end_closing_closes_the_other(edge: Edge, engine: Engine) -> None:
    headers = await edge.log_in("lin")
    async with edge.socket("/sip", headers, subprotocol="sip") as phone:
        asterisk = await engine.takes()
        await phone.close()
        await asyncio.wait_for(asterisk.wait_closed(), 10)
    async with edge.socket("/sip", headers, subprotocol="sip") as phone:
        asterisk = await engine.takes()
        await asterisk.close()
        assert await closed(phone) == 1000
    async with edge.socket("/sip", headers, subprotocol="sip") as phone:
        asterisk = await engine.takes()
        asterisk.transport.abort()  # the engine was killed
        assert await closed(phone) == sip_proxy.CLOSE_TRY_AGAIN


async def test_a_phone_leaves_a_drained_node_once_its_agent_is_in_no_call(
    edge: Edge, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is given the other one, which it keeps when the first takes calls again or dies."""
    first = plan_of(edge.settings)
    second = msgspec.structs.replace(first, node="n2", ari_port=free_port())
    monkeypatch.setattr(sip_proxy, "plans_of", lambda settings: [first, second])
    monkeypatch.setattr(sip_proxy, "LOOK_SECONDS", 0.05)
    nodes = [{"name": name, "up": True, "draining": False} for name in ("n1", "n2")]
    edge.core.answers |= {"nodes": {"nodes": nodes}, "snapshot.agent": {"state": "talking"}}
    headers, other = await edge.log_in("lin"), Engine()
    async with serve(other, "127.0.0.1", second.ari_port, subprotocols=["sip"]):  # type: ignore[list-item]  # a plain string is one
        async with edge.socket("/sip", headers, subprotocol="sip") as phone:
            asterisk = await engine.takes()
            nodes[0]["draining"] = True
            edge.bus.publish("node.drained", {"node": "n1"})
            await edge.core.hears("snapshot.agent")
            await edge.core.hears("snapshot.agent")
            await phone.send(REGISTER)
            assert await asterisk.recv() == REGISTER  # in a call it stays
            edge.core.answers["snapshot.agent"] = {"state": "acw"}
            assert await closed(phone) == sip_proxy.CLOSE_TRY_AGAIN
        async with edge.socket("/sip", headers, subprotocol="sip"):
            await other.takes()
        nodes[0]["draining"], nodes[1]["up"] = False, False
        async with edge.socket("/sip", headers, subprotocol="sip"):
            await engine.takes()


async def test_a_phone_needs_protocol_session_right_and_our_page(edge: Edge, engine: Engine) -> None:
    lin, shen = await edge.log_in("lin"), await edge.log_in("shen")
    cases = [
        ({"headers": lin, "subprotocol": None}, sip_proxy.CLOSE_PROTOCOL),
        ({"headers": {}, "subprotocol": "sip"}, sip_proxy.CLOSE_SESSION),
        ({"headers": shen, "subprotocol": "sip"}, sip_proxy.CLOSE_FORBIDDEN),
        ({"headers": lin, "subprotocol": "sip", "origin": "https://evil.example"}, sip_proxy.CLOSE_FORBIDDEN),
    ]
    for how, code in cases:
        async with edge.socket("/sip", **how) as phone:  # type: ignore[arg-type]  # as written above
            assert await closed(phone) == code
    assert engine.arrived.empty()


async def test_a_message_too_big_ends_both_and_an_engine_that_is_away_is_said(edge: Edge) -> None:
    headers = await edge.log_in("lin")
    async with edge.socket("/sip", headers, subprotocol="sip") as phone:
        assert await closed(phone) == sip_proxy.CLOSE_TRY_AGAIN
    engine = Engine()
    async with serve(engine, "127.0.0.1", edge.settings.ports().ari, subprotocols=["sip"], max_size=2**22):  # type: ignore[list-item]  # a plain string is one
        async with edge.socket("/sip", headers, subprotocol="sip") as phone:
            asterisk = await engine.takes()
            await phone.send("x" * (sip_proxy.MESSAGE_BYTES + 1))
            assert await closed(phone) == sip_proxy.CLOSE_TOO_BIG
            await asyncio.wait_for(asterisk.wait_closed(), 10)
        async with edge.socket("/sip", headers, subprotocol="sip") as phone:
            asterisk = await engine.takes()
            await asterisk.send("x" * (sip_proxy.MESSAGE_BYTES + 1))
            await closed(phone)
            await asyncio.wait_for(asterisk.wait_closed(), 10)


async def test_a_phone_that_does_not_read_stops_the_engine_and_not_our_memory(
    edge: Edge, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back-pressure: the engine's sending blocks long before a large pile lies with us, and the phone is
    given up although it stays connected."""
    monkeypatch.setattr(sip_proxy, "SEND_SECONDS", 3)
    async with edge.socket("/sip", await edge.log_in("lin"), subprotocol="sip") as phone:
        asterisk = await engine.takes()
        phone.transport.pause_reading()
        noise = os.urandom(60_000)  # on its way to a browser anything else is compressed to next to nothing
        sent = 0
        with pytest.raises((TimeoutError, ConnectionClosed)):
            while sent < 64 * 2**20:
                await asyncio.wait_for(asterisk.send(noise), 1)
                sent += len(noise)
        assert sent < 32 * 2**20
        await asyncio.wait_for(asterisk.wait_closed(), 20)
        phone.transport.abort()


async def test_logging_out_ends_the_phone(edge: Edge, engine: Engine) -> None:
    headers = await edge.log_in("lin")
    async with edge.socket("/sip", headers, subprotocol="sip") as phone:
        await engine.takes()
        actor = await edge.sessions.find(headers["Cookie"].partition("=")[2])
        assert actor is not None
        await edge.sessions.log_out(actor)
        assert await closed(phone) == sip_proxy.CLOSE_SESSION
