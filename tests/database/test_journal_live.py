"""Checkpoints go with the facts of their moment; what was not committed outlives its writer in the spool."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from reporting_stand import make_stand
from test_journal import fact, numbers

from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.kit.ids import uuid7
from andon.kit.journal.live import Kept, load
from andon.kit.journal.spool import Frame, Spool
from andon.kit.journal.store import to_row
from andon.kit.journal.writer import JournalWriter

pytestmark = pytest.mark.database

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


class Things:
    """Live state that moves when told to."""

    def __init__(self, tenant: UUID) -> None:
        self.tenant = tenant
        self.moved: list[Kept] = []

    def put(self, subject: UUID, state: bytes | None) -> None:
        self.moved.append(Kept(self.tenant, "contact", subject, AT, 1, state))

    def collect(self) -> list[Kept]:
        moved, self.moved = self.moved, []
        return moved


async def states(db: Database, tenant: UUID) -> dict[UUID, bytes | None]:
    async with db.session(Scope(tenant)) as session:
        return {kept.id: kept.state for kept in await load(session)}


@pytest.fixture
async def tenant(owner_db: Database) -> UUID:
    return (await make_stand(owner_db)).tenant_id


async def test_the_latest_state_is_kept_and_what_is_gone_is_gone(db: Database, tenant: UUID) -> None:
    things, first, second = Things(tenant), uuid7(), uuid7()
    writer = JournalWriter(db, SystemClock(), live=things.collect)
    await writer.start()
    for n in range(3):
        things.put(first, b"%d" % n)
        writer.append(fact(tenant, n))
    things.put(second, b"x")
    await writer.flush()
    assert await states(db, tenant) == {first: b"2", second: b"x"}
    things.put(first, None)
    writer.stir()  # no fact goes with it
    async with asyncio.timeout(5):
        # without a fact there is nothing to flush and nothing to be told of
        while first in await states(db, tenant):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await states(db, tenant) == {second: b"x"}
    await writer.stop()


async def test_facts_and_state_of_an_outage_outlive_their_writer(
    db: Database, tenant: UUID, tmp_path: Path
) -> None:
    """The database is away and the writer is killed: the next one writes both, once, in order."""
    things, subject, path = Things(tenant), uuid7(), tmp_path / "spool"
    away = Database(NOWHERE, "andon tests away", pool_size=1)
    writer = JournalWriter(away, SystemClock(), live=things.collect, spool=Spool(path))
    await writer.start()
    for n in range(20):
        writer.append(fact(tenant, n))
        things.put(subject, b"%d" % n)
        await asyncio.sleep(0.002)
    writer.append(fact(tenant, 20))
    writer.note_down()  # somebody was told
    for task in writer._tasks:  # killed: nothing is flushed, nothing closed
        task.cancel()
    await asyncio.gather(*writer._tasks, return_exceptions=True)

    after = JournalWriter(db, SystemClock(), spool=Spool(path))
    assert await after.recover() == 21
    assert await numbers(db, tenant) == list(range(21))
    assert await states(db, tenant) == {subject: b"19"}
    assert await after.recover() == 0
    await away.close()


async def test_a_group_committed_but_not_confirmed_is_not_written_twice(
    db: Database, tenant: UUID, tmp_path: Path
) -> None:
    row = to_row(fact(tenant, 1))
    spool = Spool(tmp_path / "spool")
    spool.put(Frame([row], []))
    await JournalWriter(db, SystemClock(), spool=spool).recover()
    spool.put(Frame([row], []))
    await JournalWriter(db, SystemClock(), spool=spool).recover()
    assert await numbers(db, tenant) == [1]


async def test_what_is_durable_leaves_the_spool(db: Database, tenant: UUID, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    writer = JournalWriter(db, SystemClock(), spool=spool)
    await writer.start()
    writer.append(fact(tenant, 1))
    await writer.flush()
    assert spool.size == 0
    await writer.stop()


def test_a_frame_cut_short_is_no_frame(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    frames = [Frame([to_row(fact(uuid7(), n))], []) for n in range(2)]
    for frame in frames:
        spool.put(frame)
    with (tmp_path / "spool").open("r+b") as file:
        file.truncate(spool.size - 3)
    assert spool.read() == frames[:1]
