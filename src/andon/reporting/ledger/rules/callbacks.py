"""Kept places, and the calls by which customers are called back."""

from datetime import datetime
from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, Placed, State, ms
from andon.reporting.ledger.rules.table import on


@on("callback.kept")
def kept(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    torn = data.get("why") == "interrupted"
    left = contact.talked or contact.left_queue == "ended" if torn else contact.left_queue == "callback_kept"
    ok = contact.kept is None and left and contact.queue is None and contact.ended is None
    books.check("callback.pairs", ok, subject, "a place is kept twice, or was never left")
    contact.torn = torn
    contact.kept, contact.kept_until = row.at, datetime.fromisoformat(str(data["expires_at"]))


@on("callback.dialled")
def dialled(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    fresh = str(data["channel_id"]) not in books.placed
    ok = fresh and bool(contact.returns) and contact.offer is not None
    books.check("callback.pairs", ok, subject, "a customer is called without a kept place or an agent")
    contact.placed = str(data["channel_id"])
    books.placed[contact.placed] = Placed(contact=subject, at=row.at)


@on("callback.ended")
def ended(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    ok = contact.kept is not None and not contact.place_over
    books.check("callback.pairs", ok, subject, "a kept place ends twice, or was never kept")
    contact.place_over = True
    how = str(data["how"])
    if how == "served":
        returned = books.contacts.get(str(data.get("returned_id")))
        served = returned is not None and returned.talked and returned.returns == subject
        books.check("callback.pairs", served or books.partial, subject, "served without a talk")
    if contact.kept is not None and how != "lost":
        drift = abs(ms(row.at, contact.kept) - int(data["waited_ms"]))
        books.check("callback.pairs", drift <= ROUNDING_MS, subject, f"waited_ms is off by {drift} ms")
