"""Prompts on the engine's machine: the database keeps them, here they are files, named by what is in them.

A file that is gone or was never written is no silence: the standard prompt of that name is heard, or the
nearest there is, and somebody is told.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from uuid import UUID

from andon.prompts.model import Kept

Names = Mapping[str, frozenset[str]]


class Library:
    """Every tenant's. `on_missing(tenant_id, project_id, language, name)` hears of a file that is gone."""

    def __init__(self, folder: Path, on_missing: Callable[[UUID, UUID, str, str], None]) -> None:
        self._folder = folder
        self._on_missing = on_missing
        self._of: dict[UUID, dict[tuple[UUID, str, str], Path]] = {}

    def put(self, tenant_id: UUID, kept: Iterable[Kept]) -> None:
        """What a tenant's callers hear from now on."""
        self._of[tenant_id] = {
            (each.project_id, each.language, each.name): self.place(each.sha256) for each in kept
        }

    def sound(self, tenant_id: UUID, project_id: UUID | None, language: str, name: str) -> Path | None:
        """The project's own prompt; None: it has none, or it cannot be played now."""
        if project_id is None:
            return None
        path = self._of.get(tenant_id, {}).get((project_id, language, name))
        if path is None or path.is_file():
            return path
        self._on_missing(tenant_id, project_id, language, name)
        return None

    def place(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.wav"

    def lacking(self, kept: Iterable[Kept]) -> set[str]:
        """Sounds, by SHA-256, of which there is no file."""
        return {each.sha256 for each in kept if not self.place(each.sha256).is_file()}

    def write(self, sha256: str, sound: bytes) -> None:
        """Keep a sound as a file. Raises `ValueError` for one that is another than its name says."""
        if hashlib.sha256(sound).hexdigest() != sha256:
            raise ValueError(f"sound {sha256} has changed")
        fresh = self._folder / f".{sha256}.new"
        fresh.write_bytes(sound)
        fresh.rename(self.place(sha256))


def names_by_project(kept: Iterable[Kept], standard: Names) -> dict[UUID, Names]:
    """By project, the names that can be spoken in each language: its own and the standard ones."""
    own: dict[UUID, dict[str, set[str]]] = {}
    for each in kept:
        own.setdefault(each.project_id, {}).setdefault(each.language, set()).add(each.name)
    return {
        project_id: {language: names | found.get(language, set()) for language, names in standard.items()}
        for project_id, found in own.items()
    }
