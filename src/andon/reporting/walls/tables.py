"""Wallboards and their links."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import (
    Base,
    Retirable,
    Row,
    TenantRow,
    referable,
    refers,
    unique_unless_retired,
)


class Wallboard(Row, TenantRow, Retirable, Base):
    """Of one project or, without one, of the whole centre. `tiles` are `walls.model.Tile`s."""

    __tablename__ = "wallboard"
    __table_args__ = (
        referable(),
        refers("project_id", "project"),
        unique_unless_retired("wallboard", "tenant_id", "name"),
    )

    name: Mapped[str]
    project_id: Mapped[UUID | None]
    locale: Mapped[str] = mapped_column(server_default="zh")
    show_agents: Mapped[bool] = mapped_column(server_default=text("false"))
    tiles: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))


class WallboardLink(Row, TenantRow, Base):
    """Shows one wallboard to whoever holds the token, of which only the digest is kept."""

    __tablename__ = "wallboard_link"
    __table_args__ = (
        refers("wallboard_id", "wallboard"),
        refers("made_by", "app_user"),
        Index("ix_wallboard_link_tenant_id_wallboard_id", "tenant_id", "wallboard_id"),
    )

    wallboard_id: Mapped[UUID]
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    made_by: Mapped[UUID]
    revoked_at: Mapped[datetime | None]
