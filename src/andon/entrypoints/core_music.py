"""What callers of a project hear while they wait: a sound of its prompt library, or else the standard music.

The engine knows music by class. The core names a class for each such sound in a file that the engines read
with their configuration, and has them read it anew when it is another one.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from andon.channels.voice.model import Project
from andon.channels.voice.nodes import Nodes
from andon.prompts.model import Kept
from andon.telephony.errors import EngineRefused
from andon.telephony.service import Engine

log = structlog.get_logger(__name__)

STANDARD: Final = "default"
TRIES: Final = 5  # an engine that reads something else just now refuses
AGAIN_S: Final = 0.5


class Music:
    """All tenants' music. `sounds` is the folder of the prompts, `file` what engines read."""

    def __init__(self, sounds: Path, file: Path, nodes: Nodes) -> None:
        self._sounds = sounds
        self._file = file
        self._nodes = nodes
        self._of: dict[UUID, dict[UUID, str]] = {}  # by tenant and project, the sound's SHA-256
        self._writing = asyncio.Lock()

    def put(self, tenant_id: UUID, projects: Iterable[Project], kept: Iterable[Kept]) -> None:
        """What a tenant's callers hear from now on: the sound in the project's language, or in the other."""
        voices: dict[tuple[UUID, str], dict[str, str]] = {}
        for each in kept:
            voices.setdefault((each.project_id, each.name), {})[each.language] = each.sha256
        found = {}
        for project in projects:
            sounds = voices.get((project.project_id, project.music)) if project.music else None
            if sounds:
                found[project.project_id] = sounds.get(project.language) or next(iter(sounds.values()))
        self._of[tenant_id] = found

    def of(self, project_id: UUID | None) -> str:
        """The class of music of a project. Where the sound's file is gone it is the standard music."""
        if project_id is None:
            return STANDARD
        sha256 = next((found[project_id] for found in self._of.values() if project_id in found), None)
        if sha256 is None or not (self._sounds / f"{sha256}.wav").is_file():
            return STANDARD
        return _class(sha256)

    @property
    def has_own(self) -> bool:
        """Whether any project has music of its own."""
        return any(self._of.values())

    async def settle(self) -> None:
        """Have every engine know the classes there are now."""
        text = "".join(
            f"[{_class(sha256)}]\nmode=playlist\nentry={self._sounds / sha256}\n"
            for sha256 in sorted({sha256 for found in self._of.values() for sha256 in found.values()})
        )
        async with self._writing:
            if not await asyncio.to_thread(_written, self._file, text):
                return
        await asyncio.gather(*(self.tell(node.engine) for node in self._nodes if node.up.is_set()))

    async def tell(self, engine: Engine) -> None:
        """Have one engine read the classes. One that does not plays the standard music."""
        for _ in range(TRIES):
            try:
                await engine.read_music()
                return
            except EngineRefused as refused:
                why = str(refused)
                await asyncio.sleep(AGAIN_S)
        log.error("music_not_read", why=why)


def _class(sha256: str) -> str:
    return f"own-{sha256[:32]}"


def _written(path: Path, text: str) -> bool:
    """Write the file; false when it says so already."""
    if path.is_file() and path.read_text() == text:
        return False
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text)
    fresh.replace(path)
    return True
