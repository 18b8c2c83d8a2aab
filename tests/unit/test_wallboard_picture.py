"""What a wallboard shows: its own scope and nothing else, coloured by the rules, on a grid."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from andon.reporting.walls.model import (
    NOW,
    OF_AGENT,
    OF_DAY,
    OF_STEP,
    Day,
    Kind,
    Place,
    Tile,
    known,
    overlap,
    picture,
    said,
    told_apart,
)

pytestmark = pytest.mark.unit

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
OLD, YOUNG = "2026-03-02T00:58:00.000Z", "2026-03-02T00:59:00.000Z"
PROJECT, OTHER = UUID(int=1), UUID(int=2)
SALES, SERVICE, FOREIGN = UUID(int=11), UUID(int=12), UUID(int=13)


def tile(kind: str, id: str = "a", **more: Any) -> Tile:
    return Tile(**{"id": id, "kind": Kind(kind), "x": 0, "y": 0, "w": 4, "h": 2} | more)


def row(queue_id: UUID, waiting: int, oldest: str | None, **more: Any) -> dict[str, Any]:
    whole = {"signed_in": 3, "ready": 1, "talking": 2, **more}
    return {"queue_id": str(queue_id), "name": "n", "waiting": waiting, "oldest_since": oldest, **whole}


def rule(figure: str, about: str, about_id: UUID | None, level: str, variant: str = "") -> dict[str, Any]:
    of = str(about_id) if about_id else None
    return {
        "code": "rule",
        "figure": figure,
        "variant": variant,
        "about": about,
        "about_id": of,
        "level": level,
    }


BOARD: dict[str, Any] = {
    "queues": [row(SALES, 2, YOUNG), row(SERVICE, 3, OLD), row(FOREIGN, 90, "2026-03-01T00:00:00.000Z")],
    "agents": [
        {"name": "王芳", "state": "ready", "projects": [str(PROJECT), str(OTHER)]},
        {"name": "李雷", "state": "held", "projects": [str(PROJECT)]},
        {"name": "韩梅", "state": "ready", "projects": [str(OTHER)]},
        {"name": "赵四", "state": "offline", "projects": [str(PROJECT)]},
    ],
    "waiting": [{"caller_masked": "138****0000"}],
    "alarms": [
        {"code": "disk_full", "subject": "x"},
        rule("waiting", "project", PROJECT, "warning"),
        rule("waiting", "project", PROJECT, "alarm"),
        rule("waiting", "project", PROJECT, "warning"),
        rule("longest_wait", "queue", SERVICE, "warning"),
        rule("service_level", "project", PROJECT, "alarm", "sl.a"),
        rule("state_time", "agent", PROJECT, "alarm"),
    ],
}
DAY = Day(
    at=AT,
    zone="Asia/Shanghai",
    whole={"offered": 100.0, "service_level:sl.a": 0.5, "service_level:sl.d": 0.8},
    queues=[
        Place(queue_id=SALES, name="售前", values={"offered": 40.0, "service_level:sl.d": 0.9}),
        Place(queue_id=SERVICE, name="售后", values={"offered": 60.0, "service_level:sl.d": None}),
    ],
    agents=[("王芳", {"handled": 9.0}), ("李雷", {"handled": 12.0})],
    trend=[(AT, {"offered": 7.0})],
)


def look(
    *tiles: Tile, project: UUID | None = PROJECT, agents: bool = False, zh: bool = True
) -> dict[str, Any]:
    return picture(
        tiles, project_id=project, locale="zh" if zh else "en", show_agents=agents, day=DAY, board=BOARD
    )


def one(kind: str, **more: Any) -> dict[str, Any]:
    options = {name: more.pop(name) for name in ("project", "agents", "zh") if name in more}
    return look(tile(kind, **more), **options)["a"]


def test_a_figure_is_of_the_project_or_of_one_queue_and_coloured_by_the_worst_rule() -> None:
    waiting = one("figure", figure="now.waiting")
    assert (waiting["value"], waiting["level"], waiting["name"]) == (5, "alarm", "正在排队")
    of_queue = one("figure", figure="now.waiting", queue_id=SERVICE)
    assert (of_queue["value"], of_queue["level"], of_queue["about"]) == (3, None, "售后")
    longest = one("figure", figure="now.longest_wait")
    assert (longest["value"], longest["unit"], longest["level"]) == (OLD, "since", None)
    assert one("figure", figure="now.longest_wait", queue_id=SERVICE)["level"] == "warning"
    assert one("figure", figure="service_level:sl.a")["level"] == "alarm"
    assert one("figure", figure="service_level:sl.d") == {
        "name": "服务水平 sl.d",
        "unit": "ratio",
        "value": 0.8,
        "level": None,
        "about": "",
    }
    assert one("figure", figure="offered", queue_id=SALES)["value"] == 40
    # A queue of another project, were it ever asked for, shows nothing.
    assert one("figure", figure="now.waiting", queue_id=FOREIGN)["value"] is None


def test_an_agent_of_several_queues_or_projects_counts_once() -> None:
    found = {
        figure: (one("figure", figure=figure)["value"], one("figure", figure=figure, project=None)["value"])
        for figure in ("now.ready", "now.talking", "now.signed_in")
    }
    assert found == {"now.ready": (1, 2), "now.talking": (1, 1), "now.signed_in": (2, 3)}
    assert one("figure", figure="now.ready", queue_id=SALES)["value"] == 1


def test_rankings_tables_and_trends_are_of_the_scope() -> None:
    by_wait = one("ranking", figure="now.longest_wait")
    assert by_wait["rows"] == [["售后", OLD], ["售前", YOUNG]]
    assert one("ranking", figure="offered", count=1)["rows"] == [["售后", 60.0]]
    assert one("ranking", figure="service_level:sl.d")["rows"] == [["售前", 0.9]]
    rows = one("queues")["rows"]
    assert [(r["name"], r["waiting"], r["offered"]) for r in rows] == [("售前", 2, 40.0), ("售后", 3, 60.0)]
    assert rows[1]["levels"]["oldest_since"] == "warning" and rows[0]["levels"]["oldest_since"] is None
    assert one("trend", figure="offered")["points"] == [["2026-03-02T01:00:00.000Z", 7.0]]


def test_nobody_is_named_unless_the_board_shows_agents() -> None:
    kinds = [
        tile("ranking", "a", of="agents", figure="handled"),
        tile("queues", "b"),
        tile("figure", "c", figure="now.ready"),
        tile("clock", "d"),
        tile("text", "e", text="x"),
    ]
    hidden = look(*kinds)
    assert hidden["a"]["rows"] == []
    assert all(name not in str(hidden) for name in ("王芳", "李雷", "韩梅", "138"))
    assert look(*kinds, agents=True)["a"]["rows"] == [["李雷", 12.0], ["王芳", 9.0]]


def test_a_tile_stays_on_the_grid_and_off_the_others() -> None:
    assert overlap([tile("clock", "a"), tile("clock", "b", x=4), tile("clock", "c", y=2)]) is None
    assert overlap([tile("clock", "a"), tile("clock", "b", x=3, y=1)]) == "b"
    assert overlap([tile("clock", "a", x=13)]) == "a"
    assert overlap([tile("clock", "a", y=8)]) == "a"
    assert overlap([tile("clock", "a", x=0, w=16, h=9)]) is None


def test_each_kind_shows_the_figures_it_can_and_each_has_a_name_in_both_languages() -> None:
    assert known(tile("figure", figure="now.ready")) and known(tile("figure", figure="aht"))
    assert known(tile("trend", figure="asa")) and not known(tile("trend", figure="aht"))
    assert not known(tile("trend", figure="now.waiting")) and not known(tile("figure"))
    assert known(tile("ranking", of="agents", figure="aht"))
    assert not known(tile("ranking", of="agents", figure="offered"))
    assert known(tile("text")) and known(tile("clock"))
    for key in (*NOW, *OF_DAY, *OF_AGENT, *OF_STEP):
        assert said(key, "zh")[0] and said(key, "en")[0].isascii(), key


def test_queues_of_one_name_are_told_apart_by_their_projects() -> None:
    queues = [("投诉", "水务"), ("订单", "商城"), ("投诉", "商城")]
    assert told_apart(queues) == ["投诉 · 水务", "订单", "投诉 · 商城"]
