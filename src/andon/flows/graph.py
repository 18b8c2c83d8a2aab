"""Graphs and their published versions, read from and written to the stored form. Pure."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from andon.flows.model import Variable
from andon.flows.nodes import Node
from andon.flows.problem import Problem, problem

MOST_NODES: Final = 300  # of a graph; what grows beyond it belongs into sub-flows


class Graph(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nodes by id; `start` names the first.

    `timezone` is that of `now.hour` and the like in expressions. `layout` is where nodes stand on the
    designer's canvas and means nothing to calls.
    """

    start: str
    nodes: dict[str, Node]
    variables: dict[str, Variable] = {}
    timezone: str = "Asia/Shanghai"
    layout: dict[str, tuple[float, float]] = {}


class FlowName(msgspec.Struct, frozen=True, kw_only=True):
    """A flow as people name it."""

    flow_id: UUID
    client_id: UUID
    name: str


class FlowVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A published graph. Calls that began on a version stay on it."""

    flow_id: UUID
    version: int
    graph: Graph


class GraphInvalid(ValueError):
    """The stored form cannot be read. `problem` says where and why, in English."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def parse_graph(stored: dict[str, Any]) -> Graph:
    """Read the stored form. Raises `GraphInvalid`."""
    try:
        graph = msgspec.convert(stored, Graph)
    except msgspec.ValidationError as error:
        raise GraphInvalid(str(error)) from error
    if len(graph.nodes) > MOST_NODES:
        raise GraphInvalid(f"more than {MOST_NODES} nodes - at `$.nodes`")
    try:
        ZoneInfo(graph.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise GraphInvalid(f"no such time zone: {graph.timezone[:40]} - at `$.timezone`") from None
    return graph


def read_graph(stored: dict[str, Any]) -> tuple[Graph | None, list[Problem]]:
    """The graph, or what keeps it from being read, by node: for one that is being drawn."""
    nodes = stored.get("nodes")
    found = []
    for node_id, node in nodes.items() if isinstance(nodes, dict) else ():
        try:
            msgspec.convert(node, Node)
        except msgspec.ValidationError as error:
            found.append(problem("node_unreadable", node_id, problem=str(error)))
    if found:
        return None, found
    try:
        return parse_graph(stored), []
    except GraphInvalid as error:
        return None, [Problem(code="graph_unreadable", params={"problem": error.problem})]


def store_graph(graph: Graph) -> dict[str, Any]:
    """The stored form: JSON-ready values."""
    stored: dict[str, Any] = msgspec.to_builtins(graph)
    for name in ("variables", "layout"):  # what is not used is not written
        if not stored[name]:
            del stored[name]
    if stored["timezone"] == Graph.__struct_defaults__[1]:
        del stored["timezone"]
    return stored
