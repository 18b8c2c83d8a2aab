"""Trying a trunk as the edge lets administrators: who is never called, how often, and on the record."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from identity_house import House, make_house

from andon.flows.graph import Graph, store_graph
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.hours import Hours
from andon.flows.nodes.start import Start
from andon.kit.database import Database

pytestmark = pytest.mark.database

TRIAL = {
    "trial_id": str(UUID(int=1)), "trunk_id": str(UUID(int=2)), "number": "13900000009", "shown": "021",
    "began_at": "2026-11-26T02:00:00Z", "over": False, "how": "", "cause": 0,
    "steps": [{"what": "dialled", "s": 0.0}],
}  # fmt: skip


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    await house.add_user("chief", "supervisor")
    yield house
    await house.bus.stop()


async def test_a_trunk_is_tried_by_the_rules(house: House) -> None:
    asked: list[dict[str, Any]] = []

    async def core(said: dict[str, Any]) -> dict[str, Any]:
        asked.append(said)
        return TRIAL

    house.bus.serve("core.command", core)
    own = str(10**11 + house.stand.tenant_id.int % 10**11)
    async with house.client("admin") as admin, house.client("chief") as chief:
        one, two = [
            (await admin.post("/api/trunks", json={"name": name, "host": "sip.example"})).json()["id"]
            for name in ("一", "二")
        ]

        async def number(e164: str, **more: Any) -> str:
            body = {"project_id": str(house.stand.projects[0]), "e164": e164, "label": "热线", **more}
            return str((await admin.post("/api/numbers", json=body)).json()["id"])

        shown, others = await number("1" + own), await number("2" + own, trunk_id=two)
        hotline = await number("4" + own, kind="400")
        path = f"/api/trunks/{one}/trial"
        good = {"number": "139 0000-0009", "number_id": shown}
        for field, body in (
            ("number", {**good, "number": "110"}),
            ("number", {**good, "number": "16885188"}),
            ("number", {**good, "number": "+12125550100"}),
            ("number", {**good, "number": "call me"}),
            ("number_id", {**good, "number_id": others}),
            ("number_id", {**good, "number_id": hotline}),
            ("number_id", {**good, "number_id": one}),
            ("ring_s", {**good, "ring_s": 600}),
        ):
            answer = await admin.post(path, json=body)
            assert answer.status_code == 422 and field in answer.json()["error"]["fields"], (
                field,
                answer.text,
            )
        assert (await chief.post(path, json=good)).status_code == 403
        assert (await chief.get("/api/trunk-states")).status_code == 403
        assert asked == [] and await house.audit(action="trunk_trial") == []

        answer = await admin.post(path, json=good)
        assert answer.status_code == 200 and answer.json()["steps"] == TRIAL["steps"]
        (verb,) = asked
        assert (verb["verb"], verb["number"], verb["ring_s"]) == ("trunk.call", "13900000009", 30)
        assert (verb["trunk_id"], verb["number_id"]) == (one, shown)
        (entry,) = await house.audit(action="trunk_trial")
        assert entry.object_name == f"一: 1{own} → 13900000009" and str(entry.object_id) == one
        # trying is no change: the trunk's own last change can still be taken back
        undone = await admin.post("/api/audit/undo", json={"object_kind": "trunk", "object_id": one})
        assert undone.is_success, undone.text

        for _ in range(19):
            assert (await admin.post(f"/api/trunks/{two}/trial", json=good)).is_success
        late = await admin.post(f"/api/trunks/{two}/trial", json=good)
        assert (late.status_code, late.json()["error"]["code"]) == (429, "trunk_trial.too_many")
        house.clock.advance(25 * 3600)
    async with house.client("admin") as admin:
        assert (await admin.post(f"/api/trunks/{two}/trial", json=good)).is_success


async def test_where_a_number_leads_now(house: House) -> None:
    own = str(10**11 + house.stand.tenant_id.int % 10**11)
    project = str(house.stand.projects[0])
    async with house.client("admin") as admin:
        body = {"project_id": project, "e164": "3" + own, "label": "热线"}
        number = (await admin.post("/api/numbers", json=body)).json()["id"]
        path = f"/api/numbers/{number}/way"
        assert (await admin.get(path)).json()["refused"] == "no_flow"
        calendar = {"name": "从不", "timezone": "Asia/Shanghai", "periods": {}, "follow_cn_holidays": False}
        hours = UUID((await admin.post("/api/calendars", json=calendar)).json()["id"])
        graph = Graph(
            start="start",
            nodes={
                "start": Start(exits={"next": "hours"}),
                "hours": Hours(calendar_id=hours, exits={"open": "end", "closed": "end"}),
                "end": HangUp(),
            },
        )
        flow = (await admin.post("/api/flows", json={"project_id": project, "name": "夜间"})).json()["id"]
        assert (await admin.patch(f"/api/numbers/{number}", json={"flow_id": flow})).is_success
        assert (await admin.get(path)).json()["refused"] == "unpublished"
        published = await admin.post(f"/api/flows/{flow}/versions", json={"graph": store_graph(graph)})
        assert published.is_success, published.text
        way = (await admin.get(path)).json()
        assert (way["refused"], way["flow_name"], way["version"]) == ("", "夜间", 1)
        assert [(place["type"], place["by"]) for place in way["places"]] == [
            ("start", ""),
            ("hours", "next"),
            ("hangup", "closed"),
        ]
        told = way["places"][1]
        assert told["type_name"] == "工作时间"
        assert (told["hours"]["calendar"], told["hours"]["open"], told["hours"]["why"]) == (
            "从不",
            False,
            "outside",
        )
        assert way["outcome"] == "out_of_hours"
