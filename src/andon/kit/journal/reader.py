"""Reading the journal without gaps.

Two transactions may commit in another order than they began, so a reader that keeps the highest number
it saw would skip rows of a slower one. Each row therefore carries the id of its transaction, and a reader
only takes rows of transactions older than every one still open; within that bound, (xid, seq) is a total
order in which nothing can appear any more behind the cursor.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from andon.kit.bus.model import Bus
from andon.kit.database.session import Database, Scope
from andon.kit.journal.model import Fact, Record, decode
from andon.kit.journal.store import TOPIC

_POLL_SECONDS = 1.0
_RETRY_SECONDS = 0.02
_MAX_SEQ = 2**63 - 1

_ENVELOPE = "at, tenant_id, client_id, project_id, contact_id, agent_id"
FACT_COLUMNS = f"kind, version, data, {_ENVELOPE}"
_READ = text(
    f"SELECT xid::text AS xid, seq, id, {FACT_COLUMNS} FROM journal"  # noqa: S608  # constants
    " WHERE tenant_id = :tenant AND (xid, seq) > (CAST(CAST(:xid AS text) AS xid8), CAST(:seq AS bigint))"
    " AND xid < pg_snapshot_xmin(pg_current_snapshot())"
    " AND (CAST(:kinds AS text[]) IS NULL OR kind = ANY(CAST(:kinds AS text[])))"
    " ORDER BY journal.xid, seq LIMIT :limit"
)


def fact_of(row: Any) -> Fact:
    """The fact of a row that has `FACT_COLUMNS`. Raises `KeyError` for a kind that no imported module
    declares."""
    envelope = {name: value for name in _ENVELOPE.split(", ") if (value := getattr(row, name)) is not None}
    return decode(row.kind, row.version, envelope, row.data)


@dataclass(frozen=True, order=True)
class Cursor:
    """A place in one tenant's journal: everything at or before it has been read."""

    xid: int = 0
    seq: int = 0


@dataclass(frozen=True)
class Entry:
    """A record and the cursor to keep once it is dealt with."""

    cursor: Cursor
    record: Record


class JournalReader:
    """Reads one tenant's journal, or what the scope's client may see of it."""

    def __init__(self, db: Database, scope: Scope) -> None:
        self._db = db
        self._scope = scope

    async def read(
        self, after: Cursor = Cursor(), limit: int = 1000, kinds: Collection[str] | None = None
    ) -> list[Entry]:
        """The next `limit` facts after the cursor, oldest first. Raises `KeyError` for a kind that no
        imported module declares."""
        async with self._db.session(self._scope) as session:
            rows = await session.execute(
                _READ,
                {
                    "tenant": self._scope.tenant_id,
                    "xid": str(after.xid),
                    "seq": after.seq,
                    "kinds": None if kinds is None else list(kinds),
                    "limit": limit,
                },
            )
            entries = []
            for row in rows:
                record = Record(seq=row.seq, id=row.id, fact=fact_of(row))
                entries.append(Entry(Cursor(int(row.xid), row.seq), record))
            return entries

    async def end(self) -> Cursor:
        """The place behind everything that can be read now."""
        async with self._db.session(self._scope) as session:
            xmin = await session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))
            return Cursor(int(xmin) - 1, _MAX_SEQ)

    async def follow(
        self,
        bus: Bus,
        after: Cursor = Cursor(),
        limit: int = 1000,
        kinds: Collection[str] | None = None,
    ) -> AsyncIterator[list[Entry]]:
        """Batches for ever, as they come: woken by the bus, and once a second for what it missed."""
        woken = asyncio.Event()
        unsubscribe = bus.subscribe(TOPIC, lambda _topic, _payload: woken.set())
        wait = 0.0
        try:
            while True:
                was_woken = woken.is_set()
                woken.clear()
                entries = await self.read(after, limit, kinds)
                if entries:
                    after = entries[-1].cursor
                    yield entries
                    continue
                # Woken, yet nothing to read: an older transaction is still open. Look again soon.
                wait = _RETRY_SECONDS if was_woken and wait != _RETRY_SECONDS else _POLL_SECONDS
                try:
                    await asyncio.wait_for(woken.wait(), wait)
                except TimeoutError:
                    continue
        finally:
            unsubscribe()
