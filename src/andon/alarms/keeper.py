"""Takes the calls of webhooks that the journal asks for into the list of those to be made."""

from typing import ClassVar

from andon.alarms import repository
from andon.alarms.events import HookWanted
from andon.kit.journal import keeping
from andon.kit.journal.reader import Cursor, Entry

TOPIC = "hook.wanted"


class HookKeeper(keeping.Keeper):
    """One tenant's. See `kit.journal.keeping`."""

    name: ClassVar = "hooks"
    kinds: ClassVar = (HookWanted.kind,)
    batch: ClassVar = 200
    gather_seconds: ClassVar = 0.0

    async def _cursor(self) -> Cursor:
        async with self._db.session(self._scope) as session:
            return await repository.load_cursor(session)

    async def _apply(self, cursor: Cursor, entries: list[Entry]) -> Cursor:
        wanted = [entry.record.fact for entry in entries if isinstance(entry.record.fact, HookWanted)]
        async with self._db.session(self._scope) as session:
            kept = await repository.load_cursor(session, lock=True)
            if kept != cursor:
                return kept
            if wanted:
                await repository.put_deliveries(session, wanted)
            await repository.save_cursor(session, entries[-1].cursor)
        if wanted:
            self._bus.publish(TOPIC, {"tenant_id": str(self._tenant_id)})
        return entries[-1].cursor
