"""The rows a batch touches, and what is summed up over them. Pure."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from andon.kit.journal import Fact
from andon.reporting.model import Changes, ContactRow, Row, Shelf, Talk, VisitRow
from andon.routing.events import AgentState


class Batch:
    """The shelf with a memory of what was touched."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._touched: dict[tuple[str, Any], Row] = {}
        self._news = Changes()

    def touch(self, key: object, row: Row) -> None:
        self._touched[type(row).__name__, key] = row

    def changes(self) -> Changes:
        self._news.rows = list(self._touched.values())
        return self._news

    def contact(self, fact: Fact) -> ContactRow | None:
        """The contact's row, made when a fact is the first we see of it; null for a fact of no contact."""
        if fact.contact_id is None:
            return None
        row = self.shelf.contacts.get(fact.contact_id)
        if row is None:
            row = self.shelf.contacts[fact.contact_id] = ContactRow(
                contact_id=fact.contact_id, arrived_at=fact.at
            )
        row.client_id = row.client_id or fact.client_id
        row.project_id = row.project_id or fact.project_id
        self.touch(row.contact_id, row)
        self._news.contacts.add(row.contact_id)
        if row.project_id is not None:
            self._news.projects.add(row.project_id)
        if row.agent_id is not None:
            self._news.agents.add(row.agent_id)
        return row

    def visits(self, contact_id: UUID) -> list[VisitRow]:
        found = [row for row in self.shelf.visits.values() if row.contact_id == contact_id]
        return sorted(found, key=lambda row: (row.queued_at, row.visit_id))

    def close_visit(self, visit: VisitRow, how: str, at: datetime, waited_ms: int) -> None:
        visit.how, visit.left_at, visit.waited_ms = how, at, waited_ms
        self.touch(visit.visit_id, visit)
        self._news.queues.add(visit.queue_id)

    def sum_visits(self, contact: ContactRow) -> None:
        """Bring the contact's queue columns up to its visits."""
        visits = self.visits(contact.contact_id)
        if not visits:
            return
        waits = [visit.waited_ms for visit in visits if visit.waited_ms is not None]
        contact.visits = len(visits)
        contact.queued_at = visits[0].queued_at
        contact.queue_id = visits[-1].queue_id
        contact.queue_how = visits[-1].how
        contact.waited_ms = sum(waits) if waits else None
        self._news.queues.update(visit.queue_id for visit in visits)

    def sum_wrap_up(self, contact_id: UUID | None) -> None:
        """Bring the contact's wrap-up time up to the agents' states."""
        contact = self.shelf.contacts.get(contact_id) if contact_id is not None else None
        if contact is None:
            return
        spent: dict[UUID, int] = {}
        for state in self.shelf.states.values():
            if state.contact_id == contact_id and state.state == AgentState.ACW:
                spent[state.agent_id] = spent.get(state.agent_id, 0) + (state.lasted_ms or 0)
        contact.acw_ms = sum(spent.values())
        talks = talks_of(contact)
        for talk in reversed(talks):  # an agent's wrap-up stands with the last conversation
            talk.acw_ms = spent.pop(talk.agent_id, None) if talk.agent_id is not None else None
        self.keep_talks(contact, talks)
        self.touch(contact.contact_id, contact)
        if contact.queue_id is not None:
            self._news.queues.add(contact.queue_id)

    def keep_talks(self, contact: ContactRow, talks: list[Talk]) -> None:
        """Bring the contact's columns up to its conversations."""
        contact.talks = msgspec.to_builtins(talks)
        if not talks:
            return
        over = [talk for talk in talks if talk.talked_ms is not None]
        contact.connected_at, contact.agent_id = talks[0].connected_at, talks[-1].agent_id
        contact.talked_ms = sum(talk.talked_ms or 0 for talk in over) if over else None
        contact.held_ms = sum(talk.held_ms or 0 for talk in over) if over else None

    def agent_news(self, agent_id: UUID | None) -> None:
        if agent_id is not None:
            self._news.agents.add(agent_id)


def talks_of(contact: ContactRow) -> list[Talk]:
    return msgspec.convert(contact.talks, list[Talk])


def ms(since: datetime, until: datetime) -> int:
    return max(0, (until - since) // timedelta(milliseconds=1))
