"""Calls that go out through a trunk: agents' own, to numbers outside, to agents' mobiles, trials."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, Placed, State, ms
from andon.reporting.ledger.rules.table import on


@on("outbound.dialled")
def outbound_dialled(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    channel_id = str(data["channel_id"])
    mine = contact.outbound and not contact.internal and not contact.returns and not contact.dialler
    ok = mine and channel_id not in books.placed
    books.check("outbound.pairs", ok, subject, "called out twice, or by nobody's wish")
    contact.dialler, contact.placed = str(row.agent_id), channel_id
    books.placed[channel_id] = Placed(contact=subject, at=row.at)


@on("trunk.trial_began")
def trunk_tried(books: State, row: Row, data: Any) -> None:
    books.outside_channels.add(str(data["channel_id"]))


@on("outside.dialled")
def dialled(books: State, row: Row, data: Any) -> None:
    books.outside_channels.add(str(data["channel_id"]))
    contact = books.contact(row)
    if contact is None:
        return
    books.check("outside.pairs", not contact.outside, str(row.contact_id), "calls outside twice at once")
    contact.outside, contact.outside_since = True, None


@on("outside.connected")
def connected(books: State, row: Row, data: Any) -> None:
    contact = books.contact(row)
    if contact is None:
        return
    once = contact.outside and contact.outside_since is None
    books.check("outside.pairs", once, str(row.contact_id), "connected outside without a call")
    contact.outside_since, contact.talked_outside = row.at, True


@on("outside.ended")
def ended(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    books.check("outside.pairs", contact.outside, subject, "a call outside ends that never began")
    talked = 0 if contact.outside_since is None else ms(row.at, contact.outside_since)
    drift = abs(talked - int(data["talked_ms"]))
    books.check("outside.pairs", drift <= ROUNDING_MS, subject, f"talked_ms is off by {drift} ms")
    contact.outside, contact.outside_since = False, None


@on("mobile.dialled")
def mobile_dialled(books: State, row: Row, data: Any) -> None:
    channel_id = str(data["channel_id"])
    books.check("mobile.pairs", channel_id not in books.placed, channel_id, "rung twice on one leg")
    books.placed[channel_id] = Placed(contact=str(row.contact_id or channel_id), at=row.at)
    if row.contact_id is not None:  # a test ring may go with its core
        books.mobiles.add(channel_id)


@on("mobile.ended")
def mobile_ended(books: State, row: Row, data: Any) -> None:
    channel_id = str(data["channel_id"])
    books.mobiles.discard(channel_id)
    placed = books.placed.get(channel_id)
    if placed is None:
        books.check("mobile.pairs", books.partial, channel_id, "ended without a ring")
        return
    total, accepted = data.get("total_ms"), data.get("accepted_ms")
    drift = 0 if total is None else abs(ms(row.at, placed.at) - int(total))
    ok = placed.ended is None and drift <= ROUNDING_MS
    books.check("mobile.pairs", ok, channel_id, f"ended twice, or total_ms is off by {drift} ms")
    if total is not None and accepted is not None:
        within = 0 <= int(accepted) <= int(total)
        books.check("mobile.pairs", within, channel_id, "accepted outside its own time")
    placed.ended, placed.talked = row.at, data["how"] == "accepted"
