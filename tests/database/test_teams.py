"""Teams: an agent is in one at most; history and the board know who is in which now."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from identity_house import House, make_house

from andon.channels.voice.repository import load_voice
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.reporting.tables import ReportContact

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    await house.add_user("chief", "supervisor")
    yield house
    await house.bus.stop()


async def members(client: httpx.AsyncClient) -> dict[str, str]:
    found = (await client.get("/api/team-members")).json()["items"]
    return {row["user_id"]: row["team_id"] for row in found}


async def test_an_agent_is_in_one_team_at_most(house: House) -> None:
    ann, bob = [str(await house.add_user(name, "agent", agent_no=name)) for name in ("ann", "bob")]
    left = str(await house.add_user("left", "agent", agent_no="9", active=False))
    planner = str(await house.add_user("planner", "planner"))
    async with house.client("admin") as admin, house.client("chief") as chief:

        async def team(**values: Any) -> httpx.Response:
            return await admin.post("/api/teams", json=values)

        async def put(id: str, *people: str) -> int:
            answer = await admin.put(f"/api/teams/{id}/members", json={"members": list(people)})
            return answer.status_code

        one = (await team(name="早班", department="一部", leader_id=ann)).json()["id"]
        two = (await team(name="晚班")).json()["id"]
        assert (await team(name="早班")).status_code == 409
        assert (await team(name="x", leader_id=planner)).status_code == 422
        assert (await team(name="x", leader_id=left)).status_code == 422
        assert await put(one, ann, bob, ann) == 200
        assert await put(two, bob) == 200  # who left the other one
        assert await members(admin) == {ann: one, bob: two}
        assert [await put(one, who) for who in (left, planner, str(uuid4()))] == [422] * 3
        assert await put(str(uuid4()), ann) == 404
        assert (await chief.put(f"/api/teams/{one}/members", json={"members": []})).status_code == 403
        assert (await chief.get("/api/teams")).json()["total"] == 2  # boards and searches name them
        assert await members(admin) == {ann: one, bob: two}
        entries = await house.audit(object_kind="team_member")
        assert [(entry.object_name, entry.before, entry.after) for entry in entries] == [
            ("早班", {"ann": "", "bob": ""}, {"ann": "早班", "bob": "早班"}),
            ("晚班", {"bob": "早班"}, {"bob": "晚班"}),
        ]
        back = {"object_kind": "team_member", "object_id": two}
        assert (await admin.post("/api/audit/undo", json=back)).is_success
        assert await members(admin) == {ann: one, bob: one}
        assert (await admin.post("/api/audit/undo", json=back)).is_success  # the undo is taken back
        assert await members(admin) == {ann: one, bob: two}
        first = await admin.post("/api/audit/undo", json={**back, "object_id": one})
        assert (first.status_code, first.json()["error"]["code"]) == (409, "undo.changed_since")
        async with house.db.session(house.stand.scope) as session:
            people = {person.agent_id: person.team for person in (await load_voice(session)).people}
        assert (people[UUID(ann)], people[UUID(bob)]) == ("早班", "晚班")
        refused = await admin.delete(f"/api/teams/{two}")
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "in_use")
        assert await put(two) == 200
        assert (await admin.delete(f"/api/teams/{two}")).status_code == 204
        assert await members(admin) == {ann: one}


async def test_history_is_narrowed_to_a_team(house: House) -> None:
    ann, bob = [await house.add_user(name, "agent", agent_no=name) for name in ("ann", "bob")]
    stand, at = house.stand, house.clock.now()
    by: dict[UUID, str] = {}
    async with house.db.session(stand.scope) as session:
        for agent in (ann, bob):
            by[agent] = str(contact_id := uuid7())
            session.add(
                ReportContact(
                    contact_id=contact_id, client_id=stand.clients[0], project_id=stand.projects[0],
                    queue_id=stand.queues[0], agent_id=agent, medium="voice", direction="inbound",
                    caller="13900000001", dnis="4001234567", node="n1", channel_id="-", arrived_at=at,
                    visits=1, offers=1, outcome="served", ended_at=at, talks=[],
                )
            )  # fmt: skip
    async with house.client("admin") as admin, house.client("chief") as chief:
        team = (await admin.post("/api/teams", json={"name": "早班"})).json()["id"]

        async def found() -> set[str]:
            answer = await chief.get("/api/contacts", params={"team": team})
            return {item["contact_id"] for item in answer.json()["items"]}

        assert await found() == set()
        assert (await admin.put(f"/api/teams/{team}/members", json={"members": [str(ann)]})).is_success
        assert await found() == {by[ann]}
