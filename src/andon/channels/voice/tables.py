"""Trunks to the carriers and the numbers people call."""

from uuid import UUID

from sqlalchemy import CheckConstraint, text
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


class TrunkRow(Row, TenantRow, Retirable, Base):
    """A carrier's SIP trunk. `max_calls` 0: no limit of its own. `secret` is never shown again."""

    __tablename__ = "trunk"
    __table_args__ = (referable(), unique_unless_retired("trunk", "tenant_id", "name"))

    name: Mapped[str]
    host: Mapped[str]
    port: Mapped[int] = mapped_column(server_default=text("5060"))
    username: Mapped[str] = mapped_column(server_default="")
    secret: Mapped[str] = mapped_column(server_default="")
    max_calls: Mapped[int] = mapped_column(server_default=text("0"))


class NumberRow(Row, ClientRow, Retirable, Base):
    """A number people call. Unique over all tenants: the engine knows a call by it alone."""

    __tablename__ = "number"
    __table_args__ = (
        referable(),
        unique_unless_retired("number", "e164"),
        refers("project_id", "project", of_client=True),
        refers("trunk_id", "trunk"),
        refers("flow_id", "flow", of_client=True),
        CheckConstraint("kind IN ('95', '96', '400', '1xx', 'local')", name="kind"),
        CheckConstraint("NOT (dial_out AND kind = '400')", name="dial_out"),
    )

    project_id: Mapped[UUID]
    trunk_id: Mapped[UUID | None]
    e164: Mapped[str]
    label: Mapped[str]
    home: Mapped[str] = mapped_column(server_default="")
    kind: Mapped[str] = mapped_column(server_default="local")
    flow_id: Mapped[UUID | None]
    dial_out: Mapped[bool] = mapped_column(server_default=text("false"))  # may be shown when calling out
