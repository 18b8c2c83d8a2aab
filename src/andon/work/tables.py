"""The work list."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, ClientRow, Row, TenantRow, referable, refers


class WorkItem(Row, ClientRow, Base):
    """Something to be done about a contact. `sort_at` is its place among those not done; `calls` counts the
    missed calls of one caller, the last at `last_at`; `agent_id` who has it, or had it last."""

    __tablename__ = "work_item"
    __table_args__ = (
        referable(),
        refers("client_id", "client"),
        refers("project_id", "project", of_client=True),
        refers("queue_id", "queue"),
        refers("agent_id", "app_user"),
        refers("done_by", "app_user"),
        Index(
            "uq_work_item_contact",
            "tenant_id",
            "contact_id",
            "kind",
            unique=True,
            postgresql_where=text("state <> 'done'"),
        ),
        Index("ix_work_item_open", "tenant_id", "sort_at", "id", postgresql_where=text("state <> 'done'")),
        Index("ix_work_item_done", "tenant_id", "done_at", "id", postgresql_where=text("state = 'done'")),
        Index(
            "ix_work_item_caller",
            "tenant_id",
            "client_id",
            "caller_key",
            postgresql_where=text("state <> 'done'"),
        ),
        Index("ix_work_item_agent", "tenant_id", "agent_id", "contact_id"),
        CheckConstraint("kind IN ('voicemail', 'missed_call', 'callback', 'follow_up')", name="kind"),
        CheckConstraint("state IN ('open', 'taken', 'done')", name="state"),
        CheckConstraint("state <> 'taken' OR agent_id IS NOT NULL", name="taken"),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL AND outcome IS NOT NULL)", name="done"),
    )

    project_id: Mapped[UUID]
    queue_id: Mapped[UUID | None]
    contact_id: Mapped[UUID]
    kind: Mapped[str]
    why: Mapped[str]
    caller: Mapped[str]
    caller_key: Mapped[str]
    customer_id: Mapped[UUID | None]
    length_ms: Mapped[int | None] = mapped_column(BigInteger)
    calls: Mapped[int] = mapped_column(server_default=text("1"))
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    sort_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="open")
    agent_id: Mapped[UUID | None]
    taken_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")


class WorkCursor(TenantRow, Base):
    """How far the journal was read for work."""

    __tablename__ = "work_cursor"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    xid: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
