"""Contacts' timers: those that run, and when each is due, which a later core must know."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from andon.interactions.model import Contact


class Timer(Protocol):
    def cancel(self) -> None: ...


class Scheduler(Protocol):
    """Runs something later; asyncio's event loop is one."""

    def call_later(self, delay: float, callback: Callable[..., object], *args: Any) -> Timer: ...


class Timers:
    """One floor's, by contact and tag. `on_due` is told when one is over."""

    def __init__(self, scheduler: Scheduler, on_due: Callable[[Contact, str], None]) -> None:
        self._scheduler = scheduler
        self._on_due = on_due
        self._running: dict[UUID, dict[str, Timer]] = {}
        self._due: dict[UUID, dict[str, datetime]] = {}

    def __len__(self) -> int:
        """How many contacts have timers."""
        return len(self._running.keys() | self._due.keys())

    def due(self, contact_id: UUID) -> dict[str, datetime]:
        """When a contact's timers are due, by tag."""
        return self._due.get(contact_id, {})

    def set(self, contact: Contact, tag: str, seconds: float | None, at: datetime) -> None:
        """A timer runs from `at` on, in place of one with the same tag; without `seconds` none does."""
        running = self._running.setdefault(contact.contact_id, {}).pop(tag, None)
        if running is not None:
            running.cancel()
        due = self._due.setdefault(contact.contact_id, {})
        if seconds is None:
            due.pop(tag, None)
        else:
            due[tag] = at + timedelta(seconds=seconds)
            self._start(contact, tag, seconds)

    def _start(self, contact: Contact, tag: str, seconds: float) -> None:
        self._running[contact.contact_id][tag] = self._scheduler.call_later(
            max(0.0, seconds), self._over, contact, tag
        )

    def _over(self, contact: Contact, tag: str) -> None:
        self._running.get(contact.contact_id, {}).pop(tag, None)
        self._due.get(contact.contact_id, {}).pop(tag, None)
        self._on_due(contact, tag)

    def forget(self, contact_id: UUID) -> None:
        """The contact is over."""
        self._due.pop(contact_id, None)
        for timer in self._running.pop(contact_id, {}).values():
            timer.cancel()

    def resume(self, contact_id: UUID, due: Mapping[str, datetime]) -> None:
        """Timers of a contact taken over; they stand still until `go_on`."""
        self._due[contact_id] = dict(due)

    def go_on(self, contacts: Mapping[UUID, Contact], now: datetime) -> None:
        """Timers taken over run for what is left of them. A second time does nothing."""
        for contact_id, due in self._due.items():
            running = self._running.setdefault(contact_id, {})
            for tag, at in due.items():
                if tag not in running:
                    self._start(contacts[contact_id], tag, (at - now).total_seconds())

    def close(self) -> None:
        """Forget all; none is told any more."""
        for timers in self._running.values():
            for timer in timers.values():
                timer.cancel()
        self._running.clear()
        self._due.clear()
