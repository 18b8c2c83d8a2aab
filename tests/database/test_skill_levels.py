"""One skill changed for many agents at once: all or none, one entry in the audit log, taken back at once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from identity_house import House, make_house

from andon.kit.database import Database

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    await house.add_user("other", "administrator")
    yield house
    await house.bus.stop()


def change(*rows: tuple[UUID, int, int]) -> dict[str, Any]:
    return {"changes": [{"user_id": str(id), "before": was, "after": now} for id, was, now in rows]}


async def levels(client: httpx.AsyncClient, skill: str) -> dict[UUID, int]:
    found = (await client.get("/api/agent-skills")).json()["items"]
    return {UUID(row["user_id"]): row["level"] for row in found if row["skill_id"] == skill}


async def undo(client: httpx.AsyncClient, skill: str) -> str:
    """Empty when it was done, else why it was not."""
    body = {"object_kind": "agent_skill", "object_id": skill}
    answer = await client.post("/api/audit/undo", json=body)
    return "" if answer.is_success else str(answer.json()["error"]["code"])


async def test_many_agents_at_once_and_back(house: House) -> None:
    ann, bob, cat = [
        await house.add_user(name, "agent", agent_no=str(n))
        for n, name in enumerate(("ann", "bob", "cat"), 1)
    ]
    async with house.client("admin") as admin:
        skill = (await admin.post("/api/skills", json={"name": "粤语"})).json()["id"]
        path = f"/api/skills/{skill}/levels"
        assert (await admin.post(path, json=change((ann, 0, 3), (bob, 0, 9)))).json()["changed"] == 2
        # raised, taken away, given; who stays as they are is not in the log
        mixed = change((ann, 3, 5), (bob, 9, 0), (cat, 0, 1))
        assert (await admin.post(path, json=mixed)).json() == {"skill_id": skill, "changed": 3}
        assert await levels(admin, skill) == {ann: 5, cat: 1}
        (_, entry) = await house.audit(object_kind="agent_skill")
        assert (entry.action, entry.object_name) == ("levels", "粤语")
        assert entry.before == {"ann": 3, "bob": 9, "cat": 0}
        assert entry.after == {"ann": 5, "bob": 0, "cat": 1}
        assert await undo(admin, skill) == ""
        assert await levels(admin, skill) == {ann: 3, bob: 9}
        assert await undo(admin, skill) == ""  # and the undo is taken back
        assert await levels(admin, skill) == {ann: 5, cat: 1}
        assert (await admin.post(path, json=change((ann, 5, 5)))).json()["changed"] == 0
        assert len(await house.audit(object_kind="agent_skill")) == 4
    assert [topic for topic, _ in house.said] == ["config.changed"] * 6  # the skill, each change, each undo


async def test_what_somebody_changed_meanwhile_is_not_overwritten(house: House) -> None:
    ann, bob = [await house.add_user(name, "agent", agent_no=name) for name in ("ann", "bob")]
    left = await house.add_user("left", "agent", agent_no="9", active=False)
    async with house.client("admin") as admin, house.client("other") as other:
        skill = (await admin.post("/api/skills", json={"name": "粤语"})).json()["id"]
        path = f"/api/skills/{skill}/levels"
        assert (await admin.post(path, json=change((ann, 0, 3), (bob, 0, 4)))).is_success
        given = [{"skill_id": skill, "level": 7}]
        assert (await other.put(f"/api/users/{bob}/skills", json=given)).is_success
        late = await admin.post(path, json=change((ann, 3, 5), (bob, 4, 6)))
        error = late.json()["error"]
        assert (late.status_code, error["code"], error["params"]["who"]) == (
            409,
            "skill.changed_since",
            "other",
        )
        assert "bob" in late.json()["error"]["title"] and "ann" not in late.json()["error"]["title"]
        assert await levels(admin, skill) == {ann: 3, bob: 7}  # nobody was changed
        assert await undo(admin, skill) == "undo.changed_since"
        assert await levels(admin, skill) == {ann: 3, bob: 7}
        for wrong in (
            change((ann, 3, 11)),
            change((ann, 3, 4), (ann, 3, 5)),
            change((left, 0, 1)),
            change((uuid4(), 0, 1)),
            change((await house.add_user("boss", "supervisor"), 0, 1)),
            {"changes": []},
        ):
            assert (await admin.post(path, json=wrong)).status_code == 422, wrong
        assert (
            await admin.post(f"/api/skills/{uuid4()}/levels", json=change((ann, 0, 1)))
        ).status_code == 404
        assert len(await house.audit(object_kind="agent_skill")) == 1
