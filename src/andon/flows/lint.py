"""What a flow would do to its callers that it should not: rules of good service and of the law. Pure.

`validation` finds what is broken; here is what works and is wrong all the same. Errors keep a graph from
being published; warnings may stand when somebody gives a reason, which is kept with the version."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final
from uuid import UUID

from andon.flows.graph import Graph
from andon.flows.nodes import type_of
from andon.flows.nodes.base import BaseNode
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.outside import Emergency, TransferOut
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.record import Record
from andon.flows.nodes.recording_notice import RecordingNotice
from andon.flows.nodes.sub_flow import SubFlow
from andon.flows.problem import Problem, problem, warning

LEVELS: Final = 2  # so many choices lead to a human at the most
GIVING_UP: Final = ("silence", "timeout", "wrong", "failed", "no_answer", "busy", "nobody_signed_in")

State = tuple[bool, bool]  # the notice was heard; the recording runs
Graphs = Mapping[UUID, Graph]


def lint(graph: Graph, flows: Graphs) -> Iterator[Problem]:
    """Everything of this kind that is wrong. `flows` holds the graphs of sub-flows."""
    yield from _human(graph, flows)
    yield from _recording(graph, flows)
    yield from _circles(graph)
    for node_id, node in graph.nodes.items():
        if isinstance(node, TransferOut) and not _fixed(node.number):
            yield warning("transfer_open", node_id)
        if (
            isinstance(node, Collect)
            and node.check == "luhn"
            and not (node.mask or _secret(graph, node.variable))
        ):
            yield problem("card_shown", node_id)


def _fixed(number: str) -> bool:
    """Whether it is a number written down, not one that comes from somewhere."""
    text = number.strip()
    return len(text) > 2 and text[0] in "\"'" and text.find(text[0], 1) == len(text) - 1


def _secret(graph: Graph, name: str) -> bool:
    variable = graph.variables.get(name)
    return variable is not None and variable.secret


def _is_human(node: BaseNode, flows: Graphs, seen: frozenset[UUID] = frozenset()) -> bool:
    """Whether somebody answers there."""
    if isinstance(node, WaitInQueue | TransferOut | Emergency):
        return True
    if not isinstance(node, SubFlow) or node.flow_id in seen:
        return False
    within = flows.get(node.flow_id)
    return within is not None and any(
        _is_human(each, flows, seen | {node.flow_id}) for each in within.nodes.values()
    )


def _human(graph: Graph, flows: Graphs) -> Iterator[Problem]:
    """From every menu a human is near, and from the first one at one key, for those to whom menus are
    hard."""
    human = {node_id for node_id, node in graph.nodes.items() if _is_human(node, flows)}
    if not human:
        return
    for node_id in _first_menus(graph):
        if not _humans_within(graph, node_id, human, 1):
            yield warning("elder_no_way", node_id)
    for node_id, node in graph.nodes.items():
        if isinstance(node, Menu) and not _humans_within(graph, node_id, human, LEVELS):
            yield warning("human_far", node_id, levels=LEVELS)


def _targets(graph: Graph, node_id: str) -> list[str]:
    return [target for target in graph.nodes[node_id].exits.values() if target in graph.nodes]


def _first_menus(graph: Graph) -> Iterator[str]:
    """Menus that a caller may come to before any other."""
    seen: set[str] = set()
    left = [graph.start] if graph.start in graph.nodes else []
    while left:
        node_id = left.pop()
        if node_id in seen:
            continue
        seen.add(node_id)
        if isinstance(graph.nodes[node_id], Menu):
            yield node_id
        else:
            left.extend(_targets(graph, node_id))


def _humans_within(graph: Graph, menu: str, human: Collection[str], levels: int) -> bool:
    """Whether a human is reached from the menu by at most so many choices, its own included."""
    seen: set[str] = set()
    now = _targets(graph, menu)
    for _ in range(levels):
        later: list[str] = []
        while now:
            node_id = now.pop()
            if node_id in human:
                return True
            if node_id in seen:
                continue
            seen.add(node_id)
            asks = isinstance(graph.nodes[node_id], Menu | Collect)
            (later if asks else now).extend(_targets(graph, node_id))
        now = later
    return False


def _recording(graph: Graph, flows: Graphs) -> Iterator[Problem]:
    """Nobody is recorded unheard, and no card number is on a recording."""
    for node_id, states in _states(graph, flows).items():
        node = graph.nodes[node_id]
        unheard = any(not noticed for noticed, _ in states)
        if isinstance(node, Record) and node.on and unheard:
            yield problem("record_without_notice", node_id)
        if isinstance(node, WaitInQueue | TransferOut) and unheard:
            yield warning("notice_missing", node_id)
        on_tape = any(taping for _, taping in states)
        if isinstance(node, Collect) and node.check == "luhn" and on_tape and not node.private:
            yield problem("card_recorded", node_id)


def _states(graph: Graph, flows: Graphs) -> dict[str, set[State]]:
    """In which states a caller may enter each node."""
    found: dict[str, set[State]] = {}
    left: list[tuple[str, State]] = [(graph.start, (False, False))] if graph.start in graph.nodes else []
    while left:
        node_id, state = left.pop()
        if state in found.setdefault(node_id, set()):
            continue
        found[node_id].add(state)
        after = _after(graph.nodes[node_id], state, flows)
        left.extend((target, after) for target in _targets(graph, node_id))
    return found


def _after(node: BaseNode, state: State, flows: Graphs) -> State:
    noticed, taping = state
    if isinstance(node, RecordingNotice):
        return True, True
    if isinstance(node, Record):
        return noticed, node.on
    if isinstance(node, SubFlow) and node.flow_id in flows:
        within = flows[node.flow_id].nodes.values()
        if any(isinstance(each, RecordingNotice) for each in within):
            return True, True
    return noticed, taping


def _circles(graph: Graph) -> Iterator[Problem]:
    """Giving up leads somewhere: not back to what the caller has just given up on."""
    for node_id, node in graph.nodes.items():
        for name in GIVING_UP:
            target = node.exits.get(name)
            if target is not None and _comes_back(graph, target, node_id):
                yield warning("gives_up_to_itself", node_id, exit=name)


def _comes_back(graph: Graph, begin: str, to: str) -> bool:
    """Whether the way on has no choice and ends where it began."""
    seen: set[str] = set()
    at = begin
    while at != to:
        if at in seen or at not in graph.nodes or type_of(graph.nodes[at]) not in _PASSING:
            return False
        seen.add(at)
        at = graph.nodes[at].exits.get("next", "")
    return True


_PASSING: Final = frozenset({"play", "say", "set", "tag", "wait", "record", "language", "recording_notice"})
