"""The audit log: the last change of a thing can be taken back, as long as nobody changed it since; what must
be seen waits for somebody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from identity_house import House, make_house
from sqlalchemy import select

from andon.customers.tables import CustomerRow
from andon.identity.admin import resource_of
from andon.kit.database import Database

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    await house.add_user("other", "administrator")
    await house.add_user("auditor", "auditor")
    yield house
    await house.bus.stop()


async def undo(client: httpx.AsyncClient, kind: str, id: str, entry_id: str | None = None) -> str:
    """Empty when it was done, else why it was not."""
    body = {"object_kind": kind, "object_id": id, "entry_id": entry_id}
    answer = await client.post("/api/audit/undo", json=body)
    return "" if answer.is_success else str(answer.json()["error"]["code"])


async def entries(client: httpx.AsyncClient, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"/api/audit?object_id={id}")).json()["items"]
    return found


async def test_queues_numbers_skills_and_reasons_become_what_they_were(house: House) -> None:
    project = str(house.stand.projects[0])
    e164 = str(10**12 + house.stand.tenant_id.int % 10**12)
    async with house.client("admin") as admin:
        skill = (await admin.post("/api/skills", json={"name": "粤语"})).json()["id"]
        need = [{"skill_id": skill, "min_level": 3}]
        for kind, path, new, change in (
            (
                "queue",
                "/api/queues",
                {"project_id": project, "name": "售后", "required_skills": need},
                {"name": "售前", "required_skills": [], "callback": {"attempts": 9}, "max_wait_s": 60},
            ),
            (
                "number",
                "/api/numbers",
                {"project_id": project, "e164": e164, "label": "热线"},
                {"label": "x", "dial_out": True, "project_id": str(house.stand.projects[1])},
            ),
            (
                "state_reason",
                "/api/state-reasons",
                {"kind": "break", "name_zh": "用餐", "name_en": "Meal", "limit_min": 30},
                {"limit_min": None},
            ),
            (
                "wrap_reason",
                "/api/wrap-reasons",
                {"project_id": project, "name_zh": "投诉", "name_en": "Complaint"},
                {"name_zh": "表扬", "sort": 4},
            ),
        ):
            made = (await admin.post(path, json=new)).json()
            one = f"{path}/{made['id']}"
            changed = (await admin.patch(one, json=change)).json()
            assert changed != made, kind
            assert await undo(admin, kind, made["id"]) == ""
            assert (await admin.get(one)).json() == made, kind
            # Taking back what was taken back brings the change again.
            assert await undo(admin, kind, made["id"]) == ""
            assert (await admin.get(one)).json() == changed, kind
            assert (await admin.delete(one)).status_code == 204
            assert await undo(admin, kind, made["id"]) == ""
            assert (await admin.get(one)).json() == changed, kind
            log = await entries(admin, made["id"])
            done = ["create", "update", "undo", "undo", "delete", "undo"]
            assert [entry["action"] for entry in reversed(log)] == done
            assert [entry["undoable"] for entry in log] == [True, *[False] * 5]
            assert (log[2]["before"], log[2]["after"]) == (log[3]["after"], log[3]["before"])
    told = [payload for topic, payload in house.said if topic == "config.changed"]
    assert told == [{"tenant_id": str(house.stand.tenant_id)}] * (1 + 4 * len(done))  # each at once


async def test_not_when_somebody_changed_it_since(house: House) -> None:
    async with house.client("admin") as admin, house.client("other") as other:
        id = (await admin.post("/api/skills", json={"name": "a"})).json()["id"]
        await admin.patch(f"/api/skills/{id}", json={"name": "b"})
        (first, _) = await entries(admin, id)
        await other.patch(f"/api/skills/{id}", json={"name": "c"})
        assert await undo(admin, "skill", id) == "undo.not_own"
        assert await undo(admin, "skill", id, first["id"]) == "undo.changed_since"
        (last, *rest) = await entries(admin, id)
        assert last["undoable"] and not any(entry["undoable"] for entry in rest)
        assert await undo(admin, "skill", id, last["id"]) == ""
        assert (await admin.get(f"/api/skills/{id}")).json()["name"] == "b"
        # The name it had may be somebody else's by now.
        await admin.patch(f"/api/skills/{id}", json={"name": "d"})
        await admin.post("/api/skills", json={"name": "b"})
        assert await undo(admin, "skill", id) == "conflict"
        assert (await admin.get(f"/api/skills/{id}")).json()["name"] == "d"


async def test_a_thing_that_is_used_is_not_unmade(house: House) -> None:
    async with house.client("admin") as admin:
        id = (await admin.post("/api/skills", json={"name": "a"})).json()["id"]
        users = f"/api/users/{house.stand.agents[0]}"
        given = [{"skill_id": id, "level": 4}]
        assert (await admin.put(f"{users}/skills", json=given)).status_code == 200
        assert await undo(admin, "skill", id) == "in_use"
        # An agent's skills are taken back too; then nothing uses it.
        assert await undo(admin, "user", str(house.stand.agents[0])) == ""
        assert (await admin.get(f"/api/agent-skills?user_id={house.stand.agents[0]}")).json()["items"] == []
        assert await undo(admin, "skill", id) == ""
        assert (await admin.get(f"/api/skills/{id}")).status_code == 404


async def test_an_agents_lists_become_what_they_were(house: House) -> None:
    agent, queue = str(house.stand.agents[0]), str(house.stand.queues[0])
    async with house.client("admin") as admin, house.client("other") as other:
        skill = (await admin.post("/api/skills", json={"name": "a"})).json()["id"]
        for name, before, after in (
            ("skills", [{"skill_id": skill, "level": 4}], [{"skill_id": skill, "level": 9}]),
            (
                "certificates",
                [{"name": "保险", "valid_until": "2030-01-01"}],
                [
                    {"name": "基金", "valid_until": "2030-06-30"},
                    {"name": "保险", "valid_until": "2031-01-01"},
                ],
            ),
            ("queue-seats", [{"queue_id": queue, "order": 1, "level": 3, "value": 10}], []),
        ):
            path = f"/api/users/{agent}/{name}"
            was = (await admin.put(path, json=before)).json()
            now = (await admin.put(path, json=after)).json()
            for expected in (was, now):  # taking back is taken back too
                assert await undo(admin, "user", agent) == "", name
                found = (await admin.get(path)).json()
                assert found["revision"] == expected["revision"] and found["total"] == expected["total"], name
            (newest, *_) = await entries(admin, agent)
            assert newest["undoable"], name
            assert (await other.put(path, json=before)).is_success
            assert await undo(admin, "user", agent, newest["id"]) == "undo.changed_since"


TILE = {"id": "a", "kind": "clock", "x": 0, "y": 0, "w": 2, "h": 2}
SIMPLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "alarm_rule": ({"name": "a", "figure": "waiting", "warn_at": 3}, {"warn_at": None, "alarm_at": 9}),
    "calendar": (
        {"name": "a"},
        {"name": "b", "follow_cn_holidays": True, "periods": {"mon": [["09:00", "18:00"]]}},
    ),
    "client": ({"name": "a", "short_name": "a"}, {"short_name": "b"}),
    "do_not_call": ({"number": "13900000001"}, {"reason": "投诉"}),
    "skill": ({"name": "a"}, {"name": "b"}),
    "team": ({"name": "a"}, {"name": "b", "department": "一部"}),
    "text_gateway": ({"name": "a", "url": "https://a.example/"}, {"url": "https://b.example/", "retries": 1}),
    "trunk": ({"name": "a", "host": "a.example"}, {"host": "b.example", "max_calls": 9}),
    "wallboard": ({"name": "a"}, {"name": "b", "tiles": [TILE]}),
}
OWN_TEST = {"number", "project", "queue", "state_reason", "wrap_reason"}


async def test_every_kind_that_is_administered_alike_becomes_what_it_was(house: House) -> None:
    """A new kind fails here until it is in the table."""
    operations = [
        each["operationId"] for path in house.app.openapi()["paths"].values() for each in path.values()
    ]
    kinds = {kind for each in operations if resource_of(kind := each.removeprefix("retire_"))}
    assert kinds == SIMPLE.keys() | OWN_TEST
    async with house.client("admin") as admin:
        for kind, (new, change) in SIMPLE.items():
            resource = resource_of(kind)
            assert resource is not None
            path = resource.path
            made = await admin.post(path, json=new)
            assert made.status_code == 201, (kind, made.text)
            one = f"{path}/{made.json()['id']}"
            changed = await admin.patch(one, json=change)
            assert changed.is_success and changed.json() != made.json(), (kind, changed.text)
            for expected in (made, changed, made):
                assert await undo(admin, kind, made.json()["id"]) == "", kind
                assert (await admin.get(one)).json() == expected.json(), kind


async def test_what_there_is_one_of_and_what_comes_in_versions_becomes_what_it_was(house: House) -> None:
    tenant, project = str(house.stand.tenant_id), str(house.stand.projects[0])
    async with house.db.session(house.stand.scope) as session:
        customer = (await session.scalars(select(CustomerRow).order_by(CustomerRow.name))).first()
    assert customer is not None
    text = {"key": "a", "type": "text", "label_zh": "甲", "label_en": "A"}
    async with house.client("admin") as admin, house.client("other") as other:
        for kind, id, method, path, bodies in (
            ("routing_rules", tenant, "PUT", "/api/routing-rules", [{"ageing_s": n} for n in (60, 30, 20)]),
            ("export_rule", tenant, "PUT", "/api/export-rules", [{"rows_over": n} for n in (1, 2, 3)]),
            (
                "wrap_form",
                project,
                "POST",
                f"/api/wrap-forms/{project}/versions",
                [{"fields": [text | {"label_zh": each}]} for each in "甲乙丙"],
            ),
            (
                "customer",
                str(customer.id),
                "PATCH",
                f"/api/customers/{customer.id}",
                [{"notes": each, "tags": [each], "agent_id": None} for each in "abc"],
            ),
        ):
            look = path.removesuffix("/versions")

            async def now(look: str = look, names: Any = tuple(bodies[0])) -> dict[str, Any]:
                found = (await admin.get(look)).json()
                return {name: found[name] for name in names}

            was = []
            for body in bodies[:2]:
                assert (await admin.request(method, path, json=body)).is_success, kind
                was.append(await now())
            assert was[0] != was[1]
            for expected in (was[0], was[1], was[0]):
                assert await undo(admin, kind, id) == "", kind
                assert await now() == expected, kind
            (newest, *_) = await entries(admin, id)
            assert newest["action"] == "undo" and newest["undoable"], kind
            assert (await other.request(method, path, json=bodies[2])).is_success
            assert await undo(admin, kind, id) == "undo.not_own"
            assert await undo(admin, kind, id, newest["id"]) == "undo.changed_since"


async def test_what_was_deleted_needs_what_it_stood_on(house: House) -> None:
    async with house.client("admin") as admin:
        body = {"client_id": str(house.stand.clients[0]), "name": "p"}
        project = (await admin.post("/api/projects", json=body)).json()["id"]
        queue = (await admin.post("/api/queues", json={"project_id": project, "name": "q"})).json()["id"]
        assert (await admin.delete(f"/api/queues/{queue}")).status_code == 204
        assert (await admin.delete(f"/api/projects/{project}")).status_code == 204
        assert await undo(admin, "queue", queue) == "invalid"
        assert await undo(admin, "project", project) == ""
        assert await undo(admin, "queue", queue) == ""


async def test_what_cannot_be_undone_is_said_and_only_an_administrator_may(house: House) -> None:
    async with house.client("admin") as admin, house.client("auditor") as auditor:
        trunk = {"name": "t", "host": "sip.example", "secret": "s3cret"}
        id = (await admin.post("/api/trunks", json=trunk)).json()["id"]
        await admin.patch(f"/api/trunks/{id}", json={"secret": "0ther"})
        assert await undo(admin, "trunk", id) == "undo.impossible"  # no secret is kept anywhere
        agent = str(house.stand.agents[1])
        assert (await admin.patch(f"/api/users/{agent}", json={"name": "新名"})).status_code == 200
        assert await undo(admin, "user", agent) == "undo.impossible"
        assert await undo(admin, "skill", agent) == "not_found"
        assert await undo(admin, "made_up", agent) == "not_found"
        skill = (await admin.post("/api/skills", json={"name": "z"})).json()["id"]
        assert await undo(auditor, "skill", skill) == "forbidden"
        assert not any(entry["undoable"] for entry in await entries(auditor, skill))


async def test_what_must_be_seen_waits_for_somebody_elses_eyes(house: House) -> None:
    await house.add_user("second", "auditor")
    await house.add_user("chief", "supervisor")
    waiting = "/api/audit?to_be_seen=true"
    async with (
        house.client("admin") as admin,
        house.client("auditor") as auditor,
        house.client("second") as second,
        house.client("chief") as chief,
    ):

        async def count(client: httpx.AsyncClient) -> int:
            return int((await client.get("/api/audit/to-be-seen")).json()["count"])

        async def see(client: httpx.AsyncClient, *ids: str) -> httpx.Response:
            return await client.post("/api/audit/seen", json={"entries": list(ids)})

        assert (await admin.post("/api/skills", json={"name": "a"})).is_success  # nobody has to see that
        for permissions in (["contacts"], ["board", "contacts"]):
            body = {"permissions": permissions}
            assert (await admin.put("/api/roles/planner", json=body)).is_success
        assert [await count(each) for each in (admin, auditor, second)] == [0, 2, 2]  # one's own aside
        items = (await auditor.get(waiting)).json()["items"]
        assert [(each["action"], each["object_kind"], each["must_see"]) for each in items] == [
            ("update", "role", True)
        ] * 2
        last, first = [each["id"] for each in items]
        refused = await see(admin, first)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "audit.own")
        assert (await see(chief, first)).status_code == 403
        skill = (await auditor.get("/api/audit?object_kind=skill")).json()["items"][0]["id"]
        for wrong in (skill, str(house.stand.tenant_id)):
            assert (await see(auditor, first, wrong)).status_code == 404
        assert await count(auditor) == 2
        assert (await see(auditor, first)).json() == {"count": 1}
        assert (await see(second, first, last)).json() == {"count": 0}  # whoever came first stays
        assert [await count(each) for each in (auditor, second)] == [0, 0]
        assert (await auditor.get(waiting)).json()["items"] == []
        known = {each["id"]: each for each in (await auditor.get("/api/audit")).json()["items"]}
        assert [known[id]["seen_by"] for id in (first, last)] == ["auditor", "second"]
        assert known[first]["seen_at"] is not None
        said = await house.audit(action="seen")
        assert [(each.user_name, each.object_name, each.after) for each in said] == [
            ("auditor", "planner", {"entries": [first]}),
            ("second", "", {"entries": [last]}),
        ]
        assert (await see(second, first)).json() == {"count": 0}
        assert len(await house.audit(action="seen")) == 2
