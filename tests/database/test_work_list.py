"""The work list: what calls leave to be done, one agent at a time, with a history, within the walls."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from identity_house import House, make_house
from reporting_stand import journal
from sqlalchemy import select, update

from andon.interactions import events as ix
from andon.interactions.tables import WrapUp
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.routing.tables import AgentSkill, Queue, Skill
from andon.work.keeper import WorkKeeper
from andon.work.tables import WorkItem

pytestmark = pytest.mark.database


class Floor:
    """A house whose facts are written by hand, and whose work list is kept up to them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.stand = house.stand
        self.now = house.clock.now()

    def call(self, n: int = 0, caller: str = "13800000000") -> "Call":
        return Call(self, n, caller)

    async def keep(self) -> None:
        keeper = WorkKeeper(self.house.db, self.house.bus, self.house.clock, self.stand.tenant_id)
        await keeper.catch_up()

    async def rows(self, **where: Any) -> list[WorkItem]:
        async with self.house.db.session(self.stand.scope) as session:
            return list(await session.scalars(select(WorkItem).filter_by(**where).order_by(WorkItem.id)))


class Call:
    """A call at the `n`th queue."""

    def __init__(self, floor: Floor, n: int, caller: str) -> None:
        self.floor, self.n, self.caller = floor, n, caller
        self.id = uuid7()
        self.facts: list[Fact] = []
        self.say(
            ix.ContactArrived,
            medium="voice",
            direction="inbound",
            caller=caller,
            caller_raw=caller,
            dnis="95001",
            node="n1",
            channel_id=f"c-{self.id.hex}",
        )

    def say(self, fact: type[Fact], **fields: Any) -> "Call":
        stand = self.floor.stand
        about = {"client_id": stand.clients[self.n], "project_id": stand.projects[self.n]}
        envelope = {"at": self.floor.now, "tenant_id": stand.tenant_id, "contact_id": self.id, **about}
        self.facts.append(fact(**envelope | fields))
        return self

    def queued(self) -> "Call":
        return self.say(ix.ContactQueued, queue_id=self.queue, priority=0, position=1)

    def gave_up(self, waited_ms: int = 30_000) -> "Call":
        self.queued().say(ix.ContactDequeued, queue_id=self.queue, how="abandoned", waited_ms=waited_ms)
        return self.ended(ix.Outcome.ABANDONED_QUEUE)

    def talked(self, agent_id: UUID) -> "Call":
        self.queued().say(ix.ContactDequeued, queue_id=self.queue, how="answered", waited_ms=1000)
        return self.say(
            ix.ContactConnected, agent_id=agent_id, queue_id=self.queue, offer_id=uuid7(), waited_ms=1000
        )

    def ended(self, outcome: ix.Outcome) -> "Call":
        return self.say(ix.ContactEnded, outcome=outcome, by=ix.By.CALLER, sip_cause=16, total_ms=40_000)

    @property
    def queue(self) -> UUID:
        return self.floor.stand.queues[self.n]

    async def happens(self) -> "Call":
        facts, self.facts = self.facts, []
        await journal(self.floor.house.db, facts)
        await self.floor.keep()
        return self


@pytest.fixture
async def floor(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[Floor]:
    house = await make_house(owner_db, db, tmp_path)
    for login in ("wang", "li"):
        await house.add_user(login, "agent", agent_no=login)
    await house.add_user("chief", "supervisor")
    yield Floor(house)
    await house.bus.stop()


async def test_calls_leave_work_behind_once(floor: Floor) -> None:
    """A message, a caller who gave up, one who was told that we are closed, one whom we never reached."""
    message = floor.call().queued().say(ix.VoicemailLeft, queue_id=None, voicemail_ms=12_000)
    await message.ended(ix.Outcome.VOICEMAIL).happens()
    gave_up = await floor.call(caller="13900000001").gave_up().happens()
    closed = await floor.call(caller="13900000002").ended(ix.Outcome.OUT_OF_HOURS).happens()
    kept = floor.call(caller="13900000003").queued().ended(ix.Outcome.CALLBACK_KEPT)
    kept.say(ix.CallbackEnded, queue_id=kept.queue, how="attempts", attempts=3, waited_ms=1)
    await kept.happens()
    # Nobody is called back who mistook the number, hid it, chose nothing in the menu, or was served.
    await floor.call(caller="13900000004").gave_up(waited_ms=4_999).happens()
    await floor.call(caller="").gave_up().happens()
    await floor.call(caller="13900000005").ended(ix.Outcome.ABANDONED_FLOW).happens()
    served = floor.call(caller="13900000006").talked(floor.stand.agents[0])
    await served.ended(ix.Outcome.SERVED).happens()
    owed = floor.call(caller="13900000008").queued()
    owed.say(ix.CallbackKept, queue_id=owed.queue, position=1, expires_at=floor.now, why="interrupted")
    await owed.ended(ix.Outcome.INTERRUPTED).happens()  # the router calls back by itself
    floor.now -= timedelta(days=8)
    await floor.call(caller="13900000007").gave_up().happens()
    await floor.keep()
    items = await floor.rows()
    assert [(item.contact_id, item.kind, item.why) for item in items] == [
        (message.id, "voicemail", "voicemail"),
        (gave_up.id, "missed_call", "abandoned_queue"),
        (closed.id, "missed_call", "out_of_hours"),
        (kept.id, "callback", "attempts"),
    ]
    assert (items[0].length_ms, items[0].queue_id) == (12_000, message.queue)
    assert {item.state for item in items} == {"open"}


async def test_who_calls_again_is_counted_and_who_is_served_needs_no_call(floor: Floor) -> None:
    await floor.call().gave_up().happens()
    floor.now += timedelta(minutes=5)
    await floor.call(caller="+8613800000000").gave_up().happens()
    (item,) = await floor.rows()
    assert (item.calls, item.last_at, item.opened_at) == (2, floor.now, floor.now - timedelta(minutes=5))
    message = floor.call().queued().say(ix.VoicemailLeft, queue_id=None, voicemail_ms=9_000)
    await message.happens()
    await floor.call(n=1).gave_up().happens()  # of another client: not this one's
    await floor.call().talked(floor.stand.agents[0]).happens()
    assert [(i.kind, i.state, i.outcome) for i in await floor.rows(client_id=floor.stand.clients[0])] == [
        ("missed_call", "done", "called_again"),
        ("voicemail", "open", None),
    ]
    assert [i.state for i in await floor.rows(client_id=floor.stand.clients[1])] == ["open"]
    async with floor.house.client("chief") as chief:
        path = f"/api/work/{item.id}"
        steps = (await chief.get(path)).json()["history"]
    assert [(step["kind"], step["detail"]) for step in steps] == [
        ("opened", ""),
        ("repeated", "2"),
        ("done", "called_again"),
    ]


async def test_one_item_is_one_agent_s(floor: Floor) -> None:
    await floor.call().gave_up().happens()
    async with floor.house.client("wang") as wang, floor.house.client("li") as li:
        (item,) = (await wang.get("/api/work")).json()["items"]
        path = f"/api/work/{item['id']}"
        assert (await li.post(f"{path}/done", json={"outcome": "solved"})).status_code == 409
        taken = await wang.post(f"{path}/take")
        assert taken.status_code == 200 and taken.json()["mine"]
        assert (await wang.post(f"{path}/take")).status_code == 200  # pressed twice
        refused = await li.post(f"{path}/take")
        assert refused.status_code == 409
        assert refused.json()["error"]["title"] == "wang 已领取这一项"
        assert (await li.post(f"{path}/give-back")).json()["error"]["code"] == "work.not_yours"
        assert (await wang.get("/api/work/tally")).json() == {"open": 0, "mine": 1, "due": 0}
        assert (await li.get("/api/work/tally")).json() == {"open": 0, "mine": 0, "due": 0}
        assert (await wang.post(f"{path}/give-back")).json()["state"] == "open"
        assert (await li.post(f"{path}/take")).status_code == 200
        note = "<script>alert(1)</script> שלום"
        for wrong in ({"outcome": "called_again"}, {"outcome": "solved", "note": "x" * 2001}, {}):
            assert (await li.post(f"{path}/done", json=wrong)).status_code == 422
        done = await li.post(f"{path}/done", json={"outcome": "reached", "note": note})
        assert (done.json()["state"], done.json()["note"]) == ("done", note)
        for verb, body in (("take", None), ("give-back", None), ("done", {"outcome": "reached"})):
            assert (await wang.post(f"{path}/{verb}", json=body)).json()["error"]["code"] == "work.over"
        steps = (await wang.get(path)).json()["history"]
        assert [(step["kind"], (step["agent"] or {}).get("name")) for step in steps] == [
            ("opened", None),
            ("taken", "wang"),
            ("given_back", "wang"),
            ("taken", "li"),
            ("done", "li"),
        ]
        assert [i["id"] for i in (await li.get("/api/work?state=done")).json()["items"]] == [item["id"]]
    entries = await floor.house.audit(object_kind="work_item")
    assert [(e.user_name, e.action) for e in entries] == [
        ("wang", "work_take"),
        ("wang", "work_give_back"),
        ("li", "work_take"),
        ("li", "work_done"),
    ]


async def test_a_supervisor_gives_work_and_takes_it_away(floor: Floor) -> None:
    await floor.call().gave_up().happens()
    (row,) = await floor.rows()
    path = f"/api/work/{row.id}"
    async with floor.house.db.session(floor.stand.scope) as session:
        found = await session.execute(select(AgentSkill))
        assert found.all() == []
    bound = await floor.house.add_user("bound", "agent", client_id=floor.stand.clients[1])
    async with floor.house.client("chief") as chief, floor.house.client("wang") as wang:
        me = (await wang.get("/api/me")).json()["user_id"]
        assert (await wang.post(f"{path}/assign", json={"agent_id": me})).status_code == 403
        # Not to somebody who may not see it, nor to nobody.
        for nobody in (str(bound), str(uuid7())):
            assert (await chief.post(f"{path}/assign", json={"agent_id": nobody})).status_code == 422
        given = (await chief.post(f"{path}/assign", json={"agent_id": me})).json()
        assert (given["agent"]["name"], given["history"][-1]["by"]["name"]) == ("wang", "chief")
        assert (await wang.get("/api/work?state=taken&mine=true")).json()["items"][0]["id"] == str(row.id)
        back = (await chief.post(f"{path}/give-back")).json()
        assert (back["state"], back["history"][-1]["by"]["name"]) == ("open", "chief")
        assert (await chief.post(f"{path}/done", json={"outcome": "not_needed"})).status_code == 200


async def test_work_is_seen_by_who_serves_its_queue(floor: Floor) -> None:
    skill = uuid7()
    async with floor.house.db.session(floor.stand.scope) as session:
        session.add(Skill(id=skill, name="英语"))
        await session.flush()
        needs = [{"skill_id": str(skill), "min_level": 3}]
        await session.execute(
            update(Queue).where(Queue.id == floor.stand.queues[1]).values(required_skills=needs)
        )
    english = await floor.house.add_user("english", "agent")
    bound = await floor.house.add_user("bound", "agent", client_id=floor.stand.clients[1])
    async with floor.house.db.session(floor.stand.scope) as session:
        session.add_all([AgentSkill(user_id=id, skill_id=skill, level=3) for id in (english, bound)])
    await floor.house.add_user("client", "client_viewer", client_id=floor.stand.clients[1])
    for n in range(2):
        await floor.call(n).gave_up().happens()
    one, two = [str(item.id) for item in await floor.rows()]
    for login, seen in (
        ("wang", {one}),
        ("english", {one, two}),
        ("chief", {one, two}),
        ("bound", {two}),
        ("client", {two}),
    ):
        async with floor.house.client(login) as client:
            items = (await client.get("/api/work")).json()["items"]
            assert {item["id"] for item in items} == seen, login
            hidden = {one, two} - seen
            assert {(await client.get(f"/api/work/{id}")).status_code for id in hidden} <= {404}
            callers = {item["caller"] for item in items}
            assert callers == ({"138****0000"} if login == "client" else {"13800000000"})
    # Beside a call: what is open for its caller at the client called, of what the agent may see.
    mine, others = floor.stand.projects
    for login, project, number, seen in (
        ("wang", mine, "+86 138 0000 0000", {one}),
        ("wang", mine, "13800000001", set()),
        ("wang", mine, "anonymous", set()),
        ("wang", others, "13800000000", set()),
        ("english", others, "013800000000", {two}),
        ("bound", mine, "13800000000", set()),
    ):
        async with floor.house.client(login) as client:
            found = await client.get(
                "/api/work/of-customer", params={"project": str(project), "caller": number}
            )
            assert {item["id"] for item in found.json()["items"]} == seen, (login, number)
    async with floor.house.client("client") as client:
        assert (await client.post(f"/api/work/{two}/take")).status_code == 403
    async with floor.house.client("wang") as wang:
        assert (await wang.post(f"/api/work/{two}/take")).status_code == 404
    async with floor.house.client("bound") as client:
        assert (await client.post(f"/api/work/{two}/take")).status_code == 200


async def test_a_promise_is_the_agent_s_own_until_the_summary_takes_it_back(floor: Floor) -> None:
    wang = await floor.house.add_user("promising", "agent")
    call = await floor.call().talked(wang).happens()
    due = floor.now + timedelta(days=1)

    async def submit(follow_up_at: Any) -> None:
        async with floor.house.db.session(floor.stand.scope) as session:
            row = await session.get(WrapUp, call.id) or WrapUp(
                contact_id=call.id, agent_id=wang, project_id=floor.stand.projects[0]
            )
            row.note, row.submitted_at, row.follow_up_at = "明天回电", floor.now, follow_up_at
            session.add(row)
        call.say(ix.WrapUpSubmitted, agent_id=wang, follow_up=follow_up_at is not None)
        await call.happens()

    await submit(due)
    await submit(due)  # a corrected note
    (item,) = await floor.rows()
    assert (item.kind, item.state, item.agent_id, item.due_at) == ("follow_up", "taken", wang, due)
    await submit(due + timedelta(days=1))
    (item,) = await floor.rows()
    assert (item.due_at, item.sort_at) == (due + timedelta(days=1), due + timedelta(days=1))
    async with floor.house.client("promising") as agent:
        (shown,) = (await agent.get("/api/work?state=taken&mine=true&kind=follow_up")).json()["items"]
        assert shown["promise"] == "明天回电"
        assert (await agent.get("/api/work/tally")).json() == {"open": 0, "mine": 1, "due": 0}
        floor.house.clock.advance(3 * 86400)
    async with floor.house.client("promising") as agent:
        assert (await agent.get("/api/work/tally")).json()["due"] == 1
    await submit(None)
    (item,) = await floor.rows()
    assert (item.state, item.outcome) == ("done", "withdrawn")


async def test_a_list_is_read_page_by_page(floor: Floor) -> None:
    for n in range(5):
        floor.now += timedelta(seconds=1)
        await floor.call(caller=f"1390000000{n}").gave_up().happens()
    async with floor.house.client("chief") as chief:
        callers, cursor = [], ""
        while cursor is not None:
            page = (await chief.get(f"/api/work?limit=2{cursor}")).json()
            callers += [item["caller"][-1] for item in page["items"]]
            cursor = f"&cursor={page['next']}" if page["next"] else None
        assert callers == ["0", "1", "2", "3", "4"]
        assert (await chief.get("/api/work?cursor=made-up")).status_code == 422


async def test_two_keepers_make_nothing_twice(floor: Floor) -> None:
    for n in range(3):
        call = floor.call(caller=f"1390000000{n}").gave_up()
        await journal(floor.house.db, call.facts)
    house = floor.house
    one, two = [WorkKeeper(house.db, house.bus, house.clock, house.stand.tenant_id) for _ in range(2)]
    cursor = await one._cursor()
    entries = await one._reader.read(cursor, 100, WorkKeeper.kinds)
    assert await one._apply(cursor, entries) == entries[-1].cursor
    assert await two._apply(cursor, entries) == entries[-1].cursor  # found it moved
    assert len(await floor.rows()) == 3
