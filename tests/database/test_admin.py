"""What an administrator sets up: effective at once, on record, refused in words when it makes no sense."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from identity_house import PASSWORD, House, make_house

from andon.kit.database import Database

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    yield house
    await house.bus.stop()


def user(login: str, *roles: str, **more: Any) -> dict[str, Any]:
    return {"login": login, "name": login.title(), "roles": list(roles), "password": PASSWORD} | more


async def test_each_change_is_told_to_every_process_and_written_down(house: House) -> None:
    async with house.client("admin") as client:
        made = (await client.post("/api/skills", json={"name": "粤语"})).json()
        path = f"/api/skills/{made['id']}"
        assert (await client.patch(path, json={"name": "普通话"})).json()["name"] == "普通话"
        assert (await client.get("/api/skills")).json()["total"] == 1
        assert (await client.delete(path)).status_code == 204
        assert (await client.get("/api/skills")).json()["total"] == 0
        assert (await client.get(path)).status_code == 404
    told = [payload for topic, payload in house.said if topic == "config.changed"]
    assert told == [{"tenant_id": str(house.stand.tenant_id)}] * 3
    entries = await house.audit(object_kind="skill")
    assert [(entry.action, entry.before, entry.after) for entry in entries] == [
        ("create", None, {"id": made["id"], "name": "粤语"}),
        ("update", {"name": "粤语"}, {"name": "普通话"}),
        ("delete", {"id": made["id"], "name": "普通话"}, None),
    ]
    assert {(entry.user_name, entry.address) for entry in entries} == {("admin", "198.51.100.4")}


async def test_what_changes_nothing_or_is_refused_is_not_on_record(house: House) -> None:
    async with house.client("admin") as client:
        made = (await client.post("/api/skills", json={"name": "a"})).json()
        await client.patch(f"/api/skills/{made['id']}", json={"name": "a"})
        assert (await client.post("/api/skills", json={"name": "a"})).status_code == 409
        assert (await client.patch(f"/api/skills/{made['id']}", json={"name": ""})).status_code == 422
        assert (await client.delete(f"/api/skills/{uuid4()}")).status_code == 404
    assert [entry.action for entry in await house.audit(object_kind="skill")] == ["create"]


async def test_of_two_who_edit_one_thing_the_second_is_told_what_the_first_did(house: House) -> None:
    await house.add_user("wang", "administrator")
    queue = f"/api/queues/{house.stand.queues[0]}"
    person = f"/api/users/{house.stand.agents[0]}"
    async with house.client("admin") as admin, house.client("wang") as wang:
        for path, first, second in (
            (queue, {"name": "客服一线", "priority": 7}, {"acw_s": 90}),
            (person, {"department": "一组"}, {"name": "小张"}),
        ):
            both = [(await client.get(path)).json()["revision"] for client in (admin, wang)]
            assert both[0] == both[1] != ""
            mine = await admin.patch(path, json=first, headers={"If-Match": both[0]})
            assert mine.status_code == 200 and mine.json()["revision"] != both[0]
            refused = await wang.patch(path, json=second, headers={"If-Match": both[1]})
            error = refused.json()["error"]
            assert (refused.status_code, error["code"]) == (409, "changed_meanwhile")
            assert (error["params"]["who"], set(error["params"]["names"])) == ("admin", first.keys())
            now = (await wang.get(path)).json()
            assert all(now[name] == value for name, value in first.items())  # nothing was overwritten
            # Having seen it, one goes on; programs that say nothing of what they saw are not asked.
            for headers in ({"If-Match": now["revision"]}, {}):
                again = await wang.patch(path, json=second, headers=headers)
                assert again.status_code == 200, again.text
        items = (await admin.get("/api/queues")).json()["items"]
        assert (await admin.get(queue)).json()["revision"] in [item["revision"] for item in items]


async def test_of_two_who_set_a_whole_list_the_second_is_told_who_changed_it_and_how_ever(
    house: House,
) -> None:
    """By hand, by changing many at once, by putting somebody elsewhere, or by taking it back."""
    await house.add_user("wang", "administrator")
    ann = str(await house.add_user("ann", "agent", agent_no="71"))
    async with house.client("admin") as admin, house.client("wang") as wang:
        skill = (await admin.post("/api/skills", json={"name": "粤语"})).json()["id"]
        teams = [(await admin.post("/api/teams", json={"name": name})).json()["id"] for name in "ab"]
        members = f"/api/teams/{teams[0]}/members"

        async def late(path: str, first: Callable[[], Awaitable[httpx.Response]], body: Any) -> list[str]:
            """What `wang` is told, whose page is older than what `admin` does."""
            before = (await wang.get(path)).json()["revision"]
            done = await first()
            assert done.is_success, done.text
            now = (await wang.get(path)).json()
            assert now["revision"] != before
            refused = await wang.put(path, json=body, headers={"If-Match": before})
            assert (refused.status_code, (await wang.get(path)).json()) == (409, now)
            error = refused.json()["error"]
            assert (error["code"], error["params"]["who"]) == ("changed_meanwhile", "admin")
            again = await wang.put(path, json=body, headers={"If-Match": now["revision"]})
            assert again.is_success, again.text
            assert again.json()["revision"] == (await admin.get(path)).json()["revision"]
            names: list[str] = error["params"]["names"]
            return names

        person = f"/api/users/{ann}"
        for name, mine, theirs in (
            ("skills", [{"skill_id": skill, "level": 3}], [{"skill_id": skill, "level": 5}]),
            (
                "certificates",
                [{"name": "基金", "valid_until": "2030-01-01"}],
                [
                    {"name": "保险", "valid_until": "2030-01-01"},
                    {"name": "基金", "valid_until": "2030-01-01"},
                ],
            ),
            ("queue-seats", [{"queue_id": str(house.stand.queues[0]), "level": 7}], []),
        ):
            path = f"{person}/{name}"
            told = await late(path, lambda path=path, mine=mine: admin.put(path, json=mine), theirs)
            assert told == [name.replace("-", "_")]
        many = {"changes": [{"user_id": ann, "before": 5, "after": 0}]}
        path = f"{person}/skills"
        assert await late(path, lambda: admin.post(f"/api/skills/{skill}/levels", json=many), []) == [
            "skills"
        ]
        own = {"members": [ann]}
        assert await late(members, lambda: admin.put(members, json=own), {"members": []}) == ["members"]
        back = {"object_kind": "team_member", "object_id": teams[0]}
        entry = (await house.audit(object_kind="team_member"))[-1]
        undo = back | {"entry_id": str(entry.id)}
        assert await late(members, lambda: admin.post("/api/audit/undo", json=undo), own) == ["members"]
        elsewhere = f"/api/teams/{teams[1]}/members"
        assert await late(members, lambda: admin.put(elsewhere, json=own), own) == ["members"]


async def test_of_two_who_set_what_there_is_one_of_the_second_is_told_too(house: House) -> None:
    await house.add_user("wang", "administrator")
    roles, role = "/api/roles", "/api/roles/planner"

    async def now(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
        known = (await client.get(roles if path == role else path)).json()
        found: dict[str, Any] = (
            next(each for each in known["items"] if each["role"] == "planner") if path == role else known
        )
        return found

    async with house.client("admin") as admin, house.client("wang") as wang:
        for path, first, second, names in (
            (role, {"permissions": ["board", "contacts"]}, {"permissions": ["board"]}, ["permissions"]),
            (
                "/api/log-in-rules",
                {"second_factor_roles": ["planner"], "separated": False},
                {"second_factor_roles": ["quality"], "separated": False},
                ["second_factor_roles"],
            ),
            ("/api/routing-rules", {"ageing_s": 60}, {"ageing_s": 30}, None),
            ("/api/export-rules", {"rows_over": 5}, {"keep_hours": 9}, ["rows_over"]),
        ):
            both = [(await now(client, path))["revision"] for client in (admin, wang)]
            assert both[0] == both[1] != ""
            mine = await admin.put(path, json=first, headers={"If-Match": both[0]})
            assert mine.status_code == 200 and mine.json()["revision"] != both[0], mine.text
            refused = await wang.put(path, json=second, headers={"If-Match": both[1]})
            error = refused.json()["error"]
            assert (refused.status_code, error["code"]) == (409, "changed_meanwhile")
            assert error["params"]["who"] == "admin"
            assert error["params"]["names"] == names if names else "ageing_s" in error["params"]["names"]
            kept = await now(wang, path)
            assert all(kept[name] == value for name, value in first.items())  # nothing was overwritten
            assert kept["revision"] == mine.json()["revision"]
            for headers in ({"If-Match": kept["revision"]}, {}):
                again = await wang.put(path, json=second, headers=headers)
                assert again.status_code == 200, again.text
        # Another role is another thing: its page is not out of date.
        seen = next(each for each in (await wang.get(roles)).json()["items"] if each["role"] == "quality")[
            "revision"
        ]
        assert (await admin.put(role, json={"permissions": ["board", "contacts"]})).status_code == 200
        other = await wang.put(
            "/api/roles/quality", json={"permissions": ["contacts"]}, headers={"If-Match": seen}
        )
        assert other.status_code == 200, other.text


async def test_of_many_at_the_same_moment_one_gets_through(house: House) -> None:
    queue = f"/api/queues/{house.stand.queues[0]}"
    async with house.client("admin") as admin:
        seen = {"If-Match": (await admin.get(queue)).json()["revision"]}
        changes = [{"priority": n} for n in range(1, 9)]
        answers = await asyncio.gather(*(admin.patch(queue, json=body, headers=seen) for body in changes))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]


async def test_secrets_are_written_down_nowhere(house: House) -> None:
    async with house.client("admin") as client:
        trunk = {"name": "电信", "host": "sip.example", "secret": "tr0nk-s3cret"}
        made = await client.post("/api/trunks", json=trunk)
        assert "secret" not in made.json()
        changed = await client.patch(f"/api/trunks/{made.json()['id']}", json={"secret": "an0ther-s3cret"})
        assert changed.status_code == 200
        person = (await client.post("/api/users", json=user("li", "planner"))).json()
        new = {"password": "a new passw0rd"}
        assert (await client.post(f"/api/users/{person['id']}/password", json=new)).status_code == 204
        shown = (await client.get("/api/audit")).text
    entries = await house.audit()
    everything = shown + "".join(f"{entry.before}{entry.after}" for entry in entries)
    for secret in ("tr0nk", "an0ther", "passw0rd", PASSWORD, "argon2"):
        assert secret not in everything
    # That a secret was replaced shows all the same.
    (update,) = [entry for entry in entries if entry.action == "update"]
    assert list(update.after or {}) == ["secret"]
    assert [entry.object_id for entry in entries if entry.action == "password"] != []


async def test_an_agent_s_mobile_is_set_by_who_administers_people_and_masked_for_others(house: House) -> None:
    await house.add_user("watch", "supervisor")
    async with house.client("admin") as client:
        made = (await client.post("/api/users", json=user("ann", "agent", agent_no="7001"))).json()
        path = f"/api/users/{made['id']}"
        assert made["mobile"] == ""
        assert (await client.patch(path, json={"mobile": "1380013"})).status_code == 200
        assert (await client.patch(path, json={"mobile": " 13800138000 "})).json()["mobile"] == "13800138000"
        refused = await client.patch(path, json={"mobile": "138-x"})
        assert refused.status_code == 422 and "mobile" in refused.text
    async with house.client("watch") as other:
        assert (await other.get(path)).json()["mobile"] == "*******8000"
        assert (await other.patch(path, json={"mobile": ""})).status_code == 403
    entry = (await house.audit(object_kind="user", action="update"))[-1]
    assert (entry.before, entry.after) == ({"mobile": "***0013"}, {"mobile": "*******8000"})


async def test_an_agent_sees_the_own_mobile_and_changes_it_where_the_role_allows_that(house: House) -> None:
    own = "/api/me/mobile"
    await house.add_user("chief", "security")
    person = f"/api/users/{await house.add_user('ann', 'agent', agent_no='7001')}"
    new = {"number": "13900139000", "password": PASSWORD}
    async with house.client("admin") as admin:
        async with house.client("ann") as ann:
            known = (await ann.get(own)).json()
            assert (known["number"], known["set_by"], known["usable"], known["changeable"]) == (
                "",
                None,
                True,
                False,
            )
            assert known["keepers"] == ["admin", "chief"]
            assert (await admin.patch(person, json={"mobile": "13800138000"})).is_success
            known = (await ann.get(own)).json()
            assert (known["number"], known["set_by"]) == ("13800138000", "admin")
            assert (await ann.put(own, json=new)).status_code == 403
            agents = {"permissions": ["desk", "dial_out", "mobile", "own_mobile"]}
            assert (await admin.put("/api/roles/agent", json=agents)).is_success
            known = (await ann.get(own)).json()
            assert known["changeable"]
            wrong = await ann.put(own, json=new | {"password": "x"})
            assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (422, ["password"])
            odd = await ann.put(own, json=new | {"number": "138-x"})
            assert (odd.status_code, list(odd.json()["error"]["fields"])) == (422, ["number"])
            # An administrator sets another one meanwhile.
            assert (await admin.patch(person, json={"mobile": "13700137000"})).is_success
            late = await ann.put(own, json=new, headers={"If-Match": known["revision"]})
            error = late.json()["error"]
            assert (late.status_code, error["code"]) == (409, "changed_meanwhile")
            assert (error["params"]["who"], error["params"]["names"]) == ("admin", ["mobile"])
            now = (await ann.put(own, json=new)).json()
            assert (now["number"], now["set_by"]) == ("13900139000", "ann")
            assert (
                await admin.put("/api/roles/agent", json={"permissions": ["desk", "own_mobile"]})
            ).is_success
            assert not (await ann.get(own)).json()["usable"]
            other = await ann.put(own, json=new | {"number": "13900139001"})
            assert list(other.json()["error"]["fields"]) == ["number"]
            assert (await ann.put(own, json=new | {"number": ""})).is_success  # taken away it may be
            assert (await ann.get(own)).json()["set_by"] is None
        assert (await admin.get(person)).json()["mobile"] == ""
    entry = (await house.audit(object_kind="user", action="update"))[-2]
    assert (entry.user_name, entry.after) == ("ann", {"mobile": "*******9000"})
    assert {"tenant_id": str(house.stand.tenant_id)} in [
        said for topic, said in house.said if topic == "config.changed"
    ]


async def test_what_is_in_use_stays_and_says_by_what(house: House) -> None:
    async with house.client("admin") as client:
        skill = (await client.post("/api/skills", json={"name": "a"})).json()["id"]
        needs = [{"skill_id": skill, "min_level": 3}]
        queue = f"/api/queues/{house.stand.queues[0]}"
        assert (await client.patch(queue, json={"required_skills": needs})).status_code == 200
        for locale, word in (("zh", "队列 (1)"), ("en", "queues (1)")):
            await client.put("/api/me/locale", json={"locale": locale})
            refused = await client.delete(f"/api/skills/{skill}")
            assert refused.status_code == 409 and word in refused.json()["error"]["remedy"]
        assert (await client.patch(queue, json={"required_skills": []})).status_code == 200
        assert (await client.delete(f"/api/skills/{skill}")).status_code == 204


async def test_a_part_of_a_change_keeps_its_defaults(house: House) -> None:
    """A required skill without a level asks for level 1, when a queue is made and when it is changed."""
    async with house.client("admin") as client:
        skill = (await client.post("/api/skills", json={"name": "a"})).json()["id"]
        changed = await client.patch(
            f"/api/queues/{house.stand.queues[0]}", json={"required_skills": [{"skill_id": skill}]}
        )
        assert changed.json()["required_skills"] == [{"skill_id": skill, "min_level": 1}]


@pytest.mark.parametrize(
    ("locale", "title"), [("zh", "有些内容填写得不对"), ("en", "Some fields are not right")]
)
async def test_bad_input_is_answered_field_by_field_in_the_users_language(
    house: House, locale: str, title: str
) -> None:
    body = {
        "project_id": "no id",
        "name": "x" * 81,
        "priority": 101,
        "policy": "loudest",
        "acw_s": "soon",
        "required_skills": [{"skill_id": str(uuid4()), "min_level": 0}],
        "colour": "red",
    }
    async with house.client("admin") as client:
        await client.put("/api/me/locale", json={"locale": locale})
        answer = await client.post("/api/queues", json=body)
        error = answer.json()["error"]
        assert answer.status_code == 422 and error["title"] == title and error["remedy"]
        assert set(error["fields"]) == {
            "project_id",
            "name",
            "priority",
            "policy",
            "acw_s",
            "required_skills.0.min_level",
            "colour",
        }
        assert "80" in error["fields"]["name"] and "100" in error["fields"]["priority"]
        assert "longest_idle" in error["fields"]["policy"]
        # A text, not a key: nothing is left untranslated.
        assert not any(said.startswith("field.") for said in error["fields"].values())
        chinese = all(any("\u4e00" <= sign <= "\u9fff" for sign in said) for said in error["fields"].values())
        assert chinese is (locale == "zh")
        malformed = await client.post(
            "/api/queues", content=b"{", headers={"content-type": "application/json"}
        )
        assert (malformed.status_code, malformed.json()["error"]["code"]) == (400, "request.malformed")
        unknown = await client.patch(f"/api/queues/{uuid4()}", json={"name": "x"})
        assert unknown.json()["error"]["code"] == "not_found"
        missing = await client.post("/api/queues", json={"name": "x", "project_id": str(uuid4())})
        assert list(missing.json()["error"]["fields"]) == ["project_id"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (user("li", "planner", password="short"), ["password"]),
        (user("long.name.of.li", "planner", password="long.name.of.li"), ["password"]),
        (user("li", "planner", password="x" * 201), ["password"]),
        (user("l", "planner"), ["login"]),
        (user("li xiao", "planner"), ["login"]),
        (user("admin", "planner"), ["login"]),
        (user("ADMIN", "planner"), ["login"]),
        (user("li"), ["roles"]),
        (user("li", "emperor"), ["roles.0"]),
        (user("li", "agent"), ["agent_no"]),
        (user("li", "agent", agent_no="8000"), ["agent_no"]),
        (user("li", "client_viewer"), ["client_id"]),
        (user("li", "planner", client_id=str(uuid4())), ["client_id"]),
        (user("li", "client_viewer", client_id=str(uuid4())), ["client_id"]),
        (user("li", "planner", locale="fr"), ["locale"]),
    ],
)
async def test_a_person_who_makes_no_sense_is_refused(
    house: House, body: dict[str, Any], fields: list[str]
) -> None:
    async with house.client("admin") as client:
        answer = await client.post("/api/users", json=body)
        assert answer.status_code in (409, 422), answer.text
        assert list(answer.json()["error"]["fields"]) == fields
        assert (await client.get("/api/users", params={"role": "planner"})).json()["total"] == 0


async def test_the_last_administrator_stays(house: House) -> None:
    async with house.client("admin") as client:
        (me,) = (await client.get("/api/users", params={"role": "administrator"})).json()["items"]
        path = f"/api/users/{me['id']}"
        for change in ({"active": False}, {"roles": ["planner"]}):
            refused = await client.patch(path, json=change)
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "user.last_administrator")
        assert (await client.post("/api/users", json=user("second", "administrator"))).status_code == 201
        assert (await client.patch(path, json={"roles": ["planner"]})).status_code == 200
        # The right is gone at once, and with it the log-in.
        assert (await client.get("/api/me")).status_code == 401


async def test_a_new_password_ends_other_log_ins_and_opens_a_locked_name(house: House) -> None:
    person = await house.add_user("li", "planner")
    token = await house.log_in("li")
    for _ in range(house.sessions.policy.attempts):
        with pytest.raises(Exception, match=r"login\.refused"):
            await house.log_in("li", "wrong")
    async with house.client("admin") as client:
        path = f"/api/users/{person}"
        assert (await client.get(path)).json()["locked"] is True
        for wrong in ("short", "li"):
            assert (await client.post(f"{path}/password", json={"password": wrong})).status_code == 422
        new = {"password": "another horse"}
        assert (await client.post(f"{path}/password", json=new)).status_code == 204
        assert (await client.get(path)).json()["locked"] is False
    assert await house.sessions.find(token) is None
    assert ("session.ended") in [topic for topic, _ in house.said]
    await house.log_in("li", "another horse")


async def test_the_own_password_needs_the_present_one_and_keeps_the_own_log_in(house: House) -> None:
    person = await house.add_user("li", "planner")
    other = await house.log_in("li")
    async with house.client("li") as client:
        path = f"/api/users/{person}/password"
        for current in ({}, {"current": "wrong"}):
            refused = await client.post(path, json={"password": "another horse"} | current)
            assert list(refused.json()["error"]["fields"]) == ["current"]
        assert (
            await client.post(path, json={"password": "another horse", "current": PASSWORD})
        ).status_code == 204
        assert (await client.get("/api/me")).status_code == 200
    assert await house.sessions.find(other) is None
