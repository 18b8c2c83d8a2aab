"""The demo's world: whole, and its books balance before the first live call."""

from collections import Counter

import msgspec
import pytest
from sqlalchemy import select, text

from andon.interactions import forms
from andon.kit.database import Database, Scope
from andon.reporting.history.query import Period, SearchBody
from andon.reporting.ledger import service as ledger
from andon.reporting.walls.model import known, overlap
from andon.reporting.walls.repository import to_shown
from andon.reporting.walls.tables import Wallboard
from town import kept, world
from town.seed import write

pytestmark = pytest.mark.database

ENOUGH = 60


async def test_the_world_and_its_past(owner_db: Database, db: Database) -> None:
    tenant_id = await write(owner_db, 15060, days=2, calls_a_day=80, chance=5)
    scope = Scope(tenant_id)
    async with db.session(scope) as session:
        counts = {
            table: (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in (
                "client",
                "project",
                "app_user",
                "queue",
                "number",
                "flow_version",
                "customer",
                "wrapup",
                "alarm_rule",
                "saved_search",
                "message",
            )
        }
        boards = [to_shown(row) for row in await session.scalars(select(Wallboard))]
        waits = (await session.execute(text("SELECT rows_expected FROM export_job"))).scalars().all()
        fields = (await session.execute(text("SELECT fields FROM wrap_form_version"))).scalar_one()
        ended = Counter(
            (
                await session.execute(
                    text("SELECT data->>'outcome' FROM journal WHERE kind = 'contact.ended'")
                )
            ).scalars()
        )
        identified = (
            await session.execute(text("SELECT count(*) FROM journal WHERE kind = 'contact.identified'"))
        ).scalar_one()
        logins = set((await session.execute(text("SELECT login FROM app_user"))).scalars())
    assert counts["client"] == 2 and counts["project"] == 3
    assert counts["customer"] >= ENOUGH and counts["number"] == len(world.LINES)
    assert counts["queue"] == len(world.QUEUES) and counts["flow_version"] == 4
    assert {"zhangwei", "banzhang", "admin", "jiafang"} <= logins and counts["app_user"] == 19
    assert ended["served"] > ENOUGH and len(ended) >= 7
    assert counts["wrapup"] == ended["served"]
    assert identified > sum(ended.values()) / 2
    report = await ledger.run(db, scope, witness=dict)
    assert report.findings == []
    assert report.open_contacts == 0 and report.contacts == sum(ended.values())
    assert report.agent_seconds > 3600 * 8 * 10
    assert counts["alarm_rule"] == len(kept.ALARM_RULES) and counts["saved_search"] == len(kept.SEARCHES)
    assert counts["message"] == len(kept.MESSAGES)
    # A day is too little for an export that needs approval; what waits is what the search finds.
    assert all(rows > kept.EXPORT_ROWS_OVER for rows in waits)
    assert len(boards) == len(kept.WALLBOARDS)
    for board in boards:
        assert overlap(board.tiles) is None
        assert all(known(tile) for tile in board.tiles), board.name
    assert forms.faults(msgspec.convert(fields, list[forms.Field])) == {}
    for search in kept.SEARCHES:
        SearchBody.model_validate(search.search)
        Period.model_validate({"last": search.last})
