"""What a wallboard is made of, and the picture of it at one moment. Pure.

The grid has 16 columns and 9 rows, as screens do. A picture holds the board's own figures and nothing else:
counts, shares and times of its project's queues, and names of agents only where the board shows agents.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from andon.kit.i18n import Locale
from andon.reporting.catalogue import FIGURES, figures_about
from andon.reporting.figures import About, Figure
from andon.routing.events import AgentState

COLUMNS, ROWS = 16, 9
TILES_MOST = 40

# Figures of this moment: names in both languages and the unit.
NOW: Mapping[str, tuple[str, str, str]] = {
    "now.waiting": ("正在排队", "Waiting now", "count"),
    "now.longest_wait": ("最长等待", "Longest wait", "since"),
    "now.ready": ("空闲座席", "Free agents", "count"),
    "now.talking": ("通话中", "In calls", "count"),
    "now.signed_in": ("已签入", "Signed in", "count"),
}
OF_DAY = {figure.key: figure for figure in figures_about(About.QUEUE)}
# Counted from talks alone, so that they can be counted for one project.
OF_AGENT = {
    figure.key: figure
    for figure in FIGURES
    if figure.key in {"handled", "aht", "avg_talk", "avg_hold", "acw"}
}
# Counted from visits alone, in steps of half an hour.
OF_STEP = {
    key: figure
    for key, figure in OF_DAY.items()
    if figure.id
    in {"offered", "answered", "abandoned", "service_level", "answer_rate_inbound", "abandon_rate", "asa"}
}
# The figures of alarm rules that colour a tile.
RULED = {"now.waiting": "waiting", "now.longest_wait": "longest_wait", "now.ready": "ready"}

STATES: Mapping[str, frozenset[str]] = {
    "ready": frozenset({"ready"}),
    "talking": frozenset({"talking", "held"}),
    "signed_in": frozenset(state.value for state in AgentState if state is not AgentState.OFFLINE),
}

Values = Mapping[str, float | None]
Row = dict[str, Any]


class Kind(StrEnum):
    FIGURE = "figure"
    TREND = "trend"
    RANKING = "ranking"
    QUEUES = "queues"
    TEXT = "text"
    CLOCK = "clock"


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One tile on the grid. `figure` is a key of `NOW` or of the catalogue; `queue_id` narrows a figure to
    one queue; a ranking shows the first `count` of its `of`."""

    id: str
    kind: Kind
    x: int
    y: int
    w: int
    h: int
    title: str = ""
    figure: str = ""
    queue_id: UUID | None = None
    of: str = "queues"  # queues, agents
    count: int = 5
    text: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as a wallboard shows it."""

    queue_id: UUID
    name: str
    values: Values


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """Today's figures of a board's scope, counted at `at`; a step of the trend is told by its beginning."""

    at: datetime
    zone: str
    whole: Values
    queues: Sequence[Place]
    agents: Sequence[tuple[str, Values]] = ()
    trend: Sequence[tuple[datetime, Values]] = ()


def overlap(tiles: Sequence[Tile]) -> str | None:
    """The id of the first tile that leaves the grid or lies on one before it."""
    taken: set[tuple[int, int]] = set()
    for tile in tiles:
        cells = {(x, y) for x in range(tile.x, tile.x + tile.w) for y in range(tile.y, tile.y + tile.h)}
        outside = tile.x + tile.w > COLUMNS or tile.y + tile.h > ROWS
        if outside or cells & taken:
            return tile.id
        taken |= cells
    return None


def told_apart(queues: Sequence[tuple[str, str]]) -> list[str]:
    """Names for queues, given as name and project: with the project where two queues bear one name."""
    bearers = Counter(name for name, _ in queues)
    return [name if bearers[name] == 1 else f"{name} · {project}" for name, project in queues]


def known(tile: Tile) -> bool:
    """Whether the tile's figure is one that its kind can show."""
    match tile.kind:
        case Kind.FIGURE:
            return tile.figure in NOW or tile.figure in OF_DAY
        case Kind.TREND:
            return tile.figure in OF_STEP
        case Kind.RANKING if tile.of == "agents":
            return tile.figure in OF_AGENT
        case Kind.RANKING:
            return tile.figure in OF_DAY or tile.figure in NOW
    return True


def said(key: str, locale: Locale) -> tuple[str, str]:
    """A figure's name and unit; a service level with its variant."""
    zh = locale == "zh"
    if key in NOW:
        name_zh, name_en, unit = NOW[key]
        return name_zh if zh else name_en, unit
    figure = _figure(key)
    name = figure.zh if zh else figure.en
    shown = f"{name} {figure.variant}" if figure.id == "service_level" else name
    return shown, figure.unit.value


def picture(
    tiles: Iterable[Tile],
    *,
    project_id: UUID | None,
    locale: Locale,
    show_agents: bool,
    day: Day,
    board: Mapping[str, Any],
) -> dict[str, Row]:
    """What each tile shows, by its id. `board` is the live board as `BoardMirror.snapshot` tells it."""
    scene = _Scene(project_id, locale, show_agents, day, board)
    return {tile.id: scene.of(tile) for tile in tiles}


class _Scene:
    """The live rows of a board's scope."""

    def __init__(
        self, project_id: UUID | None, locale: Locale, show_agents: bool, day: Day, board: Mapping[str, Any]
    ) -> None:
        self.project_id = project_id
        self.locale = locale
        self.show_agents = show_agents
        self.day = day
        own = {str(place.queue_id) for place in day.queues}
        self.queues = {row["queue_id"]: row for row in board["queues"] if row["queue_id"] in own}
        self.states = [
            agent["state"]
            for agent in board["agents"]
            if project_id is None or str(project_id) in agent.get("projects", ())
        ]
        self.levels: dict[tuple[str, str, str], str] = {}
        for alarm in board["alarms"]:
            if alarm["code"] == "rule" and alarm["about"] in {"centre", "project", "queue"}:
                key = (alarm["figure"], alarm["variant"], alarm["about_id"] or "")
                if self.levels.get(key) != "alarm":
                    self.levels[key] = alarm["level"]

    def of(self, tile: Tile) -> Row:
        match tile.kind:
            case Kind.FIGURE:
                return self._figure(tile)
            case Kind.TREND:
                name, unit = said(tile.figure, self.locale)
                points = [[_iso(at), values.get(tile.figure)] for at, values in self.day.trend]
                return {"name": name, "unit": unit, "points": points}
            case Kind.RANKING:
                return self._ranking(tile)
            case Kind.QUEUES:
                return {"rows": [self._queue(place) for place in self.day.queues]}
        return {}

    def _figure(self, tile: Tile) -> Row:
        name, unit = said(tile.figure, self.locale)
        place = next((each for each in self.day.queues if each.queue_id == tile.queue_id), None)
        if tile.queue_id is not None and place is None:
            return {"name": name, "unit": unit, "value": None, "level": None, "about": ""}
        return {
            "name": name,
            "unit": unit,
            "value": self._value(tile.figure, place),
            "level": self._level(tile.figure, place),
            "about": place.name if place is not None else "",
        }

    def _value(self, key: str, place: Place | None) -> Any:
        if key not in NOW:
            return (place.values if place is not None else self.day.whole).get(key)
        rows = list(self.queues.values())
        if place is not None:
            rows = [row for row in rows if row["queue_id"] == str(place.queue_id)]
        if key == "now.longest_wait":
            return min((row["oldest_since"] for row in rows if row["oldest_since"]), default=None)
        field = key.removeprefix("now.")
        if field == "waiting" or place is not None:
            return sum(row[field] for row in rows) if rows else None
        # An agent who serves several queues counts once.
        return sum(state in STATES[field] for state in self.states)

    def _level(self, key: str, place: Place | None) -> str | None:
        about = place.queue_id if place is not None else self.project_id
        figure, _, variant = key.partition(":")
        figure = RULED.get(figure, figure)
        return self.levels.get((figure, variant, str(about) if about is not None else ""))

    def _ranking(self, tile: Tile) -> Row:
        name, unit = said(tile.figure, self.locale)
        pairs: list[tuple[str, Any]]
        if tile.of == "agents":
            pairs = [(who, values.get(tile.figure)) for who, values in self.day.agents if self.show_agents]
        else:
            pairs = [(place.name, self._value(tile.figure, place)) for place in self.day.queues]
        there = [pair for pair in pairs if pair[1] is not None]
        # The longest wait is told by when it began.
        there.sort(key=lambda pair: pair[1], reverse=unit != "since")
        return {"name": name, "unit": unit, "rows": [list(pair) for pair in there[: tile.count]]}

    def _queue(self, place: Place) -> Row:
        row = self.queues.get(str(place.queue_id))
        return {
            "name": place.name,
            "waiting": row["waiting"] if row else None,
            "oldest_since": row["oldest_since"] if row else None,
            "ready": row["ready"] if row else None,
            "talking": row["talking"] if row else None,
            "offered": place.values.get("offered"),
            "service_level": place.values.get("service_level:sl.d"),
            "levels": {
                name: self._level(key, place)
                for name, key in (
                    ("waiting", "now.waiting"),
                    ("oldest_since", "now.longest_wait"),
                    ("ready", "now.ready"),
                    ("service_level", "service_level:sl.d"),
                )
            },
        }


def _figure(key: str) -> Figure:
    return OF_DAY.get(key) or OF_AGENT[key]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
