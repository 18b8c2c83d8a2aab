"""The projector on a real journal: rows and cursor together, a rebuild identical, figures counted apart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from reporting_stand import Stand, journal, make_stand
from reporting_world import Day

from andon.interactions import events as ix
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope
from andon.kit.journal.reader import Cursor
from andon.reporting import repository
from andon.reporting.board.service import count_day, day_figures
from andon.reporting.model import ContactRow, Shelf, StateRow
from andon.reporting.projection import project
from andon.reporting.projector import Projector, rebuild
from andon.reporting.tables import TABLES
from andon.routing import events as rt

pytestmark = pytest.mark.database


@pytest.fixture
async def stand(owner_db: Database) -> Stand:
    return await make_stand(owner_db)


@pytest.fixture
async def bus() -> AsyncIterator[MemoryBus]:
    bus = MemoryBus()
    await bus.start()
    yield bus
    await bus.stop()


def day_of(stand: Stand, **how: Any) -> Day:
    return Day(stand.tenant_id, stand.clients, stand.projects, stand.queues, stand.agents, **how)


async def dumped(db: Database, scope: Scope) -> dict[str, list[tuple[Any, ...]]]:
    async with db.session(scope) as session:
        return {kind.__name__: await repository.dump(session, kind) for kind in TABLES}


async def test_what_was_projected_is_what_the_pure_projection_says(
    db: Database, bus: MemoryBus, stand: Stand
) -> None:
    day = day_of(stand)
    await journal(db, day.facts)
    projector = Projector(db, bus, SystemClock(), stand.tenant_id)
    assert await projector.catch_up() > 0
    entries = await projector._reader.read(Cursor(), 10_000)
    shelf = Shelf()
    project(shelf, [entry.record for entry in entries])
    async with db.session(stand.scope) as session:
        contacts = await repository._rows(
            session, ContactRow, repository.ReportContact.contact_id.is_not(None)
        )
        states = await repository._rows(session, StateRow, repository.ReportAgentState.seq.is_not(None))
    assert {row.contact_id: row for row in contacts} == shelf.contacts
    assert {row.state_id: row for row in states} == shelf.states
    assert await projector.catch_up() == 0


async def test_a_rebuild_gives_identical_rows(db: Database, bus: MemoryBus, stand: Stand) -> None:
    day = day_of(stand, seed=2)
    clock = SystemClock()
    projector = Projector(db, bus, clock, stand.tenant_id)
    # Live: in small pieces, as they come. Rebuilt: all at once.
    third = len(day.facts) // 3
    for part in (day.facts[:third], day.facts[third : 2 * third], day.facts[2 * third :]):
        await journal(db, part, batch=7)
        await projector.catch_up()
    before = await dumped(db, stand.scope)
    applied = await rebuild(db, bus, clock, stand.tenant_id)
    assert applied > 100
    assert await dumped(db, stand.scope) == before
    assert len(before["ContactRow"]) == len(day.contacts)


async def test_a_projector_that_dies_in_the_middle_loses_and_doubles_nothing(
    db: Database, bus: MemoryBus, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    await journal(db, day_of(stand, seed=3).facts)
    projector = Projector(db, bus, SystemClock(), stand.tenant_id)
    kept = repository.save_cursor

    async def dies(*_: Any) -> None:
        raise ConnectionError("killed between rows and cursor")

    monkeypatch.setattr(repository, "save_cursor", dies)
    with pytest.raises(ConnectionError):
        await projector.catch_up()
    monkeypatch.setattr(repository, "save_cursor", kept)
    async with db.session(stand.scope) as session:
        assert await repository.dump(session, ContactRow) == []
        assert await repository.load_cursor(session) == Cursor()
    await projector.catch_up()
    before = await dumped(db, stand.scope)
    await rebuild(db, bus, SystemClock(), stand.tenant_id)
    assert await dumped(db, stand.scope) == before


async def test_two_projectors_at_once_do_the_work_once(db: Database, bus: MemoryBus, stand: Stand) -> None:
    await journal(db, day_of(stand, seed=4).facts)
    clock = SystemClock()
    both = [Projector(db, bus, clock, stand.tenant_id) for _ in range(2)]
    await asyncio.gather(*(projector.catch_up() for projector in both))
    before = await dumped(db, stand.scope)
    await rebuild(db, bus, clock, stand.tenant_id)
    assert await dumped(db, stand.scope) == before


async def test_running_it_hears_of_facts_and_tells_live_pages(
    db: Database, bus: MemoryBus, stand: Stand
) -> None:
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    bus.subscribe(f"figures.{stand.tenant_id}", lambda _topic, payload: told.put_nowait(payload))
    running = asyncio.create_task(Projector(db, bus, SystemClock(), stand.tenant_id).run())
    try:
        day = day_of(stand, contacts=4, seed=5)
        await journal(db, day.facts)
        bus.publish("journal", {})
        contacts: set[str] = set()
        while contacts != {str(id) for id in day.contacts}:
            news = await asyncio.wait_for(told.get(), 10)
            contacts |= set(news["contacts"])
            assert set(news["queues"]) <= {str(id) for id in stand.queues}
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_figures_of_the_day_are_those_counted_from_the_facts(
    db: Database, bus: MemoryBus, stand: Stand
) -> None:
    day = day_of(stand, contacts=120, seed=6)
    await journal(db, day.facts)
    await Projector(db, bus, SystemClock(), stand.tenant_id).catch_up()
    async with db.session(stand.scope) as session:
        counted = await count_day(session, date(2026, 3, 2), day.end)
        figures = await day_figures(session, date(2026, 3, 2), day.end, "zh", with_agents=True)
    for queue_id in stand.queues:
        counts = counted.of_queue[queue_id]
        queued = [f for f in day.facts if isinstance(f, ix.ContactQueued) and f.queue_id == queue_id]
        left = [f for f in day.facts if isinstance(f, ix.ContactDequeued) and f.queue_id == queue_id]
        waits = {
            how: [f.waited_ms for f in left if f.how == how]
            for how in ("answered", "abandoned", "timeout", "callback_kept")
        }
        assert counts.offered == len(queued)
        assert counts.answered == len(waits["answered"])
        assert counts.answered_within == sum(ms <= 20_000 for ms in waits["answered"])
        assert counts.abandoned == len(waits["abandoned"])
        assert counts.abandoned_short == sum(ms <= 20_000 for ms in waits["abandoned"])
        assert counts.others == len(waits["timeout"] + waits["callback_kept"])
        assert counts.waiting == len(queued) - len(left)
        assert counts.answered_wait_ms == sum(waits["answered"])
        told = {f.contact_id: f.estimated_wait_s for f in queued if f.estimated_wait_s}
        came = [f for f in left if f.how == "answered" and f.contact_id in told]
        assert counts.predicted == len(came) > 0
        assert counts.missed_by_ms == sum(abs(f.waited_ms - 1000 * told[f.contact_id]) for f in came)
        contacts = {f.contact_id for f in queued}
        talks = [f for f in day.facts if isinstance(f, ix.ContactDisconnected) and f.contact_id in contacts]
        assert counts.handled == len(talks)
        assert counts.talk_ms + counts.hold_ms == sum(f.talked_ms for f in talks)
        assert counts.hold_ms == sum(f.held_ms for f in talks)
        asked = [f for f in day.facts if isinstance(f, ix.SurveyAsked) and f.contact_id in contacts]
        scores = [f.score for f in day.facts if isinstance(f, ix.SurveyAnswered) and f.contact_id in contacts]
        assert (counts.asked, counts.responses, counts.score_sum) == (len(asked), len(scores), sum(scores))
    whole = counted.whole
    assert whole.offered == sum(counts.offered for counts in counted.of_queue.values())
    assert whole.answered + whole.abandoned + whole.others + whole.waiting == whole.offered
    assert [queue.queue_id for queue in figures.queues] == stand.queues
    assert figures.agents is not None
    spent = sum(
        f.previous_ms
        for f in day.facts
        if isinstance(f, rt.AgentStateChanged) and f.agent_id == stand.agents[0]
    )
    (mine,) = [agent for agent in figures.agents if agent.agent_id == stand.agents[0]]
    signed_in = next(figure for figure in mine.figures if figure.id == "signed_in_time")
    assert signed_in.value == pytest.approx(spent / 1000)


async def test_a_day_is_half_open_and_in_the_centres_time_zone(
    db: Database, bus: MemoryBus, stand: Stand
) -> None:
    """Midnight in Shanghai is 16:00 UTC: who was queued at that instant belongs to the new day."""
    midnight = day_of(stand, contacts=1, seed=1).facts[0].at.replace(hour=16, minute=0)
    facts = []
    for offset_ms in (-1, 0):
        contact = UUID(int=stand.tenant_id.int + 10 + offset_ms)
        at = midnight + timedelta(milliseconds=offset_ms)
        envelope: dict[str, Any] = {
            "at": at,
            "tenant_id": stand.tenant_id,
            "client_id": stand.clients[0],
            "project_id": stand.projects[0],
            "contact_id": contact,
        }
        facts.append(ix.ContactQueued(**envelope, queue_id=stand.queues[0], priority=0, position=1))
    await journal(db, list(facts))
    await Projector(db, bus, SystemClock(), stand.tenant_id).catch_up()
    async with db.session(stand.scope) as session:
        for day in (midnight.date(), midnight.date() + timedelta(days=1)):
            counted = await count_day(session, day, midnight)
            assert counted.of_queue[stand.queues[0]].offered == 1
            assert counted.span.since <= midnight - timedelta(milliseconds=1) or day > midnight.date()
        later = await count_day(session, midnight.date() + timedelta(days=2), midnight)
        assert stand.queues[0] not in later.of_queue


async def test_a_client_sees_its_own_figures_only_and_no_agents(
    db: Database, bus: MemoryBus, stand: Stand
) -> None:
    day = day_of(stand, seed=7)
    await journal(db, day.facts)
    await Projector(db, bus, SystemClock(), stand.tenant_id).catch_up()
    async with db.session(stand.scope) as session:
        everything = await count_day(session, date(2026, 3, 2), day.end)
    async with db.session(Scope(stand.tenant_id, stand.clients[0])) as session:
        figures = await day_figures(session, date(2026, 3, 2), day.end, "en", with_agents=True)
        own = await count_day(session, date(2026, 3, 2), day.end)
    assert [queue.queue_id for queue in figures.queues] == [stand.queues[0]]
    assert [project.project_id for project in figures.projects] == [stand.projects[0]]
    assert own.of_queue == {stand.queues[0]: everything.of_queue[stand.queues[0]]}
    assert own.whole.offered < everything.whole.offered
    assert figures.agents == []
    async with db.session(Scope(stand.tenant_id, stand.clients[0])) as session:
        assert await repository.dump(session, StateRow) == []
