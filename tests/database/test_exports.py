"""Exports: asked for, approved by somebody else where the rule wants it, made, downloaded by who asked."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from identity_house import House, make_house
from openpyxl import load_workbook
from sqlalchemy import update
from test_history_search import add_contact

from andon.identity.tables import User
from andon.kit.database import Database
from andon.reporting.exports import service
from andon.reporting.exports.tables import ExportJob

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("chief", "supervisor")
    await house.add_user("mate", "supervisor")
    await house.add_user("checker", "quality")
    yield house
    await house.bus.stop()


def wanted(house: House, **more: Any) -> dict[str, Any]:
    now = house.clock.now()
    return {
        "search": {},
        "since": (now - timedelta(days=1)).isoformat(),
        "until": (now + timedelta(days=1)).isoformat(),
        "columns": ["caller", "queue", "waited", "outcome"],
        "format": "csv",
    } | more


async def work(house: House) -> bool:
    return await service.perform(house.db, house.app.state.services.settings.home, house.clock, tenant(house))


def tenant(house: House) -> UUID:
    return house.stand.tenant_id


async def mine(who: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await who.get("/api/exports")).json()["items"]
    return items


async def test_an_export_is_made_and_is_its_asker_s_alone(house: House) -> None:
    for n in range(3):
        await add_contact(house, n + 1, waited_ms=20_900)
    await add_contact(house, 9, caller="=HYPERLINK(1)", waited_ms=None)
    async with house.client("chief") as chief, house.client("mate") as mate:
        made = (await chief.post("/api/exports", json=wanted(house))).json()
        assert (made["state"], made["rows_expected"]) == ("wanted", 4)
        file = f"/api/exports/{made['id']}/file"
        assert (await chief.get(file)).json()["error"]["code"] == "export.not_ready"
        assert await work(house) and not await work(house)
        (job,) = await mine(chief)
        assert (job["state"], job["rows_done"]) == ("done", 4)
        assert (await mate.get(file)).status_code == 404
        assert (await mate.delete(f"/api/exports/{made['id']}")).status_code == 404
        answer = await chief.get(file)
        assert answer.headers["content-disposition"].startswith("attachment")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0] == ["客户号码", "队列", "等待(秒)", "结果"]
        # Masked, because whole numbers were not asked for; what somebody put into a name stays text.
        assert rows[1] == ["139****0001", "队列0", "20", "人工服务"]
        assert rows[4][0] == "'=HY******K(1)"
        house.clock.advance(73 * 3600)
    async with house.client("chief") as chief:
        assert (await chief.get(file)).json()["error"]["code"] == "export.gone"
        home = house.app.state.services.settings.home
        path = service.file_of(home, tenant(house), UUID(made["id"]), "csv")
        assert path.is_file()
        await service.expire(house.db, home, house.clock, tenant(house))
        assert not path.exists() and (await mine(chief))[0]["state"] == "expired"
    entries = await house.audit(object_kind="export")
    assert [(e.user_name, e.action) for e in entries] == [
        ("chief", "ask"),
        ("", "made"),
        ("chief", "download"),
    ]
    assert all(entry.after is not None and entry.after["rows"] == 4 for entry in entries)


async def test_another_person_approves_what_the_rule_names(house: House) -> None:
    await house.add_user("admin", "administrator")
    await house.add_user("client.chief", "supervisor", client_id=house.stand.clients[0])
    for n in range(3):
        await add_contact(house, n + 1)
    async with (
        house.client("admin") as admin,
        house.client("chief") as chief,
        house.client("mate") as mate,
        house.client("checker") as checker,
        house.client("client.chief") as stranger,
    ):
        rule = {"rows_over": 2, "whole_numbers": True, "most_rows": 100, "keep_hours": 1}
        assert (await chief.put("/api/export-rules", json=rule)).status_code == 403
        assert (await admin.put("/api/export-rules", json=rule)).status_code == 200
        assert (await checker.get("/api/export-rules")).json().items() >= rule.items()
        made = (
            await chief.post("/api/exports", json=wanted(house, format="xlsx", whole_numbers=True))
        ).json()
        assert made["state"] == "waiting" and not await work(house)
        path = f"/api/exports/{made['id']}/decide"
        assert (await chief.post(path, json={"approve": True})).json()["error"]["code"] == "export.own"
        assert (await checker.post(path, json={"approve": True})).status_code == 403
        assert (await stranger.post(path, json={"approve": True})).status_code == 403
        assert (await stranger.get("/api/exports?box=decide")).json()["items"] == []
        assert (await chief.get("/api/exports?box=decide")).json()["items"] == []
        (seen,) = (await mate.get("/api/exports?box=decide")).json()["items"]
        assert (seen["asked_by"], seen["own"], seen["rows_expected"]) == ("chief", False, 3)
        done = (await mate.post(path, json={"approve": True, "note": "月报"})).json()
        assert (done["state"], done["decided_by"]) == ("wanted", "mate")
        assert (await admin.post(path, json={"approve": False})).json()["error"]["code"] == "export.decided"
        assert await work(house)
        file = await chief.get(f"/api/exports/{made['id']}/file")
        sheet = load_workbook(io.BytesIO(file.content)).active
        assert sheet is not None
        assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == {
            "13900000001",
            "13900000002",
            "13900000003",
        }
        # A part of the result is short enough; who may not show whole numbers is told so.
        few = wanted(house, search={"q": "00000001"})  # found by a part of it, as on the page
        assert (await checker.post("/api/exports", json=few)).json()["state"] == "wanted"
        refused = await checker.post("/api/exports", json=wanted(house, whole_numbers=True))
        assert refused.json()["error"]["code"] == "export.numbers"
        again = (await chief.post("/api/exports", json=wanted(house))).json()
        decided = await mate.post(
            f"/api/exports/{again['id']}/decide", json={"approve": False, "note": "不必"}
        )
        assert decided.json()["state"] == "refused"
    actions = [(e.user_name, e.action) for e in await house.audit(object_kind="export")]
    assert ("mate", "approve") in actions and ("mate", "refuse") in actions
    (changed,) = await house.audit(object_kind="export_rule")
    assert changed.before == {"rows_over": 1000, "most_rows": 100_000, "keep_hours": 72}


async def test_behind_a_client_s_walls_there_are_the_client_s_rows_only(house: House) -> None:
    await house.add_user("viewer", "client_viewer", client_id=house.stand.clients[0], locale="en")
    await add_contact(house, 1)
    await add_contact(house, 2, side=1)
    async with house.client("viewer") as viewer:
        refused = await viewer.post("/api/exports", json=wanted(house, whole_numbers=True))
        assert refused.status_code == 403
        made = (await viewer.post("/api/exports", json=wanted(house))).json()
        assert made["rows_expected"] == 1
        assert await work(house)
        file = await viewer.get(f"/api/exports/{made['id']}/file")
        rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows == [
        ["Customer's number", "Queue", "Waited (s)", "Outcome"],
        ["139****0001", "队列0", "", "Served by an agent"],
    ]


async def test_what_cannot_be_exported_is_said(house: House) -> None:
    async with house.client("chief") as chief:

        async def ask(**more: Any) -> str:
            answer = await chief.post("/api/exports", json=wanted(house, **more))
            return str(answer.json().get("error", {}).get("code", ""))

        assert await ask() == "export.empty"
        await add_contact(house, 1)
        assert await ask(columns=[]) == "invalid"
        assert await ask(until=wanted(house)["since"]) == "period.invalid"
        for _ in range(3):
            assert await ask() == ""
        assert await ask() == "export.too_many"
        (first, *_) = await mine(chief)
        assert (await chief.delete(f"/api/exports/{first['id']}")).status_code == 204
        assert (await chief.delete(f"/api/exports/{first['id']}")).status_code == 409
        async with house.db.session(house.stand.scope) as session:
            # Who lost the right before the worker came gets nothing.
            await session.execute(update(User).where(User.login == "chief").values(roles=["agent"]))
        assert await work(house) and await work(house) and not await work(house)
        async with house.db.session(house.stand.scope) as session:
            await session.execute(update(User).where(User.login == "chief").values(roles=["supervisor"]))
        assert {job["state"] for job in await mine(chief)} == {"failed", "cancelled"}


async def test_a_worker_that_died_is_replaced_and_a_cancelled_export_leaves_no_file(house: House) -> None:
    await add_contact(house, 1)
    async with house.client("chief") as chief:
        made = (await chief.post("/api/exports", json=wanted(house))).json()
        id = UUID(made["id"])

        async def turn(**values: Any) -> None:
            async with house.db.session(house.stand.scope) as session:
                await session.execute(update(ExportJob).where(ExportJob.id == id).values(**values))

        await turn(state="running", attempts=1, beat_at=house.clock.now())
        assert not await work(house)  # its worker lives
        house.clock.advance(121)
        assert await work(house)
        assert (await mine(chief))[0]["state"] == "done"
        await turn(state="running", attempts=3, beat_at=house.clock.now() - timedelta(hours=1))
        assert not await work(house)
        assert (await mine(chief))[0]["state"] == "failed"
        await turn(state="wanted", attempts=0)
        job = await service._take(house.db, house.clock, tenant(house))
        assert job is not None
        assert (await chief.delete(f"/api/exports/{id}")).status_code == 204
        home = house.app.state.services.settings.home
        path = service.file_of(home, tenant(house), id, "csv")
        filters, zone = await service._allowed(house.db, job)
        assert not await service._make(house.db, house.clock, job, path, filters, zone)
        assert (await mine(chief))[0]["state"] == "cancelled"
