"""The flows that drive contacts: the one each is in, and one that goes on after it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog

from andon.interactions.events import Outcome
from andon.interactions.flow_port import FlowPort
from andon.interactions.inputs import AskFinish, FlowFailed, Input
from andon.interactions.machine.flow import FLOW_TIMER
from andon.interactions.model import Contact
from andon.interactions.orders import EnterFlow, LeaveFlow, Tell
from andon.interactions.ports import ContactView, FlowDriver, FlowHandle, QueueLeft
from andon.interactions.timers import Timers

log = structlog.get_logger(__name__)


class FlowRuns:
    """One floor's, by contact. `find` gives a contact while it lives, `feed` takes what its flow asks, `at`
    is the pass's instant."""

    def __init__(
        self,
        driver: FlowDriver,
        *,
        find: Callable[[UUID], Contact | None],
        feed: Callable[[Contact, Input], None],
        new_id: Callable[[], UUID],
        timers: Timers,
        at: Callable[[], datetime],
    ) -> None:
        self._driver = driver
        self._find = find
        self._feed = feed
        self._new_id = new_id
        self._timers = timers
        self._at = at
        self._handles: dict[UUID, FlowHandle] = {}
        self._left: dict[UUID, FlowHandle] = {}  # flows that go on after the one an agent sent the caller to

    def _port(self, view: ContactView) -> FlowPort:
        return FlowPort(view, self._find, self._feed, self._new_id)

    def start(self, view: ContactView) -> FlowHandle:
        """Begin the flow of the number that was called. Raises `LookupError` when none is published."""
        return self._driver.start(self._port(view))

    def drive(self, contact_id: UUID, handle: FlowHandle) -> None:
        """The flow begun hears what is told it from now on."""
        self._handles[contact_id] = handle

    def resume(self, contact_id: UUID, view: ContactView, flow: bytes, left: bytes | None = None) -> None:
        """Go on where a flow was kept. Raises what `FlowDriver.resume` raises."""
        port = self._port(view)
        self._handles[contact_id] = self._driver.resume(port, flow)
        if left is not None:
            self._left[contact_id] = self._driver.resume(port, left)

    def keep(self, contact_id: UUID) -> bytes | None:
        """Where the contact's flow is; None when it has none."""
        handle = self._handles.get(contact_id)
        return None if handle is None else handle.keep()

    def keep_left(self, contact_id: UUID) -> bytes | None:
        """Where the flow is that goes on afterwards; None when there is none."""
        left = self._left.get(contact_id)
        return None if left is None else left.keep()

    def forget(self, contact_id: UUID) -> None:
        """The contact is over."""
        self._handles.pop(contact_id, None)
        self._left.pop(contact_id, None)

    def tell(self, contact: Contact, order: Tell) -> None:
        """The flow hears; what is wrong with it ends the contact as `flow_error`."""
        handle = self._handles.get(contact.contact_id)
        if handle is None:
            if contact.placed is not None and isinstance(order.heard, QueueLeft):
                outcome = Outcome.SERVED if contact.talked else Outcome.CALLBACK_MISSED
                self._feed(contact, AskFinish(outcome, 16))
            return
        try:
            handle.hear(order.heard)
        except Exception as error:
            # A flow is configuration: whatever is wrong with it ends in `flow_error`, told to the caller.
            log.exception("flow_failed", heard=type(order.heard).__name__)
            self._feed(contact, FlowFailed(repr(error)))

    def enter(self, contact: Contact, order: EnterFlow) -> None:
        """Another flow has the caller; the one of before hears nothing until it is returned to."""
        contact_id = contact.contact_id
        before = self._handles.pop(contact_id, None)
        self._left.pop(contact_id, None)
        if order.back and before is not None:
            self._left[contact_id] = before
        self._stop_timers(contact)
        if contact.view is None:
            return
        try:
            self._handles[contact_id] = self._driver.start(self._port(contact.view), order.flow_id)
        except LookupError as error:  # taken out of use that instant
            log.warning("flow_missing", contact_id=str(contact_id), why=str(error))
            self._feed(contact, FlowFailed(str(error)))

    def leave(self, contact: Contact, order: LeaveFlow) -> None:
        """The flow that was left for another has the caller again, unless it never will."""
        before = self._left.pop(contact.contact_id, None)
        if order.gone:
            return
        self._stop_timers(contact)
        self._handles.pop(contact.contact_id, None)
        if before is not None:
            self._handles[contact.contact_id] = before

    def _stop_timers(self, contact: Contact) -> None:
        """Two flows may have timers of one name."""
        for tag in [tag for tag in self._timers.due(contact.contact_id) if tag.startswith(FLOW_TIMER)]:
            self._timers.set(contact, tag, None, self._at())
