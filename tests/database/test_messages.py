"""What supervisors tell agents: to some, a department or all; seen, answered, kept; about a moment."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from identity_house import House, make_house
from reporting_stand import journal

from andon.interactions.events import ContactConnected
from andon.kit.database import Database
from andon.kit.ids import uuid7

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("chief", "supervisor")
    yield house
    await house.bus.stop()


async def test_a_message_is_read_and_answered_by_whom_it_is_for(house: House) -> None:
    wang = await house.add_user("wang", "agent", department="一组")
    await house.add_user("li", "agent", department="一组", client_id=house.stand.clients[0])
    await house.add_user("zhao", "agent", department="二组")
    odd = "<b>请看</b> שלום"
    async with (
        house.client("chief") as chief,
        house.client("wang") as one,
        house.client("li") as two,
        house.client("zhao") as other,
    ):

        async def send(**body: Any) -> Any:
            return await chief.post("/api/messages", json={"text": odd, **body})

        assert (await send(agent_ids=[str(wang)], departments=["一组"])).json() == {"count": 2}
        for wrong in ({}, {"departments": ["三组"]}, {"agent_ids": [str(uuid7())]}, {"text": "x" * 10_000}):
            assert (await send(**wrong)).status_code == 422, wrong
        assert (await one.post("/api/messages", json={"text": "x", "everybody": True})).status_code == 403
        # Also the one who works behind a client's walls has it, and nobody else.
        for client, count in ((one, 1), (two, 1), (other, 0)):
            assert (await client.get("/api/messages/unread")).json() == {"count": count}
        (message,) = (await one.get("/api/messages")).json()["items"]
        assert (message["text"], message["from_name"]) == (odd, "chief")
        path = f"/api/messages/{message['id']}"
        for verb, body in (("read", None), ("answer", {"text": "x"})):
            assert (await two.post(f"{path}/{verb}", json=body)).status_code == 404
        seen = (await one.post(f"{path}/read")).json()
        assert seen["read_at"] is not None
        assert (await one.post(f"{path}/read")).json()["read_at"] == seen["read_at"]
        assert (await one.get("/api/messages/unread")).json() == {"count": 0}
        assert (await one.post(f"{path}/answer", json={"text": "明白"})).json()["answer"] == "明白"
        assert (await one.post(f"{path}/answer", json={"text": "再说"})).status_code == 409
        out = (await chief.get("/api/messages?box=out")).json()["items"]
        assert {(m["to_name"], m["answer"], m["read_at"] is not None) for m in out} == {
            ("wang", "明白", True),
            ("li", "", False),
        }
        assert (await send(everybody=True)).json()["count"] >= 3
        first = (await chief.get("/api/messages?box=out&limit=2")).json()
        rest = (await chief.get(f"/api/messages?box=out&cursor={first['next']}&limit=200")).json()
        ids = [m["id"] for m in (*first["items"], *rest["items"])]
        assert len(ids) == len(set(ids)) >= 5
    entries = await house.audit(object_kind="message")
    assert [(e.user_name, e.action) for e in entries] == [
        ("chief", "send"),
        ("wang", "answer"),
        ("chief", "send"),
    ]


async def test_a_note_is_bound_to_a_moment_of_the_agent_s_own_contact(house: House) -> None:
    wang, li = [await house.add_user(login, "agent") for login in ("wang", "li")]
    contact_id = await _talked(house, wang)
    path = f"/api/contacts/{contact_id}/notes"
    async with house.client("chief") as chief, house.client("wang") as one, house.client("li") as two:

        async def note(agent_id: UUID, at_ms: int, text: str = "这里可以先道歉") -> int:
            body = {"agent_id": str(agent_id), "at_ms": at_ms, "text": text}
            return (await chief.post(path, json=body)).status_code

        assert await note(wang, 42_000) == 201
        assert await note(wang, 7_000, "开头很好") == 201
        assert await note(li, 7_000) == 422  # did not talk in it
        assert await note(wang, -1) == 422
        assert (await one.post(path, json={})).status_code == 403
        for client in (chief, one):
            items = (await client.get(path)).json()["items"]
            assert [(m["at_ms"], m["text"]) for m in items] == [
                (7_000, "开头很好"),
                (42_000, "这里可以先道歉"),
            ]
        assert (await two.get(path)).json()["items"] == []
        mine = (await one.get("/api/messages?notes=true")).json()["items"]
        assert {m["contact_id"] for m in mine} == {str(contact_id)} and len(mine) == 2
        assert (await one.get("/api/messages?notes=false")).json()["items"] == []


async def _talked(house: House, agent_id: UUID) -> UUID:
    contact_id, stand = uuid7(), house.stand
    talk = ContactConnected(
        at=house.clock.now(),
        tenant_id=stand.tenant_id,
        client_id=stand.clients[0],
        project_id=stand.projects[0],
        contact_id=contact_id,
        agent_id=agent_id,
        queue_id=stand.queues[0],
        offer_id=uuid7(),
        waited_ms=0,
    )
    await journal(house.db, [talk])
    return contact_id
