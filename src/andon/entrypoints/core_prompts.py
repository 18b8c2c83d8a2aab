"""Prompts of projects in the core: their files, and what is done when one is gone."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

import structlog

from andon.entrypoints.core_alarms import Alarms
from andon.flows.service import prompt_names
from andon.kit.database import Database, Scope
from andon.prompts.library import Library, Names, names_by_project
from andon.prompts.model import Kept
from andon.prompts.repository import load_sounds

log = structlog.get_logger(__name__)

ALARM = "prompt_missing"


class Prompts:
    """All tenants'. `reload(tenant_id)` loads a tenant's configuration anew: it also writes what is gone."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        standard: Path,
        alarms: Alarms,
        reload: Callable[[UUID], object],
    ) -> None:
        self.standard = prompt_names(standard)
        self._db = db
        self._library = Library(folder, self._missing)
        self._alarms = alarms
        self._reload = reload
        self._gone: set[str] = set()  # alarms that are on
        self.sound = self._library.sound

    def put(self, tenant_id: UUID, kept: list[Kept]) -> Mapping[UUID, Names]:
        """Take what a tenant's callers hear; returns the names that each project can speak."""
        self._library.put(tenant_id, kept)
        return names_by_project(kept, self.standard)

    async def supply(self, tenant_id: UUID, kept: list[Kept]) -> None:
        """Write the files that are lacking. What cannot be written is heard as the standard prompt."""
        lacking = await asyncio.to_thread(self._library.lacking, kept)
        try:
            async with self._db.session(Scope(tenant_id)) as session:
                sounds = await load_sounds(session, lacking) if lacking else {}
            for sha256, sound in sounds.items():
                await asyncio.to_thread(self._library.write, sha256, sound)
        except (OSError, ValueError) as error:
            log.error("prompt_not_written", tenant_id=str(tenant_id), why=str(error)[:200])
            return
        for subject in [each for each in self._gone if each.startswith(str(tenant_id))]:
            self._gone.discard(subject)
            self._alarms.off(ALARM, subject)

    def _missing(self, tenant_id: UUID, project_id: UUID, language: str, name: str) -> None:
        subject = f"{tenant_id} {language}/{name} ({project_id.hex[-6:]})"
        if subject not in self._gone:
            self._gone.add(subject)
            self._alarms.on(ALARM, subject, f"{language}/{name}", tenant_id)
            self._reload(tenant_id)
