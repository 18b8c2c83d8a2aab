"""The demo's past, replayed from its journal: each day's service level within two points."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from andon.entrypoints.cli.twin import printed, replay
from andon.kit.bus import MemoryBus
from andon.kit.clock import SystemClock
from andon.kit.database import Database, Scope, database_urls
from andon.kit.errors import AndonError
from andon.kit.settings import Settings
from andon.reporting.board.service import count_day
from andon.reporting.catalogue import figures_about
from andon.reporting.figures import About
from andon.reporting.projector import Projector
from andon.twin.compare import CLOSE, SERVICE_LEVEL, VARIANT, Verdict, difference
from andon.twin.service import Report, load, report
from harness.database import installed
from town import seed, world

pytestmark = [pytest.mark.database, pytest.mark.timeout(400)]

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZoneInfo("Asia/Shanghai")).date()
DAYS = [TODAY - timedelta(days=n) for n in range(seed.DAYS, 0, -1)]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Of its own: the demo's telephone numbers are there once in an installation."""
    with installed(tmp_path_factory.mktemp("twin")) as settings:
        yield settings


@pytest.fixture(scope="module")
async def db(installation: Settings) -> AsyncIterator[Database]:
    db = Database(database_urls(installation)[1], "andon tests twin")
    yield db
    await db.close()


@pytest.fixture(scope="module")
async def scope(installation: Settings) -> Scope:
    """The demo's world with its past."""
    owner = Database(database_urls(installation)[0], "andon tests twin owner", pool_size=1)
    try:
        return Scope(await seed.write(owner, 15060))
    finally:
        await owner.close()


@pytest.fixture(scope="module")
async def bus() -> AsyncIterator[MemoryBus]:
    bus = MemoryBus()
    await bus.start()
    yield bus
    await bus.stop()


async def replayed(db: Database, scope: Scope, day: date, *, forget: bool = False) -> Report:
    return report(await load(db, scope, day), day, NOW, forget=forget)


async def test_each_day_of_the_past_comes_within_two_points(db: Database, scope: Scope) -> None:
    for day in DAYS:
        made = await replayed(db, scope, day)
        apart = difference(made.lines[0])
        assert apart is not None and abs(apart) <= CLOSE, (day, apart)
        assert made.verdict is Verdict.CLOSE
        offered = made.lines[0].figures["offered"]
        assert offered.actual == offered.predicted.mean and (offered.actual or 0) > 50
        assert {"patience", "rings"} <= {reason.code for reason in made.reasons}


async def test_with_everything_drawn_the_days_are_still_met(db: Database, scope: Scope) -> None:
    """A day has some hundred calls, so that one caller is worth up to a point: each day is held to twice its
    own interval, the mean over the days to three points."""
    apart = []
    for day in DAYS:
        whole = (await replayed(db, scope, day, forget=True)).lines[0]
        off = difference(whole)
        told = whole.figures[SERVICE_LEVEL].predicted
        assert off is not None and told.high is not None and told.low is not None
        assert 0 < abs(off) <= max(CLOSE, told.high - told.low), day
        apart.append(off)
    assert abs(sum(apart) / len(apart)) <= 0.03


async def test_what_is_called_actual_are_the_reported_figures(
    db: Database, scope: Scope, bus: MemoryBus
) -> None:
    projector = Projector(db, bus, SystemClock(), scope.tenant_id)
    while await projector.catch_up():
        pass
    by_key = {figure.key: figure for figure in figures_about(About.QUEUE)}
    for day in DAYS[-2:]:
        made = await replayed(db, scope, day)
        async with db.session(scope) as session:
            counted = (await count_day(session, day, NOW)).of_queue
        lines = {line.queue_id: line for line in made.lines if line.since_ms is None and line.queue_id}
        assert lines.keys() == {queue_id for queue_id, counts in counted.items() if counts.offered}
        for queue_id, line in lines.items():
            for name in ("offered", "answered", "abandoned", "others"):
                assert line.figures[name].actual == by_key[name].of(counted[queue_id]), name
            level = by_key[f"{SERVICE_LEVEL}:{VARIANT}"].of(counted[queue_id])
            told = line.figures[SERVICE_LEVEL].actual
            assert told == (None if level is None else pytest.approx(level, abs=1e-6))


async def test_the_command(installation: Settings, db: Database, scope: Scope) -> None:
    said: list[str] = []
    how = {"day": DAYS[-1], "tenant": world.OPERATOR[0], "replications": 2, "seed": 3, "forget": False}
    await replay(installation, said.append, project=None, as_json=False, **how)
    assert "sl.d" in said[0] and str(DAYS[-1]) in said[0] and "twin." not in said[0]
    project = world.PROJECTS[0].name
    await replay(installation, said.append, project=project, as_json=True, **how)
    data = json.loads(said[1])
    assert data["variant"] == "sl.d" and data["replications"] == 2
    assert 0 < len(data["queues"]) < len(world.QUEUES)
    english = printed(msgspec.json.decode(said[1], type=Report), "en")
    assert "Service level sl.d" in english and "twin." not in english
    with pytest.raises(AndonError, match="project_unknown"):
        await replay(installation, said.append, project="没有", as_json=False, **how)
    with pytest.raises(AndonError, match="tenant_unknown"):
        await replay(installation, said.append, project=None, as_json=False, **{**how, "tenant": "nobody"})
    with pytest.raises(AndonError, match="nothing_recorded"):
        before = DAYS[0] - timedelta(days=9)
        await replay(installation, said.append, project=None, as_json=False, **{**how, "day": before})
