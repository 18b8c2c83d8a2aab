"""Passkeys: added with the password, shown alone or beside it; for one site, challenge and person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from identity_house import PASSWORD, House, make_house
from sqlalchemy import text

from andon.identity.passkeys import LIVES, Site, site_of
from andon.kit.database import Database
from harness.authenticator import Authenticator

pytestmark = pytest.mark.database

ORIGIN = "https://andon.example.com"
MINE = "/api/me/passkeys"
LOG_IN = "/api/session/passkey"


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path, public_url=ORIGIN)
    await house.add_user("admin", "administrator")
    await house.add_user("li", "planner")
    yield house
    await house.bus.stop()


@asynccontextmanager
async def nobody(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the log-in page."""
    transport = httpx.ASGITransport(house.app, client=("198.51.100.4", 5000))
    headers = {"X-Andon": "1"}
    async with httpx.AsyncClient(transport=transport, base_url="http://andon", headers=headers) as client:
        yield client


async def add(client: httpx.AsyncClient, key: Authenticator, password: str = PASSWORD) -> httpx.Response:
    told = await client.post(f"{MINE}/options", json={"password": password})
    if not told.is_success:
        return told
    return await client.post(MINE, json={"name": "手机", "credential": key.create(told.json()["options"])})


async def ask(client: httpx.AsyncClient) -> dict[str, Any]:
    options: dict[str, Any] = (await client.post(f"{LOG_IN}/options")).json()["options"]
    return options


async def log_in(house: House, credential: dict[str, Any]) -> httpx.Response:
    async with nobody(house) as client:
        return await client.post(LOG_IN, json={"credential": credential})


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_it_logs_in_alone_and_each_challenge_is_good_once(house: House) -> None:
    key = Authenticator(ORIGIN)
    async with house.client("li") as client:
        assert (await client.get(MINE)).json() == {"here": True, "items": []}
        assert (await add(client, key, password="wrong")).status_code == 422
        added = await add(client, key)
        assert added.status_code == 201, added.text
        assert added.json()["passkey"]["name"] == "手机" and len(added.json()["codes"]) == 10
        second = await add(client, Authenticator(ORIGIN))
        assert second.json()["codes"] == []  # there are some already
        known = (await client.post(f"{MINE}/options", json={"password": PASSWORD})).json()["options"]
        assert len(known["excludeCredentials"]) == 2
    async with nobody(house) as client:
        assert (await client.get(LOG_IN)).json() == {"here": True}
        options = await ask(client)
        shown = key.get(options)
        entered = await client.post(LOG_IN, json={"credential": shown})
        assert entered.status_code == 200, entered.text
        assert (entered.json()["login"], entered.json()["enrolling"]) == ("li", False)
        assert (await client.get("/api/me")).json()["login"] == "li"
        again = await client.post(LOG_IN, json={"credential": shown})
        assert (again.status_code, code(again)) == (401, "passkey.refused")
        assert code(await client.post(LOG_IN, json={"credential": key.get(options)})) == "passkey.refused"
        items = (await client.get(MINE)).json()["items"]
        assert [item["used_at"] is not None for item in items] == [True, False]
    logins = [entry.after for entry in await house.audit(action="login") if entry.user_name == "li"]
    assert (logins[-1] or {})["how"] == "passkey"
    assert [e.action for e in await house.audit(object_kind="passkey")] == ["create", "create"]


@pytest.mark.parametrize(
    "wrong", ["origin", "site", "unverified", "counter", "stranger", "late", "made_up", "for_adding", "torn"]
)
async def test_whatever_does_not_fit_opens_nothing(house: House, wrong: str) -> None:
    key = Authenticator(ORIGIN)
    async with house.client("li") as client:
        assert (await add(client, key)).status_code == 201
        adding = (await client.post(f"{MINE}/options", json={"password": PASSWORD})).json()["options"]
    async with nobody(house) as client:
        options = await ask(client)
        if wrong == "counter":  # a copy of the key that lags behind
            assert (await client.post(LOG_IN, json={"credential": key.get(options)})).is_success
            key.count, options = 0, await ask(client)
        if wrong == "origin":
            key.origin = "https://andon.example.com.evil.example"
        if wrong == "site":
            options |= {"rpId": "evil.example"}
        if wrong == "stranger":
            other = Authenticator(ORIGIN)
            other.id, other.handle, key = key.id, key.handle, other
        if wrong == "made_up":
            options |= {"challenge": "A" * 43}
        if wrong == "for_adding":
            options |= {"challenge": adding["challenge"]}
        key.verifies = wrong != "unverified"
        shown = key.get(options)
        if wrong == "late":
            house.clock.advance(LIVES.total_seconds() + 1)
        if wrong == "torn":
            shown = {"id": 1, "rawId": [], "response": {"clientDataJSON": "é", "userHandle": "x"}}
        refused = await client.post(LOG_IN, json={"credential": shown})
        assert (refused.status_code, code(refused)) == (401, "passkey.refused"), refused.text
        assert (await client.get("/api/me")).status_code == (200 if wrong == "counter" else 401)
    known = {"origin", "site", "unverified", "counter", "stranger"}
    assert len(await house.audit(action="login_refused")) == (1 if wrong in known else 0)


async def test_a_key_is_added_only_as_it_was_asked_for(house: House) -> None:
    async with house.client("li") as client, house.client("admin") as admin:
        for spoil in ("origin", "unverified", "others"):
            key = Authenticator("https://evil.example" if spoil == "origin" else ORIGIN)
            key.verifies = spoil != "unverified"
            asker = admin if spoil == "others" else client
            told = (await asker.post(f"{MINE}/options", json={"password": PASSWORD})).json()["options"]
            made = {"name": "x", "credential": key.create(told)}
            assert code(await client.post(MINE, json=made)) == "passkey.refused", spoil
        key = Authenticator(ORIGIN)
        assert (await add(client, key)).status_code == 201
        assert code(await add(client, key)) == "passkey.refused"  # it is there
        assert len((await client.get(MINE)).json()["items"]) == 1


async def test_beside_the_password_it_is_the_second_factor_of_that_person_only(house: House) -> None:
    mine, others = Authenticator(ORIGIN), Authenticator(ORIGIN)
    async with house.client("li") as client, house.client("admin") as admin:
        codes = (await add(client, mine)).json()["codes"]
        await add(admin, others)
        person = (await client.get("/api/me")).json()["user_id"]
        typed = {"login": f"li@{house.stand.code}", "password": PASSWORD}
        async with nobody(house) as door:
            needed = await door.post("/api/session", json=typed)
            assert code(needed) == "login.code_needed" and needed.json()["error"]["params"] == {
                "passkey": True
            }
            wrong = typed | {"passkey": others.get(await ask(door))}
            assert code(await door.post("/api/session", json=wrong)) == "passkey.refused"
            right = typed | {"passkey": mine.get(await ask(door))}
            assert (await door.post("/api/session", json=right)).status_code == 200
            assert (await door.post("/api/session", json=typed | {"code": codes[0]})).status_code == 200
        assert (await admin.get(f"/api/users/{person}")).json()["second_factor"] is True
        assert (await admin.delete(f"/api/users/{person}/second-factor")).status_code == 204
        async with nobody(house) as door:
            assert code(await door.post(LOG_IN, json={"credential": mine.get(await ask(door))})) == (
                "passkey.refused"
            )
            assert (await door.post("/api/session", json=typed)).status_code == 200


async def test_where_a_second_factor_must_be_a_passkey_is_one(house: House) -> None:
    async with house.client("admin") as admin:
        rules = {"second_factor_roles": ["planner"], "separated": False}
        await admin.put("/api/log-in-rules", json=rules)
    async with house.client("li") as client:
        assert (await client.get("/api/me")).json()["enrolling"] is True
        added = await add(client, Authenticator(ORIGIN), password="")  # it was typed a moment ago
        assert added.status_code == 201, added.text
        assert (await client.get("/api/me")).json()["enrolling"] is False
        id = added.json()["passkey"]["id"]
        last = await client.post(f"{MINE}/{id}/remove", json={"password": PASSWORD})
        assert code(last) == "second_factor.required"
        await add(client, Authenticator(ORIGIN))
        assert (await client.post(f"{MINE}/{id}/remove", json={"password": "no"})).status_code == 422
        async with house.client("admin") as admin:  # nobody else's to remove
            others = await admin.post(f"{MINE}/{id}/remove", json={"password": PASSWORD})
            assert others.status_code == 404
        gone = await client.post(f"{MINE}/{id}/remove", json={"password": PASSWORD})
        assert gone.status_code == 204
        assert [one["id"] != id for one in (await client.get(MINE)).json()["items"]] == [True]


async def test_a_clients_person_has_passkeys_too_and_who_left_has_none(house: House) -> None:
    person = await house.add_user("viewer", "client_viewer", client_id=house.stand.clients[0])
    key = Authenticator(ORIGIN)
    async with house.client("viewer") as client:
        assert (await add(client, key)).status_code == 201
    async with nobody(house) as door:
        assert (await log_in(house, key.get(await ask(door)))).status_code == 200
        async with house.db.session(house.stand.scope) as session:
            await session.execute(text("UPDATE app_user SET active = false WHERE id = :id"), {"id": person})
        assert code(await log_in(house, key.get(await ask(door)))) == "passkey.refused"


def test_the_site_is_the_settings_and_never_what_a_request_says() -> None:
    assert site_of(ORIGIN + "/", "http://evil.example/") == Site(ORIGIN, "andon.example.com")
    assert site_of("", "http://localhost:8080/") == Site("http://localhost:8080", "localhost")
    assert site_of("", "https://andon.example.com/") is None
    assert site_of("", "http://127.0.0.1:8080/") is None


async def test_without_a_name_there_are_none(owner_db: Database, db: Database, tmp_path: Path) -> None:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("li", "planner")
    async with house.client("li") as client:
        assert (await client.get(MINE)).json() == {"here": False, "items": []}
        assert code(await add(client, Authenticator(ORIGIN))) == "passkey.not_here"
        assert (await client.get(LOG_IN)).json() == {"here": False}
        assert code(await client.post(f"{LOG_IN}/options")) == "passkey.not_here"
    await house.bus.stop()
