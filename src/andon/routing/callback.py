"""Customers who keep their place while hanging up: they wait as placeholders, to be called back. Pure.

A placeholder stands where the caller stood and is offered as the caller would be. It has no clocks that a
caller on the line has: no longest wait, no overflow, no floor, no grace of a deserted queue. Asleep, it is in
no line: nobody is passed over for it, and it for nobody. Who runs the router wakes it when its customer may
be called.
"""

from datetime import datetime
from uuid import UUID

from andon.routing.model import Caller, Effect, Place, Refused, to_ms
from andon.routing.records import ContactRecord
from andon.routing.restore import Restorable
from andon.routing.standing import step_at


class Returning(Restorable):
    """The inputs about callbacks."""

    def place_of(self, contact_id: UUID) -> Place | None:
        """Where the contact stands; None when it does not wait."""
        contact = self._contacts.get(contact_id)
        if contact is None:
            return None
        return Place(
            queue_id=contact.queue.config.queue_id,
            asked_id=contact.asked_id,
            caller=contact.caller,
            own_priority=contact.own_priority,
            queued_ms=contact.queued_ms,
            placed_ms=contact.placed_ms,
            first_ms=contact.first_ms,
            floor_ms=contact.floor_ms,
            urgent=contact.urgent,
            calls=contact.calls,
        )

    def place_since(self, queue_id: UUID, priority: int, since: datetime, caller: Caller) -> Place | None:
        """The place of one who came to this queue at `since` and does not wait any more; None for a queue
        that is gone. `priority` is added to the queue's and the segment's."""
        if queue_id not in self._centre.queues:
            return None
        segment = self._segments.get(caller.tier)
        at_ms = to_ms(since)
        return Place(
            queue_id=queue_id,
            asked_id=queue_id,
            caller=caller,
            own_priority=priority + (0 if segment is None else segment.priority),
            queued_ms=at_ms,
            placed_ms=at_ms,
            first_ms=at_ms,
            floor_ms=0,
            urgent=False,
            calls=1,
        )

    def put_back(self, contact_id: UUID, place: Place, now: datetime) -> None:
        """A placeholder, asleep, where another contact stood.

        Raises `queue.unknown`, `contact.already_queued`."""
        queue = self._centre.queues.get(place.queue_id)
        if queue is None:
            raise Refused("queue.unknown")
        if contact_id in self._contacts or contact_id in self._talks:
            raise Refused("contact.already_queued")
        self._at(now)
        self._number += 1
        contact = ContactRecord(
            contact_id, queue, place.own_priority, place.queued_ms, self._number, place.caller
        )
        contact.placed_ms, contact.first_ms, contact.floor_ms = (
            place.placed_ms,
            place.first_ms,
            place.floor_ms,
        )
        contact.asked_id, contact.calls, contact.urgent = place.asked_id, place.calls, place.urgent
        contact.callback = contact.asleep = True
        self._settle_in(contact)
        self._contacts[contact_id] = contact

    def wake(self, contact_id: UUID, now: datetime) -> list[Effect]:
        """The customer may be called: the placeholder stands in line. Not asleep: nothing."""
        effects: list[Effect] = []
        self._at(now)
        contact = self._contacts.get(contact_id)
        if contact is None or not contact.asleep:
            return effects
        contact.asleep = False
        contact.step = step_at(contact.queue.steps, self._now - contact.queued_ms)
        self._settle_in(contact)
        self._await_step(contact)
        self._line_up(contact, effects)
        self._match("time", effects)
        return effects

    def sleep(self, contact_id: UUID, now: datetime) -> None:
        """The customer may not be called for now. While an agent rings for it, or no placeholder: nothing."""
        self._at(now)
        contact = self._contacts.get(contact_id)
        if contact is not None and contact.callback and contact.offer is None:
            self._take_out(contact)
            contact.asleep = True

    def answered(self, offer_id: UUID, now: datetime) -> None:
        """The agent is there, the customer is being called: the ring lasts until `connected`, `leave` or
        `offer_ended`. Raises `offer.gone`."""
        offer = self._offers.get(offer_id)
        if offer is None:
            raise Refused("offer.gone")
        self._at(now)
        offer.until_ms = None
