"""Card data: when it is taken, and that recordings are silent then."""

from datetime import datetime
from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, Recording, State, ms
from andon.reporting.ledger.rules.table import on


@on("card.began")
def began(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    books.check("card.pairs", contact.card is None, subject, "card data taken twice at a time")
    contact.card = row.at


@on("card.ended")
def ended(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    since, contact.card = contact.card, None
    if since is None:
        books.check("card.pairs", False, subject, "card data ended that was not taken")
        return
    drift = abs(ms(row.at, since) - int(data["private_ms"]))
    ok = drift <= ROUNDING_MS and datetime.fromisoformat(str(data["began_at"])) == since
    books.check("card.pairs", ok, subject, f"private_ms off by {drift} ms, or began another time")
    contact.cards.append((since, row.at))


def silent(books: State, recording: Recording, row: Row, data: Any) -> None:
    """The recording's stretches of card data are those of its contact."""
    contact = books.contact(row)
    if contact is None:
        return
    stops = row.at
    began = [*contact.cards, *([(contact.card, stops)] if contact.card is not None else [])]
    taken = sum(max(0, ms(min(to, stops), max(since, recording.started))) for since, to in began)
    spans = [int(s["to_ms"]) - int(s["from_ms"]) for s in data["spans"] if s["leg"] == "card"]
    off = abs(sum(spans) - taken)
    ok = off <= ROUNDING_MS * (len(began) + 1)
    books.check("card.pairs", ok, str(data["recording_id"]), f"silence and card data differ by {off} ms")
