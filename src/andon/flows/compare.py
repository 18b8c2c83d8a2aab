"""What changed between two graphs of a flow. Pure."""

from typing import Any, Final

import msgspec

from andon.flows.graph import Graph, store_graph

_WHOLE: Final = ("start", "timezone", "variables")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `node` is empty for what belongs to the whole flow; `field` is empty for a node that
    was `added` or `removed`; an exit is the field `exits.<name>`. Where nodes stand on the canvas is none."""

    what: str  # added, removed, changed
    node: str = ""
    field: str = ""
    before: Any = None
    after: Any = None


def changes(before: Graph, after: Graph) -> list[Change]:
    """All differences, those of the whole flow first, then by node."""
    old, new = store_graph(before), store_graph(after)
    found = [
        Change(what="changed", field=name, before=old.get(name), after=new.get(name))
        for name in _WHOLE
        if old.get(name) != new.get(name)
    ]
    nodes, others = old["nodes"], new["nodes"]
    for node_id in dict.fromkeys([*nodes, *others]):
        one, other = nodes.get(node_id), others.get(node_id)
        if one is None:
            found.append(Change(what="added", node=node_id, after=other))
        elif other is None:
            found.append(Change(what="removed", node=node_id, before=one))
        else:
            found.extend(_fields(node_id, one, other))
    return found


def _fields(node_id: str, one: dict[str, Any], other: dict[str, Any]) -> list[Change]:
    flat, others = _flat(one), _flat(other)
    return [
        Change(what="changed", node=node_id, field=name, before=flat.get(name), after=others.get(name))
        for name in dict.fromkeys([*flat, *others])
        if flat.get(name) != others.get(name)
    ]


def _flat(node: dict[str, Any]) -> dict[str, Any]:
    exits = {f"exits.{name}": target for name, target in node.get("exits", {}).items()}
    return {name: value for name, value in node.items() if name != "exits"} | exits
