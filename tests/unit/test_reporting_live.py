"""The board's mirror, what a client's viewer sees of it, and a socket that reads too slowly."""

import asyncio
import itertools
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from andon.reporting.live.connection import WAITING_MOST, Close, Connection, Viewer
from andon.reporting.live.mirror import PARTS, BoardMirror, Gap

pytestmark = pytest.mark.unit

CLIENT, OTHER = UUID(int=1), UUID(int=2)


def board(
    seq: int = 1, at: str = "2026-03-02T01:00:00.000Z", **parts: list[dict[str, Any]]
) -> dict[str, Any]:
    return {"seq": seq, "server_time": at, **{part: parts.get(part, []) for part in PARTS}}


def delta(seq: int, at: str = "2026-03-02T01:00:01.000Z", **more: Any) -> dict[str, Any]:
    return {"seq": seq, "server_time": at, "changed": {}, "removed": {}} | more


def test_a_delta_changes_adds_and_removes() -> None:
    mirror = BoardMirror(
        board(calls=[{"contact_id": "a", "phase": "flow"}, {"contact_id": "b", "phase": "flow"}])
    )
    assert mirror.merge(
        delta(
            2,
            changed={
                "calls": [{"contact_id": "b", "phase": "talking"}, {"contact_id": "c", "phase": "flow"}]
            },
            removed={"calls": ["a"], "alarms": ["disk_full:recordings"]},
        )
    )
    assert mirror.snapshot()["calls"] == [
        {"contact_id": "b", "phase": "talking"},
        {"contact_id": "c", "phase": "flow"},
    ]
    assert mirror.snapshot()["seq"] == 2


def test_an_old_delta_is_dropped_and_a_lost_one_is_noticed() -> None:
    mirror = BoardMirror(board(5))
    assert not mirror.merge(delta(5, at="2026-03-02T01:00:00.000Z"))
    with pytest.raises(Gap):
        mirror.merge(delta(7))


def test_a_core_started_anew_is_noticed() -> None:
    with pytest.raises(Gap):
        BoardMirror(board(500)).merge(delta(2))


def test_alarms_are_told_apart_by_code_and_subject() -> None:
    mirror = BoardMirror(
        board(alarms=[{"code": "disk_full", "subject": "a"}, {"code": "disk_full", "subject": "b"}])
    )
    mirror.merge(delta(2, removed={"alarms": ["disk_full:a"]}))
    assert mirror.snapshot()["alarms"] == [{"code": "disk_full", "subject": "b"}]


rows = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3), max_size=6)


@given(st.lists(rows, min_size=1, max_size=8))
def test_a_mirror_fed_by_deltas_equals_the_board_it_mirrors(states: list[dict[str, int]]) -> None:
    def calls(state: dict[str, int]) -> list[dict[str, Any]]:
        return [{"contact_id": key, "phase": value} for key, value in state.items()]

    mirror = BoardMirror(board(1, calls=calls(states[0])))
    for seq, (before, after) in enumerate(itertools.pairwise(states), start=2):
        changed = {key: value for key, value in after.items() if before.get(key) != value}
        gone = [key for key in before if key not in after]
        mirror.merge(delta(seq, changed={"calls": calls(changed)}, removed={"calls": gone}))
    shown = {row["contact_id"]: row["phase"] for row in mirror.snapshot()["calls"]}
    assert shown == states[-1]


def test_a_clients_viewer_sees_own_queues_and_calls_and_nothing_of_the_operator() -> None:
    mirror = BoardMirror(
        board(
            agents=[{"agent_id": "x", "name": "张伟"}],
            queues=[{"queue_id": "q1", "waiting": 1}, {"queue_id": "q2", "waiting": 2}],
            waiting=[{"contact_id": "a", "queue_id": "q1"}, {"contact_id": "b", "queue_id": "q2"}],
            calls=[
                {"contact_id": "c", "client_id": str(CLIENT)},
                {"contact_id": "d", "client_id": str(OTHER)},
                {"contact_id": "e", "client_id": None},
                {"contact_id": "f"},
            ],
            trunks=[{"trunk_id": "t"}],
            alarms=[{"code": "engine_down", "subject": "n1"}],
        )
    )
    seen = mirror.for_client(CLIENT, frozenset({"q1"}))
    assert [row["queue_id"] for row in seen["queues"]] == ["q1"]
    assert [row["contact_id"] for row in seen["waiting"]] == ["a"]
    assert [row["contact_id"] for row in seen["calls"]] == ["c"]
    assert seen["agents"] == seen["trunks"] == seen["alarms"] == []


VIEWER = Viewer(user_id=uuid4(), tenant_id=uuid4(), client_id=None, session="s", agent=True, board=True)


class Wire:
    """Takes what is sent, when it is let."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.asked = asyncio.Event()
        self.open = asyncio.Event()

    async def send_text(self, data: str) -> None:
        self.asked.set()
        await self.open.wait()
        self.sent.put_nowait(json.loads(data))


async def test_of_views_that_wait_only_the_newest_is_sent_and_order_is_kept() -> None:
    wire = Wire()
    connection = Connection(wire, VIEWER)
    pump = asyncio.create_task(connection.pump())
    connection.put(b"0")
    await wire.asked.wait()  # the first is under way
    for n in range(1, 4):
        connection.put(b'"view %d"' % n, "agent")
        connection.put(b"%d" % n)
    wire.open.set()
    assert [await wire.sent.get() for _ in range(5)] == [0, "view 3", 1, 2, 3]
    connection.close(Close.DONE)
    assert await pump == Close.DONE


async def test_a_socket_that_does_not_read_is_cut_and_memory_stays_bounded() -> None:
    wire = Wire()
    connection = Connection(wire, VIEWER)
    pump = asyncio.create_task(connection.pump())
    for n in range(WAITING_MOST * 3):
        connection.put(b"%d" % n)
        assert len(connection._queue) <= WAITING_MOST
    wire.open.set()
    assert await pump == Close.SLOW
    assert wire.sent.qsize() <= 1
