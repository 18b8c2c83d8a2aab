"""Ledger checks that were asked for, and what they found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Row, TenantRow


class LedgerCheck(Row, TenantRow, Base):
    """One check; `created_at` is when it was asked for. `report` is there once `state` is `done`."""

    __tablename__ = "ledger_check"
    __table_args__ = (
        Index("ix_ledger_check_newest", "tenant_id", text("created_at DESC"), text("id DESC")),
        Index("uq_ledger_check_open", "tenant_id", unique=True, postgresql_where=text("finished_at IS NULL")),
        CheckConstraint("state IN ('wanted', 'running', 'done', 'failed')", name="state"),
    )

    asked_by: Mapped[UUID | None]
    state: Mapped[str]
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
