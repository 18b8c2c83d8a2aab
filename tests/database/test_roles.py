"""Roles: what each allows is changed by those who manage people, kept apart where duties are separated."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from identity_house import PASSWORD, House, make_house
from sqlalchemy import text

from andon.identity.duties import check_duties
from andon.identity.model import ALLOWS, DUTIES, KEEPS, Permission, Role, refused_grant
from andon.identity.tables import User
from andon.kit.database import Database

pytestmark = pytest.mark.database

RULES = "/api/log-in-rules"
WAITS = "SELECT true FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    yield house
    await house.bus.stop()


async def put(client: httpx.AsyncClient, role: str, *allowed: str) -> httpx.Response:
    return await client.put(f"/api/roles/{role}", json={"permissions": list(allowed)})


def refusal(answer: httpx.Response) -> Any:
    """The code, or the fields that are refused."""
    assert not answer.is_success, answer.text
    error = answer.json()["error"]
    return list(error["fields"]) or error["code"]


def test_no_role_comes_with_what_it_cannot_have() -> None:
    for role, allowed in ALLOWS.items():
        assert refused_grant(role, allowed) is None, role
        assert KEEPS.get(role, frozenset()) <= allowed
    three = [ALLOWS[role] & DUTIES for role in (Role.SYSTEM, Role.SECURITY, Role.AUDITOR)]
    assert sorted(each for one in three for each in one) == sorted(DUTIES)


async def test_a_change_works_at_the_next_request_and_is_written_down(house: House) -> None:
    await house.add_user("li", "planner")
    async with house.client("admin") as admin, house.client("li") as li:
        assert (await li.get("/api/contacts")).status_code == 403
        shown = {each["role"]: each for each in (await admin.get("/api/roles")).json()["items"]}
        assert shown["planner"]["permissions"] == ["board"] and shown["planner"]["people"] == 1
        changed = await put(admin, "planner", "contacts", "board")
        assert changed.json()["permissions"] == ["board", "contacts"]
        assert changed.json()["standard"] == ["board"]
        assert (await li.get("/api/contacts")).status_code == 200  # still logged in
        assert "contacts" in (await li.get("/api/me")).json()["permissions"]
        # What pages stream is gone with the log-in.
        assert (await put(admin, "planner", "contacts")).status_code == 200
        assert (await li.get("/api/me")).status_code == 401
        assert (await put(admin, "planner", "board")).status_code == 200
        assert (await put(admin, "planner", "board")).status_code == 200  # nothing new: not on record
    entries = await house.audit(object_kind="role")
    assert [(entry.object_name, entry.before, entry.after) for entry in entries] == [
        ("planner", {"permissions": ["board"]}, {"permissions": ["board", "contacts"]}),
        ("planner", {"permissions": ["board", "contacts"]}, {"permissions": ["contacts"]}),
        ("planner", {"permissions": ["contacts"]}, {"permissions": ["board"]}),
    ]
    assert {entry.user_name for entry in entries} == {"admin"}


async def test_another_operators_roles_are_its_own(
    house: House, owner_db: Database, db: Database, tmp_path: Path
) -> None:
    other = await make_house(owner_db, db, tmp_path / "other")
    await other.add_user("admin", "administrator")
    async with house.client("admin") as here, other.client("admin") as there:
        assert (await put(here, "planner", "board", "recordings")).status_code == 200
        shown = {each["role"]: each for each in (await there.get("/api/roles")).json()["items"]}
        assert shown["planner"]["permissions"] == ["board"]
    await other.bus.stop()


async def test_what_makes_no_sense_is_refused(house: House) -> None:
    async with house.client("admin") as admin:
        for role, allowed in (
            ("agent", ["board"]),  # without the desk
            ("agent", ["desk", "config"]),
            ("client_viewer", ["board", "ledger"]),
            ("client_viewer", ["supervise"]),
            ("planner", ["config", "people"]),
            ("system", ["config", "audit"]),
            ("auditor", ["audit", "people"]),
            ("security", ["audit"]),
            ("administrator", ["config", "people"]),
            ("planner", ["everything"]),
        ):
            fields = refusal(await put(admin, role, *allowed))
            assert fields in (["permissions"], ["permissions.0"]), (role, allowed)
        assert (await put(admin, "emperor", "board")).status_code == 422
    assert await house.audit(object_kind="role") == []


async def test_nobody_gives_themselves_a_right_they_lack(house: House) -> None:
    me = await house.add_user("sec", "security")
    await house.add_user("sys", "system")
    async with house.client("sec") as client:
        for roles in (["security", "system"], ["security", "auditor"], ["security", "supervisor"]):
            assert refusal(await client.patch(f"/api/users/{me}", json={"roles": roles})) == ["roles"]
        assert refusal(await put(client, "security", "people", "contacts")) == ["permissions"]
        assert (await client.get("/api/me")).json()["permissions"] == ["people"]
        # Of others' rights it is in charge.
        assert (await put(client, "quality", "contacts")).status_code == 200


async def test_the_three_cannot_do_each_others_work(house: House) -> None:
    """The walls try every route by role; here is what each is for."""
    for login, role in (("sys", "system"), ("sec", "security"), ("aud", "auditor")):
        await house.add_user(login, role)
    new = {"login": "new", "name": "x", "roles": ["planner"], "password": PASSWORD}
    done: dict[str, list[int]] = {}
    for login in ("sys", "sec", "aud"):
        async with house.client(login) as client:
            done[login] = [
                (await client.post("/api/skills", json={"name": login})).status_code,
                (await client.post("/api/users", json=new)).status_code,
                (await client.get("/api/audit")).status_code,
                (await put(client, "quality", "contacts")).status_code,
            ]
    assert done == {"sys": [201, 403, 403, 403], "sec": [403, 201, 403, 200], "aud": [403, 403, 200, 403]}


async def test_duties_are_separated_once_they_are_different_peoples(house: House) -> None:
    separated = {"second_factor_roles": [], "separated": True}
    async with house.client("admin") as admin:
        refused = await admin.put(RULES, json=separated)
        assert refusal(refused) == "duties.mixed" and "admin" in refused.json()["error"]["remedy"]
        (me,) = (await admin.get("/api/users", params={"role": "administrator"})).json()["items"]
    await house.add_user("sys", "system")
    sec = await house.add_user("sec", "security")
    async with house.client("sec") as client:
        assert (await client.patch(f"/api/users/{me['id']}", json={"active": False})).status_code == 200
        assert refusal(await client.put(RULES, json=separated)) == "duties.unheld"
        aud = await house.add_user("aud", "auditor")
        assert (await client.put(RULES, json=separated)).json()["separated"] is True
        # From now on nobody comes to hold two, nor is one left without anybody.
        more = {"name": "x", "password": PASSWORD}
        both = {"login": "both", "roles": ["system", "auditor"]} | more
        assert refusal(await client.post("/api/users", json=both)) == "duties.mixed"
        all_in_one = {"login": "one", "roles": ["administrator"]} | more
        assert refusal(await client.post("/api/users", json=all_in_one)) == "duties.mixed"
        assert refusal(await client.patch(f"/api/users/{me['id']}", json={"active": True})) == "duties.mixed"
        roles = {"roles": ["auditor", "system"]}
        assert refusal(await client.patch(f"/api/users/{aud}", json=roles)) == "duties.mixed"
        assert refusal(await client.patch(f"/api/users/{aud}", json={"active": False})) == "duties.unheld"
        assert refusal(await client.patch(f"/api/users/{sec}", json={"active": False})) == (
            "user.last_administrator"
        )
        # Nor by what a role allows.
        two = {"login": "two", "roles": ["planner", "auditor"]} | more
        assert (await client.post("/api/users", json=two)).status_code == 201
        assert refusal(await put(client, "planner", "board", "config")) == "duties.mixed"
    (entry,) = await house.audit(object_kind="log_in_rules")
    assert (entry.before, entry.after) == ({"separated": False}, {"separated": True})
    refused_changes = await house.audit(object_kind="role")
    assert refused_changes == []


async def test_who_appoints_is_on_record_and_nobody_holds_two_of_the_three(house: House) -> None:
    """Whether duties are separated or not: only the administrator, who holds all, holds more than one."""
    await house.add_user("sec", "security")
    ann = await house.add_user("ann", "planner")
    more = {"name": "x", "password": PASSWORD}
    async with house.client("sec") as client:

        async def roles(*wanted: str) -> httpx.Response:
            return await client.patch(f"/api/users/{ann}", json={"roles": list(wanted)})

        both = {"login": "both", "roles": ["system", "auditor"]} | more
        refused = await client.post("/api/users", json=both)
        assert refusal(refused) == "duties.two" and "x" in refused.json()["error"]["remedy"]
        assert (await roles("planner", "auditor")).is_success
        assert refusal(await roles("auditor", "security")) == "duties.two"
        # Nor by what a role allows.
        assert refusal(await put(client, "planner", "board", "config")) == "duties.two"
        assert (await roles("planner")).is_success
        assert (await put(client, "planner", "board", "config")).is_success
        assert (await client.patch(f"/api/users/{ann}", json={"active": False})).is_success
        one = {"login": "one", "roles": ["administrator"]} | more
        assert (await client.post("/api/users", json=one)).is_success  # who is all three for a small centre
        assert (await client.patch(f"/api/users/{ann}", json={"name": "Ann"})).is_success  # no duty: no entry
    entries = await house.audit(object_kind="duty")
    assert {entry.user_name for entry in entries} == {"sec"}
    none: list[str] = []
    assert [(e.action, e.object_name, e.before, e.after) for e in entries] == [
        (action, name, {"permissions": before}, {"permissions": after})
        for action, name, before, after in (
            ("appoint", "ann", none, ["audit"]),
            ("dismiss", "ann", ["audit"], none),
            ("appoint", "ann", none, ["config"]),
            ("dismiss", "ann", ["config"], none),
            ("appoint", "x", none, ["audit", "config", "people"]),
        )
    ]
    assert entries[0].object_id == ann
    async with house.client("admin") as admin:  # who reads the log finds them by their kind
        found = (await admin.get("/api/audit", params={"object_kind": "duty"})).json()["items"]
        assert [each["action"] for each in found] == [e.action for e in reversed(entries)]
        assert not any(each["undoable"] for each in found)


async def test_two_changes_of_rights_are_judged_one_after_the_other(house: House) -> None:
    """Two administrators who demote each other at once must not both succeed."""
    other = await house.add_user("other", "administrator")
    async with house.client("admin") as admin:
        people = (await admin.get("/api/users", params={"role": "administrator"})).json()["items"]
        (me,) = [UUID(each["id"]) for each in people if each["login"] == "admin"]
        async with house.db.session(house.stand.scope) as session:
            (await session.get_one(User, me)).roles = ["planner"]
            await session.flush()
            await check_duties(session)
            path = f"/api/users/{other}"
            later = asyncio.create_task(admin.patch(path, json={"roles": ["planner"]}))
            async with asyncio.timeout(30):
                while not await session.scalar(text(WAITS)):
                    assert not later.done(), "it did not wait"
                    await asyncio.sleep(0.02)
        assert refusal(await later) == "user.last_administrator"


def test_every_permission_belongs_to_somebody() -> None:
    given = frozenset().union(*ALLOWS.values())
    assert given == frozenset(Permission) - {Permission.OWN_MOBILE}  # which an operator gives, or not
