"""The books are checked when somebody asks, and by the hour without anybody asking."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reporting_stand import make_stand

from andon.kit.clock import SystemClock
from andon.kit.database import Database
from andon.reporting.checks import service

pytestmark = pytest.mark.database

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


async def test_unasked_checks_come_by_the_hour_and_never_two_at_once(
    owner_db: Database, db: Database, tmp_path: Path
) -> None:
    stand = await make_stand(owner_db)
    now = datetime.now(UTC)

    async def due(later: timedelta) -> bool:
        async with db.session(stand.scope) as session:
            return await service.ask_when_due(session, now + later, HOUR, WEEK) is not None

    assert await due(timedelta(0))
    assert not await due(timedelta(minutes=5))  # it still runs
    assert await service.perform(db, tmp_path, SystemClock(), stand.tenant_id)
    assert not await service.perform(db, tmp_path, SystemClock(), stand.tenant_id)  # none is wanted
    assert not await due(timedelta(minutes=55))
    assert await due(timedelta(minutes=61))
    async with db.session(stand.scope) as session:
        running, last = await service.newest(session)
    assert running is not None and running.asked_by is None
    assert last is not None and last.state == "done" and last.report["unexplained"] == 0
    assert last.since == now - WEEK
