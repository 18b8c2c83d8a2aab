"""Flows and their published versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, text
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
    """A published graph. Never changed: publishing again makes the next version. `accepted` holds the
    warnings it was published against, each with `code`, `node` and somebody's `reason`."""

    __tablename__ = "flow_version"
    __table_args__ = (refers("flow_id", "flow", cascade=True),)

    flow_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    graph: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
    accepted: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))


class FlowDraftRow(TenantRow, Base):
    """What is being drawn. `revision` grows with each save, so that nobody overwrites another unseen."""

    __tablename__ = "flow_draft"
    __table_args__ = (refers("flow_id", "flow", cascade=True),)

    flow_id: Mapped[UUID] = mapped_column(primary_key=True)
    graph: Mapped[dict[str, Any]] = mapped_column(JSONB)
    revision: Mapped[int]
    saved_at: Mapped[datetime]
    saved_by: Mapped[UUID | None]
