"""The second factor: enrolled with a code, asked at log-in, good once, lost and found again."""

import asyncio
from base64 import b32decode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from identity_house import PASSWORD, House, make_house
from sqlalchemy import select

from andon.identity.second_factor import RECOVERY_CODES, STEP_SECONDS
from andon.identity.tables import RecoveryCode, SecondFactor
from andon.kit.database import Database
from andon.kit.errors import AndonError

pytestmark = pytest.mark.database

MINE = "/api/me/second-factor"
RULES = "/api/log-in-rules"


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    yield house
    await house.bus.stop()


class App:
    """An authenticator on somebody's telephone."""

    def __init__(self, house: House, secret: str) -> None:
        self.house = house
        self.totp = TOTP(b32decode(secret), 6, SHA1(), STEP_SECONDS)

    def code(self, steps: int = 0) -> str:
        at = self.house.clock.now().timestamp() + steps * STEP_SECONDS
        return self.totp.generate(int(at)).decode()


async def enrol(house: House, client: httpx.AsyncClient, password: str = PASSWORD) -> tuple[App, list[str]]:
    """Set up a second factor; the clock moves past the code used."""
    told = (await client.post(MINE, json={"password": password})).json()
    app = App(house, told["secret"])
    confirmed = await client.put(MINE, json={"code": app.code()})
    assert confirmed.status_code == 200, confirmed.text
    house.clock.advance(2 * STEP_SECONDS)
    return app, confirmed.json()["codes"]


async def log_in(house: House, login: str, code: str = "", password: str = PASSWORD) -> str:
    typed = f"{login}@{house.stand.code}"
    return (await house.sessions.log_in(typed, password, "198.51.100.4", "Firefox", code)).token


async def refusal(house: House, login: str, code: str = "", password: str = PASSWORD) -> str:
    with pytest.raises(AndonError) as error:
        await log_in(house, login, code, password)
    return error.value.code


async def test_a_code_is_asked_for_once_it_was_set_up_and_is_good_once(house: House) -> None:
    person = await house.add_user("li", "planner")
    async with house.client("li") as client:
        assert (await client.get(MINE)).json() == {
            "since": None,
            "codes_left": 0,
            "required": False,
            "passkeys": 0,
        }
        wrong = await client.post(MINE, json={"password": "wrong"})
        assert list(wrong.json()["error"]["fields"]) == ["password"]
        told = (await client.post(MINE, json={"password": PASSWORD})).json()
        address = urlsplit(told["uri"])
        assert (address.scheme, address.netloc) == ("otpauth", "totp")
        assert parse_qs(address.query)["secret"] == [told["secret"]]
        await log_in(house, "li")  # a secret without a first code asks nobody for one
        refused = await client.put(MINE, json={"code": "000000"})
        assert list(refused.json()["error"]["fields"]) == ["code"]
        app, codes = await enrol(house, client)
        assert len(set(codes)) == RECOVERY_CODES
        standing = (await client.get(MINE)).json()
        assert standing["since"] and standing["codes_left"] == RECOVERY_CODES
    assert await refusal(house, "li") == "login.code_needed"
    assert await refusal(house, "li", "123456") == "login.code_refused"
    assert await refusal(house, "li", app.code(), password="wrong") == "login.refused"
    code = app.code()
    await log_in(house, "li", f"{code[:3]} {code[3:]}")
    assert await refusal(house, "li", code) == "login.code_refused"
    assert await refusal(house, "li", app.code(-1)) == "login.code_refused"  # older than one that was used
    await log_in(house, "li", app.code(1))  # a telephone half a minute ahead
    house.clock.advance(10 * STEP_SECONDS)
    assert await refusal(house, "li", app.code(-2)) == "login.code_refused"
    async with house.db.session(house.stand.scope) as session:
        row = await session.get_one(SecondFactor, person)
        hashes = [each.code_hash for each in await session.scalars(select(RecoveryCode))]
    assert row.secret and b32decode(told["secret"]).hex() not in row.secret
    assert all(each.startswith("$argon2id$") for each in hashes)
    seen = [entry for entry in await house.audit() if entry.object_id == person]
    assert [entry.action for entry in seen][:2] == ["second_factor_on", "login_refused"]
    logins = [entry.after for entry in await house.audit(action="login") if entry.user_id == person]
    assert [(after or {}).get("how") for after in logins] == [None, None, "totp", "totp"]
    kept = "".join(f"{entry.before}{entry.after}" for entry in await house.audit())
    assert not any(secret in kept for secret in (told["secret"], *codes))


async def test_the_same_code_twice_at_once_lets_in_once(house: House) -> None:
    await house.add_user("li", "planner")
    async with house.client("li") as client:
        app, _ = await enrol(house, client)
    tries = await asyncio.gather(*(log_in(house, "li", app.code()) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, str) for one in tries) == 1


async def test_tries_of_codes_are_counted_and_an_administrator_opens(house: House) -> None:
    person = await house.add_user("li", "planner")
    async with house.client("li") as client:
        app, codes = await enrol(house, client)
    for _ in range(house.sessions.policy.attempts):
        # Each first sends the right password: that must not begin the count anew.
        assert await refusal(house, "li") == "login.code_needed"
        assert await refusal(house, "li", "000000") == "login.code_refused"
    for right in (app.code(), codes[0]):
        assert await refusal(house, "li", right) == "login.locked"
    async with house.client("admin") as client:
        assert (await client.get(f"/api/users/{person}")).json()["locked"] is True
        assert (await client.delete(f"/api/users/{person}/second-factor")).status_code == 204
        shown = (await client.get(f"/api/users/{person}")).json()
        assert (shown["locked"], shown["second_factor"]) == (False, False)
    await log_in(house, "li")


async def test_a_recovery_code_lets_in_once_and_new_ones_replace_the_old(house: House) -> None:
    await house.add_user("li", "planner")
    async with house.client("li") as client:
        app, codes = await enrol(house, client)
        await log_in(house, "li", codes[3].lower().replace("-", " "))
        assert await refusal(house, "li", codes[3]) == "login.code_refused"
        assert (await client.get(MINE)).json()["codes_left"] == RECOVERY_CODES - 1
        assert (await client.post(f"{MINE}/codes", json={"password": "no"})).status_code == 422
        fresh = (await client.post(f"{MINE}/codes", json={"password": PASSWORD})).json()["codes"]
    assert await refusal(house, "li", codes[0]) == "login.code_refused"
    await log_in(house, "li", fresh[0])
    await log_in(house, "li", app.code())
    (entry,) = [each for each in await house.audit(action="login") if (each.after or {}).get("how") == "totp"]
    assert entry.user_name == "li"


async def test_another_telephone_replaces_the_old_one_once_it_is_proven(house: House) -> None:
    await house.add_user("li", "planner")
    async with house.client("li") as client:
        old, _ = await enrol(house, client)
        told = (await client.post(MINE, json={"password": PASSWORD})).json()
        await log_in(house, "li", old.code())
        house.clock.advance(2 * STEP_SECONDS)
        new = App(house, told["secret"])
        assert (await client.put(MINE, json={"code": old.code()})).status_code == 422
        assert (await client.put(MINE, json={"code": new.code()})).status_code == 200
        house.clock.advance(2 * STEP_SECONDS)
        assert await refusal(house, "li", old.code()) == "login.code_refused"
        await log_in(house, "li", new.code())
        assert (await client.post(f"{MINE}/off", json={"password": PASSWORD})).status_code == 204
        await log_in(house, "li")
        assert (await client.post(f"{MINE}/off", json={"password": PASSWORD})).status_code == 409
    actions = [entry.action for entry in await house.audit(object_kind="user") if entry.user_name == "li"]
    assert actions == [
        "second_factor_on",
        "second_factor_renew",
        "login_refused",
        "second_factor_off",
    ]


async def test_who_must_have_one_can_do_nothing_else_before(house: House) -> None:
    person = await house.add_user("li", "planner")
    async with house.client("li") as before, house.client("admin") as admin:
        ruled = await admin.put(
            RULES, json={"second_factor_roles": ["planner", "planner"], "separated": False}
        )
        assert ruled.json()["second_factor_roles"] == ["planner"]
        assert (await admin.get(RULES)).json() == ruled.json()
        assert (await before.get("/api/users")).status_code == 200  # who works, works on
        async with house.client("li") as client:
            me = (await client.get("/api/me")).json()
            assert (me["enrolling"], me["permissions"]) == (True, [])
            for path in ("/api/users", "/api/board/figures"):
                refused = await client.get(path)
                assert (refused.status_code, refused.json()["error"]["code"]) == (403, "second_factor.enrol")
            own = f"/api/users/{person}/password"
            assert (
                await client.post(own, json={"password": "x" * 9, "current": PASSWORD})
            ).status_code == 403
            app, _ = await enrol(house, client, password="")  # it was typed a moment ago
            assert (await client.get("/api/me")).json()["enrolling"] is False
            assert (await client.get("/api/users")).status_code == 200
            refused = await client.post(f"{MINE}/off", json={"password": PASSWORD})
            assert refused.json()["error"]["code"] == "second_factor.required"
            assert (await client.post(MINE, json={})).status_code == 422  # now the password is asked
        await log_in(house, "li", app.code())
        token = await log_in(house, "li", app.code(1))
        assert (await admin.delete(f"/api/users/{person}/second-factor")).status_code == 204
        assert await house.sessions.find(token) is None
        assert (await admin.delete(f"/api/users/{person}/second-factor")).status_code == 409
        again = await house.sessions.find(await log_in(house, "li"))
        assert again is not None and again.enrolling
    (reset,) = await house.audit(action="second_factor_reset")
    assert (reset.user_name, reset.object_id) == ("admin", person)
    (rule,) = await house.audit(object_kind="log_in_rules")
    assert (rule.before, rule.after) == ({"second_factor_roles": []}, {"second_factor_roles": ["planner"]})


async def test_a_clients_person_has_a_second_factor_too(house: House) -> None:
    """The rows lie behind the client wall; the own log-in is reached all the same."""
    await house.add_user("viewer", "client_viewer", client_id=house.stand.clients[0])
    async with house.client("viewer") as client:
        app, _ = await enrol(house, client)
        assert (await client.get(MINE)).json()["codes_left"] == RECOVERY_CODES
    await log_in(house, "viewer", app.code())


async def test_hours_for_logging_in_hold_for_whom_they_are_set(house: House) -> None:
    for login, roles in (("li", ["planner"]), ("both", ["planner", "quality"])):
        await house.add_user(login, *roles)
    shanghai = house.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    soon, later = (f"{(shanghai + timedelta(hours=n)):%H:00}" for n in (2, 4))
    rules = {"second_factor_roles": [], "separated": False, "hours_roles": ["planner"]}
    async with house.client("admin") as admin, house.client("li") as before:
        for field, wrong in (
            ("hours_roles", {"hours_roles": ["administrator"]}),
            ("hours_from", {"hours_from": "8:00"}),
            ("hours_days", {"hours_days": []}),
            ("hours_zone", {"hours_zone": "Mars/Base"}),
        ):
            refused = await admin.put(RULES, json=rules | wrong)
            assert (refused.status_code, list(refused.json()["error"]["fields"])) == (422, [field])
        put = await admin.put(RULES, json=rules | {"hours_from": soon, "hours_to": later})
        assert (put.json()["hours_from"], put.json()["hours_days"]) == (soon, [1, 2, 3, 4, 5, 6, 7])
        assert (await before.get("/api/users")).status_code == 200  # who is there goes on
    assert await refusal(house, "li") == "login.hours"
    await log_in(house, "both")
    house.clock.advance(2 * 3600 + 1800)
    await log_in(house, "li")
    (refused_entry,) = await house.audit(action="login_refused")
    assert refused_entry.object_name == "li"
