"""Prompts and the versions of their sounds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import (
    Base,
    ClientRow,
    Retirable,
    Row,
    TenantRow,
    referable,
    refers,
    unique_unless_retired,
)


class PromptRow(Row, ClientRow, Retirable, Base):
    """A prompt of a project. `current` says by language which version callers hear."""

    __tablename__ = "prompt"
    __table_args__ = (
        referable(),
        unique_unless_retired("prompt", "tenant_id", "project_id", "name"),
        refers("project_id", "project", of_client=True),
    )

    project_id: Mapped[UUID]
    name: Mapped[str]
    note: Mapped[str]
    current: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


class PromptVersionRow(TenantRow, Base):
    """One sound, never changed. `says` is its text, `done` a `model.Done`; `sound` a WAV of at most 3 MB."""

    __tablename__ = "prompt_version"
    __table_args__ = (refers("prompt_id", "prompt", cascade=True),)

    prompt_id: Mapped[UUID] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sound: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str]
    ms: Mapped[int]
    source: Mapped[str]
    says: Mapped[str]
    file_name: Mapped[str]
    done: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
