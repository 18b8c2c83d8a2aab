"""Cores, engines, nodes and the clock."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import State
from andon.reporting.ledger.rules.table import on


@on("clock.stepped")
def clock_stepped(books: State, row: Row, data: Any) -> None:
    books.clock_steps.append((row.at, int(data["by_ms"]) / 1000))


@on("core.started")
def core_started(books: State, row: Row, data: Any) -> None:
    """What is open now was taken over by this core, or is lost."""
    if books.last is not None:
        books.hearing.gaps.append((books.last, row.at))
        for node in books.hearing.nodes or {""}:
            books.hearing.deaf_since.setdefault(node, books.last)
    contacts = sum(contact.ended is None for contact in books.contacts.values())
    agents = sum(agent.state not in {"offline", "unknown"} for agent in books.agents.values())
    left = (contacts, agents)
    resumed = (int(data.get("resumed_contacts", 0)), int(data.get("resumed_agents", 0)))
    if resumed == (0, 0):
        books.core_restart = row.at
    text = f"resumed {resumed[0]} contacts and {resumed[1]} agents of {left[0]} and {left[1]}"
    books.check("core.resumed", resumed in {(0, 0), left} or books.partial, str(row.seq), text)


@on("engine.down")
def engine_down(books: State, row: Row, data: Any) -> None:
    books.hearing.deaf_since.setdefault(str(data["node"]), row.at)


@on("engine.up")
def engine_up(books: State, row: Row, data: Any) -> None:
    """Only now does a core learn what came and ended meanwhile."""
    books.hearing.nodes.add(str(data["node"]))
    for node in (str(data["node"]), ""):
        if node in books.hearing.deaf_since:
            books.hearing.gaps.append((books.hearing.deaf_since.pop(node), row.at))


@on("node.drained")
def node_drained(books: State, row: Row, data: Any) -> None:
    books.hearing.drained.append((str(data["node"]), row.at, None))


@on("node.resumed")
def node_resumed(books: State, row: Row, data: Any) -> None:
    name = str(data["node"])
    books.hearing.drained = [
        (node, since, row.at if node == name and to is None else to)
        for node, since, to in books.hearing.drained
    ]
