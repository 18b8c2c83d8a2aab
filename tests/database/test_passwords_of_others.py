"""A password that somebody else set: changed first, told of, and never a way to another's duty."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from identity_house import House, make_house
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from andon.identity.leaves import LASTS
from andon.identity.tables import PasswordLeave
from andon.kit.database import Database

pytestmark = pytest.mark.database

SET = "set by another"
LEAVES = "/api/password-leaves"


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("safe", "security")
    await house.add_user("sys", "system")
    await house.add_user("aud", "auditor")
    yield house
    await house.bus.stop()


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def set_password(client: httpx.AsyncClient, id: UUID | str, password: str = SET) -> httpx.Response:
    return await client.post(f"/api/users/{id}/password", json={"password": password})


async def transport(house: House, login: str, password: str) -> httpx.AsyncClient:
    token = await house.log_in(login, password)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(house.app),
        base_url="http://andon",
        headers={"Cookie": f"andon_session={token}", "X-Andon": "1"},
    )


async def test_it_is_changed_before_anything_else_and_one_is_told_by_whom(house: House) -> None:
    person = await house.add_user("li", "planner")
    async with house.client("safe") as safe:
        assert (await set_password(safe, person)).status_code == 204
    set_at = house.clock.now()
    house.clock.advance(3600)
    async with await transport(house, "li", SET) as li:
        me = (await li.get("/api/me")).json()
        assert (me["renewing"], me["permissions"]) == (True, [])
        assert me["password_set"]["by"] == "safe"
        assert me["password_set"]["at"].startswith(set_at.isoformat()[:19])
        for path in ("/api/users", "/api/me/second-factor", "/api/me/passkeys"):
            assert code(await li.get(path)) == "password.renew", path
        own = f"/api/users/{person}/password"
        same = await li.post(own, json={"password": SET, "current": SET})
        assert list(same.json()["error"]["fields"]) == ["password"]
        wrong = await li.post(own, json={"password": "my own horse", "current": "no"})
        assert list(wrong.json()["error"]["fields"]) == ["current"]
        done = await li.post(own, json={"password": "my own horse", "current": SET})
        assert done.status_code == 204, done.text
        me = (await li.get("/api/me")).json()
        assert (me["renewing"], me["password_set"]) == (False, None)
        assert (await li.get("/api/users")).status_code == 200
    async with await transport(house, "li", "my own horse") as li:
        assert (await li.get("/api/me")).json()["renewing"] is False
    entries = [e.user_name for e in await house.audit(action="password", object_id=person)]
    assert entries == ["safe", "li"]


async def test_a_new_person_chooses_first_and_sets_up_what_a_rule_asks_for_then(house: House) -> None:
    async with house.client("safe") as safe:
        rules = {"second_factor_roles": ["planner"], "separated": False}
        assert (await safe.put("/api/log-in-rules", json=rules)).status_code == 200
        new = {"login": "wu", "name": "Wu", "roles": ["planner"], "password": SET}
        person = (await safe.post("/api/users", json=new)).json()["id"]
    async with await transport(house, "wu", SET) as wu:
        me = (await wu.get("/api/me")).json()
        assert (me["renewing"], me["enrolling"], me["password_set"]["by"]) == (True, True, "safe")
        assert code(await wu.post("/api/me/second-factor", json={})) == "password.renew"
        own = {"password": "my own horse", "current": SET}
        assert (await wu.post(f"/api/users/{person}/password", json=own)).status_code == 204
        assert code(await wu.get("/api/users")) == "second_factor.enrol"
        assert (await wu.post("/api/me/second-factor", json={})).status_code == 200


async def test_who_manages_accounts_cannot_become_what_they_are_not(house: House) -> None:
    sys = await person_id(house, "sys")
    peer = await house.add_user("peer", "security")
    async with house.client("safe") as safe, house.client("aud") as aud, house.client("sys") as own:
        assert (await set_password(safe, peer)).status_code == 204  # the same duty: nothing is gained
        assert code(await set_password(safe, sys)) == "password.second_person"
        assert code(await safe.post(f"/api/users/{peer}/password-leave")) == "password.no_need"
        asked = await safe.post(f"/api/users/{sys}/password-leave")
        assert asked.status_code == 201, asked.text
        again = await safe.post(f"/api/users/{sys}/password-leave")
        assert again.json()["id"] == asked.json()["id"]
        path = f"{LEAVES}/{asked.json()['id']}"
        assert code(await set_password(safe, sys)) == "password.second_person"  # asking is not enough
        assert code(await safe.post(path, json={"given": True})) == "password.not_yours"
        assert code(await own.post(path, json={"given": True})) == "password.not_yours"
        (shown,) = (await aud.get(LEAVES)).json()["items"]
        assert (shown["user"], shown["asked_by"], shown["may_decide"]) == ("sys", "safe", True)
        given = await aud.post(path, json={"given": True})
        assert (given.json()["state"], given.json()["decided_by"]) == ("given", "aud")
        assert code(await aud.post(path, json={"given": False})) == "password.decided"
        (mine,) = (await safe.get(LEAVES)).json()["items"]
        assert (mine["mine"], mine["state"], mine["may_decide"]) == (True, "given", False)
        assert (await set_password(safe, sys)).status_code == 204
        assert code(await set_password(safe, sys)) == "password.second_person"  # it was for one password
        assert (await aud.get(LEAVES)).json()["items"] == []
    async with await transport(house, "sys", SET) as renewing:
        assert (await renewing.get("/api/me")).json()["renewing"] is True
    actions = [(e.user_name, e.action) for e in await house.audit(object_id=sys)]
    assert actions == [("safe", "password_ask"), ("aud", "password_agree"), ("safe", "password")]


async def test_a_leave_can_be_refused_and_does_not_last(house: House) -> None:
    sys = await person_id(house, "sys")
    async with house.client("safe") as safe, house.client("aud") as aud:

        async def ask() -> str:
            return str((await safe.post(f"/api/users/{sys}/password-leave")).json()["id"])

        await aud.post(f"{LEAVES}/{await ask()}", json={"given": False})
        assert code(await set_password(safe, sys)) == "password.second_person"
        id = await ask()
        assert (await aud.post(f"{LEAVES}/{id}", json={"given": True})).status_code == 200
        house.clock.advance(LASTS.total_seconds())
    async with house.client("safe") as safe, house.client("aud") as aud:
        assert code(await set_password(safe, sys)) == "password.second_person"
        assert (await aud.get(LEAVES)).json()["items"] == []


@pytest.mark.parametrize("who", ["asked_by", "user_id"])
async def test_the_database_refuses_the_two_themselves(house: House, who: str) -> None:
    ids: dict[str, Any] = {
        "user_id": await person_id(house, "sys"),
        "asked_by": await person_id(house, "safe"),
    }
    with pytest.raises(DBAPIError, match="ck_password_leave_second"):
        async with house.db.session(house.stand.scope) as session:
            session.add(
                PasswordLeave(**ids, decided_by=ids[who], state="given", expires_at=house.clock.now())
            )


async def test_an_administrator_who_is_all_three_needs_nobody(house: House) -> None:
    await house.add_user("admin", "administrator")
    async with house.client("admin") as admin:
        for login in ("sys", "safe", "aud"):
            assert (await set_password(admin, await person_id(house, login))).status_code == 204
    async with await transport(house, "aud", SET) as aud:
        # Whoever has still to choose a password decides nothing.
        assert code(await aud.get(LEAVES)) == "password.renew"


async def test_an_address_that_the_provider_knows_is_as_good_as_a_password(
    owner_db: Database, db: Database, tmp_path: Path
) -> None:
    oidc = {"issuer": "https://sso.example.com", "client_id": "andon"}
    house = await make_house(owner_db, db, tmp_path, oidc=oidc)
    await house.add_user("safe", "security")
    sys = await house.add_user("sys", "system")
    async with house.client("safe") as safe:
        changed = await safe.patch(f"/api/users/{sys}", json={"email": "mine@example.com"})
        assert code(changed) == "password.second_person"
        planner = await house.add_user("li", "planner")
        changed = await safe.patch(f"/api/users/{planner}", json={"email": "li@example.com"})
        assert changed.status_code == 200
    await house.bus.stop()


async def person_id(house: House, login: str) -> UUID:
    async with house.db.session(house.stand.scope) as session:
        found = await session.scalar(text("SELECT id FROM app_user WHERE login = :login"), {"login": login})
    return UUID(str(found))
