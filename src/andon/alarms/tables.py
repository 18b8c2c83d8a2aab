"""Alarm rules as an administrator sets them."""

from uuid import UUID

from sqlalchemy import CheckConstraint, text
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
