"""Names for ids, as far as the asker may see them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice.tables import NumberRow
from andon.customers.tables import CustomerRow
from andon.flows.tables import FlowRow
from andon.identity.tables import Client, Project, User
from andon.interactions.tables import ReasonNode
from andon.kit.i18n import Locale
from andon.reporting.shapes import Named
from andon.routing.tables import Queue, Skill

_TABLES: dict[str, tuple[type[Any], str]] = {
    "client": (Client, "short_name"),
    "project": (Project, "name"),
    "queue": (Queue, "name"),
    "agent": (User, "name"),
    "customer": (CustomerRow, "name"),
    "number": (NumberRow, "label"),
    "flow": (FlowRow, "name"),
    "skill": (Skill, "name"),
    "reason": (ReasonNode, ""),
}


class NameBook:
    """Looked up together, one query a kind. An id the scope does not see has no name and is not shown."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale
        self._names: dict[UUID, str] = {}

    @property
    def known(self) -> dict[UUID, str]:
        return self._names

    async def learn(self, session: AsyncSession, **ids: Iterable[UUID | None]) -> "NameBook":
        """Look up ids by kind: `learn(session, agent=[…], queue=[…])`."""
        for kind, wanted in ids.items():
            missing = {id for id in wanted if id is not None} - self._names.keys()
            if missing:
                table, column = _TABLES[kind]
                name = getattr(table, column or f"name_{self._locale}")
                found = await session.execute(select(table.id, name).where(table.id.in_(missing)))
                self._names.update({row[0]: row[1] for row in found})
        return self

    def named(self, id: UUID | None) -> Named | None:
        """The id with its name; null for null and for what the asker may not see."""
        name = self._names.get(id) if id is not None else None
        return Named(id=id, name=name) if id is not None and name is not None else None
