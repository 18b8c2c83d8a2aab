"""SQL of prompts."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.prompts.model import Kept, Source
from andon.prompts.sound import Fitted
from andon.prompts.tables import PromptRow, PromptVersionRow

_CURRENT = PromptRow.current[PromptVersionRow.language].as_integer() == PromptVersionRow.version


async def load_kept(session: AsyncSession, project_id: UUID | None = None) -> list[Kept]:
    """What callers hear of every prompt, or of one project's."""
    wanted = (
        select(PromptRow.project_id, PromptRow.name, PromptVersionRow.language, PromptVersionRow.sha256)
        .join(PromptVersionRow, PromptVersionRow.prompt_id == PromptRow.id)
        .where(PromptRow.retired_at.is_(None), _CURRENT)
        .order_by(PromptRow.id)
    )
    if project_id is not None:
        wanted = wanted.where(PromptRow.project_id == project_id)
    return [
        Kept(project_id=project, name=name, language="en" if language == "en" else "zh", sha256=sha256)
        for project, name, language, sha256 in await session.execute(wanted)
    ]


async def load_sounds(session: AsyncSession, wanted: Iterable[str]) -> dict[str, bytes]:
    """Sound files by their SHA-256."""
    rows = await session.execute(
        select(PromptVersionRow.sha256, PromptVersionRow.sound).where(
            PromptVersionRow.sha256.in_(list(wanted))
        )
    )
    return {row.sha256: row.sound for row in rows}


async def add_version(
    session: AsyncSession,
    prompt: PromptRow,
    language: str,
    fitted: Fitted,
    *,
    source: Source,
    says: str,
    file_name: str,
    at: datetime,
    by: UUID | None,
) -> PromptVersionRow:
    """Add the next version and let callers hear it. Two at once get two versions: the row is locked."""
    await session.refresh(prompt, with_for_update=True)
    last = await session.scalar(
        select(func.max(PromptVersionRow.version)).where(
            PromptVersionRow.prompt_id == prompt.id, PromptVersionRow.language == language
        )
    )
    row = PromptVersionRow(
        prompt_id=prompt.id,
        language=language,
        version=(last or 0) + 1,
        sound=fitted.wav,
        sha256=hashlib.sha256(fitted.wav).hexdigest(),
        ms=fitted.ms,
        source=source,
        says=says,
        file_name=file_name,
        done=_plain(fitted.done),
        made_at=at,
        made_by=by,
    )
    session.add(row)
    prompt.current = {**prompt.current, language: row.version}
    await session.flush()
    return row


def _plain(done: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(done)
    return plain
