"""What keeps a graph from being published. Pure.

Each problem has a code, the node concerned and parameters; its text in both languages is
`flow.problem.<code>` in `flows.texts`.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from andon.flows.graph import Graph
from andon.flows.model import LANGUAGES, Language
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.play import PlayPrompts


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to correct. `params` fill the text and always contain `node` when a node is concerned."""

    code: str
    node: str = ""
    params: dict[str, Any] = {}


def problems(
    graph: Graph,
    *,
    language: Language = "zh",
    prompts: Mapping[str, Collection[str]] | None = None,
    queues: Collection[UUID] | None = None,
    calendars: Collection[UUID] | None = None,
) -> list[Problem]:
    """Everything wrong with the graph; empty means it may be published.

    `language` is the project's. Prompts, queues and calendars are checked against what is given; None: not.
    """
    found = list(_wiring(graph))
    if graph.start in graph.nodes:
        found.extend(_reach(graph))
    if prompts is not None:
        found.extend(_prompts(graph, language, prompts))
    for node_id, node in graph.nodes.items():
        if queues is not None and not set(node.queue_ids()) <= set(queues):
            found.append(_problem("queue_unknown", node_id))
        if calendars is not None and not set(node.calendar_ids()) <= set(calendars):
            found.append(_problem("calendar_unknown", node_id))
    return found


def _problem(code: str, node: str, **params: Any) -> Problem:
    return Problem(code=code, node=node, params={"node": node, **params})


def _wiring(graph: Graph) -> Iterator[Problem]:
    """Exits: those needed are there, none is unknown, all lead somewhere."""
    if graph.start not in graph.nodes:
        yield Problem(code="no_start", params={"target": graph.start})
    for node_id, node in graph.nodes.items():
        for name in node.needed:
            if name not in node.exits:
                yield _problem("exit_missing", node_id, exit=name)
        for name, target in node.exits.items():
            if name not in node.allowed_exits():
                yield _problem("exit_unknown", node_id, exit=name)
            if target not in graph.nodes:
                yield _problem("target_missing", node_id, exit=name, target=target)
        if isinstance(node, Menu) and not set(node.exits) - set(node.needed):
            yield _problem("no_choice", node_id)
        if isinstance(node, Menu | PlayPrompts) and not node.prompts:
            yield _problem("prompt_none", node_id)


def _reach(graph: Graph) -> Iterator[Problem]:
    """Every node is reached, reaches an end, and is in no loop in which nobody waits."""
    forward = {
        node_id: [target for target in node.exits.values() if target in graph.nodes]
        for node_id, node in graph.nodes.items()
    }
    reached = _spread(forward, [graph.start])
    backward: dict[str, list[str]] = {node_id: [] for node_id in graph.nodes}
    for node_id, targets in forward.items():
        for target in targets:
            backward[target].append(node_id)
    ending = _spread(backward, [node_id for node_id, node in graph.nodes.items() if not node.needed])
    hasty = {
        node_id: [target for target in targets if not graph.nodes[target].waits]
        for node_id, targets in forward.items()
        if not graph.nodes[node_id].waits
    }
    for node_id in graph.nodes:
        if node_id not in reached:
            yield _problem("unreachable", node_id)
        elif node_id not in ending:
            yield _problem("no_end", node_id)
        if node_id in _spread(hasty, hasty.get(node_id, [])):
            yield _problem("idle_loop", node_id)


def _spread(arrows: Mapping[str, list[str]], start: list[str]) -> set[str]:
    seen: set[str] = set()
    left = list(start)
    while left:
        node_id = left.pop()
        if node_id not in seen:
            seen.add(node_id)
            left.extend(arrows.get(node_id, []))
    return seen


def _prompts(graph: Graph, language: Language, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Every prompt exists in the project's language and in every language the flow can switch to."""
    spoken = {language} | {node.language for node in graph.nodes.values() if isinstance(node, ChooseLanguage)}
    for node_id, node in graph.nodes.items():
        for name in dict.fromkeys(node.prompt_names()):
            for wanted in LANGUAGES:
                if wanted in spoken and name not in known.get(wanted, ()):
                    yield _problem("prompt_missing", node_id, prompt=name, language=wanted)
