"""Who is to be called back: kept places, when each may be called, and how each ends.

Part of the floor, the single writer. The router holds a placeholder for each; it sleeps until its customer
may be called and while the queue's hours are over. Each kept place ends exactly once.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from andon.calendars.model import Calendar, is_open, next_change
from andon.customers.model import phone_key
from andon.interactions.events import CallbackEnded, CallbackPostponed
from andon.interactions.inputs import CallbackOver, Input
from andon.interactions.model import Contact, Placed, Stage, span_ms
from andon.interactions.ports import ContactView
from andon.interactions.timers import Scheduler, Timer
from andon.kit.journal import Fact
from andon.routing.config import CallbackRules
from andon.routing.machine import Router
from andon.routing.model import Caller, Effect, OfferEnd, Place, Refused

log = structlog.get_logger(__name__)

GONE = timedelta(seconds=5)  # after hanging up, before a line is free to be called
FEWEST_DIGITS = 5  # a shorter number is nobody's telephone
NO_RULES = CallbackRules()


class Callback(msgspec.Struct, kw_only=True):
    """A kept place. Kept over restarts as it is: fields may be added, with defaults."""

    callback_id: UUID  # the contact that kept it
    contact_id: UUID  # the placeholder, and the contact that will return the call
    view: ContactView
    customer_name: str = ""
    place: Place
    kept_at: datetime
    expires_at: datetime
    taped: bool = False
    flow: bytes | None = None  # where the flow was: it goes on there after the talk
    tried: int = 0
    not_before: datetime | None = None  # None: the caller is still on the line
    returned_id: UUID | None = None
    torn: bool = False  # nobody asked for it: we broke the call off


def callable_number(number: str, *, international: bool) -> bool:
    """Whether a number a caller showed may be called. Anybody may show any number: those of other countries,
    which can cost a lot, only when the queue allows them."""
    digits = number.removeprefix("+")
    if not digits.isdecimal() or len(digits) < FEWEST_DIGITS:
        return False
    abroad = number.startswith("00") or (number.startswith("+") and not digits.startswith("86"))
    return international or not abroad


class Callbacks:
    """One tenant's. `at` is the pass's instant, `within` runs something in a pass of its own, `may_begin`
    says whether the medium can begin calls."""

    def __init__(
        self,
        router: Router,
        *,
        contacts: dict[UUID, Contact],
        at: Callable[[], datetime],
        within: Callable[[Callable[[], None]], None],
        append: Callable[[Fact], None],
        route: Callable[[Iterable[Effect]], None],
        feed: Callable[[Contact, Input], None],
        scheduler: Scheduler,
        new_id: Callable[[], UUID],
        calendar: Callable[[UUID], Calendar | None],
        may_begin: Callable[[], bool],
    ) -> None:
        self.moved: set[UUID] = set()
        self._router = router
        self._contacts = contacts
        self._at = at
        self._within = within
        self._append = append
        self._route = route
        self._feed = feed
        self._scheduler = scheduler
        self._new_id = new_id
        self._calendar = calendar
        self._may_begin = may_begin
        self._all: dict[UUID, Callback] = {}
        self._placed: dict[UUID, Callback] = {}  # by placeholder
        # by client and number, and by the queue asked for
        self._callers: dict[tuple[UUID, str], dict[UUID | None, UUID]] = {}
        self._timers: dict[UUID, Timer] = {}

    # --- keeping a place --------------------------------------------------------------------------------

    def may_keep(self, contact: Contact) -> Place | None:
        """The place of a contact whose caller can be called back."""
        place = self._router.place_of(contact.contact_id)
        if place is None or contact.view is None or contact.contact_id in self._all:
            return None
        rules = self._rules(place.queue_id)
        return place if callable_number(contact.view.caller, international=rules.international) else None

    def keeping(self, contact: Contact, place: Place, flow: bytes | None) -> Callback:
        """The kept place that a contact of a flow would be, from now on."""
        assert contact.view is not None
        return Callback(
            callback_id=contact.contact_id,
            contact_id=self._new_id(),
            view=contact.view,
            customer_name=contact.customer_name,
            place=place,
            kept_at=self._at(),
            expires_at=self._at() + timedelta(seconds=self._rules(place.queue_id).expires_s),
            taped=contact.taping is not None and not contact.taping.stopped,
            flow=flow,
        )

    def owed(self, contact: Contact, caller: Caller, flow: bytes | None) -> Callback | None:
        """What the caller of a contact is owed that is broken off now: nothing unless it waits or talks and
        the queue calls such callers back; nothing to who cannot be called or is called back already."""
        view, place = contact.view, self._router.place_of(contact.contact_id)
        if place is None and contact.talk is not None and contact.queue_id is not None:
            since = contact.first_queued or contact.arrived
            place = self._router.place_since(contact.queue_id, contact.asked_priority, since, caller)
        if view is None or place is None or (contact.placed is not None and not contact.talked):
            return None
        if not self._owes(view, place, contact.placed.callback_id if contact.placed is not None else None):
            return None
        callback = self.keeping(contact, place, flow)
        callback.not_before, callback.torn = self._at() + GONE, True
        return callback

    def owed_to(
        self, view: ContactView, queue_id: UUID, priority: int, since: datetime, at: datetime
    ) -> Callback | None:
        """The same for a contact broken off at `at` of which only the journal tells, taken in at once; it
        sleeps until `go_on`."""
        caller = Caller(tier=view.tier, key=phone_key(view.caller))
        place = self._router.place_since(queue_id, priority, since, caller)
        if place is None or not self._owes(view, place, None):
            return None
        callback = Callback(
            callback_id=view.contact_id,
            contact_id=self._new_id(),
            view=view,
            place=place,
            kept_at=at,
            expires_at=at + timedelta(seconds=self._rules(queue_id).expires_s),
            not_before=at + GONE,
            torn=True,
        )
        self._take_in(callback)
        return callback

    def _owes(self, view: ContactView, place: Place, returned: UUID | None) -> bool:
        """Whether to call back who was broken off at this place; `returned` is the kept place that the call
        was returned for."""
        rules, waits = self._rules(place.queue_id), self._callers.get(_key(view), {})
        callable_ = callable_number(view.caller, international=rules.international)
        return rules.when_interrupted and callable_ and all(each == returned for each in waits.values())

    def take(self, callback: Callback) -> None:
        """The contact has left the queue; a placeholder stands in its place."""
        self._take_in(callback)
        self._put_back(callback)

    def called_again(self, contact: Contact, queue_id: UUID) -> None:
        """Who is to be called back calls by themselves: the place is theirs as after hanging up. Whoever was
        broken off need not come to the same queue."""
        if contact.view is None:
            return
        for asked_id, callback_id in list(self._callers.get(_key(contact.view), {}).items()):
            callback = self._all[callback_id]
            if asked_id == queue_id or callback.torn:
                self._called_again(callback)

    def _called_again(self, callback: Callback) -> None:
        if callback.contact_id in self._contacts or callback.not_before is None:
            return
        self._route(self._router.leave(callback.contact_id, self._at(), how=OfferEnd.CALLER_GONE))
        self._end(callback, "called_again")

    def cancel(self, callback_id: UUID, by_id: UUID) -> None:
        """A supervisor gives up a kept place. Raises `callback.over`, `callback.now` for a customer who is
        being called at this moment."""
        callback = self._all.get(callback_id)
        if callback is None:
            raise Refused("callback.over")
        if callback.contact_id in self._contacts:
            raise Refused("callback.now")
        self._route(self._router.leave(callback.contact_id, self._at(), how=OfferEnd.ENDED))
        self._end(callback, "cancelled", by_id)

    # --- calling ------------------------------------------------------------------------------------------

    def begin(self, contact_id: UUID) -> tuple[Callback, Contact, Placed] | None:
        """The contact that returns a call, for a placeholder that is being offered."""
        callback = self._placed.get(contact_id)
        if callback is None:
            return None
        rules = self._rules(callback.place.queue_id)
        view = callback.view
        contact = Contact(
            contact_id=contact_id,
            tenant_id=view.tenant_id,
            client_id=view.client_id,
            project_id=view.project_id,
            leg_id=f"c-{contact_id.hex}",
            view=msgspec.structs.replace(view, contact_id=contact_id, arrived_at=self._at()),
            arrived=self._at(),
            customer_name=callback.customer_name,
            queue_id=callback.place.queue_id,
            asked_priority=callback.place.own_priority,
        )
        back = Placed(
            callback_id=callback.callback_id,
            number=view.caller,
            ring_s=rules.ring_s,
            recording_id=self._new_id() if callback.taped else None,
        )
        return callback, contact, back

    def contact_over(self, contact: Contact) -> None:
        """A contact has ended: one that kept a place, or one that was to return a call."""
        first = self._all.get(contact.contact_id)
        if first is not None:
            first.not_before = self._at() + GONE
            self._look(first)
        back = contact.placed
        callback = self._all.get(back.callback_id) if back is not None and back.callback_id else None
        if back is None or callback is None:
            return
        callback.returned_id = contact.contact_id
        rules = self._rules(callback.place.queue_id)
        if back.dialled is not None:
            callback.tried += 1
        if contact.talked:
            self._end(callback, "served")
        elif self._at() >= callback.expires_at:
            self._end(callback, "expired")
        elif callback.tried >= rules.attempts:
            self._end(callback, "attempts")
        else:
            self._postpone(callback, rules, dialled=back.dialled is not None)

    def _postpone(self, callback: Callback, rules: CallbackRules, *, dialled: bool) -> None:
        """Another placeholder for the next attempt, in the same place."""
        wait = timedelta(seconds=rules.retry_s * 2 ** (callback.tried - 1)) if dialled else GONE
        callback.not_before = self._at() + wait
        if dialled and callback.returned_id is not None:
            view = callback.view
            self._append(
                CallbackPostponed(
                    at=self._at(),
                    tenant_id=view.tenant_id,
                    client_id=view.client_id,
                    project_id=view.project_id,
                    contact_id=callback.callback_id,
                    queue_id=callback.place.queue_id,
                    attempt=callback.tried,
                    returned_id=callback.returned_id,
                    until=callback.not_before,
                )
            )
        self._placed.pop(callback.contact_id, None)
        callback.contact_id = self._new_id()
        self._placed[callback.contact_id] = callback
        self._put_back(callback)

    def wait_ended(self, contact_id: UUID) -> None:
        """The router knows the placeholder's queue no more."""
        callback = self._placed.get(contact_id)
        contact = self._contacts.get(contact_id)
        if callback is not None:
            self._end(callback, "queue_removed")
        if contact is not None:
            self._feed(contact, CallbackOver())

    # --- time ---------------------------------------------------------------------------------------------

    def _look(self, callback: Callback) -> None:
        """What the present instant means for the placeholder; look again when that changes."""
        now = self._at()
        self.moved.add(callback.callback_id)
        if now >= callback.expires_at:
            self._expire(callback)
            return
        until = callback.expires_at
        if callback.not_before is None or now < callback.not_before:
            until = min(until, callback.not_before or until)
        else:
            calendar_id = self._rules(callback.place.queue_id).calendar_id
            calendar = self._calendar(calendar_id) if calendar_id is not None else None
            if calendar is not None:
                until = min(until, next_change(calendar, now) or until)
            # hours that are not known allow nothing
            open_now = calendar_id is None or (calendar is not None and is_open(calendar, now).open)
            if open_now and not self._may_begin():
                until = min(until, now + GONE)
            elif open_now:
                self._watch(callback, until)
                self._route(self._router.wake(callback.contact_id, now))
                return
            self._router.sleep(callback.contact_id, now)
        self._watch(callback, until)

    def _watch(self, callback: Callback, until: datetime) -> None:
        running = self._timers.pop(callback.callback_id, None)
        if running is not None:
            running.cancel()
        delay = max(0.0, (until - self._at()).total_seconds())
        self._timers[callback.callback_id] = self._scheduler.call_later(
            delay, self._due, callback.callback_id
        )

    def _due(self, callback_id: UUID) -> None:
        callback = self._all.get(callback_id)
        if callback is not None:
            self._timers.pop(callback_id, None)
            self._within(lambda: self._look(callback))

    def _expire(self, callback: Callback) -> None:
        """Unless the customer is being called just now."""
        contact = self._contacts.get(callback.contact_id)
        if contact is None:
            self._route(self._router.leave(callback.contact_id, self._at(), how=OfferEnd.ENDED))
            self._end(callback, "expired")
        elif contact.stage in {Stage.QUEUED, Stage.OFFERING}:
            self._feed(contact, CallbackOver())

    # --- the book -------------------------------------------------------------------------------------------

    def _rules(self, queue_id: UUID) -> CallbackRules:
        config = self._router.queue_config(queue_id)
        return NO_RULES if config is None else config.callback

    def _take_in(self, callback: Callback) -> None:
        self._all[callback.callback_id] = callback
        self._placed[callback.contact_id] = callback
        self._callers.setdefault(_key(callback.view), {})[callback.place.asked_id] = callback.callback_id

    def _put_back(self, callback: Callback) -> None:
        try:
            self._router.put_back(callback.contact_id, callback.place, self._at())
        except Refused:
            self._end(callback, "queue_removed")
        else:
            self._look(callback)

    def _end(self, callback: Callback, how: str, by_id: UUID | None = None) -> None:
        del self._all[callback.callback_id]
        self._placed.pop(callback.contact_id, None)
        key, asked_id = _key(callback.view), callback.place.asked_id
        if self._callers.get(key, {}).get(asked_id) == callback.callback_id:
            del self._callers[key][asked_id]
            if not self._callers[key]:
                del self._callers[key]
        timer = self._timers.pop(callback.callback_id, None)
        if timer is not None:
            timer.cancel()
        self.moved.add(callback.callback_id)
        view = callback.view
        self._append(
            CallbackEnded(
                at=self._at(),
                tenant_id=view.tenant_id,
                client_id=view.client_id,
                project_id=view.project_id,
                contact_id=callback.callback_id,
                queue_id=callback.place.queue_id,
                how=how,
                attempts=callback.tried,
                waited_ms=span_ms(self._at(), callback.kept_at),
                returned_id=callback.returned_id,
                by_id=by_id,
            )
        )

    # --- keeping and resuming -------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._all)

    def at_place(self, contact_id: UUID) -> Callback | None:
        """Whose place a placeholder keeps."""
        return self._placed.get(contact_id)

    def places(self) -> Iterable[Callback]:
        """Every kept place as it is now."""
        return self._all.values()

    def get(self, callback_id: UUID) -> Callback | None:
        """As it is now; None when it is over."""
        return self._all.get(callback_id)

    def resume(self, callbacks: Iterable[Callback]) -> None:
        """Take over the kept places of the core before, once its contacts are; they sleep until `go_on`."""
        for callback in callbacks:
            if callback.contact_id not in self._contacts:
                callback.contact_id = self._new_id()
            if callback.not_before is None and callback.callback_id not in self._contacts:
                callback.not_before = self._at() + GONE
            self._take_in(callback)

    def go_on(self) -> None:
        """Placeholders of the places taken over stand there again."""
        for callback in list(self._all.values()):
            if callback.callback_id in self._timers:
                continue
            if callback.contact_id in self._contacts:
                self._look(callback)
            else:
                self._put_back(callback)

    def close(self) -> None:
        """Forget every timer; places stay kept."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


def _key(view: ContactView) -> tuple[UUID, str]:
    return view.client_id, phone_key(view.caller)
