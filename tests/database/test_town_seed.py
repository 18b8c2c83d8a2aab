"""The demo's world: whole, and its books balance before the first live call."""

from collections import Counter

import pytest
from sqlalchemy import text

from andon.kit.database import Database, Scope
from andon.reporting.ledger import service as ledger
from town import world
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
            )
        }
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
