"""Contacts from arrival to their one outcome."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, Contact, State, ms
from andon.reporting.ledger.rules.table import on

WORK = {"work.opened", "work.repeated", "work.taken", "work.given_back", "work.done"}
AFTER_END = {
    "contact.ended",
    "wrapup.submitted",
    "recording.stored",
    "recording.incomplete",
    "recording.stopped",
    "agent.state",
    "agent.signed_out",
    "callback.postponed",
    "callback.ended",
    "line.measured",  # the desk tells it when the call is over
    "monitor.ended",  # a session ends as soon as the call is seen to be over
    "mobile.ended",  # the telephone is hung up with the call
} | WORK
PROVEN_BY_TALK = {"served", "interrupted", "shutdown"}


def lies_inside(books: State, row: Row) -> None:
    """What is told of a contact happened while it lived."""
    contact = books.contacts.get(str(row.contact_id))
    if contact is None:
        if not books.partial:
            books.check("contact.span", False, str(row.contact_id), f"{row.kind} before contact.arrived")
        return
    ok = row.kind in AFTER_END or (
        row.at >= contact.arrived and (contact.ended is None or row.at <= contact.ended)
    )
    books.check("contact.span", ok, str(row.contact_id), f"{row.kind} lies outside the contact")


@on("contact.arrived")
def arrived(books: State, row: Row, data: Any) -> None:
    subject = str(row.contact_id)
    books.check("contact.outcome", subject not in books.contacts, subject, "arrived twice")
    books.contacts[subject] = Contact(
        arrived=row.at,
        channel_id=str(data.get("channel_id", "")),
        seq=row.seq,
        outbound=data.get("direction") in {"outbound", "internal"},
        internal=data.get("direction") == "internal",
        returns=str(data.get("callback_of") or ""),
    )


@on("contact.ended")
def ended(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    books.check("contact.outcome", contact.ended is None, subject, "has a second outcome")
    if contact.ended is not None:
        return
    contact.ended, contact.outcome = row.at, str(data["outcome"])
    drift = abs(ms(row.at, contact.arrived) - int(data["total_ms"]))
    books.check("contact.span", drift <= ROUNDING_MS, subject, f"total_ms is off by {drift} ms")
    books.check("queue.pairs", contact.queue is None, subject, "ended while still in a queue")
    books.check("offer.pairs", contact.offer is None, subject, "ended with an offer still open")
    books.check("talk.pairs", contact.talk is None, subject, "ended with a conversation still open")
    books.check("outside.pairs", not contact.outside, subject, "ended with a call outside still open")
    still = contact.transfers or contact.party is not None
    books.check("transfer.pairs", not still, subject, "ended with a transfer or its party still open")
    books.check("transfer.pairs", contact.took_over is None, subject, "taken over and then nobody's")
    whole = contact.torn and contact.kept is not None and ms(row.at, contact.kept) > ROUNDING_MS
    books.check("callback.pairs", not whole, subject, "owed a call as if broken off, and went on")
    books.check("park.pairs", contact.parked is None, subject, "ended while still in a slot")
    books.check("card.pairs", contact.card is None, subject, "ended while card data was taken")
    books.check("internal.pairs", contact.colleague is None, subject, "ended while a colleague talks")
    prove(books, contact, subject)
    placed = books.placed.get(contact.placed)
    if placed is not None:
        placed.ended, placed.talked = row.at, contact.talked
        placed.exempt = contact.outcome in {"interrupted", "shutdown"}
    elif contact.returns:
        books.check("callback.pairs", not contact.talked, subject, "a talk without calling the customer")
    elif contact.outbound:
        books.check("outbound.pairs", not contact.talked, subject, "a talk without calling anybody")


def prove(books: State, contact: Contact, subject: str) -> None:
    outcome = contact.outcome
    if contact.talked:
        ok = outcome in PROVEN_BY_TALK
    else:
        ok = {
            "served": False,
            "voicemail": contact.voicemail,
            "abandoned_queue": contact.left_queue == "abandoned",
            "abandoned_ringing": contact.last_offer_how == "caller_gone",
            "queue_timeout": contact.left_queue in {"timeout", "overflow"},
            "nobody_signed_in": contact.left_queue in {"nobody_signed_in", ""},
            "abandoned_flow": contact.left_queue not in {"abandoned"},
            "callback_kept": contact.kept is not None,
            "callback_missed": bool(contact.returns),
            "callee_busy": bool(contact.dialler) or contact.internal,
            "callee_rejected": bool(contact.dialler),
            "callee_no_answer": bool(contact.dialler),
            "callee_unreachable": bool(contact.dialler) or contact.internal,
            "wrong_number": bool(contact.dialler),
            "dial_cancelled": contact.outbound and not contact.returns,
            "transferred_out": contact.talked_outside,
            "unknown_number": not contact.queued,
            "trunk_busy": not contact.queued,
        }.get(outcome, True)
    books.check("outcome.proof", ok, subject, f"outcome {outcome} does not follow from its facts")


@on("voicemail.left")
def voicemail(books: State, row: Row, data: Any) -> None:
    contact = books.contact(row)
    if contact is not None:
        contact.voicemail = True
