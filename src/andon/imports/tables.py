"""Spreadsheets that were brought, and what became of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Row, TenantRow, refers


class ImportJob(Row, TenantRow, Base):
    """One file. `checked` may be applied, `wrong` has `faults`: the first of them, each with `row`, `column`,
    and `key` and `params` of its text. `made`, `changed`, `same` count things, not rows of faults."""

    __tablename__ = "import_job"
    __table_args__ = (
        refers("asked_by", "app_user"),
        Index("ix_import_job_newest", "tenant_id", "id"),
        CheckConstraint("kind IN ('users', 'numbers', 'reasons')", name="kind"),
        CheckConstraint(
            "state IN ('wanted', 'checking', 'checked', 'wrong', 'approved', 'applying', 'applied', 'failed',"
            " 'expired')",
            name="state",
        ),
    )

    asked_by: Mapped[UUID]
    kind: Mapped[str]
    file_name: Mapped[str]
    state: Mapped[str]
    beat_at: Mapped[datetime | None]
    rows: Mapped[int] = mapped_column(server_default=text("0"))
    done: Mapped[int] = mapped_column(server_default=text("0"))  # things written so far, of made and changed
    made: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    same: Mapped[int] = mapped_column(server_default=text("0"))
    faults_count: Mapped[int] = mapped_column(server_default=text("0"))
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
