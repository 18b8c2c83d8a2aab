"""Skills, certificates, who has them, queues, rules for all queues, reasons for not being ready."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, text
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


class Skill(Row, TenantRow, Retirable, Base):
    __tablename__ = "skill"
    __table_args__ = (referable(), unique_unless_retired("skill", "tenant_id", "name"))

    name: Mapped[str]


class AgentSkill(TenantRow, Base):
    """`level` 1 (beginner) to 10 (expert)."""

    __tablename__ = "agent_skill"
    __table_args__ = (
        refers("user_id", "app_user", cascade=True),
        refers("skill_id", "skill"),
        CheckConstraint("level BETWEEN 1 AND 10", name="level"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    skill_id: Mapped[UUID] = mapped_column(primary_key=True)
    level: Mapped[int]


class AgentCertificate(TenantRow, Base):
    """Valid to the end of the day `valid_until` in the tenant's time zone."""

    __tablename__ = "agent_certificate"
    __table_args__ = (refers("user_id", "app_user", cascade=True),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    valid_until: Mapped[date]


class QueueSeat(TenantRow, Base):
    """An agent's own settings in a queue: `routing.model.Seat`."""

    __tablename__ = "queue_seat"
    __table_args__ = (
        refers("user_id", "app_user", cascade=True),
        refers("queue_id", "queue"),
        CheckConstraint('"order" BETWEEN 0 AND 100', name="order"),
        CheckConstraint("level BETWEEN 0 AND 10", name="level"),
        CheckConstraint("value BETWEEN 0 AND 100", name="value"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID] = mapped_column(primary_key=True)
    order: Mapped[int] = mapped_column(server_default=text("0"))
    level: Mapped[int] = mapped_column(server_default=text("0"))
    value: Mapped[int] = mapped_column(server_default=text("0"))


class RoutingRules(Base):
    """What holds for all queues of a tenant; no row: nothing out of the ordinary."""

    __tablename__ = "routing_rules"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    segments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    ageing_s: Mapped[int | None]
    certificate_warning_days: Mapped[int] = mapped_column(server_default=text("14"))
    breaks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    break_ask_s: Mapped[int] = mapped_column(server_default=text("120"))
    acw_extend_s: Mapped[int] = mapped_column(server_default=text("300"))
    record_internal: Mapped[bool] = mapped_column(server_default=text("false"))


class Queue(Row, ClientRow, Retirable, Base):
    """Spans in seconds; `required_skills` is `[{"skill_id", "min_level"}]`, all of them needed. The other
    JSON columns are the structs of `routing.model` with these names."""

    __tablename__ = "queue"
    __table_args__ = (
        referable(),
        unique_unless_retired("queue", "tenant_id", "project_id", "name"),
        refers("project_id", "project", of_client=True),
        CheckConstraint(
            "policy IN ('longest_idle', 'most_skilled', 'least_occupied', 'fewest_calls', 'round_robin',"
            " 'value_weighted')",
            name="policy",
        ),
    )

    project_id: Mapped[UUID]
    name: Mapped[str]
    required_skills: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    priority: Mapped[int] = mapped_column(server_default=text("0"))
    policy: Mapped[str] = mapped_column(server_default="longest_idle")
    ring_timeout_s: Mapped[int] = mapped_column(server_default=text("20"))
    acw_s: Mapped[int] = mapped_column(server_default=text("30"))
    target_percent: Mapped[int] = mapped_column(server_default=text("80"))
    target_s: Mapped[int] = mapped_column(server_default=text("20"))
    max_wait_s: Mapped[int | None]
    music: Mapped[str] = mapped_column(server_default="default")
    preferred_skills: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    required_certificates: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    groups: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    relax: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    overflow: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    reserve: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    doors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    dedicated_wait_s: Mapped[int] = mapped_column(server_default=text("0"))
    last_agent_wait_s: Mapped[int] = mapped_column(server_default=text("0"))
    redial_s: Mapped[int] = mapped_column(server_default=text("300"))
    value_s: Mapped[int] = mapped_column(server_default=text("30"))
    callback: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))


class StateReason(Row, TenantRow, Retirable, Base):
    """Why an agent is on break or not ready; `limit_min` is what is allowed at a time."""

    __tablename__ = "state_reason"
    __table_args__ = (
        referable(),
        unique_unless_retired("state_reason", "tenant_id", "kind", "name_zh"),
        CheckConstraint("kind IN ('break', 'not_ready')", name="kind"),
    )

    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    limit_min: Mapped[int | None]
