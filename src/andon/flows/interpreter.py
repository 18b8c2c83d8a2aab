"""Runs a graph for one caller: `step(graph, run, heard, context) -> (run, commands)`. Pure.

Limits: a call passes at most `MAX_NODES` nodes in all and spends at most `MAX_S` seconds in nodes that are
not a wait for people, sub-flows nest `MAX_DEPTH` deep, and a chain of nodes that do not wait is cut by the
same count, so that every flow ends. A run that cannot go on (a missing target, a limit, a removed queue) says
so to the caller and finishes as `flow_error`. A run asks for exactly one `Finish`, unless the caller hangs up
first; afterwards it asks for nothing."""

from typing import Final
from uuid import UUID

from andon.flows.graph import Graph
from andon.flows.model import Command, Context, Frame, Passed, Run
from andon.flows.nodes import type_of
from andon.flows.nodes.base import silent
from andon.flows.walk import Walk
from andon.interactions.events import Outcome
from andon.interactions.ports import CallerGone, FlowInput, Started

MAX_NODES: Final = 200
MAX_S: Final = 1800.0
MAX_DEPTH: Final = 8


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
        _begin(graph, walk)
        _go_to(graph, walk, graph.start)
    elif walk.failing:
        if silent(walk, heard):
            walk.finish(Outcome.FLOW_ERROR)
    elif run.began:
        within = _within(graph, walk)
        if within is None or walk.node not in within.nodes:
            walk.fail()  # the sub-flow was removed meanwhile
        else:
            _begin(within, walk)
            within.nodes[walk.node].hear(walk, heard)
    _follow(graph, walk)
    return walk.run(), walk.commands


def _within(graph: Graph, walk: Walk) -> Graph | None:
    """The graph the caller is in: the flow's own, or a sub-flow's."""
    if walk.flow_id is None:
        return graph
    found: Graph | None = walk.context.flows.get(walk.flow_id)
    return found


def _begin(graph: Graph, walk: Walk) -> None:
    """Names and variables are this graph's; a variable that has no value yet takes its initial one."""
    walk.use(graph.variables, graph.timezone)


def _follow(graph: Graph, walk: Walk) -> None:
    """Go on from node to node until one waits, or the end."""
    while not walk.over and not walk.failing:
        within = _within(graph, walk)
        if walk.called is not None:
            flow_id, walk.called = walk.called, None
            _call(walk, flow_id)
        elif walk.taken is not None:
            by, walk.taken = walk.taken, None
            target = None if within is None else within.nodes[walk.node].exits.get(by)
            if within is None or target is None:
                walk.fail()
            else:
                walk.came_by = by
                _go_to(within, walk, target)
        elif walk.returning:
            walk.returning = False
            _return(graph, walk)
        else:
            return


def _call(walk: Walk, flow_id: UUID) -> None:
    """Enter a sub-flow at its start."""
    found: Graph | None = walk.context.flows.get(flow_id)
    if found is None or len(walk.stack) >= MAX_DEPTH:
        walk.fail()
        return
    walk.stack = (*walk.stack, Frame(walk.flow_id, walk.node))
    walk.flow_id = flow_id
    walk.came_by = ""
    _begin(found, walk)
    _go_to(found, walk, found.start)


def _return(graph: Graph, walk: Walk) -> None:
    """Leave the sub-flow: the node that called it goes on."""
    frame = walk.stack[-1]
    walk.stack = walk.stack[:-1]
    walk.flow_id, walk.node = frame.flow_id, frame.node
    within = _within(graph, walk)
    if within is None or walk.node not in within.nodes:
        walk.fail()
        return
    _begin(within, walk)
    walk.leave("next")


def _go_to(graph: Graph, walk: Walk, node_id: str) -> None:
    node = graph.nodes.get(node_id)
    before = graph.nodes.get(walk.node)
    if node is None or walk.passed >= MAX_NODES or walk.spend(before is None or before.counts) > MAX_S:
        walk.fail()
        return
    walk.come_to(node_id)
    walk.ask(Passed(walk.place, type_of(node), walk.came_by, walk.flow_id))
    node.enter(walk)
