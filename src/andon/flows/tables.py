"""Flows and their published versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, ClientRow, Row, TenantRow, referable, refers


class FlowRow(Row, ClientRow, Base):
    __tablename__ = "flow"
    __table_args__ = (
        referable(),
        referable("client_id"),
        UniqueConstraint("tenant_id", "project_id", "name"),
        refers("project_id", "project", of_client=True),
    )

    project_id: Mapped[UUID]
    name: Mapped[str]


class FlowVersionRow(TenantRow, Base):
    """A published graph. Never changed: publishing again makes the next version."""

    __tablename__ = "flow_version"
    __table_args__ = (refers("flow_id", "flow", cascade=True),)

    flow_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    graph: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
