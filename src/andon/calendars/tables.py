"""Opening hours."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Retirable, Row, TenantRow, referable, refers, unique_unless_retired


class CalendarRow(Row, TenantRow, Retirable, Base):
    """Without `project_id` any project's flows may use it. `periods` maps `mon` … `sun` to
    `[["09:00", "18:00"], …]`; `exceptions` is `[{"date", "periods", "name"}]`."""

    __tablename__ = "calendar"
    __table_args__ = (
        referable(),
        refers("project_id", "project"),
        unique_unless_retired("calendar", "tenant_id", "name"),
    )

    project_id: Mapped[UUID | None]
    name: Mapped[str]
    timezone: Mapped[str] = mapped_column(server_default="Asia/Shanghai")
    periods: Mapped[dict[str, Any]] = mapped_column(JSONB)
    follow_cn_holidays: Mapped[bool] = mapped_column(server_default=text("true"))
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
