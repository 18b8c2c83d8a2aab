"""Exports that were asked for, and the tenant's rule about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Row, TenantRow, refers


class ExportRule(Base):
    """No row: the defaults. `rows_over` null: the number of rows alone needs nobody's approval."""

    __tablename__ = "export_rule"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    rows_over: Mapped[int | None] = mapped_column(server_default=text("1000"))
    whole_numbers: Mapped[bool] = mapped_column(server_default=text("true"))
    most_rows: Mapped[int] = mapped_column(server_default=text("100000"))
    keep_hours: Mapped[int] = mapped_column(server_default=text("72"))


class ExportJob(Row, TenantRow, Base):
    """One export; `created_at` is when it was asked for, `client_id` behind whose walls. `until` is not
    later than that, so that what is approved does not grow. `beat_at`: its worker still lived then."""

    __tablename__ = "export_job"
    __table_args__ = (
        refers("client_id", "client"),
        refers("asked_by", "app_user"),
        refers("decided_by", "app_user"),
        Index("ix_export_job_asked", "tenant_id", "asked_by", "id"),
        Index(
            "ix_export_job_open",
            "tenant_id",
            "id",
            postgresql_where=text("state IN ('waiting', 'wanted', 'running', 'done')"),
        ),
        CheckConstraint("format IN ('csv', 'xlsx')", name="format"),
        CheckConstraint(
            "state IN ('waiting', 'wanted', 'running', 'done', 'failed', 'refused', 'cancelled', 'expired')",
            name="state",
        ),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="another"),
    )

    client_id: Mapped[UUID | None]
    asked_by: Mapped[UUID]
    search: Mapped[dict[str, Any]] = mapped_column(JSONB)
    since: Mapped[datetime]
    until: Mapped[datetime]
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    format: Mapped[str]
    locale: Mapped[str]
    whole_numbers: Mapped[bool]
    rows_expected: Mapped[int]
    state: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(server_default="")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    beat_at: Mapped[datetime | None]
    rows_done: Mapped[int] = mapped_column(server_default=text("0"))
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    downloads: Mapped[int] = mapped_column(server_default=text("0"))
