"""What supervisors tell agents, at once or about a moment of a recording."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database.base import Base, Row, TenantRow, referable, refers


class Message(Row, TenantRow, Base):
    """To one agent; those of one sending share `batch_id`. `at_ms` is from the start of the recording."""

    __tablename__ = "message"
    __table_args__ = (
        referable(),
        refers("from_id", "app_user"),
        refers("to_id", "app_user"),
        Index("ix_message_to", "tenant_id", "to_id", "id"),
        Index("ix_message_unread", "tenant_id", "to_id", postgresql_where=text("read_at IS NULL")),
        Index("ix_message_from", "tenant_id", "from_id", "id"),
        Index("ix_message_contact", "tenant_id", "contact_id"),
        CheckConstraint("(contact_id IS NULL) = (at_ms IS NULL)", name="moment"),
    )

    batch_id: Mapped[UUID]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    text: Mapped[str]
    sent_at: Mapped[datetime]
    contact_id: Mapped[UUID | None]
    at_ms: Mapped[int | None]
    read_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(server_default="")
    answered_at: Mapped[datetime | None]
