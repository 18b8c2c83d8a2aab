"""Tables the projector keeps. Columns are those of the rows in `model`, plus the tenant."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.kit.database import Base, TenantRow
from andon.reporting import model


class _Projected(TenantRow):
    """A row derived from facts: whose contact's client it is, if any."""

    client_id: Mapped[UUID | None]
    project_id: Mapped[UUID | None]


class ReportContact(_Projected, Base):
    __tablename__ = "report_contact"
    __table_args__ = (
        Index("ix_report_contact_arrived", "tenant_id", "arrived_at", "contact_id"),
        Index("ix_report_contact_queued", "tenant_id", "queued_at"),
        Index("ix_report_contact_connected", "tenant_id", "connected_at"),
        Index("ix_report_contact_agent", "tenant_id", "agent_id", "arrived_at"),
        Index("ix_report_contact_customer", "tenant_id", "customer_id", "arrived_at"),
        Index("ix_report_contact_caller", "tenant_id", "caller", "arrived_at"),
    )

    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    medium: Mapped[str]
    direction: Mapped[str]
    caller: Mapped[str]
    dnis: Mapped[str]
    number_id: Mapped[UUID | None]
    trunk_id: Mapped[UUID | None]
    node: Mapped[str]
    channel_id: Mapped[str]
    arrived_at: Mapped[datetime]
    customer_id: Mapped[UUID | None]
    tier: Mapped[str | None]
    flow_id: Mapped[UUID | None]
    flow_version: Mapped[int | None]
    queue_id: Mapped[UUID | None]
    queued_at: Mapped[datetime | None]
    queue_how: Mapped[str | None]
    visits: Mapped[int]
    waited_ms: Mapped[int | None] = mapped_column(BigInteger)
    offers: Mapped[int]
    agent_id: Mapped[UUID | None]
    connected_at: Mapped[datetime | None]
    answer_wait_ms: Mapped[int | None] = mapped_column(BigInteger)
    disconnected_at: Mapped[datetime | None]
    disconnected_by: Mapped[str | None]
    talked_ms: Mapped[int | None] = mapped_column(BigInteger)
    held_ms: Mapped[int | None] = mapped_column(BigInteger)
    acw_ms: Mapped[int | None] = mapped_column(BigInteger)
    survey_score: Mapped[int | None]
    recording_id: Mapped[UUID | None]
    voicemail_ms: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str | None]
    ended_by: Mapped[str | None]
    sip_cause: Mapped[int | None]
    ended_at: Mapped[datetime | None]
    total_ms: Mapped[int | None] = mapped_column(BigInteger)
    reason_id: Mapped[UUID | None]
    resolved: Mapped[bool | None]
    follow_up: Mapped[bool | None]
    wrapped_at: Mapped[datetime | None]
    talks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))


class ReportVisit(_Projected, Base):
    __tablename__ = "report_visit"
    __table_args__ = (
        Index("ix_report_visit_queued", "tenant_id", "queued_at"),
        Index("ix_report_visit_contact", "tenant_id", "contact_id"),
    )

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID]
    queue_id: Mapped[UUID]
    priority: Mapped[int]
    position: Mapped[int]
    queued_at: Mapped[datetime]
    estimated_wait_s: Mapped[int | None]
    left_at: Mapped[datetime | None]
    how: Mapped[str | None]
    waited_ms: Mapped[int | None] = mapped_column(BigInteger)


class ReportOffer(_Projected, Base):
    __tablename__ = "report_offer"
    __table_args__ = (
        Index("ix_report_offer_agent", "tenant_id", "agent_id", "made_at"),
        Index("ix_report_offer_contact", "tenant_id", "contact_id"),
    )

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID]
    queue_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    device: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    how: Mapped[str | None]
    rang_ms: Mapped[int | None] = mapped_column(BigInteger)


class ReportAgentState(_Projected, Base):
    __tablename__ = "report_agent_state"
    __table_args__ = (
        Index("ix_report_agent_state_agent", "tenant_id", "agent_id", "started_at"),
        Index(
            "ix_report_agent_state_open", "tenant_id", "agent_id", postgresql_where=text("ended_at IS NULL")
        ),
        Index("ix_report_agent_state_contact", "tenant_id", "contact_id"),
    )

    state_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    agent_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    state: Mapped[str]
    by: Mapped[str]
    why: Mapped[str]
    reason_id: Mapped[UUID | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    lasted_ms: Mapped[int | None] = mapped_column(BigInteger)


class ReportRecording(_Projected, Base):
    __tablename__ = "report_recording"
    __table_args__ = (Index("ix_report_recording_contact", "tenant_id", "contact_id"),)

    recording_id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    total_ms: Mapped[int | None] = mapped_column(BigInteger)
    spans: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    path: Mapped[str | None]
    audio_ms: Mapped[int | None] = mapped_column(BigInteger)
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    stored_at: Mapped[datetime | None]
    missing_ms: Mapped[int | None] = mapped_column(BigInteger)
    missing_why: Mapped[str | None]


class ReportSurvey(_Projected, Base):
    __tablename__ = "report_survey"
    __table_args__ = (Index("ix_report_survey_asked", "tenant_id", "asked_at"),)

    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    survey: Mapped[str] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    score: Mapped[int | None]


class ReportVoicemail(_Projected, Base):
    __tablename__ = "report_voicemail"
    __table_args__ = (Index("ix_report_voicemail_left", "tenant_id", "left_at", "contact_id"),)

    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID | None]
    left_at: Mapped[datetime]
    voicemail_ms: Mapped[int] = mapped_column(BigInteger)


class ReportCallback(_Projected, Base):
    __tablename__ = "report_callback"
    __table_args__ = (Index("ix_report_callback_kept", "tenant_id", "kept_at", "contact_id"),)

    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue_id: Mapped[UUID]
    kept_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(server_default=text("'asked'"))
    attempts: Mapped[int]
    not_before: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    how: Mapped[str | None]
    waited_ms: Mapped[int | None] = mapped_column(BigInteger)
    returned_id: Mapped[UUID | None]


class ReportCursor(TenantRow, Base):
    """How far the projector has read a tenant's journal."""

    __tablename__ = "report_cursor"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    xid: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)


Projected = (
    type[ReportContact]
    | type[ReportVisit]
    | type[ReportOffer]
    | type[ReportAgentState]
    | type[ReportRecording]
    | type[ReportSurvey]
    | type[ReportVoicemail]
    | type[ReportCallback]
)

TABLES: dict[type[model.Row], Projected] = {
    model.ContactRow: ReportContact,
    model.VisitRow: ReportVisit,
    model.OfferRow: ReportOffer,
    model.StateRow: ReportAgentState,
    model.RecordingRow: ReportRecording,
    model.SurveyRow: ReportSurvey,
    model.VoicemailRow: ReportVoicemail,
    model.CallbackRow: ReportCallback,
}
