"""Offers, and the conversations that follow."""

from typing import Any

from andon.reporting.ledger.model import Row
from andon.reporting.ledger.rules.state import ROUNDING_MS, Offer, State, ms
from andon.reporting.ledger.rules.table import on


@on("offer.made")
def offer_made(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    offer_id, agent_id = str(data["offer_id"]), str(row.agent_id)
    agent = books.agents[agent_id]
    ok = offer_id not in books.offers and agent.offer is None and (contact is None or not contact.offer)
    books.check("offer.pairs", ok, subject, f"offer to {agent_id} while another is open")
    books.offers[offer_id] = Offer(contact=subject, agent=agent_id, at=row.at)
    agent.offer = offer_id
    if contact is not None:
        contact.offer = offer_id


@on("offer.ended")
def offer_ended(books: State, row: Row, data: Any) -> None:
    subject, offer_id, how = str(row.contact_id), str(data["offer_id"]), str(data["how"])
    offer = books.offers.get(offer_id)
    if offer is None:
        if not books.partial:
            books.check("offer.pairs", False, subject, "an offer ended that was never made")
        return
    drift = abs(ms(row.at, offer.at) - int(data["rang_ms"]))
    ok = not offer.ended and drift <= ROUNDING_MS and offer.agent == str(row.agent_id)
    books.check("offer.pairs", ok, subject, f"offer {offer_id} ended twice or rang_ms off by {drift} ms")
    offer.ended = how
    books.agents[offer.agent].offer = None
    contact = books.contact(row)
    if contact is not None:
        contact.offer, contact.last_offer_how = None, how


@on("contact.connected")
def connected(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    offer = books.offers.get(str(data["offer_id"]))
    if contact is None:
        return
    picked = contact.picked == (str(row.agent_id), row.at) and offer is None
    contact.picked = None
    called = contact.dialler == str(row.agent_id) and not contact.talked and offer is None
    by_dialling = picked or called
    offered = (
        offer is not None
        and not offer.connected
        and offer.agent == str(row.agent_id)
        and offer.contact == subject
        and offer.ended in {"", "answered"}
    )
    passed = contact.passed is not None and contact.passed[:2] == (str(row.agent_id), row.at)
    ok = contact.talk is None and (offered or by_dialling or passed)
    books.check("talk.pairs", ok, subject, "connected without an answered offer or call of its own")
    if offer is not None:
        offer.connected = True
    contact.talk, contact.talked = (str(row.agent_id), row.at), True
    contact.hold, contact.held_ms = None, 0
    if contact.took_over is not None:
        ok = contact.took_over == (str(row.agent_id), row.at)
        books.check("transfer.pairs", ok, subject, "connected to another than who took over")
        contact.took_over = None
        return  # that agent talks since joining
    books.agents[str(row.agent_id)].talks.append((row.at, None))


@on("contact.held")
def held(books: State, row: Row, data: Any) -> None:
    contact = books.contact(row)
    if contact is None:
        return
    ok = contact.talk is not None and contact.hold is None
    books.check("talk.pairs", ok, str(row.contact_id), "held without a conversation, or twice")
    contact.hold = row.at


@on("contact.retrieved")
def retrieved(books: State, row: Row, data: Any) -> None:
    contact = books.contact(row)
    if contact is None:
        return
    if contact.hold is None:
        books.check("talk.pairs", False, str(row.contact_id), "retrieved without a hold")
        return
    drift = abs(ms(row.at, contact.hold) - int(data["held_ms"]))
    books.check("talk.pairs", drift <= ROUNDING_MS, str(row.contact_id), f"held_ms off by {drift} ms")
    contact.held_ms += int(data["held_ms"])
    contact.hold = None


@on("contact.disconnected")
def disconnected(books: State, row: Row, data: Any) -> None:
    contact, subject = books.contact(row), str(row.contact_id)
    if contact is None:
        return
    if contact.talk is None:
        books.check("talk.pairs", False, subject, "disconnected without a conversation")
        return
    agent_id, since = contact.talk
    held = contact.held_ms + (ms(row.at, contact.hold) if contact.hold else 0)
    drift = abs(ms(row.at, since) - int(data["talked_ms"]))
    hold_drift = abs(held - int(data["held_ms"]))
    ok = agent_id == str(row.agent_id) and drift <= ROUNDING_MS and hold_drift <= ROUNDING_MS * 2
    books.check("talk.pairs", ok, subject, f"talked_ms off by {drift} ms, held_ms off by {hold_drift} ms")
    books.agents[agent_id].stops_talking(row.at)
    contact.talk, contact.hold = None, None
