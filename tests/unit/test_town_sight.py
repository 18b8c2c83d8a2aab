"""What the town sees of the board, and what it keeps of its own doings."""

import json
import os
from pathlib import Path

import pytest

from town.customer import Stage
from town.sight import Sight
from town.tally import CallRecord, Tally, instant, read_status

pytestmark = pytest.mark.unit

CALLER = "15405711234"


def _waiting(contact: str, caller: str = "154****1234") -> dict[str, object]:
    return {"contact_id": contact, "caller_masked": caller, "queue_id": "q", "position": 1}


def test_a_caller_is_followed_from_waiting_to_gone() -> None:
    sight = Sight()
    assert not sight.fresh and sight.stage(CALLER) is None
    sight.snapshot({"waiting": [], "calls": [], "agents": [{"agent_id": "a", "agent_no": "8001"}]})
    assert sight.fresh and sight.agent("8001") is not None
    sight.delta({"changed": {"waiting": [_waiting("c1")]}, "removed": {}})
    assert sight.stage(CALLER) is Stage.QUEUE and sight.waiting() == 1
    talking = {
        "changed": {"calls": [{"contact_id": "c1", "phase": "connecting"}]},
        "removed": {"waiting": ["c1"]},
    }
    sight.delta(talking)
    assert sight.stage(CALLER) is None
    for phase, stage in (("talking", Stage.TALK), ("held", Stage.TALK), ("after", Stage.AFTER)):
        sight.delta({"changed": {"calls": [{"contact_id": "c1", "phase": phase}]}, "removed": {}})
        assert sight.stage(CALLER) is stage
    sight.delta({"changed": {}, "removed": {"calls": ["c1"]}})
    assert sight.stage(CALLER) is None
    sight.delta({"changed": {"waiting": [_waiting("c2")]}, "removed": {}})
    assert sight.stage(CALLER) is Stage.QUEUE
    sight.lost()
    assert not sight.fresh and sight.stage(CALLER) is None and sight.waiting() == 0


def _record(number: int) -> CallRecord:
    return CallRecord(
        number=number,
        caller=CALLER,
        dnis="4001540100",
        way="talks",
        persona="qh_parcel",
        wished=False,
        placed_at=instant(),
    )


def test_sums_add_up_and_survive_as_a_file(tmp_path: Path) -> None:
    tally = Tally(tmp_path / "calls.jsonl", tmp_path / "town.json")
    one, two, three = _record(1), _record(2), _record(3)
    for record in (one, two, three):
        tally.placed(record, unknown_number=False)
    tally.refused(three)
    one.answered_at = one.queued_at = one.talked_at = instant()
    one.ended_by, one.score = "centre", 5
    two.ended_by = "town"
    tally.ended(one)
    assert tally.sums.live == 1
    tally.ended(two)
    tally.save()
    status = read_status(tmp_path / "town.json")
    assert status["running"] and status["pid"] == os.getpid()
    assert (status["placed"], status["ended"], status["live"], status["refused"]) == (2, 2, 0, 1)
    assert (status["talked"], status["scored"]) == (1, 1)
    assert status["ended_by_town"] == status["ended_by_centre"] == 1
    assert status["ways"] == {"talks": 2}
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [line["number"] for line in lines] == [1, 2]


def test_a_dead_town_is_not_running(tmp_path: Path) -> None:
    assert read_status(tmp_path / "none.json") == {"running": False}
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    (tmp_path / "town.json").write_text(json.dumps({"running": True, "pid": child, "placed": 4}))
    status = read_status(tmp_path / "town.json")
    assert status["running"] is False and status["placed"] == 4
