"""Transcripts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, ClientRow, Row, refers


class Transcript(Row, ClientRow, Base):
    """What is said in one recording. While `waiting` it is tried again at `next_at`; `lines` are
    `model.Line`s, `heard_ms` is how much of the recording was heard, `why` how the last try failed."""

    __tablename__ = "transcript"
    __table_args__ = (
        refers("project_id", "project", of_client=True),
        UniqueConstraint("tenant_id", "recording_id"),
        Index("ix_transcript_contact", "tenant_id", "contact_id"),
        Index("ix_transcript_waiting", "tenant_id", "next_at", postgresql_where=text("state = 'waiting'")),
        CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
        CheckConstraint("(state = 'done') = (made_at IS NOT NULL)", name="made"),
    )

    project_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    recording_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(server_default="")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    heard_ms: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    made_by: Mapped[str] = mapped_column(server_default="")
    made_at: Mapped[datetime | None]
