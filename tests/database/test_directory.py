"""Passwords checked at the company's directory, a real one: who comes in, and all that must let nobody in."""

import asyncio
from base64 import b32decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from identity_house import CHEAP, House, make_house
from identity_house import PASSWORD as LOCAL
from reporting_stand import make_stand
from sansldap import ExtendedOperations, LDAPClient, LDAPServer
from sqlalchemy import select

from andon.entrypoints.cli.directory import check
from andon.identity.directory import Directory
from andon.identity.passwords import Passwords
from andon.identity.second_factor import STEP_SECONDS
from andon.identity.tables import User
from andon.imports.service import Importer
from andon.kit import certificates
from andon.kit.database import Database
from andon.kit.errors import AndonError
from andon.kit.settings import LdapSettings, Settings
from harness.authenticator import Authenticator
from harness.ports import free_port
from harness.slapd import AD_FILTER, AD_GUID, AGENTS, BASE, LEADERS, PASSWORD, Slapd, person, started

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
async def slapd(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Slapd]:
    async with started(tmp_path_factory.mktemp("slapd") / "one") as running:
        yield running


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path, slapd: Slapd) -> AsyncIterator[House]:
    house = await make_directory_house(owner_db, db, tmp_path, slapd)
    yield house
    await house.bus.stop()


async def make_directory_house(
    owner_db: Database, db: Database, home: Path, slapd: Slapd, **more: Any
) -> House:
    """Here are an administrator with a password of their own, and `li` of the directory."""
    stand = await make_stand(owner_db)
    house = await make_house(owner_db, db, home, stand, ldap=slapd.settings | {"operator": stand.code} | more)
    await house.add_user("admin", "administrator")
    await house.add_user("li", "supervisor", "planner", by_directory=True)
    return house


async def refusal(house: House, login: str, password: str = PASSWORD) -> str:
    with pytest.raises(AndonError) as error:
        await house.log_in(login, password)
    return error.value.code


async def user(house: House, login: str) -> User:
    async with house.db.session(house.stand.scope) as session:
        return (await session.scalars(select(User).where(User.login == login))).one()


def directory(slapd: Slapd, **more: Any) -> Directory:
    return Directory(LdapSettings(**(slapd.settings | more)))


async def trouble(slapd: Slapd, login: str = "li", **more: Any) -> str:
    """What `andon directory check` says."""
    with pytest.raises(AndonError) as error:
        await directory(slapd, **more).check(login)
    for locale in ("zh", "en"):
        said = error.value.said(locale)["error"]
        assert "{" not in said["title"] + said["remedy"], said
    return error.value.code


async def test_who_comes_from_the_directory_logs_in_by_its_password_alone(house: House) -> None:
    actor = await house.sessions.find(await house.log_in("li", PASSWORD))
    assert actor is not None and actor.login == "li"
    await house.log_in("admin", LOCAL)  # the way in for the day the directory is away
    for wrong in (LOCAL, PASSWORD + " ", "", "*"):
        assert await refusal(house, "li", wrong) == "login.refused", wrong
    await house.log_in("li", PASSWORD)
    logins = [entry.after or {} for entry in await house.audit(action="login") if entry.user_name == "li"]
    assert [entry["how"] for entry in logins] == ["directory", "directory"]
    (bound,) = await house.audit(action="directory_bind")
    found = await user(house, "li")
    assert bound.object_id == found.id and bound.after == {"directory_id": found.directory_id}
    for entry in await house.audit():
        assert PASSWORD not in f"{entry.before} {entry.after}"


async def test_tries_are_counted_and_a_locked_name_is_not_tried_at_the_directory(house: House) -> None:
    attempts = house.sessions.policy.attempts
    said = [await refusal(house, "li", f"guess {n}") for n in range(attempts)]
    assert said == ["login.refused"] * attempts
    assert await refusal(house, "li") == "login.locked"
    assert len(await house.audit(action="login_refused")) == attempts
    house.clock.advance(house.sessions.policy.lock.total_seconds() + 1)
    await house.log_in("li", PASSWORD)


async def test_a_name_is_a_name_and_one_person(house: House, slapd: Slapd) -> None:
    known = directory(slapd)
    for typed in ("*", "l*", "*)(uid=*", "li)(|(uid=*", "\\6ci", "li\0", "nobody"):
        assert await known.admit(typed, PASSWORD) is None, typed
        assert await trouble(slapd, typed) == "directory.nobody", typed
    assert await known.admit("zhao", PASSWORD) is None  # two of them
    await house.add_user("zhao", "planner", by_directory=True)
    assert await refusal(house, "zhao") == "login.refused"
    assert await trouble(slapd, "zhao") == "directory.several"
    assert (await known.check("LI")) == await known.find("li")


async def test_active_directory_knows_people_by_either_name_and_not_those_it_disabled(slapd: Slapd) -> None:
    windows = directory(slapd, filter=AD_FILTER, id_attribute="objectGUID")
    found = await windows.admit("wu", PASSWORD)
    assert found is not None and UUID(found.id) == AD_GUID
    assert await windows.admit("zheng", PASSWORD) is None
    assert await windows.admit("wu", "wrong") is None


async def test_who_left_the_directory_or_is_another_now_does_not_come_in(house: House, slapd: Slapd) -> None:
    await slapd.add(person("sun", "people"))
    await house.add_user("sun", "planner", by_directory=True)
    token = await house.log_in("sun", PASSWORD)
    await slapd.remove("sun")
    assert await refusal(house, "sun") == "login.refused"
    await slapd.add(person("sun", "people"))  # a new colleague of that name
    try:
        assert await refusal(house, "sun") == "directory.another"
        assert await house.sessions.find(token) is not None
        async with house.client("admin") as admin:
            path = f"/api/users/{(await user(house, 'sun')).id}"
            for comes in (False, True):  # an administrator says that it is the same person
                assert (await admin.patch(path, json={"by_directory": comes})).status_code == 200
        await house.log_in("sun", PASSWORD)
    finally:
        await slapd.remove("sun")


async def test_one_person_there_is_one_person_here(
    owner_db: Database, db: Database, tmp_path: Path, slapd: Slapd
) -> None:
    any_name = "(&(uid=li)(!(uid={login})))"
    house = await make_directory_house(owner_db, db, tmp_path, slapd, filter=any_name)
    await house.add_user("one", "planner", by_directory=True)
    await house.add_user("two", "planner", by_directory=True)
    await house.log_in("one", PASSWORD)
    assert await refusal(house, "two") == "directory.another"
    await house.bus.stop()


async def test_passwords_go_encrypted_and_to_the_right_server_only(slapd: Slapd, tmp_path: Path) -> None:
    assert await directory(slapd, urls=[slapd.tls_url]).admit("li", PASSWORD)
    stranger = certificates.make(tmp_path / "stranger", ["127.0.0.1"])
    for wrong in ({"ca_file": str(stranger.authority)}, {"ca_file": None}):
        for url in (slapd.url, slapd.tls_url):
            assert await trouble(slapd, **wrong, urls=[url]) == "directory.certificate"
    assert await trouble(slapd, ca_file=str(tmp_path / "none")) == "directory.ca_file"
    assert await trouble(slapd, urls=[slapd.url.replace("ldap:", "ldaps:")]) == "directory.tls"
    async with started(tmp_path / "plain", tls=False) as plain:
        known = plain.settings | {"ca_file": str(slapd.authority)}
        assert await trouble(plain, **known) == "directory.no_tls"
        assert await directory(plain, **known, starttls=False).admit("li", PASSWORD)


async def test_every_setting_that_is_wrong_is_said_by_name(slapd: Slapd) -> None:
    assert (await directory(slapd).check()) is None
    assert await trouble(slapd, login="", base="dc=other") == "directory.base"
    assert await trouble(slapd, base="dc=other") == "directory.base"
    assert await trouble(slapd, bind_password="wrong") == "directory.bind_refused"
    assert await trouble(slapd, id_attribute="employeeNumber") == "directory.no_id"
    away = f"ldap://127.0.0.1:{free_port()}"
    assert await trouble(slapd, urls=[away]) == "directory.unreachable"
    assert await directory(slapd, urls=[away, slapd.url]).admit("li", PASSWORD)  # another one answers


async def test_a_server_that_says_nothing_or_nonsense_is_given_up(slapd: Slapd) -> None:
    said = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(said)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"ldap://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        assert await trouble(slapd, urls=[url], timeout_s=0.2) == "directory.silent"
        said = b"HTTP/1.1 400 Bad Request\r\n\r\n"
        assert await trouble(slapd, urls=[url]) == "directory.nonsense"
        said = b"\x30\x84\x7f\xff\xff\xff" + bytes(100_000)  # the beginning of a message of two gigabytes
        assert await trouble(slapd, urls=[url]) == "directory.nonsense"
        # "Yes, TLS", and in the same breath what would pass for the answer to the bind that follows it.
        asks, eager = LDAPClient(), LDAPServer()
        asks.extended_request(ExtendedOperations.LDAP_START_TLS.value)
        eager.receive(asks.data_to_send())
        eager.extended_response(1)
        agreed = eager.data_to_send()
        asks.receive(agreed)
        asks.bind_simple("cn=andon", "x")
        eager.receive(asks.data_to_send())
        eager.bind_response(2)
        said = agreed + eager.data_to_send()
        assert await trouble(slapd, urls=[url]) == "directory.nonsense"


async def test_a_directory_that_is_away_is_said_and_costs_no_tries(
    owner_db: Database, db: Database, tmp_path: Path, slapd: Slapd
) -> None:
    house = await make_directory_house(owner_db, db, tmp_path, slapd)
    async with house.client("li", password=PASSWORD, base_url="http://localhost") as client:
        await slapd.stop()
        try:
            for _ in range(house.sessions.policy.attempts + 1):
                assert await refusal(house, "li") == "directory.unavailable"
            assert (await client.get("/api/me")).status_code == 200
            prove = await client.post("/api/me/passkeys/options", json={"password": PASSWORD})
            assert prove.json()["error"]["code"] == "directory.unavailable"
            assert "企业目录" in prove.json()["error"]["title"]
            await house.log_in("admin", LOCAL)
        finally:
            await slapd.start()
        await house.log_in("li", PASSWORD)
    await house.bus.stop()


async def test_the_second_factor_is_asked_for_as_ever_and_set_up_with_the_directorys_password(
    house: House,
) -> None:
    async with house.client("admin") as admin:
        await admin.put("/api/log-in-rules", json={"second_factor_roles": ["planner"], "separated": False})
    actor = await house.sessions.find(await house.log_in("li", PASSWORD))
    assert actor is not None and actor.enrolling
    async with house.client("li", password=PASSWORD) as client:
        mine = "/api/me/second-factor"
        secret = (await client.post(mine, json={"password": PASSWORD})).json()["secret"]
        totp = TOTP(b32decode(secret), 6, SHA1(), STEP_SECONDS)

        def code() -> str:
            return totp.generate(int(house.clock.now().timestamp())).decode()

        assert (await client.put(mine, json={"code": code()})).status_code == 200
        assert (await client.post(mine, json={"password": LOCAL})).status_code == 422
    assert await refusal(house, "li") == "login.code_needed"
    house.clock.advance(2 * STEP_SECONDS)
    typed = f"li@{house.stand.code}"
    assert await house.sessions.log_in(typed, PASSWORD, "198.51.100.4", "Firefox", code())


async def test_a_passkey_does_not_let_in_who_left_the_directory(house: House, slapd: Slapd) -> None:
    await slapd.add(person("qian", "people"))
    await house.add_user("qian", "planner", by_directory=True)
    key = Authenticator("http://localhost")
    async with house.client("qian", password=PASSWORD, base_url="http://localhost") as client:
        refused = await client.post("/api/me/passkeys/options", json={"password": LOCAL})
        assert refused.status_code == 422
        told = (await client.post("/api/me/passkeys/options", json={"password": PASSWORD})).json()
        made = {"name": "手机", "credential": key.create(told["options"])}
        assert (await client.post("/api/me/passkeys", json=made)).is_success

        async def show() -> int:
            asked = (await client.post("/api/session/passkey/options")).json()["options"]
            shown = await client.post("/api/session/passkey", json={"credential": key.get(asked)})
            return shown.status_code

        assert await show() == 200
        await slapd.remove("qian")
        assert await show() == 401


async def test_an_administrator_says_who_comes_from_the_directory(house: House) -> None:
    new = {"login": "zhou", "name": "周", "roles": ["planner"]}
    async with house.client("admin") as admin:
        assert list((await admin.post("/api/users", json=new)).json()["error"]["fields"]) == ["password"]
        made = await admin.post("/api/users", json=new | {"by_directory": True})
        assert made.status_code == 201 and made.json()["by_directory"] is True
        path = f"/api/users/{made.json()['id']}"
        refused = await admin.post(f"{path}/password", json={"password": "another one"})
        assert refused.json()["error"]["code"] == "password.directory"
        assert (await admin.patch(path, json={"by_directory": False})).status_code == 200
        assert await refusal(house, "zhou") == "login.refused"  # until somebody sets a password
        assert (await admin.post(f"{path}/password", json={"password": "another one"})).status_code == 204
    await house.log_in("zhou", "another one")
    (entry,) = await house.audit(action="update")
    assert (entry.before, entry.after) == ({"by_directory": True}, {"by_directory": False})
    async with house.client("li", password=PASSWORD) as client:
        me = (await client.get("/api/me")).json()["user_id"]
        own = {"password": "another one", "current": PASSWORD}
        refused = await client.post(f"/api/users/{me}/password", json=own)
        assert refused.json()["error"]["code"] == "password.directory"


async def test_what_the_directory_knows_of_a_person_is_taken_over(
    owner_db: Database, db: Database, tmp_path: Path, slapd: Slapd
) -> None:
    attributes = {"name_attribute": "cn", "mobile_attribute": "mobile", "mail_attribute": "mail"}
    house = await make_directory_house(owner_db, db, tmp_path, slapd, **attributes)
    async with house.db.session(house.stand.scope) as session:
        (await session.get_one(User, (await user(house, "li")).id)).oidc_subject = "https://sso 1"
    actor = await house.sessions.find(await house.log_in("li", PASSWORD))
    assert actor is not None and actor.name == "李 丽"
    found = await user(house, "li")
    # A planner answers no calls, so the number is not hers to have; another address undoes the bond.
    assert (found.email, found.mobile, found.oidc_subject) == ("Li@Example.com", "", None)
    (entry,) = await house.audit(action="directory_update")
    assert entry.after == {"name": "李 丽", "email": "Li@Example.com"}
    await house.log_in("li", PASSWORD)  # nothing new: no entry
    async with house.client("admin") as admin:
        await admin.patch(f"/api/users/{found.id}", json={"roles": ["agent"], "agent_no": "7"})
    await house.log_in("li", PASSWORD)
    assert (await user(house, "li")).mobile == "+8613800001234"
    assert len(await house.audit(action="directory_update")) == 2
    assert ("config.changed", {"tenant_id": str(house.stand.tenant_id)}) in house.said
    # An address that somebody else has stays theirs, and keeps nobody out.
    await slapd.add(person("sun", "people", cn="孙", mail="li@example.com"))
    try:
        await house.add_user("sun", "planner", by_directory=True)
        await house.log_in("sun", PASSWORD)
        assert (await user(house, "sun")).email is None
    finally:
        await slapd.remove("sun")
    await house.bus.stop()


async def test_groups_give_and_take_roles_but_no_duties(
    owner_db: Database, db: Database, tmp_path: Path, slapd: Slapd
) -> None:
    groups = {AGENTS.upper().replace(",", ", "): "agent", LEADERS: "supervisor", "cn=planners": "planner"}
    house = await make_directory_house(
        owner_db, db, tmp_path, slapd, filter=AD_FILTER, id_attribute="objectGUID", groups=groups
    )
    who = await house.add_user("wu", "planner", "system", by_directory=True)

    async def roles() -> list[str]:
        actor = await house.sessions.find(await house.log_in("wu", PASSWORD))
        assert actor is not None
        return sorted(actor.roles)

    async with house.client("admin") as admin:
        shown = (await admin.get("/api/roles")).json()["items"]
        usual = next(one["permissions"] for one in shown if one["role"] == "supervisor")
        # A role that holds a duty here is given by people; what no group decides stays.
        duty = await admin.put("/api/roles/supervisor", json={"permissions": [*usual, "config"]})
        assert duty.is_success and await roles() == ["system"]
        assert (await admin.put("/api/roles/supervisor", json={"permissions": usual})).is_success
        assert await roles() == ["supervisor", "system"]  # no agent without a number
        numbered = await admin.patch(f"/api/users/{who}", json={"agent_no": "7", "roles": ["planner"]})
        assert numbered.is_success and await roles() == ["agent", "supervisor"]
    token = await house.log_in("wu", PASSWORD)
    dn = f"cn=wu,ou=windows,{BASE}"
    try:
        await slapd.put(dn, "memberOf", AGENTS)
        assert await roles() == ["agent"]
        assert await house.sessions.find(token) is None  # opened with a right that is gone
        await slapd.put(dn, "memberOf", f"cn=others,{BASE}")
        assert await refusal(house, "wu") == "directory.no_role"
    finally:
        await slapd.put(dn, "memberOf", AGENTS, LEADERS)
    changes = [(entry.before, entry.after) for entry in await house.audit(action="directory_update")]
    assert ({"roles": ["agent", "supervisor"]}, {"roles": ["agent"]}) in changes
    await house.bus.stop()


async def test_the_connection_is_tried_from_the_page_and_the_command_line(
    house: House, slapd: Slapd, tmp_path: Path
) -> None:
    async with house.client("admin") as admin:
        assert (await admin.get("/api/directory")).json() == {"urls": [slapd.url]}
        assert (await admin.post("/api/directory/check", json={})).json() == {"entry": None}
        entry = (await admin.post("/api/directory/check", json={"login": "li"})).json()["entry"]
        assert entry == {"dn": f"uid=li,ou=people,{BASE}", "name": "", "mobile": "", "mail": "", "roles": []}
        nobody = await admin.post("/api/directory/check", json={"login": "*"})
        assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "directory.nobody")
    said: list[str] = []
    settings = Settings(home=tmp_path, ldap=slapd.settings | {"name_attribute": "cn"})
    await check(settings, said.append, login="li")
    assert slapd.url in said[0] and any("李 丽" in line for line in said)
    with pytest.raises(AndonError, match=r"directory\.none"):
        await check(Settings(home=tmp_path), said.append, login="")


async def test_a_spreadsheet_says_who_is_new_and_comes_from_the_directory(house: House, slapd: Slapd) -> None:
    head = "登录名,姓名,角色,企业目录,初始密码\n"
    home = house.app.state.services.settings.home
    importer = Importer(
        house.db, house.bus, house.clock, home, Passwords(CHEAP), directory(slapd, operator=house.stand.code)
    )
    async with house.client("admin") as admin:

        async def bring(rows: str) -> dict[str, Any]:
            what = {"kind": "users", "file_name": "people.csv"}
            asked = await admin.post("/api/imports", params=what, content=(head + rows).encode())
            assert asked.is_success, asked.text
            await importer.perform(house.stand.tenant_id)
            found: dict[str, Any] = (await admin.get(f"/api/imports/{asked.json()['id']}")).json()
            return found

        wrong = await bring("wang,王,排班师,是,first password\nadmin,管,管理员,是,\n")
        assert [(fault["row"], fault["column"]) for fault in wrong["faults"]] == [
            (2, "初始密码"),
            (3, "企业目录"),
        ]
        good = await bring("li,丽,排班师,是,\nli.two,二丽,排班师,是,\n")
        assert good["state"] == "checked", good
        assert (await admin.post(f"/api/imports/{good['id']}/apply")).is_success
        await importer.perform(house.stand.tenant_id)
        people = {one["login"]: one for one in (await admin.get("/api/users")).json()["items"]}
        assert people["li.two"]["by_directory"] and not people["admin"]["by_directory"]


async def test_nobody_becomes_by_a_name_at_the_directory_what_they_are_not(house: House) -> None:
    """Whoever bears the name there is the person here: that takes a second person's leave, as a password."""
    await house.add_user("safe", "security")
    auditor = await house.add_user("shen", "auditor")
    other = await house.add_user("agentless", "planner")
    async with house.client("safe") as security:
        for change in ({"by_directory": True}, {"by_directory": True, "login": "safe.there"}):
            refused = await security.patch(f"/api/users/{auditor}", json=change)
            assert refused.json()["error"]["code"] == "password.second_person"
        assert (await security.patch(f"/api/users/{auditor}", json={"login": "shen2"})).status_code == 200
        assert (await security.patch(f"/api/users/{other}", json={"by_directory": True})).status_code == 200


async def test_without_a_directory_nobody_comes_from_it(
    owner_db: Database, db: Database, tmp_path: Path, slapd: Slapd
) -> None:
    none: dict[str, Any] = {}
    theirs = {"ldap": slapd.settings | {"operator": "somebody-else"}}
    for settings in (none, theirs):
        house = await make_house(owner_db, db, tmp_path, **settings)
        await house.add_user("admin", "administrator")
        await house.add_user("li", "planner", by_directory=True)  # there was one once
        for password in (LOCAL, PASSWORD):
            assert await refusal(house, "li", password) == "directory.unavailable"
        async with house.client("admin") as admin:
            path = f"/api/users/{(await user(house, 'admin')).id}"
            refused = await admin.patch(path, json={"by_directory": True})
            assert list(refused.json()["error"]["fields"]) == ["by_directory"]
        await house.bus.stop()
