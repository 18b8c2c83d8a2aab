"""A flow tried without a telephone goes a call's way, whatever the steps; two versions are compared."""

import random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from flows_world import START, view
from hypothesis import given, settings
from hypothesis import strategies as st
from test_flows import PROMPTS, graphs

from andon.flows.compare import changes
from andon.flows.graph import Graph, parse_graph
from andon.flows.model import Variable
from andon.flows.nodes import Node
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.rehearsal import MOST_STEPS, Step, Trial, context_for, rehearse

pytestmark = pytest.mark.unit

NODES: dict[str, Node] = {
    "menu": Menu(
        prompts=("main_menu",),
        exits={"1": "queue", "2": "dial", "3": "look", "wrong": "end", "silence": "end"},
    ),
    "queue": WaitInQueue(
        queue_id=UUID(int=1),
        exits={"conversation_ended": "thanks", "timeout": "message", "nobody_signed_in": "end"},
    ),
    "thanks": PlayPrompts(prompts=("goodbye",), exits={"next": "end"}),
    "end": HangUp(),
}
STORED: dict[str, Any] = {
    "message": {"type": "voicemail", "exits": {"left": "thanks", "empty": "end"}},
    "dial": {
        "type": "transfer_out",
        "number": "'02112345678'",
        "exits": {"ended": "thanks", "failed": "end"},
    },
    "look": {"type": "customer", "exits": {"found": "busy", "unknown": "end"}},
    "busy": {"type": "condition", "test": "queue_waiting('x') > 2", "exits": {"yes": "thanks", "no": "end"}},
}
FLOW = parse_graph(
    {
        "start": "menu",
        "nodes": {**msgspec.to_builtins(NODES), **STORED},
        "variables": {"n": {"type": "number"}},
    }
)


def tried(*steps: dict[str, Any], graph: Graph = FLOW, figures: dict[str, float] | None = None) -> Trial:
    context = context_for(view(), {}, {}, PROMPTS, figures or {})
    return rehearse(graph, context, msgspec.convert(list(steps), list[Step]), START)


def path(trial: Trial) -> list[str]:
    return [line.data["node"] for line in trial.lines if line.what == "node"]


PASS = {"do": "pass"}


def press(keys: str) -> dict[str, str]:
    return {"do": "press", "keys": keys}


@pytest.mark.parametrize(
    ("steps", "way", "outcome"),
    [
        ([press("1"), {"do": "queue", "how": "conversation_ended"}, PASS], ["queue", "thanks"], "served"),
        ([press("1"), {"do": "queue", "how": "nobody_signed_in"}], ["queue"], "nobody_signed_in"),
        (
            [press("1"), {"do": "queue", "how": "timeout"}, PASS, {"do": "message", "seconds": 5}, PASS],
            ["queue", "message", "thanks"],
            "voicemail",
        ),
        (
            [press("2"), PASS, {"do": "outside", "how": "joined"}, {"do": "outside", "how": "ended"}, PASS],
            ["dial", "thanks"],
            "transferred_out",
        ),
        ([press("2"), PASS, {"do": "outside", "how": "busy"}], ["dial"], "self_service"),
        ([press("3"), {"do": "customer"}], ["look"], "self_service"),
        ([press("3"), {"do": "customer", "name": "王"}, PASS], ["look", "busy", "thanks"], "self_service"),
        ([press("999")], [], "invalid_keys"),
        ([PASS] * 6, [], "silence"),
    ],
)
def test_steps_lead_where_a_call_would_go(steps: list[dict[str, Any]], way: list[str], outcome: str) -> None:
    trial = tried(*steps, figures={"queue_waiting": 3})
    assert path(trial) == ["menu", *way, "end"]
    assert trial.over and trial.awaits == []
    assert trial.lines[-1].data["outcome"] == outcome


def test_steps_that_mean_nothing_change_nothing_and_the_clock_goes_on() -> None:
    noise = [
        {"do": "queue", "how": "timeout"},
        {"do": "answer"},
        {"do": "customer"},
        {"do": "message", "seconds": 9},
    ]
    assert tried(*noise) == tried()
    assert tried(press("1")).awaits == ["press", "hang_up", "pass", "queue", "tick"]
    waited = tried(PASS, PASS)
    assert [line.s for line in waited.lines if line.what == "key"] == [8.0]  # 3 s of prompt, 5 s of silence
    assert tried({"do": "hang_up"}).over


@given(graphs(), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_no_row_of_steps_breaks_a_trial(graph: Graph, seed: int) -> None:
    chance = random.Random(seed)
    doings: list[dict[str, Any]] = [
        PASS, PASS, PASS, press("1"), press("5"), press("12#"),
        {"do": "queue", "how": "timeout"}, {"do": "tick"}, {"do": "message", "seconds": 3},
        {"do": "answer", "data": {"a": 1}}, {"do": "answer", "why": "timeout"},
        {"do": "customer", "name": "x"}, {"do": "outside", "how": "joined"},
        {"do": "outside", "how": "ended"},
    ]  # fmt: skip
    steps = [chance.choice(doings) for _ in range(MOST_STEPS)]
    trial = tried(*steps, graph=graph)
    assert trial == tried(*steps, graph=graph)
    assert msgspec.json.decode(msgspec.json.encode(trial), type=Trial) == trial
    assert all(line.s >= 0 for line in trial.lines)
    assert trial.values.get("secret") in {None, "***"}


def test_comparison_names_every_difference_and_nothing_else() -> None:
    other = parse_graph(
        msgspec.to_builtins(FLOW) | {"variables": {"m": {}}, "timezone": "UTC", "layout": {"menu": [1, 2]}}
    )
    nodes = dict(other.nodes)
    del nodes["busy"]
    nodes["thanks"] = PlayPrompts(prompts=("goodbye",), skip=True, exits={"next": "queue"})
    nodes["more"] = HangUp()
    found = changes(FLOW, msgspec.structs.replace(other, nodes=nodes))
    assert {(each.what, each.node, each.field) for each in found} == {
        ("changed", "", "timezone"),
        ("changed", "", "variables"),
        ("changed", "thanks", "skip"),
        ("changed", "thanks", "exits.next"),
        ("removed", "busy", ""),
        ("added", "more", ""),
    }
    assert changes(FLOW, FLOW) == []
    assert Variable() == other.variables["m"]
