"""Webhooks of alarm rules: signed, tried again as the same delivery, lost by nobody's death."""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from identity_house import House, make_house
from reporting_stand import journal
from sqlalchemy import delete, select, text, update
from test_flow_fetch import fetching, reply, serving

from andon.alarms.events import HookTold, HookWanted
from andon.alarms.keeper import HookKeeper
from andon.alarms.tables import AlarmDelivery, AlarmRuleRow
from andon.entrypoints.worker_hooks import PAUSES_S, Hooks, signature
from andon.identity.repository import tenant_ids
from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.kit.settings import Settings

pytestmark = pytest.mark.database

SECRET = "0123456789abcdef"
WORKER = """
import asyncio
from andon.entrypoints.worker_hooks import keep_hooks
from andon.kit.bus import open_bus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, database_urls
from andon.kit.settings import Settings

async def work():
    settings = Settings()
    url = database_urls(settings)[1]
    bus = open_bus(settings, url)
    await bus.start()
    await keep_hooks(settings, Database(url), bus, SystemClock())

asyncio.run(work())
"""


class Mill:
    """A tenant with one rule whose webhook is called."""

    def __init__(self, house: House, rule_id: UUID) -> None:
        self.house, self.rule_id = house, rule_id
        self.said: list[dict[str, Any]] = []
        house.bus.subscribe("hook", lambda topic, said: self.said.append(said))

    async def at(self, url: str) -> None:
        async with self.house.db.session(self.house.stand.scope) as session:
            await session.execute(
                update(AlarmRuleRow).where(AlarmRuleRow.id == self.rule_id).values(webhook=url)
            )

    async def wanted(self, now: Any = None) -> UUID:
        """The core says that it is to be told."""
        told = {"event": "raised", "name": "积压", "value": 12.0, "about": "queue", "about_name": "售后"}
        fact = HookWanted(
            at=now or self.house.clock.now(),
            tenant_id=self.house.stand.tenant_id,
            rule_id=self.rule_id,
            delivery_id=uuid7(),
            told=told,
        )
        await journal(self.house.db, [fact])
        return fact.delivery_id

    async def keep(self) -> int:
        house = self.house
        return await HookKeeper(house.db, house.bus, house.clock, house.stand.tenant_id).catch_up()

    async def deliver(self, *, allow_private: bool = True) -> int:
        house = self.house
        async with fetching(allow_private=allow_private) as fetcher:
            hooks = Hooks(house.db, house.bus, house.clock, fetcher, lambda: tenant_ids(house.db))
            return await hooks.deliver(house.stand.tenant_id)

    async def left(self) -> list[AlarmDelivery]:
        async with self.house.db.session(self.house.stand.scope) as session:
            return list(await session.scalars(select(AlarmDelivery)))

    async def told(self) -> list[tuple[int, str]]:
        """Tries and reason of each call that is over, oldest first."""
        query = text("SELECT data FROM journal WHERE kind = :kind ORDER BY seq")
        async with self.house.db.session(self.house.stand.scope) as session:
            rows = await session.execute(query, {"kind": HookTold.kind})
            return [(row.data["tries"], row.data.get("why", "")) for row in rows]


@pytest.fixture
async def mill(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[Mill]:
    house = await make_house(owner_db, db, tmp_path)
    async with db.session(house.stand.scope) as session:
        row = AlarmRuleRow(
            name="积压", figure="waiting", warn_at=5, webhook="https://a.example", secret=SECRET
        )
        session.add(row)
        await session.flush()
    yield Mill(house, row.id)
    async with db.session(house.stand.scope) as session:
        await session.execute(delete(AlarmDelivery))
    await house.bus.stop()


def delivery(asked: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and body of what was asked, which must be signed."""
    head, _, body = asked.partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.lower().split("\r\n")[1:])
    at = headers["x-andon-signature"].partition(",")[0].removeprefix("t=")
    made = hmac.new(SECRET.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    assert headers["x-andon-signature"] == f"t={at},v1={made}"
    assert signature(SECRET, body.encode(), int(at)) == f"t={at},v1={made}"
    assert head.startswith("POST ") and headers["content-type"] == "application/json"
    read: dict[str, Any] = json.loads(body)
    assert read["delivery_id"] == headers["x-andon-delivery"]
    return headers, read


async def test_it_is_signed_tried_again_as_the_same_delivery_and_then_well(mill: Mill) -> None:
    answers = iter(["503 Away", "500 Oh", "204 No Content"])

    async def serve(asked: str, writer: asyncio.StreamWriter) -> None:
        await reply(b"thanks", next(answers))(asked, writer)  # no JSON: its status alone matters

    async with serving(serve) as server:
        await mill.at(server.url)
        id = await mill.wanted()
        assert await mill.keep() == 1
        for pause in PAUSES_S[:2]:
            assert await mill.deliver() == 1
            assert await mill.deliver() == 0  # not before its time
            mill.house.clock.advance(pause)
        assert await mill.deliver() == 1
        mill.house.clock.advance(3600)
        assert await mill.deliver() == 0
        found = [delivery(asked)[1] for asked in server.asked]
    assert [read["delivery_id"] for read in found] == [str(id)] * 3
    assert (found[0]["value"], found[0]["about_name"]) == (12.0, "售后")
    assert await mill.told() == [(3, "")] and await mill.left() == []


async def test_it_is_given_up_at_last_and_what_cannot_succeed_at_once(mill: Mill) -> None:
    await mill.at("http://127.0.0.1:9")  # nobody listens
    await mill.wanted()
    await mill.keep()
    for pause in (*PAUSES_S, 0):
        assert await mill.deliver() == 1
        mill.house.clock.advance(pause)
    assert await mill.deliver() == 0
    assert await mill.told() == [(len(PAUSES_S) + 1, "unreachable")]

    async with serving(reply(b"", "307 There", "location: http://127.0.0.1/")) as server:
        await mill.at(server.url)
        for private, why in ((False, "address"), (True, "redirect")):
            await mill.wanted()
            await mill.keep()
            await mill.deliver(allow_private=private)
            assert (await mill.told())[-1] == (1, why)
    await mill.at("")  # the rule has no webhook any more
    await mill.wanted()
    await mill.keep()
    await mill.deliver()
    assert (await mill.told())[-1] == (1, "gone")
    ends = [said["why"] for said in mill.said if "why" in said]
    assert ends == ["unreachable", "address", "redirect", ""]  # the last clears the alarm of those before


async def test_the_journal_is_read_once_and_two_workers_make_one_call(mill: Mill) -> None:
    async with serving(reply({})) as server:
        await mill.at(server.url)
        await mill.wanted()
        assert [await mill.keep(), await mill.keep()] == [1, 0]
        assert sorted(await asyncio.gather(mill.deliver(), mill.deliver())) == [0, 1]
        assert len(server.asked) == 1
    assert await mill.told() == [(1, "")]


async def test_whoever_dies_in_the_middle_the_call_is_made(mill: Mill, installation: Settings) -> None:
    """The core is gone once its fact is written; the worker is killed while the receiver has not answered."""
    held = asyncio.Event()
    asked = asyncio.Event()

    async def serve(said: str, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await held.wait()
        await reply({})(said, writer)

    environment = os.environ | installation.environment() | {"ANDON_FLOW_HTTP_PRIVATE": "true"}

    async def work() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env=environment)

    async with serving(serve) as server:
        await mill.at(server.url)
        id = await mill.wanted()
        first = await work()
        try:
            await asyncio.wait_for(asked.wait(), 60)
        finally:
            first.send_signal(signal.SIGKILL)
            await first.wait()
        (row,) = await mill.left()
        assert (row.id, row.tries) == (id, 1) and await mill.told() == []
        async with mill.house.db.session(mill.house.stand.scope) as session:  # as if the lease was over
            await session.execute(update(AlarmDelivery).values(next_at=mill.house.clock.now()))
        held.set()
        second = await work()
        try:
            async with asyncio.timeout(60):
                while await mill.left():
                    await SystemClock().sleep(0.1)
        finally:
            second.terminate()
            await second.wait()
        assert await mill.told() == [(2, "")]
        assert {delivery(each)[1]["delivery_id"] for each in server.asked} == {str(id)}
