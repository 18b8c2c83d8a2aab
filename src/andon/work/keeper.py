"""Keeps the work list up to the journal."""

from typing import ClassVar

from andon.interactions.events import ContactEnded
from andon.kit.journal import Fact, keeping
from andon.kit.journal.reader import Cursor, Entry
from andon.work import repository, service
from andon.work.model import AGE, KINDS, MISSED, read_call

TOPIC = "work"  # work.<tenant_id>: the list is another one


class WorkKeeper(keeping.Keeper):
    """One tenant's. See `kit.journal.keeping`."""

    name: ClassVar = "work"
    kinds: ClassVar = KINDS
    batch: ClassVar = 500
    gather_seconds: ClassVar = 0.2

    async def _cursor(self) -> Cursor:
        async with self._db.session(self._scope) as session:
            return await repository.load_cursor(session)

    async def _apply(self, cursor: Cursor, entries: list[Entry]) -> Cursor:
        fresh = self._clock.now() - AGE
        facts = [entry.record.fact for entry in entries if _concerns(entry.record.fact)]
        facts = [fact for fact in facts if fact.at >= fresh]
        changed = False
        async with self._db.session(self._scope) as session:
            kept = await repository.load_cursor(session, lock=True)
            if kept != cursor:
                return kept
            wanted = {fact.contact_id for fact in facts if fact.contact_id is not None}
            calls = await repository.facts_of_calls(session, wanted) if wanted else {}
            for fact in facts:
                call = read_call(calls.get(fact.contact_id, ())) if fact.contact_id is not None else None
                if call is not None:
                    changed |= await service.hear(session, fact, call)
            await repository.save_cursor(session, entries[-1].cursor)
        if changed:
            self._bus.publish(f"{TOPIC}.{self._tenant_id}", {})
        return entries[-1].cursor


def _concerns(fact: Fact) -> bool:
    """Most contacts end well: they need no look at what they were."""
    return not isinstance(fact, ContactEnded) or fact.outcome in MISSED
