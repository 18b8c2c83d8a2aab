"""The people who call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import (
    Base,
    ClientRow,
    Retirable,
    Row,
    TenantRow,
    referable,
    refers,
    unique_unless_retired,
)


class CustomerRow(Row, ClientRow, Base):
    """A client's customer. `phones` are digits with an optional leading +; `revision` counts changes, so that
    nobody overwrites what they have not seen."""

    __tablename__ = "customer"
    __table_args__ = (
        referable(),
        refers("client_id", "client"),
        refers("changed_by", "app_user"),
        refers("agent_id", "app_user"),
        Index("ix_customer_phones", "phones", postgresql_using="gin"),
        Index("ix_customer_name", "tenant_id", "client_id", "name"),
        CheckConstraint("tier IN ('normal', 'silver', 'gold', 'vip')", name="tier"),
    )

    name: Mapped[str]
    phones: Mapped[list[str]]
    tier: Mapped[str] = mapped_column(server_default="normal")
    tags: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    notes: Mapped[str] = mapped_column(server_default="")
    agent_id: Mapped[UUID | None]  # whose customer it is: that agent is waited for, where the queue says so
    open_complaint: Mapped[bool] = mapped_column(server_default=text("false"))
    address: Mapped[str] = mapped_column(server_default="")
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    revision: Mapped[int] = mapped_column(server_default=text("1"))
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[UUID | None]


class DoNotCallRow(Row, TenantRow, Retirable, Base):
    """Somebody does not want to be called, whoever the client is. `number` is digits with an optional +."""

    __tablename__ = "do_not_call"
    __table_args__ = (unique_unless_retired("do_not_call", "tenant_id", "number"),)

    number: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
