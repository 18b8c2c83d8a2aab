"""Logging in at a provider: who is known there and here, and every answer that must not let anybody in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from identity_house import PASSWORD, House, make_house
from reporting_stand import make_stand

from andon.identity.access import COOKIE
from andon.identity.http.oidc import COOKIE as VISIT
from andon.identity.oidc import VISIT_SECONDS
from andon.kit.database import Database
from harness.openid import OpenId, started

pytestmark = pytest.mark.database

MAIL = {"email": "Li@Example.com", "email_verified": True}


@pytest.fixture(scope="module")
async def openid() -> AsyncIterator[OpenId]:
    async with started() as running:
        yield running


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path, openid: OpenId) -> AsyncIterator[House]:
    stand = await make_stand(owner_db)
    oidc = openid.settings | {"operator": stand.code, "name": "企业微信"}
    house = await make_house(owner_db, db, tmp_path, stand, oidc=oidc)
    await house.add_user("admin", "administrator")
    await house.add_user("li", "planner", email="li@example.com")
    yield house
    await house.bus.stop()


def browser(house: House) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(house.app, client=("198.51.100.4", 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://andon")


async def visit(client: httpx.AsyncClient, next: str = "/board") -> str:
    """Go to the provider; the address it sends the browser back to."""
    there = await client.get("/api/oidc/start", params={"next": next})
    assert there.status_code == 303, there.text
    async with httpx.AsyncClient() as outside:
        back = await outside.get(there.headers["location"])
    assert back.status_code == 302, back.text
    return back.headers["location"]


def reason(answer: httpx.Response) -> str:
    """Why nobody was let in."""
    assert answer.status_code == 303 and COOKIE not in answer.cookies
    address = urlsplit(answer.headers["location"])
    assert address.path == "/login"
    return parse_qs(address.query)["refused"][0]


async def enter(house: House, openid: OpenId, **person: Any) -> httpx.Response:
    await openid.next(**person)
    async with browser(house) as client:
        return await client.get(await visit(client))


async def test_who_is_a_user_logs_in_and_is_known_from_then_on(house: House, openid: OpenId) -> None:
    async with house.client("admin") as admin:
        await admin.put("/api/log-in-rules", json={"second_factor_roles": ["planner"], "separated": False})
    async with browser(house) as client:
        assert (await client.get("/api/oidc")).json() == {"name": "企业微信"}
    first = await enter(house, openid, sub="u-1", **MAIL)
    assert first.headers["location"] == "/board"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    actor = await house.sessions.find(first.cookies[COOKIE])
    assert actor is not None and (actor.login, actor.enrolling) == ("li", False)
    # The provider's own name for the person counts, not the address, which may come to be another's.
    again = await enter(house, openid, sub="u-1", email="new@example.com", email_verified=True)
    found = await house.sessions.find(again.cookies[COOKIE])
    assert found is not None and found.user_id == actor.user_id
    assert reason(await enter(house, openid, sub="u-2", **MAIL)) == "oidc.unknown"
    (bound,) = await house.audit(action="oidc_bind")
    assert bound.object_id == actor.user_id and bound.after == {"oidc_subject": f"{openid.issuer} u-1"}
    logins = [entry.after or {} for entry in await house.audit(action="login") if entry.user_name == "li"]
    assert [entry["how"] for entry in logins] == ["oidc", "oidc"]
    async with house.client("admin") as admin:
        # Another address undoes the bond.
        path = f"/api/users/{actor.user_id}"
        assert (await admin.patch(path, json={"email": "li2@example.com"})).json()[
            "email"
        ] == "li2@example.com"
        assert (await admin.patch(path, json={"email": "no address"})).status_code == 422
    assert reason(await enter(house, openid, sub="u-1", **MAIL)) == "oidc.unknown"


async def test_the_address_may_come_apart_from_the_token(house: House, openid: OpenId) -> None:
    answer = await enter(house, openid, sub="u-3", by_userinfo=True, **MAIL)
    assert answer.headers["location"] == "/board" and COOKIE in answer.cookies


STRANGERS: tuple[dict[str, Any], ...] = (
    {"sub": "x", "email": "nobody@example.com", "email_verified": True},
    {"sub": "x", "email": "li@example.com", "email_verified": False},
    {"sub": "x", "email": "li@example.com"},
    {"sub": "x"},
    {"sub": "li"},
    {"sub": "x", "email": "%", "email_verified": True},
)


async def test_who_is_no_user_here_is_not_let_in(house: House, openid: OpenId) -> None:
    for person in STRANGERS:
        assert reason(await enter(house, openid, **person)) == "oidc.unknown", person
    assert await house.audit(action="oidc_bind") == []


async def test_who_left_is_not_let_in_by_the_provider_either(house: House, openid: OpenId) -> None:
    async with house.client("admin") as admin:
        people = (await admin.get("/api/users", params={"role": "planner"})).json()["items"]
        await admin.patch(f"/api/users/{people[0]['id']}", json={"active": False})
    assert reason(await enter(house, openid, sub="u-4", **MAIL)) == "oidc.unknown"
    (entry,) = await house.audit(action="login_refused")
    assert entry.object_name == "li"


async def test_a_token_that_is_not_for_this_visit_lets_nobody_in(house: House, openid: OpenId) -> None:
    for wrong in ("nonce", "audience", "issuer", "expired", "key", "unsigned"):
        answer = await enter(house, openid, sub="u-5", wrong=wrong, **MAIL)
        assert reason(answer) == "oidc.failed", wrong


async def test_an_answer_belongs_to_one_visit_of_one_browser(house: House, openid: OpenId) -> None:
    await openid.next(sub="u-6", **MAIL)
    async with browser(house) as mine, browser(house) as theirs:
        back = await visit(mine)
        assert reason(await theirs.get(back)) == "oidc.failed"  # a page that logs others in as its owner
        await visit(theirs)
        assert reason(await theirs.get(back)) == "oidc.failed"
        visited = mine.cookies[VISIT]
        assert (await mine.get(back)).headers["location"] == "/board"
        mine.cookies.set(VISIT, visited, domain="andon", path="/api/oidc")
        assert reason(await mine.get(back)) == "oidc.failed"  # the code was used
        late = await visit(mine)
        house.clock.advance(VISIT_SECONDS + 1)
        assert reason(await mine.get(late)) == "oidc.failed"
        mine.cookies.set(VISIT, "made up", domain="andon", path="/api/oidc")
        assert reason(await mine.get("/api/oidc/callback?error=access_denied&state=x")) == "oidc.failed"


async def test_the_way_back_stays_in_the_house(house: House, openid: OpenId) -> None:
    await openid.next(sub="u-7", **MAIL)
    for next in ("//evil.example", "https://evil.example", "/\\evil.example", ""):
        async with browser(house) as client:
            assert (await client.get(await visit(client, next))).headers["location"] == "/", next


async def test_a_provider_that_is_away_or_another_is_said_so(
    owner_db: Database, db: Database, tmp_path: Path, openid: OpenId
) -> None:
    for issuer in ("http://127.0.0.1:9", f"{openid.issuer}/other"):
        house = await make_house(owner_db, db, tmp_path, oidc=openid.settings | {"issuer": issuer})
        async with browser(house) as client:
            assert reason(await client.get("/api/oidc/start")) == "oidc.unavailable"
        await house.bus.stop()


async def test_without_a_provider_there_is_no_way(owner_db: Database, db: Database, tmp_path: Path) -> None:
    house = await make_house(owner_db, db, tmp_path)
    async with browser(house) as client:
        assert (await client.get("/api/oidc")).json() == {"name": None}
        for path in ("/api/oidc/start", "/api/oidc/callback"):
            assert (await client.get(path)).status_code == 404
    await house.add_user("li", "planner")
    await house.log_in("li", PASSWORD)
    await house.bus.stop()
