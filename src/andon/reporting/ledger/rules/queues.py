"""Where callers wait: queues, and slots in which they are parked."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, State, ms
from andon.reporting.ledger.rules.table import on


@on("contact.queued")
def queued(books: State, row: Row, data: Any) -> None:
    contact = books.contact(row)
    if contact is None:
        return
    books.check("queue.pairs", contact.queue is None, str(row.contact_id), "queued while queued")
    contact.queue, contact.queued = (str(data["queue_id"]), row.at), True


@on("contact.dequeued")
def dequeued(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    if contact.queue is None:
        books.check("queue.pairs", False, subject, "left a queue it was not in")
        return
    queue, since = contact.queue
    drift = abs(ms(row.at, since) - int(data["waited_ms"]))
    ok = queue == str(data["queue_id"]) and drift <= ROUNDING_MS
    books.check("queue.pairs", ok, subject, f"left queue {data['queue_id']}, waited_ms off by {drift} ms")
    contact.queue, contact.left_queue = None, str(data["how"])


@on("contact.parked")
def parked(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    ok = contact.parked is None and contact.talk is None and contact.talked
    books.check("park.pairs", ok, subject, "parked twice, or by who still talks")
    contact.parked = (int(data["slot"]), row.at)


@on("contact.unparked")
def unparked(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    if contact.parked is None:
        books.check("park.pairs", False, subject, "left a slot they were not in")
        return
    slot, since = contact.parked
    drift = abs(ms(row.at, since) - int(data["parked_ms"]))
    ok = slot == int(data["slot"]) and drift <= ROUNDING_MS
    books.check("park.pairs", ok, subject, f"left slot {data['slot']}, parked_ms off by {drift} ms")
    contact.parked = None
    if data["how"] == "picked_up":
        contact.picked = (str(row.agent_id), row.at)
