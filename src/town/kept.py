"""What people of the demo have set up and kept: rules, wallboards, searches, an export that waits, messages.

Pure data in the shapes of the rooms that own it; `town.seed` puts the ids in.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

# department ("": all others), minutes a day, at once
BREAKS: Final = (
    {"department": "客服一部", "minutes_per_day": 120, "at_once": 3},
    {"department": "", "minutes_per_day": 150, "at_once": 2},
)

_TOLD: Final = ["supervisor"]
ALARM_RULES: Final[tuple[dict[str, Any], ...]] = (
    {"name": "全中心排队积压", "figure": "waiting", "warn_at": 3, "alarm_at": 6, "hold_s": 5, "roles": _TOLD},
    {"name": "等待过久", "figure": "longest_wait", "warn_at": 60, "alarm_at": 120, "roles": _TOLD},
    {"name": "今日服务水平", "figure": "service_level", "variant": "sl.d", "warn_at": 80, "alarm_at": 60},
    {
        "name": "通话过长",
        "figure": "state_time",
        "state": "talking",
        "warn_at": 600,
        "alarm_at": 900,
        "quiet_from": "22:00",
        "quiet_until": "07:00",
    },
    {"name": "中继占用", "figure": "trunk_use", "warn_at": 70, "alarm_at": 90, "hold_s": 10},
)


@dataclass(frozen=True)
class Board:
    """A wallboard; `queue` in a tile is a menu key of its project."""

    name: str
    tiles: tuple[dict[str, Any], ...]
    project: str | None = None
    show_agents: bool = False


def _tile(id: str, kind: str, x: int, y: int, w: int, h: int, **more: Any) -> dict[str, Any]:
    return {"id": id, "kind": kind, "x": x, "y": y, "w": w, "h": h, **more}


WALLBOARDS: Final = (
    Board(
        "运营大厅",
        (
            _tile("text-1", "text", 0, 0, 12, 1, text="云桥客服中心 · 今天也辛苦了"),
            _tile("clock-1", "clock", 12, 0, 4, 3),
            _tile("figure-1", "figure", 0, 1, 3, 2, figure="now.waiting"),
            _tile("figure-2", "figure", 3, 1, 3, 2, figure="now.longest_wait"),
            _tile("figure-3", "figure", 6, 1, 3, 2, figure="now.ready"),
            _tile("figure-4", "figure", 9, 1, 3, 2, figure="service_level:sl.d"),
            _tile("queues-1", "queues", 0, 3, 10, 4),
            _tile("trend-1", "trend", 0, 7, 5, 2, figure="offered"),
            _tile("trend-2", "trend", 5, 7, 5, 2, figure="service_level:sl.d"),
            _tile("ranking-1", "ranking", 10, 3, 6, 3, figure="handled", of="agents", count=8),
            _tile("ranking-2", "ranking", 10, 6, 6, 3, figure="offered", of="queues", count=5),
        ),
        show_agents=True,
    ),
    Board(
        "青禾商城",
        (
            _tile("figure-1", "figure", 0, 0, 4, 3, figure="now.waiting"),
            _tile("figure-2", "figure", 4, 0, 4, 3, figure="offered"),
            _tile("figure-3", "figure", 8, 0, 4, 3, figure="abandoned"),
            _tile("figure-4", "figure", 12, 0, 4, 3, figure="now.waiting", queue="3", title="投诉排队"),
            _tile("queues-1", "queues", 0, 3, 10, 4),
            _tile("trend-1", "trend", 10, 3, 6, 4, figure="offered"),
            _tile("text-1", "text", 0, 7, 10, 2, text="大促期间物流查询较多，请先核对订单号再查物流。"),
            _tile("clock-1", "clock", 10, 7, 6, 2),
        ),
        project="qinghe_mall",
    ),
)


@dataclass(frozen=True)
class Search:
    """A saved search of `owner`'s, a log-in name; `search` and `period` are those of `history.query`."""

    owner: str
    name: str
    search: dict[str, Any]
    last: str
    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()


SEARCHES: Final = (
    Search("banzhang", "昨天放弃的来电", {"outcome": "abandoned_queue"}, "yesterday", roles=("supervisor",)),
    Search("banzhang", "本周低分满意度", {"score_from": 1, "score_to": 3}, "week"),
    Search(
        "zhijian",
        "质检抽样：长通话",
        {"talked_from": 50, "outcome": "served"},
        "week",
        roles=("supervisor", "quality"),
        departments=("运营管理部",),
    ),
)

# The export that waits for somebody's word: whose, of which days, and why it waits.
EXPORT_BY: Final = "zhijian"
EXPORT_DAYS: Final = 3
EXPORT_ROWS_OVER: Final = 200
EXPORT_SEARCH: Final[dict[str, Any]] = {"outcome": "served"}
EXPORT_COLUMNS: Final = ("arrived", "caller", "customer", "queue", "agent", "talked", "score", "reason")

DO_NOT_CALL: Final = (
    ("15405714417", "来电时明确表示不再接受回访"),
    ("15405732206", "书面要求，法务已存档"),
    ("057155540977", ""),
)

# What the supervisor has told the agent whose seat is free: minutes ago, words, answer ("": not read yet)
MESSAGES: Final = (
    (95, "昨天那通催发货处理得很稳，先安抚再查单，大家可以学习。", "谢谢班长，会继续保持。"),
    (20, "今天青禾有促销，物流查询会偏多，先核对订单号再查物流。", ""),
)

READ_AFTER: Final = timedelta(minutes=4)

FORM_OF: Final = "qinghe_mall"
FORM: Final[tuple[dict[str, Any], ...]] = (
    {"key": "order_no", "type": "text", "label_zh": "订单号", "label_en": "Order number", "max_length": 20},
    {
        "key": "channel",
        "type": "choice",
        "label_zh": "下单渠道",
        "label_en": "Ordered by",
        "options": [
            {"value": "app", "label_zh": "手机应用", "label_en": "App"},
            {"value": "web", "label_zh": "网页", "label_en": "Website"},
            {"value": "store", "label_zh": "门店", "label_en": "Shop"},
        ],
    },
    {
        "key": "store",
        "type": "text",
        "label_zh": "门店名称",
        "label_en": "Which shop",
        "shown_when": {"key": "channel", "values": ["store"]},
    },
)
