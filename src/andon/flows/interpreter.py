"""Runs a graph for one caller: `step(graph, run, heard, context) -> (run, commands)`. Pure.

Limits: a call passes at most `MAX_NODES` nodes in all, and a chain of nodes that do not wait is cut by the
same count, so that every flow ends. A run that cannot go on (a missing target, a limit, a removed queue)
says so to the caller and finishes as `flow_error`. A run asks for exactly one `Finish`, unless the caller
hangs up first; afterwards it asks for nothing.
"""

from typing import Final

from andon.flows.graph import Graph
from andon.flows.model import Command, Context, Passed, Run
from andon.flows.nodes import type_of
from andon.flows.nodes.base import silent
from andon.flows.walk import Walk
from andon.interactions.events import Outcome
from andon.interactions.ports import CallerGone, FlowInput, Started

MAX_NODES: Final = 200


def step(graph: Graph, run: Run, heard: FlowInput, context: Context) -> tuple[Run, list[Command]]:
    """What the run becomes when it hears this, and what it asks for."""
    if run.over:
        return run, []
    walk = Walk(run, context, heard.at)
    if isinstance(heard, CallerGone):
        walk.over = True
    elif isinstance(heard, Started):
        if run.began:
            return run, []
        walk.language = "en" if context.view.language == "en" else "zh"
        _go_to(graph, walk, graph.start)
    elif walk.failing:
        if silent(walk, heard):
            walk.finish(Outcome.FLOW_ERROR)
    elif run.began:
        graph.nodes[walk.node].hear(walk, heard)
    _follow(graph, walk)
    return walk.run(), walk.commands


def _follow(graph: Graph, walk: Walk) -> None:
    """Go on from node to node until one waits, or the end."""
    while walk.taken is not None and not walk.over and not walk.failing:
        target = graph.nodes[walk.node].exits.get(walk.taken)
        walk.taken = None
        if target is None:
            walk.fail()
        else:
            _go_to(graph, walk, target)


def _go_to(graph: Graph, walk: Walk, node_id: str) -> None:
    node = graph.nodes.get(node_id)
    if node is None or walk.passed >= MAX_NODES:
        walk.fail()
        return
    walk.come_to(node_id)
    walk.ask(Passed(node_id, type_of(node)))
    node.enter(walk)
