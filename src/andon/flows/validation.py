"""What keeps a graph from being published. Pure. Rules of service and law are in `lint`."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from andon.flows import names
from andon.flows.expressions import Invalid, Type, coerce
from andon.flows.graph import Graph
from andon.flows.lint import lint
from andon.flows.model import LANGUAGES, Language
from andon.flows.nodes.collect import Collect
from andon.flows.nodes.language import ChooseLanguage
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.play import PlayPrompts
from andon.flows.nodes.queue import WaitInQueue
from andon.flows.nodes.speech import SpeechInput
from andon.flows.problem import Problem, problem, warning
from andon.flows.walk import generalised


def problems(
    graph: Graph,
    *,
    language: Language = "zh",
    prompts: Mapping[str, Collection[str]] | None = None,
    queues: Collection[UUID] | None = None,
    calendars: Collection[UUID] | None = None,
    flows: Mapping[UUID, Graph] | None = None,
    flow_id: UUID | None = None,
    recogniser: bool = True,
    chat_link: bool = True,
) -> list[Problem]:
    """Everything wrong with the graph, errors first; no error means it may be published.

    `language` is the project's. Prompts, queues, calendars and sub-flows (`flows`, their newest graphs) are
    checked against what is given; None: not. `flow_id` is the graph's own flow, `recogniser` says whether
    speech can be understood, `chat_link` whether callers can be sent the project's link.
    """
    found = [*_wiring(graph), *_fields(graph), *_variables(graph), *_expressions(graph)]
    if graph.start in graph.nodes:
        found.extend(_reach(graph))
        found.extend(lint(graph, flows or {}))
    if flows is not None:
        found.extend(_sub_flows(graph, flows, flow_id))
    if prompts is not None:
        found.extend(_prompts(graph, language, prompts))
    for node_id, node in graph.nodes.items():
        if queues is not None and not set(node.queue_ids()) <= set(queues):
            found.append(problem("queue_unknown", node_id))
        if isinstance(node, SpeechInput) and not recogniser:
            found.append(problem("no_recogniser", node_id))
        if isinstance(node, WaitInQueue) and node.sends_link() and not chat_link:
            found.append(problem("no_chat_link", node_id))
        if calendars is not None and not set(node.calendar_ids()) <= set(calendars):
            found.append(problem("calendar_unknown", node_id))
    return sorted(found, key=lambda each: each.warning)


def _wiring(graph: Graph) -> Iterator[Problem]:
    """Exits: those needed are there, none is unknown, all lead somewhere."""
    if graph.start not in graph.nodes:
        yield Problem(code="no_start", params={"target": graph.start})
    for node_id, node in graph.nodes.items():
        for name in node.needed_exits():
            if name not in node.exits:
                yield problem("exit_missing", node_id, exit=name)
        for name, target in node.exits.items():
            if name not in node.allowed_exits():
                yield problem("exit_unknown", node_id, exit=name)
            if target not in graph.nodes:
                yield problem("target_missing", node_id, exit=name, target=target)
        if isinstance(node, Menu) and not set(node.exits) - set(node.needed_exits()):
            yield problem("no_choice", node_id)


def _fields(graph: Graph) -> Iterator[Problem]:
    """What a node finds wrong with itself."""
    for node_id, node in graph.nodes.items():
        if isinstance(node, Menu | PlayPrompts | Collect) and not node.prompts:
            yield problem("prompt_none", node_id)
        for code, field in node.faults():
            yield problem(code, node_id, field=field)


def _variables(graph: Graph) -> Iterator[Problem]:
    """Variables are named as expressions can name them, and those that nodes set are declared."""
    for name, variable in graph.variables.items():
        if not names.may_be_variable(name):
            yield Problem(code="variable_name", params={"name": name})
        elif variable.initial is not None and coerce(variable.initial, variable.kind) != variable.initial:
            yield Problem(code="variable_initial", params={"name": name})
    for node_id, node in graph.nodes.items():
        for name in node.variables():
            if name not in graph.variables:
                yield problem("variable_unknown", node_id, name=name)


def _expressions(graph: Graph) -> Iterator[Problem]:
    """Every expression and template can be read, and is worth what is wanted there."""
    known = names.names_of(graph.variables)
    for node_id, node in graph.nodes.items():
        for each in node.expressions():
            try:
                if each.template:
                    names.read_template(each.source, known)
                    continue
                found = names.read(each.source, known + each.more)
            except Invalid as wrong:
                said = {"at": wrong.at, "why": wrong.code, "more": wrong.params}
                yield problem("expression", node_id, field=each.where, **said)
                continue
            if each.wanted is not Type.ANY and found.type not in {each.wanted, Type.ANY}:
                kinds = {"wanted": each.wanted.value, "found": found.type.value}
                yield problem("expression", node_id, field=each.where, at=1, why="type", more=kinds)


def _sub_flows(graph: Graph, flows: Mapping[UUID, Graph], flow_id: UUID | None) -> Iterator[Problem]:
    """Sub-flows are published, and none comes back to the flow it is called from."""
    for node_id, node in graph.nodes.items():
        for wanted in node.flow_ids():
            if wanted not in flows and wanted != flow_id:
                yield problem("flow_unknown", node_id)
            elif flow_id is not None and flow_id in _called(wanted, flows):
                yield problem("flow_calls_itself", node_id)


def _called(flow_id: UUID, flows: Mapping[UUID, Graph]) -> set[UUID]:
    """The flow and all it calls, directly or not."""
    seen: set[UUID] = set()
    left = [flow_id]
    while left:
        each = left.pop()
        if each not in seen:
            seen.add(each)
            nodes = flows[each].nodes.values() if each in flows else ()
            left.extend(called for node in nodes for called in node.flow_ids())
    return seen


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
    ending = _spread(backward, [node_id for node_id, node in graph.nodes.items() if not node.needed_exits()])
    hasty = {
        node_id: [target for target in targets if not graph.nodes[target].waits]
        for node_id, targets in forward.items()
        if not graph.nodes[node_id].waits
    }
    for node_id in graph.nodes:
        if node_id not in reached:
            yield problem("unreachable", node_id)
        elif node_id not in ending:
            yield problem("no_end", node_id)
        if node_id in _spread(hasty, hasty.get(node_id, [])):
            yield problem("idle_loop", node_id)


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
    """Every prompt exists in the project's language and in every language the flow can switch to, itself or
    at least a more general one; and waiting callers are told of the keys they may press."""
    spoken = {language} | {node.language for node in graph.nodes.values() if isinstance(node, ChooseLanguage)}
    for node_id, node in graph.nodes.items():
        for name in dict.fromkeys(node.prompt_names()):
            for wanted in LANGUAGES:
                there = known.get(wanted, ())
                if wanted not in spoken or name in there:
                    continue
                if any(general in there for general in generalised(name)):
                    yield warning("prompt_general", node_id, prompt=name, language=wanted)
                else:
                    yield problem("prompt_missing", node_id, prompt=name, language=wanted)
        if isinstance(node, WaitInQueue) and not node.offer_prompts:
            for wanted in sorted(spoken):
                if any(said not in known.get(wanted, ()) for said, _ in node.offers()):
                    yield warning("offer_unsaid", node_id, prompt=wanted, language=wanted)
