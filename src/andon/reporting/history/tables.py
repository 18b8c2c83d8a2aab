"""What people keep of the history page: searches, and the columns they look at."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Row, TenantRow, refers


class SavedSearch(Row, TenantRow, Base):
    """A search with a name. `client_id` is its maker's, whose wall it stays behind; `search`, `period` are
    those of `history.query`. Shared: who has one of the roles or is of one of the departments sees it."""

    __tablename__ = "saved_search"
    __table_args__ = (
        refers("client_id", "client"),
        refers("owner_id", "app_user", cascade=True),
        Index("uq_saved_search_name", "tenant_id", "owner_id", "name", unique=True),
        CheckConstraint("name <> ''", name="name"),
    )

    client_id: Mapped[UUID | None]
    owner_id: Mapped[UUID]
    name: Mapped[str]
    search: Mapped[dict[str, Any]] = mapped_column(JSONB)
    period: Mapped[dict[str, Any]] = mapped_column(JSONB)
    columns: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    departments: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


class HistoryColumns(TenantRow, Base):
    """The columns a person chose, in their order."""

    __tablename__ = "history_columns"
    __table_args__ = (refers("user_id", "app_user", cascade=True),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    columns: Mapped[list[str]]
