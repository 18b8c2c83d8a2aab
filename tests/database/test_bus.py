"""The bus over PostgreSQL from end to end: order, size, answers, and connections that are killed."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from andon.kit.bus import RECONNECTED, PostgresBus, open_bus
from andon.kit.bus.postgres import _HEARTBEAT_SECONDS
from andon.kit.database import Database
from andon.kit.errors import AndonError
from andon.kit.settings import Settings

pytestmark = pytest.mark.database


class Heard:
    """What a handler heard, in order."""

    def __init__(self, bus: PostgresBus, prefix: str) -> None:
        self.queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self.stop = bus.subscribe(prefix, lambda topic, payload: self.queue.put_nowait((topic, payload)))

    async def next(self) -> tuple[str, dict[str, Any]]:
        return await asyncio.wait_for(self.queue.get(), 20)


@pytest.fixture
async def ends(db: Database) -> AsyncIterator[tuple[PostgresBus, PostgresBus]]:
    both = PostgresBus(db.url), PostgresBus(db.url)
    for bus in both:
        await bus.start()
    yield both
    for bus in both:
        await bus.stop()


async def kill(db: Database, what: str) -> None:
    async with db.session(None) as session:
        query = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")
        killed = list(await session.scalars(query, {"name": f"andon bus {what}"}))
    assert killed


async def test_what_is_published_is_heard_in_order_by_all_who_want_it_and_by_oneself(
    ends: tuple[PostgresBus, PostgresBus],
) -> None:
    here, there = ends
    own, other, below = Heard(here, "desk"), Heard(there, "desk"), Heard(there, "desk.a")
    await there.ready()
    await here.ready()
    for n in range(200):
        here.publish("desk.a" if n % 2 else "desk.b", {"n": n})
    here.publish("deskless", {"n": -1})
    for heard in (own, other):
        assert [(await heard.next())[1]["n"] for _ in range(200)] == list(range(200))
    assert [await below.next() for _ in range(100)] == [("desk.a", {"n": n}) for n in range(1, 200, 2)]
    assert other.queue.empty() and own.queue.empty()
    other.stop()
    here.publish("desk.a", {"n": 200})
    assert (await below.next())[1] == {"n": 200}
    assert other.queue.empty()


@pytest.mark.parametrize("size", [0, 1, 7_799, 7_800, 7_801, 300_000])
async def test_a_payload_of_any_size_arrives_whole(ends: tuple[PostgresBus, PostgresBus], size: int) -> None:
    """A notification holds less than 8000 bytes; parts are cut between characters."""
    here, there = ends
    heard = Heard(there, "big")
    await there.ready()
    said = {"text": ("安灯🙂x" * (size // 4 + 1))[:size], "quote": '"\\\n '}
    here.publish("big", said)
    assert await heard.next() == ("big", said)


async def test_a_payload_that_is_not_json_fails_where_it_is_made(
    ends: tuple[PostgresBus, PostgresBus],
) -> None:
    with pytest.raises(TypeError):
        ends[0].publish("x", {"no": object()})


async def test_asking_and_answering(ends: tuple[PostgresBus, PostgresBus]) -> None:
    here, there = ends

    async def double(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["n"] == 13:
            raise AndonError("conflict", 409, fields={"n": ("field.too_large", {"n": 12})}, number=13)
        if asked["n"] == 14:
            raise ZeroDivisionError
        await asyncio.sleep(0.05 if asked["n"] % 2 else 0)  # answers overtake each other
        return {"n": asked["n"] * 2}

    there.serve("double", double)
    await there.ready()
    answers = await asyncio.gather(*(here.request("double", {"n": n}, 20) for n in range(10)))
    assert [answer["n"] for answer in answers] == list(range(0, 20, 2))
    assert await there.request("double", {"n": 4}) == {"n": 8}  # oneself
    with pytest.raises(AndonError) as refused:
        await here.request("double", {"n": 13}, 20)
    error = refused.value
    assert (error.code, error.status, error.params) == ("conflict", 409, {"number": 13})
    assert error.fields == {"n": ("field.too_large", {"n": 12})}
    with pytest.raises(AndonError) as broken:
        await here.request("double", {"n": 14}, 20)
    assert (broken.value.code, broken.value.status) == ("internal", 500)
    with pytest.raises(ValueError, match="answered already"):
        there.serve("double", double)


async def test_who_is_not_there_does_not_answer(ends: tuple[PostgresBus, PostgresBus]) -> None:
    with pytest.raises(AndonError) as error:
        await ends[0].request("nobody", {}, timeout=0.3)
    assert (error.value.code, error.value.status) == ("bus.timeout", 503)


async def test_a_handler_that_fails_hears_what_follows(ends: tuple[PostgresBus, PostgresBus]) -> None:
    here, there = ends
    heard: asyncio.Queue[int] = asyncio.Queue()

    async def hear(_topic: str, payload: dict[str, Any]) -> None:
        if payload["n"] == 1:
            raise ZeroDivisionError
        heard.put_nowait(payload["n"])

    there.subscribe("n", hear)
    await there.ready()
    for n in range(3):
        here.publish("n", {"n": n})
    assert [await asyncio.wait_for(heard.get(), 20) for _ in range(2)] == [0, 2]


async def test_killed_connections_come_back_and_say_so(
    db: Database, ends: tuple[PostgresBus, PostgresBus]
) -> None:
    here, there = ends
    heard, news = Heard(there, "n"), Heard(there, RECONNECTED)
    await there.ready()
    begun = time.monotonic()
    await kill(db, "listen")
    await news.next()
    assert time.monotonic() - begun < _HEARTBEAT_SECONDS, "found by the heart-beat only: deaf until then"
    await here.ready()
    await there.ready()
    here.publish("n", {"n": 1})
    assert (await heard.next())[1] == {"n": 1}
    await kill(db, "send")
    here.publish("n", {"n": 2})  # kept and sent again
    assert (await heard.next())[1] == {"n": 2}
    assert await asyncio.wait_for(_ask_self(there, here), 20) == {"ok": True}


async def _ask_self(answerer: PostgresBus, asker: PostgresBus) -> dict[str, Any]:
    async def yes(_asked: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    answerer.serve("late", yes)
    await answerer.ready()
    return await asker.request("late", {}, 20)


async def test_stopping_tells_whoever_waits_and_sends_what_was_said(db: Database) -> None:
    here, there = PostgresBus(db.url), PostgresBus(db.url)
    await here.start()
    await there.start()
    heard = Heard(there, "last")
    await there.ready()
    waiting = asyncio.create_task(here.request("nobody", {}, 30))
    await asyncio.sleep(0)
    here.publish("last", {"word": "bye"})
    await here.stop()
    with pytest.raises(AndonError, match=r"bus\.unavailable"):
        await waiting
    assert (await heard.next())[1] == {"word": "bye"}
    await there.stop()


async def test_a_bus_without_a_database_says_so(db: Database) -> None:
    with pytest.raises(AndonError, match=r"bus\.unknown"):
        open_bus(Settings(bus_url="redis://user:secret@host"), db.url)
    assert isinstance(open_bus(Settings(), db.url), PostgresBus)
