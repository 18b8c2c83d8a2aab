"""Calls between agents."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, Placed, State, ms
from andon.reporting.ledger.rules.table import on


@on("internal.dialled")
def dialled(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    channel_id, called = str(data["channel_id"]), str(data["to_agent_id"])
    mine = contact.internal and not contact.dialler and called != str(row.agent_id)
    ok = mine and channel_id not in books.placed
    books.check("internal.pairs", ok, subject, "called twice, or oneself, or not as a call inside")
    contact.dialler, contact.called, contact.placed = str(row.agent_id), called, channel_id
    books.placed[channel_id] = Placed(contact=subject, at=row.at)


@on("internal.joined")
def joined(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    placed, agent_id = books.placed.get(contact.placed), str(row.agent_id)
    drift = ms(row.at, placed.at) - int(data["rang_ms"]) if placed is not None else 0
    talks = contact.talk is not None and contact.talk[1] == row.at
    ok = contact.colleague is None and contact.called == agent_id and talks and abs(drift) <= ROUNDING_MS
    books.check("internal.pairs", ok, subject, f"another talks than was called; rang_ms off by {drift} ms")
    contact.colleague = (agent_id, row.at)
    books.agents[agent_id].talks.append((row.at, None))


@on("internal.left")
def left(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    if contact.colleague is None:
        books.check("internal.pairs", False, subject, "a colleague left who did not talk")
        return
    agent_id, since = contact.colleague
    drift = abs(ms(row.at, since) - int(data["talked_ms"]))
    ok = agent_id == str(row.agent_id) and drift <= ROUNDING_MS
    books.check("internal.pairs", ok, subject, f"another left, or talked_ms off by {drift} ms")
    contact.colleague = None
    books.agents[agent_id].stops_talking(row.at)


@on("internal.passed")
def passed(books: State, row: Row, data: Any) -> None:
    """A third agent stands in the colleague's place, on the leg that rang."""
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    agent_id, channel_id, passed = str(row.agent_id), str(data["channel_id"]), contact.passed
    drift = 0 if passed is None else abs(ms(row.at, passed[2]) - int(data["rang_ms"]))
    takes = passed is not None and passed[:2] == (agent_id, row.at)
    ok = takes and contact.colleague is None and contact.talk is not None and drift <= ROUNDING_MS
    books.check("internal.pairs", ok, subject, f"another took over than was asked; rang_ms off by {drift} ms")
    before = books.placed.get(contact.placed)
    if before is not None:
        before.ended, before.talked = row.at, True
    contact.placed, contact.colleague, contact.passed = channel_id, (agent_id, row.at), None
    books.placed[channel_id] = Placed(contact=subject, at=passed[2] if passed is not None else row.at)
    books.agents[agent_id].talks.append((row.at, None))
