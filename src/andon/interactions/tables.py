"""The agent's own summary of a contact, the tree of reasons it chooses from, the form it fills in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Retirable, Row, TenantRow, referable, refers, unique_unless_retired


class ReasonNode(Row, TenantRow, Retirable, Base):
    """One branch or leaf of a project's reason tree."""

    __tablename__ = "reason_node"
    __table_args__ = (
        referable(),
        refers("project_id", "project"),
        refers("parent_id", "reason_node"),
        unique_unless_retired("reason_node", "tenant_id", "project_id", "parent_id", "name_zh"),
    )

    project_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    sort: Mapped[int] = mapped_column(server_default=text("0"))


class WrapUp(TenantRow, Base):
    """One per contact; the agent may correct it, the journal keeps that it was submitted."""

    __tablename__ = "wrapup"
    __table_args__ = (
        refers("project_id", "project"),
        refers("reason_id", "reason_node"),
        refers("agent_id", "app_user"),
    )

    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    agent_id: Mapped[UUID]
    project_id: Mapped[UUID]
    reason_id: Mapped[UUID | None]
    resolved: Mapped[bool | None]
    note: Mapped[str]
    form: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    form_version: Mapped[int | None]
    follow_up_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime]


class WrapFormVersion(TenantRow, Base):
    """What agents fill in after a project's contacts, from `published_at` on; versions are never changed.
    `fields` are the structs of `interactions.forms`."""

    __tablename__ = "wrap_form_version"
    __table_args__ = (
        refers("project_id", "project", cascade=True),
        refers("published_by", "app_user"),
    )

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
