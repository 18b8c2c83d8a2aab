"""Run the check: read the journal and the engine's record, apply the rules, look at the recordings' files."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from andon.kit.database import Database, Scope
from andon.reporting.ledger.model import LedgerReport, Row, WitnessCall
from andon.reporting.ledger.rules import Books
from andon.reporting.ledger.witness import compare

CHUNK = 5000
_ROWS = text(
    "SELECT seq, at, kind, contact_id, agent_id, data FROM journal"
    " WHERE seq > :after AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)"
    " AND (CAST(:until AS timestamptz) IS NULL OR at < :until)"
    " ORDER BY seq LIMIT :limit"
)


async def run(
    db: Database,
    scope: Scope,
    *,
    witness: Callable[[], Mapping[str, WitnessCall] | None] | None = None,
    caller_prefixes: tuple[str, ...] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    recordings: Path | None = None,
    deep: bool = False,
) -> LedgerReport:
    """Check one tenant's books. `witness` reads the engine's own record (None: no witness at hand); it is
    read after the journal, so that what the journal has is in it.

    `recordings`: the folder of stored files, to see that each is there; `deep` compares their hashes too.
    """
    books = Books(partial=since is not None)
    async for rows in _journal(db, scope, since, until):
        books.take_all(rows)
    now = datetime.now(UTC)
    books.close(until or now)
    if recordings is not None:
        await asyncio.to_thread(_files, books, recordings, deep)
    channels = await asyncio.to_thread(witness) if witness is not None else None
    if channels is not None:
        compare(books, channels, caller_prefixes=caller_prefixes, first=since, last=until or now)
    return LedgerReport(
        checked_at=now,
        since=since,
        until=until,
        rows=books.rows,
        contacts=len(books.contacts),
        open_contacts=sum(contact.ended is None for contact in books.contacts.values()),
        agent_seconds=round(sum(agent.seconds for agent in books.agents.values()), 3),
        recording_seconds=sum(recording.total_ms for recording in books.recordings.values()) / 1000,
        witness_channels=None if channels is None else len(channels),
        rules=books.results(),
        findings=books.findings,
    )


async def _journal(
    db: Database, scope: Scope, since: datetime | None, until: datetime | None
) -> AsyncIterator[list[Row]]:
    """The tenant's rows in order, a chunk at a time, each in a short transaction of its own."""
    after = 0
    while True:
        values = {"after": after, "since": since, "until": until, "limit": CHUNK}
        async with db.session(scope) as session:
            found = (await session.execute(_ROWS, values)).all()
        if not found:
            return
        yield [
            Row(
                seq=row.seq,
                at=row.at,
                kind=row.kind,
                contact_id=str(row.contact_id) if row.contact_id else None,
                agent_id=str(row.agent_id) if row.agent_id else None,
                data=row.data,
            )
            for row in found
        ]
        after = found[-1].seq


def _files(books: Books, folder: Path, deep: bool) -> None:
    for recording_id, recording in books.recordings.items():
        if not recording.path:
            continue
        path = folder / recording.path
        books.check("recording.kept", path.is_file(), recording_id, "its file is gone")
        if deep and path.is_file():
            with path.open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
            books.check("recording.kept", digest == recording.sha256, recording_id, "its file was changed")
