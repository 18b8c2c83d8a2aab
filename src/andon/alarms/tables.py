"""Alarm rules as an administrator sets them, and what their webhooks still have to be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Retirable, Row, TenantRow, refers, unique_unless_retired


class AlarmRuleRow(Row, TenantRow, Retirable, Base):
    """See `alarms.model.Rule`. `quiet_from` and `quiet_until` are times of the day, `22:00`, or empty."""

    __tablename__ = "alarm_rule"
    __table_args__ = (
        refers("project_id", "project"),
        refers("queue_id", "queue"),
        unique_unless_retired("alarm_rule", "tenant_id", "name"),
        CheckConstraint("project_id IS NULL OR queue_id IS NULL", name="scope"),
        CheckConstraint("warn_at IS NOT NULL OR alarm_at IS NOT NULL", name="threshold"),
        CheckConstraint("(quiet_from = '') = (quiet_until = '')", name="quiet"),
        CheckConstraint("webhook = '' OR secret <> ''", name="signed"),
    )

    name: Mapped[str]
    figure: Mapped[str]
    variant: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="")
    project_id: Mapped[UUID | None]
    queue_id: Mapped[UUID | None]
    warn_at: Mapped[int | None]
    alarm_at: Mapped[int | None]
    hold_s: Mapped[int] = mapped_column(server_default=text("0"))
    quiet_from: Mapped[str] = mapped_column(server_default="")
    quiet_until: Mapped[str] = mapped_column(server_default="")
    roles: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    sound: Mapped[bool] = mapped_column(server_default=text("false"))
    webhook: Mapped[str] = mapped_column(server_default="")
    secret: Mapped[str] = mapped_column(server_default="")
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class AlarmDelivery(Row, TenantRow, Base):
    """One call of a webhook that is still to be made; its id is the receiver's to tell repetitions by. It is
    gone once it was delivered or given up: then the journal says so. `told` is the body without the id."""

    __tablename__ = "alarm_delivery"
    __table_args__ = (Index("ix_alarm_delivery_due", "tenant_id", "next_at"),)

    rule_id: Mapped[UUID]
    told: Mapped[dict[str, Any]]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime]


class AlarmDeliveryCursor(Base):
    """How far a tenant's journal was read for calls to make."""

    __tablename__ = "alarm_delivery_cursor"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    xid: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
