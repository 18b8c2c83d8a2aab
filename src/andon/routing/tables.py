"""Skills, who has them, queues and the reasons for not being ready."""

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


class Queue(Row, ClientRow, Retirable, Base):
    """Spans in seconds; `required_skills` is `[{"skill_id", "min_level"}]`, all of them needed."""

    __tablename__ = "queue"
    __table_args__ = (
        referable(),
        unique_unless_retired("queue", "tenant_id", "project_id", "name"),
        refers("project_id", "project", of_client=True),
        CheckConstraint("policy IN ('longest_idle', 'most_skilled', 'round_robin')", name="policy"),
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
