"""Callers passed on, and who is called to a conversation."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, State, ms
from andon.reporting.ledger.rules.table import on


@on("transfer.asked")
def asked(books: State, row: Row, data: Any) -> None:
    if data.get("number"):
        books.outside_contacts.add(str(row.contact_id).replace("-", ""))
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    talk = [each[0] for each in (contact.talk, contact.colleague) if each is not None]
    ok = str(row.agent_id) in talk and not contact.transfers
    books.check("transfer.pairs", ok, subject, "asked by who does not talk, or while another goes on")
    contact.transfers[str(data["transfer_id"])] = row.at
    if contact.internal:
        contact.handed = (str(data.get("to_agent_id") or ""), row.at)


@on("transfer.ended")
def ended(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    since = contact.transfers.pop(str(data["transfer_id"]), None)
    if since is None:
        books.check("transfer.pairs", False, subject, "a transfer ended that was not going on")
        return
    drift = abs(ms(row.at, since) - int(data["lasted_ms"]))
    books.check("transfer.pairs", drift <= ROUNDING_MS, subject, f"lasted_ms off by {drift} ms")
    if contact.handed is not None:
        to, asked = contact.handed
        contact.passed = (to, row.at, asked) if data["how"] == "completed" else None
        contact.handed = None


@on("party.joined")
def party_joined(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    transfer_id, agent_id = str(data["transfer_id"]), str(row.agent_id or "")
    ok = contact.party is None and transfer_id in contact.transfers
    books.check("transfer.pairs", ok, subject, "somebody joined whom no transfer called")
    contact.party = (transfer_id, agent_id, row.at)
    if agent_id:
        books.agents[agent_id].talks.append((row.at, None))


@on("party.left")
def party_left(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    if contact.party is None:
        books.check("transfer.pairs", False, subject, "somebody left who had not joined")
        return
    transfer_id, agent_id, since = contact.party
    drift = abs(ms(row.at, since) - int(data["joined_ms"]))
    ok = (transfer_id, agent_id) == (str(data["transfer_id"]), str(row.agent_id or ""))
    text = f"another left than had joined, or joined_ms off by {drift} ms"
    books.check("transfer.pairs", ok and drift <= ROUNDING_MS, subject, text)
    contact.party = None
    if data["how"] == "took_over":
        contact.took_over = (agent_id, row.at)
    elif agent_id:
        books.agents[agent_id].stops_talking(row.at)
