"""Graphs and their published versions, read from and written to the stored form. Pure."""

from typing import Any
from uuid import UUID

import msgspec

from andon.flows.nodes import Node


class Graph(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nodes by id; `start` names the first."""

    start: str
    nodes: dict[str, Node]


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
        return msgspec.convert(stored, Graph)
    except msgspec.ValidationError as error:
        raise GraphInvalid(str(error)) from error


def store_graph(graph: Graph) -> dict[str, Any]:
    """The stored form: JSON-ready values."""
    stored: dict[str, Any] = msgspec.to_builtins(graph)
    return stored
