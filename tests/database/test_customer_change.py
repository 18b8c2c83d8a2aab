"""Two people at one customer: nobody overwrites what they have not seen, and every change is written down."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from identity_house import House, make_house
from sqlalchemy import select

from andon.customers.tables import CustomerRow
from andon.identity.tables import User
from andon.kit.database import Database
from andon.kit.ids import uuid7

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    for login in ("wang", "li"):
        await house.add_user(login, "agent")
    yield house
    await house.bus.stop()


async def test_a_change_of_what_was_not_seen_is_refused_and_names_who(house: House) -> None:
    async with house.db.session(house.stand.scope) as session:
        customer = (await session.scalars(select(CustomerRow).order_by(CustomerRow.name))).first()
    assert customer is not None
    path = f"/api/customers/{customer.id}"
    async with house.client("wang") as wang, house.client("li") as li:
        seen = (await li.get(path)).json()
        assert (seen["revision"], seen["changed_by_name"]) == (1, None)
        changed = await wang.patch(path, json={"revision": 1, "notes": "爱喝茶", "tags": ["老客户"]})
        assert (changed.json()["revision"], changed.json()["changed_by_name"]) == (2, "wang")
        refused = await li.patch(path, json={"revision": 1, "notes": "爱喝咖啡"})
        assert refused.status_code == 409
        assert refused.json()["error"]["title"] == "wang 刚刚改过这位客户的资料"
        assert (await li.get(path)).json()["notes"] == "爱喝茶"
        same = await wang.patch(path, json={"revision": 2, "notes": "爱喝茶"})
        assert same.json()["revision"] == 2  # nothing is another
        custom = {"会员号": "A-1", "积分": 12, "<b>x</b>": "שלום"}
        again = await li.patch(path, json={"revision": 2, "custom": custom})
        assert (again.json()["custom"], again.json()["revision"]) == (custom, 3)
        wrongs: tuple[dict[str, Any], ...] = (
            {"notes": "x" * 10_000},
            {"tags": ["x" * 31]},
            {"custom": {"k" * 41: "v"}},
            {"custom": {"k": "v" * 201}},
            {"custom": {str(n): "v" for n in range(31)}},
            {"custom": {"k": {"deep": 1}}},
        )
        for wrong in wrongs:
            assert (await li.patch(path, json=wrong)).status_code == 422, wrong
    entries = await house.audit(object_kind="customer")
    assert [(e.user_name, e.after) for e in entries] == [
        ("wang", {"notes": "爱喝茶", "tags": ["老客户"]}),
        ("li", {"custom": custom}),
    ]


async def test_an_agent_of_its_own_is_one_that_is_there(house: House) -> None:
    async with house.db.session(house.stand.scope) as session:
        customer = (await session.scalars(select(CustomerRow).order_by(CustomerRow.name))).first()
        li = (await session.scalars(select(User).where(User.login == "li"))).one()
    assert customer is not None
    path = f"/api/customers/{customer.id}"
    async with house.client("wang") as wang:
        unknown = await wang.patch(path, json={"agent_id": str(customer.id)})
        assert unknown.status_code == 422 and "agent_id" in unknown.json()["error"]["fields"]
        kept = await wang.patch(path, json={"agent_id": str(li.id), "open_complaint": True})
        assert (kept.json()["agent_name"], kept.json()["open_complaint"]) == ("li", True)
        nobody = await wang.patch(path, json={"agent_id": None})
        assert (nobody.json()["agent_id"], nobody.json()["agent_name"]) == (None, None)


async def test_a_caller_is_registered_once(house: House) -> None:
    mine, others = house.stand.projects
    new = {"project_id": str(mine), "name": "李先生", "phone": "+86 139 1111 2222", "notes": "要发票"}
    async with house.client("wang") as wang, house.client("li") as li:
        made = await wang.post("/api/customers", json=new)
        assert made.status_code == 201
        shown = made.json()
        assert (shown["name"], shown["phones"], shown["revision"]) == ("李先生", ["+8613911112222"], 1)
        assert (shown["client_id"], shown["notes"]) == (str(house.stand.clients[0]), "要发票")
        again = await li.post("/api/customers", json=new | {"name": "李", "phone": "013911112222"})
        assert (again.status_code, again.json()["error"]["title"]) == (409, "这个号码已登记为 李先生")
        # Another client knows nothing of it, and two at once make one.
        both = await asyncio.gather(
            *(each.post("/api/customers", json=new | {"project_id": str(others)}) for each in (wang, li))
        )
        assert sorted(answer.status_code for answer in both) == [201, 409]
        wrongs = (
            {"phone": "anonymous"},
            {"name": " "},
            {"notes": "x" * 10_000},
            {"project_id": str(uuid7())},
        )
        for wrong in wrongs:
            assert (await wang.post("/api/customers", json=new | wrong)).status_code == 422, wrong
    (entry, *_) = await house.audit(object_kind="customer", action="create")
    assert (entry.user_name, entry.after["name"]) == ("wang", "李先生")
