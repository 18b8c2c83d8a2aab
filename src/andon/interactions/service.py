"""The floor of one tenant: its live contacts, its router, and the flows that drive them.

The only writer of live state. Every input runs to completion at one instant, read once: the contact moves,
facts are appended, the router answers, flows hear, and what they ask is worked off before the call returns.
Nothing here waits: the medium queues its orders, the journal takes facts into memory.
"""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec
import structlog

from andon.calendars.model import Calendar
from andon.interactions.callbacks import Callbacks
from andon.interactions.changes import Changes
from andon.interactions.events import Outcome
from andon.interactions.flow_runs import FlowRuns
from andon.interactions.inputs import (
    AgentPicksUp,
    AskEnqueue,
    AskKeepPlace,
    CalledOff,
    CardTimeUp,
    ColleagueRefused,
    ColleagueRings,
    Enqueued,
    EnqueueRefused,
    FlowBegins,
    FlowFailed,
    GivesUpWaiting,
    Input,
    Interrupted,
    Offered,
    PlaceKept,
    QueueChanged,
    Summoned,
    Tick,
    TimerDue,
    WaitOver,
    Withdrawn,
)
from andon.interactions.machine import Effect, arrive, call_back, call_colleague, call_out, step
from andon.interactions.machine.card import CARD_TIMER
from andon.interactions.model import Contact, Handover, Inside, Placed, Stage
from andon.interactions.orders import (
    EnterFlow,
    LeaveFlow,
    MediumOrder,
    Requeue,
    RingColleague,
    RouterAnswered,
    RouterConnected,
    RouterConversationEnded,
    RouterDialConnected,
    RouterDialEnded,
    RouterHeld,
    RouterLeave,
    RouterOfferEnded,
    RouterSummonsAnswered,
    RouterSummonsEnded,
    SetTimer,
    Tell,
)
from andon.interactions.parking.events import ContactParked, ContactUnparked
from andon.interactions.ports import FlowDriver, FlowHandle
from andon.interactions.recent import Recent
from andon.interactions.timers import Scheduler, Timer, Timers
from andon.kit.clock import Clock
from andon.kit.journal import Fact
from andon.routing.machine import Router
from andon.routing.model import (
    INSIDE,
    CallOff,
    Moved,
    Offer,
    OfferEnd,
    Refused,
    Summon,
    Terms,
    WaitEnded,
    Withdraw,
    from_ms,
    to_ms,
)
from andon.routing.model import (
    Effect as RouterEffect,
)
from andon.routing.restore import KeptContact as KeptPlace

log = structlog.get_logger(__name__)

HEAD_OF_QUEUE = 1000  # added to the priority of a caller who has waited already
MEANT_S = 20  # a parked caller who rings back waits so long for the agent who parked them
LATE_S = 0.002  # a deadline is met this much after it, so that rounding never meets it too early


class Medium(Protocol):
    """What carries orders out, voice for instance. Returns at once; results come back as inputs."""

    def perform(self, contact: Contact, order: MediumOrder) -> None: ...

    def can_begin(self) -> bool:
        """Whether calls can be begun now."""
        ...

    def begin(self, floor: "Floor", contact: Contact) -> str:
        """A contact that we begin: orders will follow, no leg lives yet. The engine's node it will be on."""
        ...


class KeptContact(msgspec.Struct, frozen=True, kw_only=True):
    """A live contact as a later core resumes it. `timers`: when they are due, by tag."""

    contact: Contact
    place: KeptPlace | None
    timers: dict[str, datetime]
    flow: bytes | None
    left: bytes | None = None  # the flow that goes on after the one an agent sent the caller to


class Floor:
    """One tenant's live contacts, moved only here."""

    def __init__(
        self,
        *,
        router: Router,
        clock: Clock,
        scheduler: Scheduler,
        append: Callable[[Fact], None],
        medium: Medium,
        flows: FlowDriver,
        new_id: Callable[[], UUID],
        on_change: Callable[[], None] = lambda: None,
        on_moved: Callable[[set[UUID], set[UUID]], None] = lambda contacts, agents: None,
        calendar: Callable[[UUID], Calendar | None] = lambda calendar_id: None,
    ) -> None:
        """`calendar` gives opening hours by id. `on_moved(contacts, agents)` is told after each pass whose
        state is not what it was; before `on_change`, which may forget `changes`."""
        self.router = router
        self.contacts: dict[UUID, Contact] = {}
        self.cards: dict[UUID, Contact] = {}  # by agent: the contact last offered, for wrap-up
        self.changes = Changes()
        self._clock = clock
        self._scheduler = scheduler
        self._append_fact = append
        self._medium = medium
        self._new_id = new_id
        self._on_change = on_change
        self._on_moved = on_moved
        self._moved: set[UUID] = set()
        self.recent = Recent()
        self._timers = Timers(scheduler, self._timer_due)
        self._flows = FlowRuns(
            flows,
            find=self.contacts.get,
            feed=self.feed,
            new_id=new_id,
            timers=self._timers,
            at=lambda: self._at,
        )
        self._pending: deque[tuple[Contact, Input]] = deque()
        self._running = False
        self._at = self.now()
        self._deadline: datetime | None = None
        self._deadline_timer: Timer | None = None
        self.callbacks = Callbacks(
            router,
            contacts=self.contacts,
            at=lambda: self._at,
            within=self._within,
            append=self.append,
            route=self._route,
            feed=self.feed,
            scheduler=scheduler,
            new_id=new_id,
            calendar=calendar,
            may_begin=medium.can_begin,
        )
        self._orders: dict[type, Callable[[Contact, Any], None]] = {
            Tell: self._flows.tell,
            SetTimer: lambda c, o: self._timers.set(c, o.tag, o.seconds, self._at),
            EnterFlow: self._flows.enter,
            LeaveFlow: self._flows.leave,
            Requeue: self._requeue,
            RouterLeave: lambda c, o: self._route(self.router.leave(c.contact_id, self._at, how=o.how)),
            RouterOfferEnded: lambda c, o: self._route(self.router.offer_ended(o.offer_id, o.how, self._at)),
            RouterAnswered: lambda c, o: self.router.answered(o.offer_id, self._at),
            RouterConnected: self._connected,
            RouterHeld: self._held,
            RouterConversationEnded: lambda c, o: self._route(
                self.router.conversation_ended(c.contact_id, self._at, o.agent_id)
            ),
            RouterSummonsEnded: lambda c, o: self._route(
                self.router.summons_ended(o.offer_id, o.how, self._at)
            ),
            RouterSummonsAnswered: self._summons_answered,
            RingColleague: self._ring_colleague,
            RouterDialConnected: self._dial_connected,
            RouterDialEnded: lambda c, o: self._route(
                self.router.dial_ended(o.agent_id, c.contact_id, o.why, self._at)
            ),
        }

    def now(self) -> datetime:
        """The anchored clock's present, in whole milliseconds: every span in the journal adds up exactly."""
        return from_ms(to_ms(self._clock.now()))

    # --- inputs -----------------------------------------------------------------------------------------

    def arrive(
        self,
        contact: Contact,
        *,
        number_id: UUID | None,
        trunk_id: UUID | None,
        caller: str,
        caller_raw: str,
        dnis: str,
        node: str,
        refused: Outcome | None,
    ) -> None:
        """A call is here; with `refused` no flow will serve it. A number whose flow is not published
        becomes an unknown number. The medium must know the contact already."""
        handle: FlowHandle | None = None
        if refused is None and contact.view is not None:
            try:
                handle = self._flows.start(contact.view)
            except LookupError as error:
                log.warning("flow_missing", number_id=str(number_id), why=str(error))
                refused = Outcome.UNKNOWN_NUMBER
        if handle is None:
            contact.view = None
        self.contacts[contact.contact_id] = contact
        with _Pass(self, contact.arrived):
            self._perform(
                contact,
                arrive(
                    contact,
                    number_id=number_id,
                    trunk_id=trunk_id,
                    caller=caller,
                    caller_raw=caller_raw,
                    dnis=dnis,
                    node=node,
                    refused=refused,
                ),
            )
            if handle is not None:
                self._flows.drive(contact.contact_id, handle)
                self._pending.append((contact, FlowBegins()))

    def feed(self, contact: Contact, *heard: Input) -> None:
        """Give a contact what happened to it. From within a pass it is worked off at the end of it."""
        for one in heard:
            self._pending.append((contact, one))
        if not self._running:
            with _Pass(self, self.now()):
                pass

    def act(self, ask: Callable[[Router, datetime], list[RouterEffect]], *agents: UUID) -> None:
        """Give the router something that is not about one contact: presence, configuration, time.

        Raises `routing.model.Refused` when the rules forbid it. `agents` are shown anew in any case.
        """
        at = self._at if self._running else self.now()
        effects = ask(self.router, at)
        with _Pass(self, at):
            self.changes.agents.update(agents)
            self._route(effects)

    def cancel_callback(self, callback_id: UUID, by_id: UUID) -> None:
        """A supervisor gives up a kept place. Raises what `Callbacks.cancel` raises."""
        self._within(lambda: self.callbacks.cancel(callback_id, by_id))

    def _within(self, do: Callable[[], None]) -> None:
        with _Pass(self, self.now()):
            do()

    def summon(self, contact: Contact, agent_id: UUID, handover: Handover) -> None:
        """Ring an agent whom this contact's named. Raises `routing.model.Refused`."""
        at = self._at if self._running else self.now()
        ring = self.router.summon if contact.inside is None else self.router.pass_colleague
        effects = ring(contact.contact_id, handover.by, agent_id, at)
        with _Pass(self, at):
            for effect in effects:
                if not isinstance(effect, Summon):
                    self._route([effect])
                    continue
                self.cards[agent_id] = contact
                self._step(
                    contact,
                    Summoned(
                        handover=handover,
                        offer_id=effect.offer_id,
                        agent_id=effect.agent_id,
                        queue_id=effect.queue_id,
                        device=effect.device,
                        ring_timeout_s=effect.ring_timeout_s,
                        decision=effect.decision,
                        agent_no=self.router.agent(agent_id).agent_no,
                    ),
                )

    def call_out(self, contact: Contact, agent_id: UUID, placed: Placed, terms: Terms) -> None:
        """An agent calls the customer whose contact this is to be. Raises `routing.model.Refused`."""
        effects = self.router.dial(agent_id, contact.contact_id, terms, contact.arrived)
        self.contacts[contact.contact_id] = self.cards[agent_id] = contact
        with _Pass(self, contact.arrived):
            self._perform(contact, call_out(contact, agent_id, placed, self._medium.begin(self, contact)))
            self._route(effects)

    def call_colleague(self, contact: Contact, inside: Inside) -> None:
        """An agent calls a colleague, without a customer. Raises `routing.model.Refused`."""
        self.router.colleague(inside.by, inside.agent_id)
        effects = self.router.dial(inside.by, contact.contact_id, INSIDE, contact.arrived)
        self.contacts[contact.contact_id] = self.cards[inside.by] = contact
        with _Pass(self, contact.arrived):
            self._perform(contact, call_colleague(contact, self._medium.begin(self, contact)))
            self._route(effects)

    def pick_up(self, contact: Contact, agent_id: UUID, terms: Terms) -> None:
        """An agent comes for a parked caller. Raises `routing.model.Refused`."""
        at = self._at if self._running else self.now()
        effects = self.router.dial(agent_id, contact.contact_id, terms, at)
        self.cards[agent_id] = contact
        with _Pass(self, at):
            self._step(contact, AgentPicksUp(agent_id, self._new_id()))
            self._route(effects)

    def may_pick_up(self, contact: Contact) -> set[UUID]:
        """The agents who see a parked caller: of the queue, and of the department of who parked them."""
        parked = contact.parked
        return set() if parked is None else self.router.colleagues(parked.by, parked.queue_id)

    def new_id(self) -> UUID:
        """An id for what begins now."""
        return self._new_id()

    def contact_of(self, agent_id: UUID) -> Contact | None:
        """The contact that is at this agent: ringing, talking, held or in wrap-up."""
        contact_id = self.router.agent(agent_id).contact_id
        if contact_id is None:
            return None
        card = self.cards.get(agent_id)
        if card is not None and card.contact_id == contact_id:
            return card
        return self.contacts.get(contact_id)

    def append(self, fact: Fact) -> None:
        """Append a fact that is no contact's, and show what it changed."""
        self._append_fact(fact)
        self.changes.note(fact)

    # --- keeping and resuming ---------------------------------------------------------------------------

    def keep(self, contact_id: UUID) -> KeptContact | None:
        """None for a contact that lives no longer."""
        contact = self.contacts.get(contact_id)
        if contact is None:
            return None
        return KeptContact(
            contact=contact,
            place=self.router.keep_contact(contact_id),
            timers=self._timers.due(contact_id),
            flow=self._flows.keep(contact_id),
            left=self._flows.keep_left(contact_id),
        )

    def resume(self, kept: KeptContact) -> None:
        """Take over a contact whose place the router has already; its timers stand still until `go_on`.

        Raises what `FlowDriver.resume` raises."""
        contact = kept.contact
        contact_id = contact.contact_id
        if kept.flow is not None and contact.view is not None:
            self._flows.resume(contact_id, contact.view, kept.flow, kept.left)
        self.contacts[contact_id] = contact
        self._timers.resume(contact_id, kept.timers)

    def go_on(self) -> None:
        """Timers of contacts taken over run for what is left of them; kept places stand in line again. A
        second time does nothing."""
        self._timers.go_on(self.contacts, self.now())
        self._within(self.callbacks.go_on)

    def close(self) -> None:
        """Forget every timer; contacts still live stay as they are."""
        self.callbacks.close()
        if self._deadline_timer is not None:
            self._deadline_timer.cancel()
            self._deadline_timer = None
        self._timers.close()

    # --- one pass ---------------------------------------------------------------------------------------

    def _work_off(self) -> None:
        while self._pending:
            contact, heard = self._pending.popleft()
            try:
                if isinstance(heard, AskEnqueue):
                    self._enqueue(
                        contact,
                        heard.queue_id,
                        heard.priority,
                        heard.announce_every_s,
                        fast_lane=heard.fast_lane,
                        agent_id=heard.agent_id,
                        agent_wait_s=heard.agent_wait_s,
                    )
                elif isinstance(heard, AskKeepPlace):
                    self._keep_place(contact)
                elif isinstance(heard, Interrupted):
                    self._interrupt(contact)
                else:
                    self._step(contact, heard)
            except Exception:
                # A fault of ours must cost at most this one contact, never the floor; tests see the log
                # entry as a failure (`core_fault` is asserted absent).
                log.exception("core_fault", heard=type(heard).__name__, stage=contact.stage)
                if not isinstance(heard, FlowFailed):
                    self._pending.append((contact, FlowFailed("core_fault")))

    def _step(self, contact: Contact, heard: Input) -> None:
        self._perform(contact, step(contact, heard, self._at))
        if contact.apart:
            self.changes.contacts.add(
                contact.contact_id
            )  # how many keys, of which the journal says nothing yet

    def _perform(self, contact: Contact, effects: Iterable[Effect]) -> None:
        self._moved.add(contact.contact_id)
        for effect in effects:
            if isinstance(effect, Fact):
                self.append(effect)
                self.recent.note(contact, effect)
                if isinstance(effect, ContactParked | ContactUnparked):
                    by = contact.parked.by if contact.parked is not None else effect.agent_id
                    self.changes.agents |= self.router.colleagues(by, effect.queue_id)
            elif isinstance(effect, MediumOrder):
                self._medium.perform(contact, effect)
            else:
                self._orders[type(effect)](contact, effect)
        if contact.stage is Stage.ENDED:
            self._forget(contact)

    def _forget(self, contact: Contact) -> None:
        if self.contacts.pop(contact.contact_id, None) is None:
            return
        self._flows.forget(contact.contact_id)
        self._timers.forget(contact.contact_id)
        self.callbacks.contact_over(contact)

    def _route(self, effects: Iterable[RouterEffect]) -> None:
        """The router's answer, performed at once so that router and contact never disagree. A call to be
        returned begins before everything that is about it."""
        effects = list(effects)
        for effect in effects:
            if isinstance(effect, Offer) and effect.contact_id not in self.contacts:
                self._returned(effect.contact_id)
        for effect in effects:
            if isinstance(effect, Fact):
                self.append(effect)
            elif isinstance(effect, Offer):
                self._offer(effect)
            elif isinstance(effect, Withdraw):
                contact = self.contacts.get(effect.contact_id)
                if contact is not None:
                    self._step(contact, Withdrawn(effect.offer_id, effect.how))
            elif isinstance(effect, CallOff):
                contact = self.contacts.get(effect.contact_id)
                if contact is not None:
                    self._step(contact, CalledOff())
            elif isinstance(effect, WaitEnded):
                contact = self.contacts.get(effect.contact_id)
                if contact is None or not contact.has_leg:
                    self.callbacks.wait_ended(effect.contact_id)
                else:
                    self._step(contact, WaitOver(effect.how))
            elif isinstance(effect, Moved):
                contact = self.contacts.get(effect.contact_id)
                if contact is not None:
                    self._step(
                        contact,
                        QueueChanged(
                            queue_id=effect.queue_id,
                            priority=effect.priority,
                            position=effect.position,
                            estimated_wait_s=effect.estimated_wait_s,
                            how=effect.how,
                        ),
                    )

    def _offer(self, offer: Offer) -> None:
        contact = self.contacts.get(offer.contact_id)
        if contact is None or contact.stage is not Stage.QUEUED:
            log.error("offer_without_contact", contact_id=str(offer.contact_id))
            self._route(self.router.offer_ended(offer.offer_id, OfferEnd.FAILED, self._at))
            return
        self.cards[offer.agent_id] = contact
        self._step(
            contact,
            Offered(
                offer_id=offer.offer_id,
                agent_id=offer.agent_id,
                queue_id=offer.queue_id,
                device=offer.device,
                ring_timeout_s=offer.ring_timeout_s,
                decision=offer.decision,
            ),
        )

    def _returned(self, contact_id: UUID) -> None:
        """A contact that calls a customer back begins."""
        begun = self.callbacks.begin(contact_id)
        if begun is None:
            return
        callback, contact, back = begun
        self.contacts[contact_id] = contact
        if callback.flow is not None and contact.view is not None:
            try:
                self._flows.resume(contact_id, contact.view, callback.flow)
            except (LookupError, ValueError) as error:  # its version is gone: no survey, the talk is the same
                log.warning("flow_missing", contact_id=str(contact_id), why=str(error))
        self._perform(contact, call_back(contact, back, self._medium.begin(self, contact)))

    # --- orders that are not the medium's -----------------------------------------------------------------

    def _enqueue(
        self,
        contact: Contact,
        queue_id: UUID,
        priority: int,
        announce_every_s: float,
        *,
        lift: int = 0,
        fast_lane: bool = False,
        agent_id: UUID | None = None,
        agent_wait_s: int = 0,
    ) -> None:
        if contact.stage is Stage.AWAY:
            self._step(contact, GivesUpWaiting())
        if contact.stage not in {Stage.FLOW, Stage.AFTER, Stage.RETURNING}:
            return
        self.callbacks.called_again(contact, queue_id)
        try:
            caller = self.recent.caller(contact, self._at, fast_lane=fast_lane)
            if agent_id is not None:
                caller = msgspec.structs.replace(caller, dedicated_id=agent_id, dedicated_wait_s=agent_wait_s)
            effects = self.router.enqueue(contact.contact_id, queue_id, priority + lift, self._at, caller)
        except Refused as refused:
            log.warning("enqueue_refused", why=refused.code, queue_id=str(queue_id))
            self._step(contact, EnqueueRefused(queue_id))
            return
        place = self.router.waiting(contact.contact_id)
        self._step(
            contact,
            Enqueued(
                queue_id=queue_id if place is None else place.queue_id,
                asked_priority=priority,
                priority=priority + lift if place is None else place.priority,
                announce_every_s=announce_every_s,
                position=1 if place is None else place.position,
                # Whoever is offered at once does not wait, whatever the averages say.
                estimated_wait_s=0 if place is None or place.offered else place.estimated_wait_s,
                asked_queue_id=None if place is None or place.queue_id == queue_id else queue_id,
                flags=caller.flags,
                wanted_agent_id=caller.dedicated_id,
                wanted_wait_s=caller.dedicated_wait_s,
            ),
        )
        self._route(effects)

    def _keep_place(self, contact: Contact) -> None:
        """The caller wants to be called back; whoever cannot be goes on waiting."""
        waits = contact.stage in {Stage.QUEUED, Stage.OFFERING}
        place = self.callbacks.may_keep(contact) if waits else None
        if place is None:
            return
        now = self.router.waiting(contact.contact_id)
        callback = self.callbacks.keeping(contact, place, self._flows.keep(contact.contact_id))
        self._step(contact, PlaceKept(1 if now is None else now.position, callback.expires_at))
        self.callbacks.take(callback)

    def _interrupt(self, contact: Contact) -> None:
        """Whoever was waiting or talking is called back, if the queue says so."""
        caller = self.recent.caller(contact, self._at, fast_lane=False)
        callback = self.callbacks.owed(contact, caller, self._flows.keep(contact.contact_id))
        if callback is None:
            self._step(contact, Interrupted())
            return
        now = self.router.waiting(contact.contact_id)
        owed = PlaceKept(1 if now is None else now.position, callback.expires_at)
        self._step(contact, Interrupted(owed))
        self.callbacks.take(callback)

    def _requeue(self, contact: Contact, order: Requeue) -> None:
        self._enqueue(
            contact,
            order.queue_id,
            contact.asked_priority,
            contact.announce_every_s,
            lift=HEAD_OF_QUEUE if order.head else 0,
            agent_id=order.agent_id,
            agent_wait_s=MEANT_S,
        )

    def _connected(self, contact: Contact, order: RouterConnected) -> None:
        try:
            self._route(self.router.connected(order.offer_id, self._at))
        except Refused as refused:
            # Cannot be while both move in one step; should it be, the books must still agree.
            log.error("connected_refused", why=refused.code, contact_id=str(contact.contact_id))

    def _held(self, contact: Contact, order: RouterHeld) -> None:
        ask = self.router.held if order.on else self.router.retrieved
        self._route(ask(contact.contact_id, self._at, order.agent_id))

    def _summons_answered(self, contact: Contact, order: RouterSummonsAnswered) -> None:
        try:
            self._route(self.router.summons_answered(order.offer_id, self._at))
        except Refused as refused:
            # As in `_connected`: cannot be.
            log.error("connected_refused", why=refused.code, contact_id=str(contact.contact_id))

    def _ring_colleague(self, contact: Contact, order: RingColleague) -> None:
        try:
            effects = self.router.ring_colleague(contact.contact_id, order.by, order.agent_id, self._at)
        except Refused as refused:
            self._step(contact, ColleagueRefused(refused.code))
            return
        for effect in effects:
            if isinstance(effect, Summon):
                self.cards[order.agent_id] = contact
                self._step(contact, ColleagueRings(effect.offer_id, effect.ring_timeout_s))
            else:
                self._route([effect])

    def _dial_connected(self, contact: Contact, order: RouterDialConnected) -> None:
        try:
            self._route(self.router.dial_connected(order.agent_id, contact.contact_id, self._at))
        except Refused as refused:
            # As in `_connected`: cannot be.
            log.error("connected_refused", why=refused.code, contact_id=str(contact.contact_id))

    def _timer_due(self, contact: Contact, tag: str) -> None:
        if tag == "announce":
            place = self.router.waiting(contact.contact_id)
            if place is not None:
                self.feed(contact, Tick(place.position, place.estimated_wait_s))
        elif tag == CARD_TIMER:
            self.feed(contact, CardTimeUp())
        else:
            self.feed(contact, TimerDue(tag))

    def _watch_deadline(self) -> None:
        due = self.router.next_deadline()
        if due == self._deadline:
            return
        self._deadline = due
        if self._deadline_timer is not None:
            self._deadline_timer.cancel()
            self._deadline_timer = None
        if due is not None:
            delay = max(0.0, (due - self._at).total_seconds()) + LATE_S
            self._deadline_timer = self._scheduler.call_later(delay, self._deadline_due)

    def _deadline_due(self) -> None:
        self._deadline = self._deadline_timer = None
        self.act(lambda router, at: router.tick(at))


class _Pass:
    """One run to completion at one instant. A nested one joins the outer."""

    __slots__ = ("_at", "_floor", "_outer")

    def __init__(self, floor: Floor, at: datetime) -> None:
        self._floor, self._at, self._outer = floor, at, False

    def __enter__(self) -> None:
        floor = self._floor
        if not floor._running:
            floor._running = self._outer = True
            floor._at = self._at

    def __exit__(self, *exc: object) -> None:
        if not self._outer:
            return
        floor = self._floor
        try:
            floor._work_off()
            floor._watch_deadline()
        finally:
            floor._running = False
        agents = floor.changes.agents
        if floor._moved or agents or floor.callbacks.moved:
            moved, floor._moved = floor._moved, set()
            floor._on_moved(moved, agents)
        if floor.changes:
            floor._on_change()
