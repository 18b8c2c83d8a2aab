"""Spreadsheets: tried first, every fault told with its row and column, then taken over whole."""

import csv
import io
import os
import resource
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from identity_house import CHEAP, House, make_house
from openpyxl import Workbook
from sqlalchemy import event, func, select

from andon.channels.voice.tables import NumberRow
from andon.identity.passwords import Passwords
from andon.identity.tables import TeamMember, User
from andon.imports.service import Importer, file_of
from andon.interactions.tables import ReasonNode
from andon.kit.database import Database
from andon.routing.tables import AgentSkill, Skill

pytestmark = pytest.mark.database

HEAD = ["登录名", "姓名", "工号", "部门", "角色", "技能", "初始密码"]


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    async with db.session(house.stand.scope) as session:
        session.add_all([Skill(name="普通话"), Skill(name="英语")])
    yield house
    await house.bus.stop()


def sheet(*rows: list[str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


async def bring(house: House, admin: httpx.AsyncClient, kind: str, content: bytes) -> dict[str, Any]:
    """Bring a file and have the worker try it; what came of it."""
    made = await admin.post("/api/imports", params={"kind": kind, "file_name": "a.csv"}, content=content)
    assert made.status_code == 201, made.text
    return await work(house, admin, made.json()["id"])


async def work(house: House, admin: httpx.AsyncClient, id: str) -> dict[str, Any]:
    settings = house.app.state.services.settings
    worker = Importer(house.db, house.bus, house.clock, settings.home, Passwords(CHEAP))
    while await worker.perform(house.stand.tenant_id):
        pass
    found: dict[str, Any] = (await admin.get(f"/api/imports/{id}")).json()
    return found


async def apply(house: House, admin: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    assert job["state"] == "checked", job
    answer = await admin.post(f"/api/imports/{job['id']}/apply")
    assert answer.status_code == 202, answer.text
    return await work(house, admin, job["id"])


async def count(house: House, table: Any) -> int:
    async with house.db.session(house.stand.scope) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def faults(job: dict[str, Any]) -> set[tuple[int, str]]:
    assert job["state"] == "wrong", job
    assert all(fault["text"] and not fault["text"].startswith("import.") for fault in job["faults"])
    return {(fault["row"], fault["column"]) for fault in job["faults"]}


async def test_people_with_skills_are_tried_then_taken_over(house: House) -> None:
    new = ["zhang", "张三", "9001", "一组", "座席、班长", "普通话=7，英语", "correct horse"]
    known = ["AGENT0", "座席零", "8000", "二组", "agent, 审计员", "", ""]
    same = ["agent1", "座席1", "8001", "", "座席", "", ""]
    before = await count(house, User)
    async with house.client("admin") as admin:
        job = await bring(house, admin, "users", sheet(HEAD, new, known, same, encoding="gb18030"))
        assert [job[name] for name in ("state", "rows", "made", "changed", "same")] == ["checked", 3, 1, 1, 1]
        assert await count(house, User) == before  # tried only
        done = await apply(house, admin, job)
        assert (done["state"], done["made"], done["changed"], done["same"]) == ("applied", 1, 1, 1)
        assert (await admin.post(f"/api/imports/{job['id']}/apply")).status_code == 409
        assert not file_of(
            house.app.state.services.settings.home, house.stand.tenant_id, UUID(job["id"])
        ).exists()
        people = {one["login"]: one for one in (await admin.get("/api/users")).json()["items"]}
        assert people["zhang"]["roles"] == ["agent", "supervisor"]
        assert (people["AGENT0"]["name"], people["AGENT0"]["department"]) == ("座席零", "二组")
        skills = (await admin.get("/api/agent-skills", params={"user_id": people["zhang"]["id"]})).json()[
            "items"
        ]
        assert [link["level"] for link in skills] == [7, 5]
        async with house.client("zhang") as zhang:
            assert (await zhang.get("/api/me")).json()["name"] == "张三"
        # Out again and in again, nothing is different.
        for form in ("csv", "xlsx"):
            path = f"/api/import-templates/users?filled=true&format={form}"
            again = await bring(house, admin, "users", (await admin.get(path)).content)
            assert (again["state"], again["made"], again["changed"]) == ("checked", 0, 0), again
            assert again["same"] == before + 1
    entries = await house.audit(object_kind="user")
    assert {(e.action, e.object_name) for e in entries if e.action != "download"} == {
        ("create", "张三"),
        ("update", "座席零"),
        ("skills", "张三"),
        ("import", "a.csv"),
    }
    assert all(e.user_name == "admin" for e in entries)
    (duty,) = await house.audit(object_kind="duty")
    assert (duty.action, duty.object_name) == ("appoint", "座席零")
    assert (duty.before, duty.after) == ({"permissions": []}, {"permissions": ["audit"]})
    assert "correct horse" not in str([e.after for e in entries])
    assert ("config.changed", {"tenant_id": str(house.stand.tenant_id)}) in house.said


async def test_people_come_with_their_mobile_and_their_team(house: House) -> None:
    head = ["Log-in", "Name", "Agent ID", "Roles", "Team", "Mobile number", "Active"]
    rows = [
        ["zhang", "张三", "9001", "agent", "早班", "13900001111", ""],
        ["agent0", "座席0", "8000", "agent", "晚班", "+8613900002222", ""],
        ["agent1", "座席1", "8001", "agent", "", "", ""],  # leaves its team
    ]
    async with house.client("admin") as admin:
        early, late = [
            (await admin.post("/api/teams", json={"name": n})).json()["id"] for n in ("早班", "晚班")
        ]
        known = {one["login"]: one["id"] for one in (await admin.get("/api/users")).json()["items"]}
        both = {"members": [known["agent0"], known["agent1"]]}
        assert (await admin.put(f"/api/teams/{early}/members", json=both)).is_success
        done = await apply(house, admin, await bring(house, admin, "users", sheet(head, *rows)))
        assert (done["state"], done["made"], done["changed"]) == ("applied", 1, 2), done
        people = {one["login"]: one for one in (await admin.get("/api/users")).json()["items"]}
        assert [people[who]["mobile"] for who in ("zhang", "agent0", "agent1")] == [
            "13900001111",
            "+8613900002222",
            "",
        ]
        members = (await admin.get("/api/team-members")).json()["items"]
        assert {(one["user_id"], one["team_id"]) for one in members} == {
            (people["zhang"]["id"], early),
            (people["agent0"]["id"], late),
        }
        entries = (await house.audit(object_kind="team_member"))[1:]
        assert {(e.object_name, str(e.before), str(e.after)) for e in entries} == {
            ("早班", "{'zhang': '', 'agent1': '早班'}", "{'zhang': '早班', 'agent1': ''}"),
            ("晚班", "{'agent0': '早班'}", "{'agent0': '晚班'}"),
        }
        (made,) = await house.audit(object_kind="user", action="create")
        assert (made.after or {})["mobile"] == "*******1111"  # as if set by hand
        # By hand the last change of a team can be taken back, and so can this one.
        undone = await admin.post("/api/audit/undo", json={"object_kind": "team_member", "object_id": late})
        assert undone.is_success, undone.text
        # Out again and in again, nothing is different; who has left the agents stays where they were.
        left = await admin.patch(f"/api/users/{known['agent0']}", json={"active": False})
        assert left.is_success
        for form in ("csv", "xlsx"):
            path = f"/api/import-templates/users?filled=true&format={form}"
            again = await bring(house, admin, "users", (await admin.get(path)).content)
            assert (again["state"], again["made"], again["changed"]) == ("checked", 0, 0), again
        wrong = [
            head,
            ["li", "李", "9002", "agent", "夜班", "", ""],  # 2: no such team
            ["wu", "吴", "", "planner", "早班", "", ""],  # 3: nobody who takes calls
            ["qi", "齐", "9003", "agent", "早班", "", "no"],  # 4: not active
            ["he", "何", "9004", "agent", "", "139-1", ""],  # 5: no telephone number
            ["ma", "马", "", "supervisor", "", "13900003333", ""],  # 6: who cannot answer there
        ]
        job = await bring(house, admin, "users", sheet(*wrong))
        assert faults(job) == {(2, "班组"), (3, "班组"), (4, "班组"), (5, "手机号码"), (6, "手机号码")}
        assert [fault["text"][:8] for fault in job["faults"]] == [
            "没有“夜班”，请",
            "只有在职的座席可",
            "只有在职的座席可",
            "请填写 5 到 ",
            "此人的角色不能用",
        ]


async def test_every_fault_is_told_and_nothing_is_taken_over(house: House) -> None:
    rows = [
        ["x", "短名", "1", "", "座席", "", ""],  # 2: the name is too short
        ["li", "", "2", "", "座席", "", ""],  # 3: no name
        ["wu", "吴", "", "", "座席", "", ""],  # 4: an agent without a number
        ["qi", "齐", "8000", "", "座席", "", ""],  # 5: agent0's number
        ["he", "何", "7", "", "飞行员", "", ""],  # 6: no such role
        ["ma", "马", "8", "", "座席", "法语=3", ""],  # 7: no such skill
        ["ma", "马", "9", "", "座席", "英语=11", ""],  # 8: twice, and the level
        ["good", "好", "10", "", "座席", "英语=三", "short"],  # 9: two cells
        ["agent1", "座席1", "8001", "", "座席", "", "correct horse"],  # 10: is there and has a password
        ["fine", "好", "11", "", "座席", "", ""],
    ]
    before = await count(house, User)
    async with house.client("admin") as admin:
        job = await bring(house, admin, "users", sheet(HEAD, *rows))
        assert faults(job) == {
            (2, "登录名"),
            (3, "姓名"),
            (4, "工号"),
            (5, "工号"),
            (6, "角色"),
            (7, "技能"),
            (8, "登录名"),
            (8, "技能"),
            (9, "技能"),
            (9, "初始密码"),
            (10, "初始密码"),
        }
        assert (await admin.post(f"/api/imports/{job['id']}/apply")).json()["error"][
            "code"
        ] == "import.not_checked"
        head = await bring(house, admin, "users", sheet(["登录名", "登录名", "生日"], ["a", "b", "c"]))
        assert faults(head) == {(1, "登录名"), (1, "生日"), (1, "姓名"), (1, "角色")}
        for content in (b"", b"PK\x03\x04", bytes(range(256)), sheet(HEAD)):
            assert len(faults(await bring(house, admin, "users", content))) == 1
        two = await bring(
            house, admin, "users", sheet(HEAD, ["sun", "孙", "", "", "系统管理员, 审计员", "", ""])
        )
        assert faults(two) == {(2, "角色")}
        own = await bring(house, admin, "users", sheet(HEAD, ["admin", "管理员", "1", "", "座席", "", ""]))
        assert faults(own) == {(2, "角色")}  # nobody gives or takes their own rights
    assert await count(house, User) == before
    assert await house.audit(object_kind="user") == []


async def test_numbers_and_reasons(house: House) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    first = 10**11 + house.stand.tenant_id.int % 10**11  # numbers are nobody else's in the installation
    second = first + 10**11
    page.append(["Number*", "Label", "Project", "Type", "May be shown"])
    page.append([first, "热线", "项目0", "local", "yes"])  # typed as a number, as people do
    page.append([second, "400", "甲1/项目1", "400", "no"])
    out = io.BytesIO()
    book.save(out)
    async with house.client("admin") as admin:
        done = await apply(house, admin, await bring(house, admin, "numbers", out.getvalue()))
        assert (done["state"], done["made"]) == ("applied", 2), done
        found = {one["label"]: one for one in (await admin.get("/api/numbers")).json()["items"]}
        assert found["热线"]["e164"] == str(first) and found["热线"]["dial_out"]
        assert found["400"]["client_id"] == str(house.stand.clients[1])
        wrong = [["号码", "名称", "项目", "类型", "可外显"]]
        wrong += [[str(first), "热线", "项目9", "local", "是"], ["12a", "x", "项目0", "local", "大概"]]
        wrong += [["13900001111", "x", "项目0", "400", "是"], ["13900001112", "x", "项目0", "铁路", ""]]
        job = await bring(house, admin, "numbers", sheet(*wrong))
        assert faults(job) == {(2, "项目"), (3, "可外显"), (4, "可外显"), (5, "类型")}

        reasons = [["项目", "原因", "英文名", "排序"]]
        reasons += [["项目0", "投诉", "Complaint", "2"], ["项目0", "投诉/物流", "Delivery", "1"]]
        done = await apply(house, admin, await bring(house, admin, "reasons", sheet(*reasons)))
        assert (done["state"], done["made"]) == ("applied", 2), done
        reasons[1][2] = "Complaints"
        job = await bring(house, admin, "reasons", sheet(*reasons))
        assert (job["made"], job["changed"], job["same"]) == (0, 1, 1)
        bad = [reasons[0], ["项目0", "表扬/员工", "Staff", ""], ["项目0", "投诉", "x", "早"], reasons[1]]
        assert faults(await bring(house, admin, "reasons", sheet(*bad))) == {
            (2, "原因"),
            (3, "排序"),
            (4, "原因"),
        }
    async with house.db.session(house.stand.scope) as session:
        tree = {row.name_zh: row for row in await session.scalars(select(ReasonNode))}
        assert tree["物流"].parent_id == tree["投诉"].id
    assert await count(house, NumberRow) == 2


@contextmanager
def heard(db: Database, hear: Callable[[str], None]) -> Iterator[None]:
    """Every statement that the database is sent meanwhile."""

    def sent(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        hear(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", sent)
    try:
        yield
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", sent)


async def test_a_large_file_is_taken_over_whole_and_says_how_far_it_is(house: House) -> None:
    """50,000 rows with `ANDON_LONG`: the figures in docs/search-and-export.md are from there."""
    count_of = 50_000 if os.environ.get("ANDON_LONG") else 1_200
    own = ["一组", "座席", "英语=3", "早班"]
    rows = [[f"user{n}", f"用户{n}", str(100_000 + n), *own, str(10**10 + n)] for n in range(count_of)]
    async with house.client("admin") as admin:
        assert (await admin.post("/api/teams", json={"name": "早班"})).is_success
        job = await bring(house, admin, "users", sheet([*HEAD[:6], "班组", "手机号码"], *rows))
        assert (job["state"], job["made"], job["done"]) == ("checked", count_of, 0)
        seen: list[dict[str, Any]] = []
        before = await count(house, User)

        async def look(importer: Importer, job: Any, done: int) -> None:
            await written(importer, job, done)
            # From another transaction: the progress is seen, none of the people is.
            assert await count(house, User) == before
            seen.append((await admin.get(f"/api/imports/{job.id}")).json())

        written = Importer._written
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Importer, "_written", look)
            begun = time.monotonic()
            done = await apply(house, admin, job)
        told = f"{count_of} rows in {time.monotonic() - begun:.1f} s"
        print(told, f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")
        assert (done["state"], done["made"], done["done"]) == ("applied", count_of, count_of)
        assert [each["done"] for each in seen] == [*range(500, count_of, 500), count_of]
        assert {each["state"] for each in seen} == {"applying"}
        assert await count(house, User) == before + count_of
        assert await count(house, AgentSkill) == count_of
        assert await count(house, TeamMember) == count_of
        # All of them changed at once: by statements for many, not by some for each.
        own = ["二组", "座席", "英语=5", "晚班"]
        rows = [
            [f"user{n}", f"用户{n}", str(100_000 + n), *own, str(10**10 + n + 1)] for n in range(count_of)
        ]
        assert (await admin.post("/api/teams", json={"name": "晚班"})).is_success
        job = await bring(house, admin, "users", sheet([*HEAD[:6], "班组", "手机号码"], *rows))
        assert (job["state"], job["changed"]) == ("checked", count_of)
        statements: list[str] = []
        with heard(house.db, statements.append):
            begun = time.monotonic()
            done = await apply(house, admin, job)
        print(f"changed in {time.monotonic() - begun:.1f} s by {len(statements)} statements")
        assert (done["state"], done["changed"]) == ("applied", count_of)
        assert len(statements) < 100 + count_of / 50
    entries = await house.audit(action="create", object_kind="user")
    assert len(entries) == count_of


async def test_what_fails_at_the_end_leaves_nothing_of_the_beginning(house: House) -> None:
    rows = [[f"user{n}", f"用户{n}", str(100_000 + n), "", "座席", ""] for n in range(700)]
    async with house.client("admin") as admin:
        job = await bring(house, admin, "users", sheet(HEAD[:6], *rows))
        before = await count(house, User)

        async def rob(importer: Importer, job: Any, done: int) -> None:
            """Somebody takes the last one's log-in by hand, while the first are being written."""
            if done == 500:
                await house.add_user("user699", "planner")

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Importer, "_written", rob)
            done = await apply(house, admin, job)
        assert (done["state"], done["done"]) == ("wrong", 0)
        assert await count(house, User) == before + 1
        assert await house.audit(action="create", object_kind="user") == []


async def test_fifty_thousand_rows_and_not_one_more(house: House) -> None:
    rows = [[f"user{n}", f"用户{n}", str(100_000 + n), "一组", "座席", "英语=3"] for n in range(50_001)]
    async with house.client("admin") as admin:
        job = await bring(house, admin, "users", sheet(HEAD[:6], *rows))
        assert faults(job) == {(50_002, "")}
        job = await bring(house, admin, "users", sheet(HEAD[:6], *rows[:-1]))
        assert (job["state"], job["made"]) == ("checked", 50_000)
        large = await admin.post("/api/imports?kind=users", content=bytes(20_000_001))
        assert large.status_code == 413
        house.clock.advance(3601)
        assert (await admin.post(f"/api/imports/{job['id']}/apply")).status_code == 409
        settings = house.app.state.services.settings
        worker = Importer(house.db, house.bus, house.clock, settings.home, Passwords(CHEAP))
        await worker.expire(house.stand.tenant_id)
        assert (await admin.get(f"/api/imports/{job['id']}")).json()["state"] == "expired"
        assert list((settings.home / "imports" / str(house.stand.tenant_id)).iterdir()) == []
    assert await count(house, AgentSkill) == 0


async def test_only_an_administrator_and_only_whoever_brought_it(house: House) -> None:
    await house.add_user("other", "administrator")
    await house.add_user("chief", "supervisor")
    async with house.client("admin") as admin, house.client("other") as other, house.client("chief") as chief:
        for path in ("/api/imports", "/api/import-templates/users"):
            assert (await chief.get(path)).status_code == 403
        job = await bring(house, admin, "users", sheet(HEAD, ["zhang", "张三", "9001", "", "座席", "", ""]))
        refused = await other.post(f"/api/imports/{job['id']}/apply")
        assert refused.json()["error"]["code"] == "import.not_own"
        assert [one["file_name"] for one in (await other.get("/api/imports")).json()["items"]] == ["a.csv"]
        template = (await admin.get("/api/import-templates/reasons?format=csv")).content.decode("utf-8-sig")
        assert template.splitlines()[0] == "项目*,原因*,英文名*,排序"
