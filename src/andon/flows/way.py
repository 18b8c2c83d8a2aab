"""Where a call at this instant would go: through a flow up to the first place where the caller is waited for.

Pure: it is the interpreter on the stage of `flows.rehearsal`, with a caller who does nothing.
"""

from datetime import datetime
from typing import Final

import msgspec

from andon.calendars.model import Calendar, Why, is_open, next_change
from andon.flows import model as ask
from andon.flows.graph import Graph
from andon.flows.nodes.hours import Hours
from andon.flows.rehearsal import Pass, Step, Trial, rehearse

# What callers only listen to; they pass on by themselves.
_HEARD: Final = frozenset({"play", "say", "recording_notice", "wait"})
_MOST: Final = 60


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar said. `until`: so long it says it."""

    calendar: str
    open: bool
    why: Why
    name_zh: str
    name_en: str
    until: datetime | None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A node on the way, reached `by` an exit of the one before."""

    node: str
    type: str
    title: str = ""
    by: str = ""
    hours: Hour | None = None


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """`outcome` is what the call ends with by itself; empty: it is at the last place until somebody does
    something."""

    places: list[Place]
    outcome: str = ""


def way(graph: Graph, context: ask.Context, at: datetime) -> Way:
    """Follow the graph from `at` on."""
    steps: list[Step] = []
    trial = rehearse(graph, context, steps, at)
    while len(steps) < _MOST and _listens(trial):
        steps.append(Pass())
        trial = rehearse(graph, context, steps, at)
    places = [_place(graph, context, at, line.data) for line in trial.lines if line.what == "node"]
    ended = next((str(line.data["outcome"]) for line in trial.lines if line.what == "end"), "")
    return Way(places=places, outcome=ended)


def _listens(trial: Trial) -> bool:
    last = next((line.data["type"] for line in reversed(trial.lines) if line.what == "node"), "")
    return not trial.over and last in _HEARD and "pass" in trial.awaits


def _place(graph: Graph, context: ask.Context, at: datetime, passed: dict[str, str]) -> Place:
    name = passed["node"]
    node = graph.nodes.get(name)  # None within a sub-flow
    hours = None
    if isinstance(node, Hours):
        calendar = context.calendars.get(node.calendar_id)
        hours = None if calendar is None else _hour(calendar, at)
    title = "" if node is None else node.title
    return Place(node=name, type=passed["type"], title=title, by=passed["by"], hours=hours)


def _hour(calendar: Calendar, at: datetime) -> Hour:
    state = is_open(calendar, at)
    return Hour(
        calendar=calendar.name,
        open=state.open,
        why=state.why,
        name_zh=state.name_zh,
        name_en=state.name_en,
        until=next_change(calendar, at),
    )
