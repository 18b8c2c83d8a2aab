"""The history page: every condition finds what it says, searches are kept and shared, columns kept."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from identity_house import House, make_house

from andon.interactions.tables import ReasonNode
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.reporting.tables import ReportContact, ReportRecording

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("chief", "supervisor", department="一组")
    yield house
    await house.bus.stop()


async def add_contact(house: House, n: int, side: int = 0, **more: Any) -> UUID:
    """A contact `n` seconds ago of one of the two clients, as the projector leaves it."""
    stand, at = house.stand, house.clock.now() - timedelta(seconds=n)
    row = {
        "contact_id": uuid7(),
        "client_id": stand.clients[side],
        "project_id": stand.projects[side],
        "queue_id": stand.queues[side],
        "agent_id": stand.agents[0],
        "medium": "voice",
        "direction": "inbound",
        "caller": f"1390000{n:04d}",
        "dnis": "4001234567",
        "node": "n1",
        "channel_id": "-",
        "arrived_at": at,
        "visits": 1,
        "offers": 1,
        "outcome": "served",
        "ended_at": at,
        "talks": [],
    } | more
    async with house.db.session(stand.scope) as session:
        session.add(ReportContact(**row))
    found: UUID = row["contact_id"]
    return found


async def found(asker: httpx.AsyncClient, **query: Any) -> set[str]:
    answer = await asker.get("/api/contacts", params=query)
    assert answer.status_code == 200, answer.text
    return {item["contact_id"] for item in answer.json()["items"]}


async def test_every_condition_finds_what_it_says(house: House) -> None:
    top, below, other = [uuid7() for _ in range(3)]
    number, trunk, flow, customer = [uuid7() for _ in range(4)]
    async with house.db.session(house.stand.scope) as session:
        for id, parent, name in ((top, None, "投诉"), (below, top, "物流"), (other, None, "咨询")):
            project = house.stand.projects[0]
            session.add(ReasonNode(id=id, project_id=project, parent_id=parent, name_zh=name, name_en=name))
            await session.flush()
    first = await add_contact(
        house,
        1,
        number_id=number,
        trunk_id=trunk,
        flow_id=flow,
        customer_id=customer,
        reason_id=below,
        tier="gold",
        ended_by="agent",
        resolved=False,
        follow_up=True,
        wrapped_at=house.clock.now(),
        talks=[{}, {}],
        voicemail_ms=3000,
        survey_score=2,
        offers=3,
        waited_ms=20_900,
        talked_ms=61_000,
        held_ms=5_000,
        acw_ms=9_000,
        total_ms=90_000,
        outcome="voicemail",
        direction="outbound",
    )
    plain = await add_contact(
        house,
        2,
        side=1,
        reason_id=other,
        resolved=True,
        survey_score=5,
        waited_ms=21_000,
        talked_ms=1,
        held_ms=0,
        acw_ms=0,
        total_ms=1,
        ended_by="caller",
        agent_id=house.stand.agents[1],
    )
    async with house.db.session(house.stand.scope) as session:
        session.add(ReportRecording(recording_id=uuid7(), contact_id=first, path="a.wav"))
        session.add(ReportRecording(recording_id=uuid7(), contact_id=plain, path=None))  # never stored
    stand = house.stand
    only_first: dict[str, Any] = {
        "queue": stand.queues[0],
        "project": stand.projects[0],
        "client": stand.clients[0],
        "agent": stand.agents[0],
        "customer": customer,
        "number": number,
        "trunk": trunk,
        "flow": flow,
        "reason": top,  # and what is below it
        "outcome": "voicemail",
        "direction": "outbound",
        "tier": "gold",
        "ended_by": "agent",
        "resolved": False,
        "follow_up": True,
        "wrapped_up": True,
        "transferred": True,
        "recording": True,
        "voicemail": True,
        "score_to": 2,
        "offers_from": 2,
        "waited_to": 20,  # 20.9 s are still 20 s
        "talked_from": 60,
        "held_from": 5,
        "acw_from": 9,
        "total_from": 90,
    }
    async with house.client("chief") as chief:
        for name, value in only_first.items():
            assert await found(chief, **{name: value}) == {str(first)}, name
            assert str(plain) not in await found(chief, **{name: value}), name
        for name in ("follow_up", "wrapped_up", "transferred", "recording", "voicemail"):
            assert await found(chief, **{name: False}) == {str(plain)}, name
        assert await found(chief, waited_from=21, score_from=5) == {str(plain)}
        assert await found(chief, **only_first) == {str(first)}
        for wrong in ({"waited_from": 5, "waited_to": 4}, {"score_to": 11}, {"tier": "x"}, {"resolved": "x"}):
            assert (await chief.get("/api/contacts", params=wrong)).status_code == 422, wrong


async def test_a_search_is_kept_shared_and_forgotten(house: House) -> None:
    client_id = house.stand.clients[0]
    await house.add_user("mate", "quality", department="一组")
    await house.add_user("far", "auditor", department="二组")
    await house.add_user("viewer", "client_viewer", department="一组", client_id=client_id)
    await house.add_user("agent", "agent", agent_no="1")
    body = {
        "name": "久等的客户",
        "search": {"waited_from": 60, "outcome": "abandoned_queue"},
        "period": {"last": "week"},
        "columns": ["caller", "waited", "caller"],
        "departments": ["一组"],
    }
    async with (
        house.client("chief") as chief,
        house.client("mate") as mate,
        house.client("far") as far,
        house.client("viewer") as viewer,
        house.client("agent") as agent,
    ):

        async def names(who: httpx.AsyncClient) -> list[str]:
            return [one["name"] for one in (await who.get("/api/saved-searches")).json()["items"]]

        made = (await chief.post("/api/saved-searches", json=body)).json()
        assert made["columns"] == ["caller", "waited"] and made["own"]
        assert (await chief.post("/api/saved-searches", json=body)).status_code == 409
        assert (await agent.get("/api/saved-searches")).status_code == 403
        shared = (await mate.get("/api/saved-searches")).json()
        assert shared["items"][0] | {"own": True} == made and not shared["items"][0]["own"]
        assert shared["departments"] == ["一组", "二组"]
        # A client's people are another house, whatever department they are of.
        assert await names(far) == await names(viewer) == []
        path = f"/api/saved-searches/{made['id']}"
        renamed = body | {"name": "x"}
        assert (await mate.put(path, json=renamed)).status_code == 404
        assert (await mate.delete(path)).status_code == 404
        again = {"name": "新名", "departments": [], "roles": ["auditor"], "columns": None}
        assert (await chief.put(path, json=body | again)).json()["columns"] == []
        assert await names(mate) == [] and await names(far) == ["新名"]
        # The viewer's own are shared among the client's own people.
        assert (await viewer.post("/api/saved-searches", json=body)).status_code == 201
        assert await names(viewer) == ["久等的客户"]
        for period in ({}, {"last": "week", "first_day": "2026-01-01"}, {"first_day": "2026-01-01"}):
            wrong = body | {"name": "y", "period": period}
            assert (await chief.post("/api/saved-searches", json=wrong)).status_code == 422, period
        assert (await chief.delete(path)).status_code == 204
        assert await names(far) == await names(chief) == []
    entries = await house.audit(object_kind="saved_search")
    assert [(e.user_name, e.action) for e in entries] == [
        ("chief", "create"),
        ("chief", "update"),
        ("viewer", "create"),
        ("chief", "delete"),
    ]


async def test_columns_are_a_person_s_own(house: House) -> None:
    await house.add_user("viewer", "client_viewer", client_id=house.stand.clients[0])
    async with house.client("chief") as chief, house.client("viewer") as viewer:
        for who in (chief, viewer):
            assert (await who.get("/api/history-columns")).json() == {"columns": None}
        for chosen in (["agent", "arrived", "agent"], ["score"]):
            answer = await chief.put("/api/history-columns", json={"columns": chosen})
            assert answer.json() == {"columns": list(dict.fromkeys(chosen))}
        await viewer.put("/api/history-columns", json={"columns": ["caller"]})
        assert (await chief.get("/api/history-columns")).json() == {"columns": ["score"]}
        assert (await viewer.get("/api/history-columns")).json() == {"columns": ["caller"]}
        for wrong in ([], ["made_up"]):
            assert (await chief.put("/api/history-columns", json={"columns": wrong})).status_code == 422, (
                wrong
            )
