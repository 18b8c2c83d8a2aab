"""What an administrator sets for routing reaches the router, and what makes no sense is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from identity_house import House, make_house
from reporting_stand import journal

from andon.kit.database import Database
from andon.routing.config import (
    BreakRule,
    Door,
    LaneFlag,
    Overflow,
    OverflowWhen,
    Policy,
    Relax,
    Reserve,
    Seat,
    Segment,
    SkillNeed,
)
from andon.routing.events import AgentState, AgentStateChanged
from andon.routing.repository import load_centre

pytestmark = pytest.mark.database


@pytest.fixture
async def house(owner_db: Database, db: Database, tmp_path: Path) -> AsyncIterator[House]:
    house = await make_house(owner_db, db, tmp_path)
    await house.add_user("admin", "administrator")
    yield house
    await house.bus.stop()


async def test_the_router_gets_what_was_set(house: House) -> None:
    queue, other = house.stand.queues[:2]
    agent = await house.add_user("ann", "agent")
    async with house.client("admin") as client:
        skill = (await client.post("/api/skills", json={"name": "粤语"})).json()["id"]
        rules = {
            "policy": "least_occupied",
            "preferred_skills": [{"skill_id": skill, "min_level": 3}],
            "required_certificates": ["保险"],
            "groups": ["一组"],
            "relax": [{"after_s": 30, "min_levels": {skill: 0}, "groups": ["二组"]}],
            "overflow": [{"when": "age", "limit": 120, "queue_id": str(other)}],
            "reserve": {"tier": "gold", "agents": 2},
            "doors": [{"queue_id": str(other), "tiers": ["vip"], "flags": ["open_complaint"]}],
            "last_agent_wait_s": 20,
        }
        answer = await client.patch(f"/api/queues/{queue}", json=rules)
        assert answer.status_code == 200, answer.text
        assert {name: answer.json()[name] for name in rules} == rules
        paper = [{"name": "保险", "valid_until": "2026-12-31"}]
        assert (await client.put(f"/api/users/{agent}/certificates", json=paper)).status_code == 200
        seat = [{"queue_id": str(queue), "order": 1, "level": 7, "value": 40}]
        assert (await client.put(f"/api/users/{agent}/queue-seats", json=seat)).status_code == 200
        breaks = [
            {"department": "", "minutes_per_day": 60, "at_once": None},
            {"department": "一组", "minutes_per_day": None, "at_once": 2},
        ]
        whole = {"segments": [{"tier": "gold", "priority": 5, "floor_s": 60}], "ageing_s": 30}
        whole |= {"breaks": breaks, "break_ask_s": 90, "acw_extend_s": 60}
        assert (await client.put("/api/routing-rules", json=whole)).status_code == 200
        shown = (await client.get("/api/routing-rules")).json()
        assert {name: shown[name] for name in whole if name != "segments"} == {
            name: whole[name] for name in whole if name != "segments"
        }
        assert (await client.get(f"/api/queue-seats?user_id={agent}")).json()["items"][0]["level"] == 7
    midnight = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=0, minute=0, second=0, microsecond=0)
    about: dict[str, Any] = {"tenant_id": house.stand.tenant_id, "agent_id": agent, "by": "self", "why": "x"}
    went = {"state": AgentState.READY, "previous": AgentState.BREAK}
    await journal(
        house.db,
        [
            AgentStateChanged(**about, **went, at=midnight - timedelta(seconds=1), previous_ms=5000),
            AgentStateChanged(**about, **went, at=midnight, previous_ms=700),
            AgentStateChanged(**about, **went, at=midnight, previous_ms=80),
        ],
    )
    async with house.db.session(house.stand.scope) as session:
        centre = await load_centre(session)
    (config,) = [one for one in centre.queues if one.queue_id == queue]
    assert config.policy is Policy.LEAST_OCCUPIED
    assert config.preferred_skills == (SkillNeed(skill_id=UUID(skill), min_level=3),)
    assert (config.required_certificates, config.groups) == (("保险",), ("一组",))
    assert config.relax == (Relax(after_s=30, min_levels={UUID(skill): 0}, groups=("二组",)),)
    assert config.overflow == (Overflow(when=OverflowWhen.AGE, limit=120, queue_id=other),)
    assert config.reserve == Reserve(tier="gold", agents=2)
    assert config.doors == (Door(queue_id=other, tiers=("vip",), flags=(LaneFlag.OPEN_COMPLAINT,)),)
    assert (config.last_agent_wait_s, config.dedicated_wait_s, config.redial_s) == (20, 0, 300)
    (ann,) = [one for one in centre.agents if one.agent_id == agent]
    assert ann.seats == {queue: Seat(order=1, level=7, value=40)}
    # Midnight in Shanghai, at the end of the last day.
    assert ann.certificates == {"保险": datetime(2026, 12, 31, 16, tzinfo=UTC)}
    assert (centre.segments, centre.ageing_s) == ((Segment(tier="gold", priority=5, floor_s=60),), 30)
    assert centre.breaks == (BreakRule(minutes_per_day=60), BreakRule(department="一组", at_once=2))
    assert (centre.break_ask_s, centre.acw_extend_s, centre.zone) == (90, 60, "Asia/Shanghai")
    assert centre.breaks_taken == {agent: 780}


async def test_a_queue_as_it_was_before_is_still_one(house: House) -> None:
    async with house.db.session(house.stand.scope) as session:
        centre = await load_centre(session)
    assert (centre.segments, centre.ageing_s, centre.queues[0].relax) == ((), None, ())


async def test_what_makes_no_sense_is_refused(house: House) -> None:
    queue = house.stand.queues[0]
    agent = await house.add_user("ann", "agent")
    step = {"after_s": 30}
    async with house.client("admin") as client:
        for wrong in (
            {"preferred_skills": [{"skill_id": str(uuid4())}]},
            {"relax": [step, step]},
            {"relax": [{"after_s": 30, "min_levels": {str(uuid4()): 1}}]},
            {"overflow": [{"when": "age", "limit": 60, "queue_id": str(queue)}]},
            {"doors": [{"queue_id": str(uuid4()), "tiers": ["vip"]}]},
            {"reserve": {"tier": "normal", "agents": 2}},
            {"policy": "loudest"},
        ):
            answer = await client.patch(f"/api/queues/{queue}", json=wrong)
            assert (answer.status_code, wrong) == (422, wrong)
        twice = [{"tier": "gold"}, {"tier": "gold"}]
        assert (await client.put("/api/routing-rules", json={"segments": twice})).status_code == 422
        twice = [{"department": "一组"}, {"department": " 一组 "}]
        answer = await client.put("/api/routing-rules", json={"breaks": twice})
        assert list(answer.json()["error"]["fields"]) == ["breaks.1.department"]
        seats = [{"queue_id": str(uuid4())}]
        assert (await client.put(f"/api/users/{agent}/queue-seats", json=seats)).status_code == 422
        papers = [{"name": "x", "valid_until": "2026-01-01"}] * 2
        assert (await client.put(f"/api/users/{agent}/certificates", json=papers)).status_code == 422


async def test_a_queue_that_another_leads_to_stays(house: House) -> None:
    queue, other = house.stand.queues[:2]
    async with house.client("admin") as client:
        rule = {"overflow": [{"when": "length", "limit": 5, "queue_id": str(other)}]}
        assert (await client.patch(f"/api/queues/{queue}", json=rule)).status_code == 200
        assert (await client.delete(f"/api/queues/{other}")).status_code == 409
