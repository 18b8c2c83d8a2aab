"""Documents generated from the code: `python -m andon.entrypoints.documents` rewrites them.

`docs/journal.md` lists every kind of fact with its fields, `docs/states.md` draws the state machines from
their transition tables, `docs/flow-nodes.md` lists the node types of flows. A test holds the files against
the code.
"""

import inspect
import sys
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

import andon.alarms.events
import andon.channels.text.events
import andon.channels.voice.events
import andon.interactions.dialling.events
import andon.interactions.events
import andon.interactions.monitor.events
import andon.interactions.parking.events
import andon.kit.events
import andon.messages.events
import andon.routing.events
import andon.telephony.events
import andon.transcripts.events
import andon.work.events  # noqa: F401  (imported to register its facts)
from andon.flows.nodes import NODE_TYPES
from andon.flows.nodes.base import BaseNode
from andon.interactions.machine import diagram as contact_diagram
from andon.kit.journal.model import ENVELOPE, Fact, fact_types
from andon.routing.presence import diagram as agent_diagram

HEAD = """# The journal's kinds

Generated from the `events.py` of each room by `make documents`; do not edit by hand.

Every row carries `tenant_id`, `at` (UTC, anchored clock), `kind`, `version`, and where it has them
`client_id`, `project_id`, `contact_id` and `agent_id`. The fields below are its `data`. Spans ending in
`_ms` are whole milliseconds. To add a kind: declare a `Fact` in the room's `events.py`, append it where it
happens, run `make documents`. To change one: declare the next `version` and keep the old class.
"""


def journal() -> str:
    """The page on every kind and version of fact."""
    lines = [HEAD]
    room = ""
    for (kind, version), fact in sorted(fact_types().items(), key=lambda item: (item[1].__module__, item[0])):
        owner = fact.__module__.removeprefix("andon.").removesuffix(".events")
        if owner != room:
            room = owner
            lines.append(f"\n## {room}\n")
        title = f"### `{kind}`" + (f" v{version}" if version > 1 else "")
        lines.append(f"{title}\n")
        # A Struct without a docstring of its own inherits none worth printing.
        if fact.__doc__ and fact.__doc__ != Fact.__doc__:
            lines.append(f"{inspect.cleandoc(fact.__doc__)}\n")
        lines.extend(_fields(fact))
    return "\n".join(lines).rstrip() + "\n"


def _fields(fact: type[Fact]) -> list[str]:
    hints = get_type_hints(fact)
    own = [field for field in msgspec.structs.fields(fact) if field.name not in ENVELOPE]
    rows = [f"| `{field.name}` | {_named(hints[field.name])} |" for field in own]
    return ["| field | type |", "|---|---|", *rows, ""] if rows else []


def _named(hint: Any) -> str:
    text = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__origin__") else str(hint)
    for room in ("andon.alarms.model.", "andon.telephony.events.", "uuid.", "typing."):
        text = text.replace(room, "")
    return f"`{text}`".replace("|", "\\|")


STATES_HEAD = """# State machines

Drawn from the transition tables by `make documents`; do not edit by hand.
"""

NODES_HEAD = """# Node types of flows

Generated from `src/andon/flows/nodes/` by `make documents`; do not edit by hand. What a flow is and how to
add a type: [flows.md](flows.md). Every node also has a `title`, for screens, and `exits`, which maps the name
of an exit to the id of the next node. A field without a default must be given.
"""


def states() -> str:
    """The page with the diagrams of all state machines."""
    drawn = {
        "An agent (`andon.routing.presence`)": agent_diagram(),
        "A contact (`andon.interactions.machine`)": contact_diagram(),
    }
    parts = [f"## {title}\n\n```mermaid\n{diagram.rstrip()}\n```\n" for title, diagram in drawn.items()]
    return "\n".join([STATES_HEAD, *parts])


def flow_nodes() -> str:
    """The page on every node type: what it does, its fields and exits."""
    lines = [NODES_HEAD]
    shared = {field.name for field in msgspec.structs.fields(BaseNode)}
    for node in NODE_TYPES:
        lines.append(f"\n## `{node.__struct_config__.tag}`\n")
        lines.append(f"{inspect.cleandoc(node.__doc__ or '')}\n")
        exits = [f"`{name}`" for name in node.needed] + [f"`{name}` (optional)" for name in node.optional]
        lines.append(f"Exits: {', '.join(exits) or 'none'}.\n")
        hints = get_type_hints(node)
        own = [field for field in msgspec.structs.fields(node) if field.name not in shared]
        if own:
            lines += ["| field | type | default |", "|---|---|---|"]
            lines += [
                f"| `{field.name}` | {_named(hints[field.name])} | {_default(field)} |" for field in own
            ]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is not msgspec.NODEFAULT:
        return f"`{field.default!r}`"
    return "" if field.default_factory is msgspec.NODEFAULT else f"`{field.default_factory()!r}`"


DOCUMENTS = {"docs/journal.md": journal, "docs/states.md": states, "docs/flow-nodes.md": flow_nodes}


def main() -> None:
    """Write every generated document below the folder given, the present one by default."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    for name, make in DOCUMENTS.items():
        (root / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
