"""The journal on a real database: order, cursors while writers race, and a database that goes away."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
from reporting_stand import make_stand
from sqlalchemy import text

from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope, database_urls
from andon.kit.database.migrations import migrate
from andon.kit.database.server import EmbeddedServer
from andon.kit.errors import AndonError
from andon.kit.events import AlarmRaised, ClockStepped
from andon.kit.journal.reader import Cursor, JournalReader
from andon.kit.journal.store import append, to_row
from andon.kit.journal.writer import JournalWriter
from andon.kit.settings import Settings

pytestmark = pytest.mark.database

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def fact(tenant: UUID, n: int, at: datetime = AT) -> ClockStepped:
    """A fact with a number to know it by."""
    return ClockStepped(at=at, tenant_id=tenant, by_ms=n)


async def numbers(db: Database, tenant: UUID, limit: int = 10_000) -> list[int]:
    """The numbers in the journal's order."""
    entries = await JournalReader(db, Scope(tenant)).read(limit=limit)
    return [entry.record.fact.by_ms for entry in entries if isinstance(entry.record.fact, ClockStepped)]


@pytest.fixture
async def tenant(owner_db: Database) -> UUID:
    return (await make_stand(owner_db)).tenant_id


@pytest.fixture
async def writer(db: Database) -> AsyncIterator[JournalWriter]:
    writer = JournalWriter(db, SystemClock())
    await writer.start()
    yield writer
    await writer.stop()


async def test_facts_come_back_as_they_were_in_the_order_they_were_appended(
    db: Database, tenant: UUID
) -> None:
    at = AT + timedelta(microseconds=123_456)
    said = AlarmRaised(at=at, tenant_id=tenant, code="disk_full", subject="中文 'quoted'", detail="x")
    async with db.session(Scope(tenant)) as session:
        await append(session, *(fact(tenant, n) for n in range(50)), said)
    entries = await JournalReader(db, Scope(tenant)).read()
    assert [entry.record.fact for entry in entries] == [*(fact(tenant, n) for n in range(50)), said]
    assert len({entry.record.id for entry in entries}) == 51
    seqs = [entry.record.seq for entry in entries]
    assert seqs == sorted(seqs)


async def test_what_is_rolled_back_was_never_there(db: Database, tenant: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.session(Scope(tenant)) as session:
            await append(session, fact(tenant, 1))
            raise ZeroDivisionError
    assert await numbers(db, tenant) == []


async def test_a_fact_without_a_time_zone_is_refused_and_broken_text_is_kept_readable(
    db: Database, tenant: UUID
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_row(fact(tenant, 1, datetime(2026, 3, 2)))  # noqa: DTZ001  # the point of the test
    broken = AlarmRaised(at=AT, tenant_id=tenant, code="a\x00b", subject="\ud800")
    async with db.session(Scope(tenant)) as session:
        await append(session, broken)
    (entry,) = await JournalReader(db, Scope(tenant)).read()
    kept = entry.record.fact
    assert isinstance(kept, AlarmRaised)
    assert kept.code == "a\ufffdb" and kept.subject in ("?", "\ufffd")


async def test_a_reader_waits_for_an_older_transaction_and_then_reads_both(
    db: Database, tenant: UUID
) -> None:
    """The slow one began first, the quick one commits first: taking the quick one would skip the slow."""
    reader = JournalReader(db, Scope(tenant))
    async with db.session(Scope(tenant)) as slow:
        await append(slow, fact(tenant, 1))
        async with db.session(Scope(tenant)) as quick:
            await append(quick, fact(tenant, 2))
        assert await reader.read() == []
    assert await numbers(db, tenant) == [1, 2]


@pytest.mark.parametrize("seed", range(4))
async def test_no_cursor_ever_skips_or_doubles_a_row_while_writers_race(
    db: Database, tenant: UUID, seed: int
) -> None:
    chance = random.Random(seed)
    plans = [
        [(chance.randint(1, 3), chance.random() * 0.02, chance.random() < 0.2) for _ in range(15)]
        for _ in range(6)
    ]
    committed: list[int] = []
    writing = True

    async def write(base: int, plan: list[tuple[int, float, bool]]) -> None:
        for place, (count, pause, fails) in enumerate(plan):
            mine = [base + 100 * place + n for n in range(count)]
            try:
                async with db.session(Scope(tenant)) as session:
                    for n in mine:
                        await append(session, fact(tenant, n))
                        await asyncio.sleep(pause)
                    if fails:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue
            committed.extend(mine)

    async def read() -> list[int]:
        reader, cursor, seen = JournalReader(db, Scope(tenant)), Cursor(), []
        while True:
            last = not writing
            entries = await reader.read(cursor, limit=3)
            for entry in entries:
                assert entry.cursor > cursor
                cursor = entry.cursor
                seen.append(entry.record.fact.by_ms)  # type: ignore[attr-defined]  # only these are here
            if last and not entries:
                return seen

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(10_000 * n, plan) for n, plan in enumerate(plans)))
    writing = False
    seen = await reading
    assert sorted(seen) == sorted(committed)
    for base in range(0, 60_000, 10_000):  # each writer's own facts in its order
        own = [n for n in seen if base <= n < base + 10_000]
        assert own == sorted(own)


async def test_end_is_behind_all_that_can_be_read(db: Database, tenant: UUID) -> None:
    reader = JournalReader(db, Scope(tenant))
    async with db.session(Scope(tenant)) as session:
        await append(session, fact(tenant, 1))
    end = await reader.end()
    assert await reader.read(end) == []
    async with db.session(Scope(tenant)) as session:
        await append(session, fact(tenant, 2))
    (entry,) = await reader.read(end)
    assert entry.record.fact == fact(tenant, 2)


async def test_following_is_woken_by_the_bus(db: Database, tenant: UUID) -> None:
    bus = MemoryBus()
    writer = JournalWriter(db, SystemClock(), bus)
    await writer.start()
    got: list[int] = []

    async def follow() -> None:
        async for entries in JournalReader(db, Scope(tenant)).follow(bus, kinds=["clock.stepped"]):
            got.extend(entry.record.fact.by_ms for entry in entries)  # type: ignore[attr-defined]  # by kind
            if len(got) >= 20:
                return

    following = asyncio.create_task(follow())
    for n in range(20):
        writer.append(fact(tenant, n))
        writer.append(AlarmRaised(at=AT, tenant_id=tenant, code="x", subject="x"))
        await asyncio.sleep(0.002)
    await asyncio.wait_for(following, 30)
    assert got == list(range(20))
    await writer.stop()


# --- the hot path's pen ----------------------------------------------------------------------------------


async def test_groups_keep_the_order_of_each_tenant(
    db: Database, owner_db: Database, tenant: UUID, writer: JournalWriter
) -> None:
    other = (await make_stand(owner_db)).tenant_id
    for n in range(3_000):
        writer.append(fact(tenant if n % 3 else other, n))
        if n % 500 == 0:
            await asyncio.sleep(0.003)
    await asyncio.wait_for(writer.flush(), 30)
    assert writer.pending == 0
    assert await numbers(db, tenant) == [n for n in range(3_000) if n % 3]
    assert await numbers(db, other) == [n for n in range(3_000) if not n % 3]
    # Groups, not facts: far fewer transactions than facts.
    async with db.session(Scope(tenant)) as session:
        assert await session.scalar(text("SELECT count(DISTINCT xid::text) FROM journal")) < 300


async def test_a_month_that_has_no_partition_yet_gets_one(
    db: Database, tenant: UUID, writer: JournalWriter
) -> None:
    for year in (2033, 2034):
        writer.append(fact(tenant, year, datetime(year, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)))
    await asyncio.wait_for(writer.flush(), 30)
    assert await numbers(db, tenant) == [2033, 2034]


async def test_a_group_written_twice_is_there_once(db: Database, tenant: UUID, writer: JournalWriter) -> None:
    """The commit was done, its confirmation lost: the same rows come again."""
    rows = [to_row(fact(tenant, n)) for n in range(10)]
    await writer._write(rows, [])
    await writer._write(rows, [])
    assert await numbers(db, tenant) == list(range(10))


class _TooNew(ClockStepped, frozen=True, kw_only=True):
    """A version no integer column holds."""

    version: ClassVar[int] = 2**40


async def test_a_fact_the_database_never_takes_costs_only_itself(db: Database, tenant: UUID) -> None:
    alarms: list[tuple[str, bool]] = []
    writer = JournalWriter(
        db, SystemClock(), on_alarm=lambda code, said: alarms.append((code, said is not None))
    )
    for n in range(5):
        writer.append(fact(tenant, n))
    writer.append(_TooNew(at=AT, tenant_id=tenant, by_ms=99))
    for n in range(5, 10):
        writer.append(fact(tenant, n))
    await writer.start()
    await asyncio.wait_for(writer.flush(), 30)
    assert await numbers(db, tenant) == list(range(10))
    assert ("journal_refused", True) in alarms and "journal_refused" in writer.alarms
    await writer.stop()


async def test_a_connection_that_is_killed_loses_nothing(
    db: Database, tenant: UUID, writer: JournalWriter
) -> None:
    for n in range(2_000):
        writer.append(fact(tenant, n))
        if n % 200 == 0:
            async with db.session(None) as session:
                await session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :n"
                    ),
                    {"n": f"{db.name} journal"},
                )
    await asyncio.wait_for(writer.flush(), 30)
    assert await numbers(db, tenant) == list(range(2_000))


async def test_the_database_goes_away_and_comes_back(tmp_path: Path) -> None:
    """Facts are kept in order meanwhile, alarms come and go, and beyond the limit the caller is told."""
    settings = Settings(home=tmp_path, http_port=0, sip_port=0)
    server = EmbeddedServer(settings, {"fsync": "off"})
    await asyncio.to_thread(server.start)
    alarms: list[tuple[str, bool]] = []
    clock = SystemClock()
    urls = database_urls(settings)
    owner, db = Database(urls[0], "away owner", pool_size=1), Database(urls[1], "away", pool_size=2)
    try:
        await asyncio.to_thread(migrate, settings)
        tenant = (await make_stand(owner)).tenant_id
        writer = JournalWriter(
            db,
            clock,
            on_alarm=lambda code, said: alarms.append((code, said is not None)),
            limit=1_000,
        )
        await writer.start()
        writer.append(fact(tenant, 0))
        await asyncio.wait_for(writer.flush(), 30)
        await asyncio.to_thread(server.stop)
        for n in range(1, 1_001):
            writer.append(fact(tenant, n))
        with pytest.raises(AndonError, match=r"journal\.full"):
            writer.append(fact(tenant, -1))
        async with asyncio.timeout(30):
            while not {"database_down", "journal_backlog"} <= writer.alarms:
                await clock.sleep(0.02)
        assert writer.pending == 1_000
        await asyncio.to_thread(server.start)
        await asyncio.wait_for(writer.flush(), 60)
        assert await numbers(db, tenant) == list(range(1_001))
        assert writer.alarms == frozenset()
        assert alarms[-2:] == [("database_down", False), ("journal_backlog", False)]
        await asyncio.to_thread(server.stop)
        writer.append(fact(tenant, 7))
        with pytest.raises(AndonError, match=r"journal\.lost") as lost:
            await writer.stop(0.2)
        assert lost.value.params == {"n": 1}
    finally:
        await owner.close()
        await db.close()
        await asyncio.to_thread(server.stop)
