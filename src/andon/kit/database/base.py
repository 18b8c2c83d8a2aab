"""What every table has. The walls themselves are policies in PostgreSQL, see `walls`."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, Text, UniqueConstraint, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from andon.kit.ids import uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables share one metadata, whose constraint names are predictable."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(as_uuid=True),
        datetime: TIMESTAMP(timezone=True),
        str: Text,
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class TenantRow:
    """A row behind the tenant wall. `tenant_id` fills itself from the session's scope."""

    @declared_attr
    @classmethod
    def tenant_id(cls) -> Mapped[UUID]:
        return mapped_column(server_default=text("andon_tenant()"))


class ClientRow(TenantRow):
    """A row that belongs to one client, also behind the wall between clients."""

    @declared_attr
    @classmethod
    def client_id(cls) -> Mapped[UUID]:
        return mapped_column()


class Row:
    """`id` (UUIDv7) and `created_at`, for things that people make and name."""

    @declared_attr
    @classmethod
    def id(cls) -> Mapped[UUID]:
        return mapped_column(primary_key=True, default=uuid7)

    @declared_attr
    @classmethod
    def created_at(cls) -> Mapped[datetime]:
        return mapped_column(server_default=func.now())


class Retirable:
    """What history refers to is not deleted but retired: it keeps its name and takes part in nothing."""

    @declared_attr
    @classmethod
    def retired_at(cls) -> Mapped[datetime | None]:
        return mapped_column()


def unique_unless_retired(table: str, *columns: str) -> Index:
    """A name is free again once its bearer is retired."""
    return Index(
        f"uq_{table}_{'_'.join(columns)}",
        *columns,
        unique=True,
        postgresql_where=text("retired_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def referable(*also: str) -> UniqueConstraint:
    """Lets other tables refer to `(tenant_id, id)`."""
    return UniqueConstraint("tenant_id", *also, "id")


def refers(
    column: str, table: str, *, cascade: bool = False, of_client: bool = False
) -> ForeignKeyConstraint:
    """A foreign key within the tenant, `of_client` also within the row's client.

    Foreign keys are checked behind the walls' back, so a plain one on `id` would accept another tenant's
    row, and tell whether it exists."""
    within = ["tenant_id", "client_id"] if of_client else ["tenant_id"]
    return ForeignKeyConstraint(
        [*within, column],
        [f"{table}.{name}" for name in (*within, "id")],
        ondelete="CASCADE" if cascade else None,
    )
