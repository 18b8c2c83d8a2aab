"""What the flow designer asks of the edge: palette, drafts, lint, reasons, comparison, trials, traffic."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from identity_house import House, make_house

from andon.interactions.events import By, ContactEnded, FlowEntered, FlowNodePassed, Outcome
from andon.kit.database import Database
from andon.kit.journal.store import append

pytestmark = pytest.mark.database

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    await house.add_user("other", "administrator")
    yield house
    await house.bus.stop()


def graph(**nodes: dict[str, Any]) -> dict[str, Any]:
    first = next(iter(nodes))
    return {
        "start": "start",
        "nodes": {
            "start": {"type": "start", "exits": {"next": first}},
            **nodes,
            "end": {"type": "hangup"},
        },
    }


SAY = {"type": "play", "prompts": ["welcome"], "exits": {"next": "end"}}
# silence leads back to the menu: a warning
LOOP = {
    "type": "menu",
    "prompts": ["main_menu"],
    "exits": {"1": "end", "wrong": "end", "silence": "menu"},
}


async def flow(house: House, client: httpx.AsyncClient, name: str = "热线") -> str:
    made = await client.post("/api/flows", json={"project_id": str(house.stand.projects[0]), "name": name})
    assert made.status_code == 201
    return f"/api/flows/{made.json()['id']}"


async def test_the_palette_names_types_fields_functions_and_prompts_in_the_asker_s_language(
    house: House,
) -> None:
    async with house.client("admin") as client:
        palette = (await client.get("/api/flow-palette")).json()
        english = (await client.get("/api/flow-palette", headers={"accept-language": "en"})).json()
    types = {each["type"]: each for each in palette["types"]}
    assert types["collect"]["name"] == "收集按键"
    assert {each["name"] for each in types["queue"]["fields"]} >= {"queue_id", "priority"}
    assert {"name": "contact.caller", "type": "text", "says": "主叫号码"} in palette["names"]
    assert any((each["name"], each["says"]) == ("luhn", "是有效的银行卡号") for each in palette["functions"])
    assert "welcome" in palette["prompts"]["zh"] and "welcome" in palette["prompts"]["en"]
    assert len(english["types"]) == len(types)


async def test_a_draft_is_kept_unfinished_and_nobody_overwrites_another_unseen(house: House) -> None:
    broken = {"start": "start", "nodes": {"q": {"type": "queue"}}}
    whole = {"graph": graph(say=SAY)}
    async with house.client("admin") as client, house.client("other") as other:
        path = await flow(house, client)

        def told(answer: httpx.Response) -> tuple[str, list[str]]:
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == (409, "changed_meanwhile"), answer.text
            assert error["params"]["at"]
            return error["params"]["who"], error["params"]["names"]

        async def revision() -> dict[str, str]:
            return {"If-Match": (await client.get(f"{path}/draft")).json()["revision"]}

        none = (await client.get(f"{path}/draft")).json()
        assert [none[name] for name in ("graph", "saved_at", "saved_by")] == [None, None, None]
        start = {"If-Match": none["revision"]}
        saved = await client.put(f"{path}/draft", json={"graph": broken}, headers=start)
        assert (saved.status_code, saved.json()["graph"]) == (200, broken)
        assert saved.json()["saved_by"]["name"] == "admin"
        mine = await revision()
        assert mine == {"If-Match": saved.json()["revision"]} != start
        # Saving, throwing away and publishing are each refused to who has not seen it.
        for late in (
            await other.put(f"{path}/draft", json=whole, headers=start),
            await other.delete(f"{path}/draft", headers=start),
            await other.post(f"{path}/versions", json=whole, headers=start),
        ):
            assert told(late) == ("admin", ["graph"])
        assert (await client.get(f"{path}/draft")).json()["graph"] == broken
        theirs = await other.put(f"{path}/draft", json=whole, headers=mine)
        assert theirs.json()["saved_by"]["name"] == "other"
        assert told(await client.put(f"{path}/draft", json={"graph": broken}, headers=mine)) == (
            "other",
            ["graph"],
        )
        assert (await client.get(f"{path}/draft")).json()["graph"] == graph(say=SAY)
        assert (await client.get(path)).json()["version"] is None
        # Knowingly: over whatever is there.
        assert (await client.put(f"{path}/draft", json={"graph": broken})).status_code == 200
        kept = await revision()
        assert (await client.delete(f"{path}/draft", headers=kept)).status_code == 204
        assert (await client.delete(f"{path}/draft")).status_code == 204  # there is none: nothing
        assert await revision() == start  # as if nothing was ever drawn
        assert told(await other.put(f"{path}/draft", json=whole, headers=kept)) == ("admin", ["graph"])
        # What is published meanwhile is what the other has not drawn upon.
        made = await client.post(f"{path}/versions", json=whole, headers=start)
        assert made.status_code == 201 and {"If-Match": made.json()["revision"]} == await revision() != start
        for late in (
            await other.put(f"{path}/draft", json=whole, headers=start),
            await other.post(f"{path}/versions", json=whole, headers=start),
        ):
            assert told(late) == ("admin", ["version"])
    (dropped,) = await house.audit(object_kind="flow_draft")
    assert (dropped.action, dropped.before, dropped.after) == ("delete", {"graph": broken}, None)


async def test_lint_tells_of_nodes_that_cannot_be_read_and_of_all_else(house: House) -> None:
    async with house.client("admin") as client:
        path = await flow(house, client)

        async def lint(whole: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
            answer = await client.post(f"{path}/lint", json={"graph": whole}, headers=headers)
            assert answer.status_code == 200
            found: list[dict[str, Any]] = answer.json()["items"]
            return found

        assert await lint(graph(say=SAY)) == []
        unreadable = await lint(graph(q={"type": "queue"}, c={"type": "teleport"}))
        assert [(each["code"], each["node"]) for each in unreadable] == [
            ("node_unreadable", "q"),
            ("node_unreadable", "c"),
        ]
        assert (await lint({"nodes": {}}))[0]["code"] == "graph_unreadable"
        gone = {"type": "queue", "queue_id": str(uuid4()), "exits": {"timeout": "end"}}
        codes = [each["code"] for each in await lint(graph(q=gone))]
        assert codes.index("exit_missing") < codes.index("notice_missing")  # errors first
        assert "queue_unknown" in codes
        missing = {"type": "play", "prompts": ["no_such_thing"], "exits": {"next": "end"}}
        assert (await lint(graph(p=missing)))[0]["code"] == "prompt_missing"
        (found,) = await lint(graph(menu=LOOP))
        assert found["warning"] and found["key"] == "gives_up_to_itself:menu:silence"


async def test_a_warning_stands_with_a_reason_that_the_version_keeps(house: House) -> None:
    async with house.client("admin") as client:
        path = await flow(house, client)
        await client.put(f"{path}/draft", json={"graph": graph(menu=LOOP)})
        refused = await client.post(f"{path}/versions", json={"graph": graph(menu=LOOP), "note": "一"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "flow.reasons")
        assert "graph.nodes.menu" in refused.json()["error"]["fields"]
        reasons = {"gives_up_to_itself:menu:silence": "老人需要更多时间"}
        body = {"graph": graph(menu=LOOP), "note": "一", "reasons": reasons}
        assert (await client.post(f"{path}/versions", json=body)).status_code == 201
        (version,) = (await client.get(f"{path}/versions")).json()["items"]
        assert version["accepted"] == [
            {"code": "gives_up_to_itself", "node": "menu", "reason": "老人需要更多时间"}
        ]
        assert (await client.get(f"{path}/draft")).json()["graph"] is None  # published: no draft any more


async def test_two_versions_are_compared(house: House) -> None:
    async with house.client("admin") as client:
        path = await flow(house, client)
        await client.post(f"{path}/versions", json={"graph": graph(say=SAY)})
        bye = {**SAY, "prompts": ["goodbye"], "exits": {"next": "more"}}
        second = graph(say=bye, more=SAY) | {"layout": {"say": [1, 2]}}
        await client.post(f"{path}/versions", json={"graph": second})
        found = (await client.get(f"{path}/compare", params={"before": 1, "after": 2})).json()["items"]
        assert {(each["what"], each["node"], each["field"]) for each in found} == {
            ("changed", "say", "prompts"),
            ("changed", "say", "exits.next"),
            ("added", "more", ""),
        }
        assert (await client.get(f"{path}/compare", params={"before": 2, "after": 2})).json()["items"] == []
        assert (await client.get(f"{path}/compare", params={"before": 1, "after": 0})).status_code == 404


async def test_a_flow_is_tried_step_by_step(house: House) -> None:
    whole = graph(
        menu={**LOOP, "exits": {**LOOP["exits"], "1": "ask"}},  # type: ignore[dict-item] # LOOP's exits are a dict
        ask={
            "type": "http",
            "url": "https://crm.example/${contact.caller}",
            "results": {"n": "n"},
            "exits": {"next": "say", "failed": "end"},
        },
        say=SAY,
    ) | {"variables": {"n": {"type": "number"}, "pin": {"secret": True, "initial": "1"}}}
    async with house.client("admin") as client:
        path = await flow(house, client)

        async def trial(*steps: dict[str, Any]) -> dict[str, Any]:
            answer = await client.post(f"{path}/try", json={"graph": whole, "steps": list(steps)})
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        begun = await trial()
        assert (begun["node"], begun["awaits"]) == ("menu", ["press", "hang_up", "pass"])
        asking = await trial({"do": "press", "keys": "1"})
        assert asking["node"] == "ask" and "answer" in asking["awaits"]
        asked = next(line for line in asking["lines"] if line["what"] == "ask")
        assert asked["data"]["url"] == "https://crm.example/13800138000"
        answered = await trial({"do": "press", "keys": "1"}, {"do": "answer", "data": {"n": 3}})
        assert answered["node"] == "say" and answered["values"] == {"n": 3, "pin": "***"}
        over = await trial({"do": "press", "keys": "1"}, {"do": "answer", "why": "timeout"})
        assert over["over"] and over["lines"][-1]["data"]["outcome"] == "self_service"
        wrong = await client.post(f"{path}/try", json={"graph": whole, "steps": [{"do": "fly"}]})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "flow.steps")


async def test_traffic_counts_who_went_where_how_long_and_who_gave_up(house: House, db: Database) -> None:
    async with house.client("admin") as client:
        path = await flow(house, client)
    flow_id, sub_id = UUID(path.rpartition("/")[2]), uuid4()
    facts: list[Any] = []

    def call(version: int, outcome: Outcome, by: By, *nodes: tuple[str, str, int]) -> None:
        """Nodes with the exit of the one before and the second at which they were entered."""
        envelope: dict[str, Any] = {
            "tenant_id": house.stand.tenant_id,
            "client_id": house.stand.clients[0],
            "project_id": house.stand.projects[0],
            "contact_id": uuid4(),
        }
        facts.append(FlowEntered(at=AT, flow_id=flow_id, flow_version=version, **envelope))
        for node, exit_, second in nodes:
            at = AT + timedelta(seconds=second)
            inner = sub_id if "/" in node else None
            facts.append(FlowNodePassed(at=at, node=node, node_type="x", by=exit_, flow_id=inner, **envelope))
        end = AT + timedelta(seconds=60)
        facts.append(ContactEnded(at=end, outcome=outcome, by=by, sip_cause=16, total_ms=60000, **envelope))

    served, left = Outcome.SELF_SERVICE, Outcome.ABANDONED_FLOW
    call(1, served, By.SYSTEM, ("start", "", 0), ("menu", "next", 0), ("end", "1", 10))
    call(1, left, By.CALLER, ("start", "", 0), ("menu", "next", 0))
    call(2, served, By.SYSTEM, ("start", "", 0), ("pay", "next", 0), ("pay/ask", "", 5), ("end", "next", 20))
    async with db.session(house.stand.scope) as session:
        await append(session, *facts)

    async with house.client("admin") as client:

        async def seen(of: str, **more: Any) -> tuple[dict[str, Any], set[tuple[Any, ...]]]:
            period = {"since": AT.isoformat(), "until": (AT + timedelta(hours=1)).isoformat(), **more}
            answer = await client.get(f"{of}/traffic", params=period)
            assert answer.status_code == 200, answer.text
            nodes = {each.pop("node"): each for each in answer.json()["nodes"]}
            return nodes, {tuple(each.values()) for each in answer.json()["edges"]}

        nodes, edges = await seen(path)
        assert nodes["menu"] == {"came": 2, "hung_up": 1, "ended": 1, "mean_s": 35.0}
        assert nodes["end"] == {"came": 2, "hung_up": 0, "ended": 2, "mean_s": 45.0}
        assert edges == {
            ("start", "next", "menu", 2, 1, 0.0),
            ("menu", "1", "end", 1, 0, 10.0),
            ("start", "next", "pay", 1, 0, 0.0),
            ("pay", "next", "end", 1, 0, 20.0),  # the sub-flow in between is this flow's node `pay`
        }
        first, _ = await seen(path, version=1)
        assert set(first) == {"start", "menu", "end"}
        inner = await flow(house, client, "子流程")
        assert (await seen(inner)) == ({}, set())
        later = {
            "since": (AT + timedelta(hours=2)).isoformat(),
            "until": (AT + timedelta(hours=3)).isoformat(),
        }
        assert (await client.get(f"{path}/traffic", params=later)).json() == {"nodes": [], "edges": []}
        backwards = {"since": later["until"], "until": later["since"]}
        assert (await client.get(f"{path}/traffic", params=backwards)).status_code == 422


async def test_a_flow_that_listens_is_published_only_where_somebody_can_understand(
    house: House,
) -> None:
    listens = {
        "type": "speech",
        "prompts": ["main_menu"],
        "words": {"1": "订单|order"},
        "exits": {"1": "order", "wrong": "end", "silence": "end"},
    }
    stored = graph(listens=listens, order=SAY)
    async with house.client("admin") as client:
        path = await flow(house, client)
        refused = await client.post(f"{path}/versions", json={"graph": stored, "note": "x"})
        assert refused.status_code == 422 and "ANDON_SPEECH_RECOGNISER" in refused.text
        # tried all the same, with typed words
        steps = [{"do": "pass"}, {"do": "speak", "text": "我的订单"}, {"do": "pass"}]
        tried = (await client.post(f"{path}/try", json={"graph": stored, "steps": steps})).json()
        assert tried["over"] and [line["data"] for line in tried["lines"] if line["what"] == "speak"]
        waiting = (await client.post(f"{path}/try", json={"graph": stored, "steps": steps[:1]})).json()
        assert "speak" in waiting["awaits"] and "press" in waiting["awaits"]
