"""What the administration page asks beyond lists: a flow's versions, and what hours would mean."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from identity_house import House, make_house

from andon.kit.database import Database

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    yield house
    await house.bus.stop()


def graph(prompt: str) -> dict[str, Any]:
    return {
        "start": "start",
        "nodes": {
            "start": {"type": "start", "exits": {"next": "say"}},
            "say": {"type": "play", "prompts": [prompt], "exits": {"next": "end"}},
            "end": {"type": "hangup"},
        },
    }


async def test_a_flow_keeps_every_version_and_can_go_back(house: House) -> None:
    async with house.client("admin") as client:
        flow = {"project_id": str(house.stand.projects[0]), "name": "热线"}
        path = f"/api/flows/{(await client.post('/api/flows', json=flow)).json()['id']}/versions"
        assert (await client.get(path)).json()["items"] == []
        for prompt, note in (("welcome", "一"), ("goodbye", "二")):
            answer = await client.post(path, json={"graph": graph(prompt), "note": note})
            assert answer.status_code == 201
        first = (await client.get(f"{path}/1")).json()
        assert first["graph"]["nodes"]["say"]["prompts"] == ["welcome"]
        again = await client.post(path, json={"graph": first["graph"], "note": "回到一"})
        assert (again.json()["version"], again.json()["graph"]) == (3, first["graph"])
        listed = (await client.get(path)).json()["items"]
        assert [(row["version"], row["note"]) for row in listed] == [(3, "回到一"), (2, "二"), (1, "一")]
        assert {row["published_by"]["name"] for row in listed} == {"admin"}
        assert not any("graph" in row for row in listed)
        for missing in (f"{path}/4", f"/api/flows/{uuid4()}/versions", f"/api/flows/{uuid4()}/versions/1"):
            assert (await client.get(missing)).status_code == 404
        for wrong in ("0", "x", str(2**31)):
            assert (await client.get(f"{path}/{wrong}")).status_code == 422


async def test_a_refused_flow_names_its_first_fault_first(house: House) -> None:
    broken = graph("welcome")
    broken["nodes"]["start"]["exits"]["next"] = "nowhere"
    async with house.client("admin") as client:
        flow = {"project_id": str(house.stand.projects[0]), "name": "热线"}
        made = (await client.post("/api/flows", json=flow)).json()
        answer = await client.post(f"/api/flows/{made['id']}/versions", json={"graph": broken})
    assert answer.status_code == 422
    assert next(iter(answer.json()["error"]["fields"])) == "graph.nodes.start"


async def test_hours_are_previewed_as_calls_would_find_them(house: House) -> None:
    hours: dict[str, Any] = {
        "timezone": "Asia/Shanghai",
        "periods": {day: [["22:00", "02:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
        "follow_cn_holidays": False,
    }
    async with house.client("admin") as client:
        stored = (await client.get("/api/calendars")).json()
        plain = (await client.post("/api/calendars/preview?days=3", json=hours)).json()
        today = plain["days"][0]["on"]
        hours["exceptions"] = [{"date": today, "periods": [["00:00", "24:00"]], "name": "店庆"}]
        special = (await client.post("/api/calendars/preview?days=3", json=hours)).json()
        closed = {"periods": {}, "follow_cn_holidays": False}
        never = (await client.post("/api/calendars/preview", json=closed)).json()
        assert (await client.get("/api/calendars")).json() == stored
        refused = await client.post("/api/calendars/preview", json={"periods": {"mon": [["9", "18"]]}})
        too_far = await client.post("/api/calendars/preview?days=401", json=hours)
    assert [day["periods"] for day in plain["days"]] == [[["22:00", "02:00"]]] * 3
    assert {day["source"] for day in plain["days"]} == {"week"}
    assert datetime.fromisoformat(plain["next_change"]).tzinfo is not None
    assert special["open"] is True
    assert special["days"][0] | {"on": ""} == {
        "on": "",
        "periods": [["00:00", "24:00"]],
        "source": "exception",
        "name_zh": "店庆",
        "name_en": "店庆",
        "holiday_data_missing": False,
    }
    assert (never["open"], never["next_change"], len(never["days"])) == (False, None, 35)
    assert refused.status_code == too_far.status_code == 422
    assert list(refused.json()["error"]["fields"]) == ["periods.mon.0"]
