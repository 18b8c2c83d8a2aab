"""SQL of transcripts."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity.tables import Project
from andon.transcripts.model import State
from andon.transcripts.tables import Transcript

MOST: Final = 200  # taken up at once

_ADOPT = text("""
    INSERT INTO transcript (id, client_id, project_id, contact_id, recording_id, next_at)
    SELECT uuidv7(), s.client_id, s.project_id, s.contact_id, CAST(s.data->>'recording_id' AS uuid), :now
    FROM journal s
    WHERE s.tenant_id = andon_tenant() AND s.kind = 'recording.stored' AND s.at >= :since
      AND s.client_id IS NOT NULL AND s.project_id IS NOT NULL AND s.contact_id IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM transcript t WHERE t.recording_id = CAST(s.data->>'recording_id' AS uuid))
      AND (:every OR EXISTS (
        SELECT FROM journal v WHERE v.tenant_id = s.tenant_id AND v.contact_id = s.contact_id
          AND v.kind = 'voicemail.left'))
    ORDER BY s.at LIMIT :most
    ON CONFLICT (tenant_id, recording_id) DO NOTHING
""")
_RECORDING = text("""
    SELECT kind, data FROM journal
    WHERE tenant_id = andon_tenant() AND contact_id = :contact
      AND kind IN ('recording.stopped', 'recording.stored')
      AND data->>'recording_id' = CAST(:recording AS text)
""")


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A stored recording: its file below the recordings, its spans, the language spoken."""

    path: str
    spans: list[dict[str, Any]]
    language: str


async def adopt(session: AsyncSession, now: datetime, back: timedelta, *, every: bool) -> None:
    """Take up recordings stored of late that nobody has: all, or those with a message."""
    await session.execute(_ADOPT, {"now": now, "since": now - back, "every": every, "most": MOST})


async def claim(session: AsyncSession, now: datetime, lease: timedelta) -> Transcript | None:
    """The next one to be tried, counted as tried: should we die over it, it is tried again after `lease`."""
    row: Transcript | None = await session.scalar(
        select(Transcript)
        .where(Transcript.state == State.WAITING.value, Transcript.next_at <= now)
        .order_by(Transcript.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is not None:
        row.tries += 1
        row.next_at = now + lease
        await session.flush()
    return row


async def recorded(session: AsyncSession, row: Transcript) -> Recorded | None:
    """What the journal says of the recording; None: it does not know it any more."""
    facts = {
        found.kind: found.data
        for found in await session.execute(
            _RECORDING, {"contact": row.contact_id, "recording": str(row.recording_id)}
        )
    }
    project = await session.get(Project, row.project_id)
    if project is None or facts.keys() != {"recording.stopped", "recording.stored"}:
        return None
    return Recorded(
        path=facts["recording.stored"]["path"],
        spans=facts["recording.stopped"]["spans"],
        language=project.language,
    )


async def of_recording(session: AsyncSession, recording_id: UUID) -> Transcript | None:
    """The transcript of a recording, waiting and failed ones too."""
    found: Transcript | None = await session.scalar(
        select(Transcript).where(Transcript.recording_id == recording_id)
    )
    return found
