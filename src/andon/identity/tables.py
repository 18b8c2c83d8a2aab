"""The operator (a tenant), its clients and their projects, the people and what they did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from andon.identity.model import MUST_BE_SEEN
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


class Tenant(Row, Base):
    """One operator of the installation. `code` tells apart log-in names two operators share."""

    __tablename__ = "tenant"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]


class Client(Row, TenantRow, Retirable, Base):
    """A company for which the operator works."""

    __tablename__ = "client"
    __table_args__ = (referable(), unique_unless_retired("client", "tenant_id", "name"))

    name: Mapped[str]
    short_name: Mapped[str]


class Project(Row, ClientRow, Retirable, Base):
    """One piece of work for a client; greetings are what the agent says first. `music` names the prompt that
    its waiting callers hear in place of the standard music; `chat_link` is sent to them, when they wish, as a
    text message through the gateway. `pop_url` is the page of the client's own system that agents get with a
    call, see `channels.voice.pop`."""

    __tablename__ = "project"
    __table_args__ = (
        referable(),
        referable("client_id"),
        unique_unless_retired("project", "tenant_id", "client_id", "name"),
        refers("client_id", "client"),
        refers("text_gateway_id", "text_gateway"),
        CheckConstraint("language IN ('zh', 'en')", name="language"),
    )

    name: Mapped[str]
    greeting_zh: Mapped[str] = mapped_column(server_default="")
    greeting_en: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str] = mapped_column(server_default="zh")
    music: Mapped[str] = mapped_column(server_default="")
    chat_link: Mapped[str] = mapped_column(server_default="")
    text_gateway_id: Mapped[UUID | None]
    pop_url: Mapped[str] = mapped_column(server_default="")


class TextGateway(Row, TenantRow, Retirable, Base):
    """A server that sends text messages for us. `secret` is the value of `header`, which lets us in; a try
    may take `timeout_s`, and is repeated up to `retries` times."""

    __tablename__ = "text_gateway"
    __table_args__ = (
        referable(),
        unique_unless_retired("text_gateway", "tenant_id", "name"),
        CheckConstraint("(header = '') = (secret = '')", name="secret"),
    )

    name: Mapped[str]
    url: Mapped[str]
    header: Mapped[str] = mapped_column(server_default="")
    secret: Mapped[str] = mapped_column(server_default="")
    timeout_s: Mapped[int] = mapped_column(server_default=text("5"))
    retries: Mapped[int] = mapped_column(server_default=text("2"))


class User(Row, TenantRow, Base):
    """A person who can log in. `client_id` set: sees this client only."""

    __tablename__ = "app_user"
    __table_args__ = (
        referable(),
        Index("uq_app_user_login", "tenant_id", text("lower(login)"), unique=True),
        Index("uq_app_user_agent_no", "tenant_id", "agent_no", unique=True),
        Index("uq_app_user_email", "tenant_id", text("lower(email)"), unique=True),
        Index("uq_app_user_oidc_subject", "tenant_id", "oidc_subject", unique=True),
        Index("uq_app_user_directory_id", "tenant_id", "directory_id", unique=True),
        refers("client_id", "client"),
        refers("password_by", "app_user"),
        CheckConstraint("locale IN ('zh', 'en')", name="locale"),
    )

    login: Mapped[str]
    name: Mapped[str]
    agent_no: Mapped[str | None]
    department: Mapped[str] = mapped_column(server_default="")
    roles: Mapped[list[str]]
    client_id: Mapped[UUID | None]
    email: Mapped[str | None]
    oidc_subject: Mapped[str | None]  # issuer and the provider's own name for the person, a space between
    password_hash: Mapped[str]
    password_changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    password_by: Mapped[UUID | None]  # somebody else who set it, until the person chose another one
    locale: Mapped[str] = mapped_column(server_default="zh")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    mobile: Mapped[str] = mapped_column(server_default="")  # where an agent may take calls away from the desk
    # the password is the directory's, whatever hash is here
    by_directory: Mapped[bool] = mapped_column(server_default=text("false"))
    directory_id: Mapped[str | None]  # who it is there, since the first log-in


class Team(Row, TenantRow, Retirable, Base):
    """Agents with a leader, in a department."""

    __tablename__ = "team"
    __table_args__ = (
        referable(),
        unique_unless_retired("team", "tenant_id", "name"),
        refers("leader_id", "app_user"),
    )

    name: Mapped[str]
    department: Mapped[str] = mapped_column(server_default="")
    leader_id: Mapped[UUID | None]


class TeamMember(TenantRow, Base):
    """The one team an agent is in."""

    __tablename__ = "team_member"
    __table_args__ = (
        refers("user_id", "app_user", cascade=True),
        refers("team_id", "team"),
        Index("ix_team_member_tenant_id_team_id", "tenant_id", "team_id"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID]


class UserSession(Row, TenantRow, Base):
    """A log-in. Only a hash of the cookie's token is kept."""

    __tablename__ = "user_session"
    __table_args__ = (
        referable(),
        refers("user_id", "app_user", cascade=True),
        UniqueConstraint("token_hash"),
        Index("ix_user_session_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    device: Mapped[str]
    # must set up a second factor before anything else
    enrolling: Mapped[bool] = mapped_column(server_default=text("false"))
    # must choose a password of one's own before anything else
    renewing: Mapped[bool] = mapped_column(server_default=text("false"))


class SecondFactor(TenantRow, Base):
    """What a person's authenticator app and we know, sealed. `secret` counts; `pending` waits for a first
    code to replace it. Codes of `last_step` and before are spent."""

    __tablename__ = "second_factor"
    __table_args__ = (
        refers("user_id", "app_user", cascade=True),
        CheckConstraint("(secret IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret: Mapped[str | None]
    pending: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class RecoveryCode(Row, TenantRow, Base):
    """Lets in once without the authenticator app. Only a hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        refers("user_id", "app_user", cascade=True),
        Index("ix_recovery_code_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Passkey(Row, TenantRow, Base):
    """A key pair in a device of a person's, which unlocks it with finger, face or PIN. We have its public
    half, as COSE. `sign_count` rises with each use where the device counts."""

    __tablename__ = "passkey"
    __table_args__ = (
        refers("user_id", "app_user", cascade=True),
        UniqueConstraint("tenant_id", "credential_id"),
        Index("ix_passkey_user", "tenant_id", "user_id"),
    )

    user_id: Mapped[UUID]
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[datetime | None]


class PasswordLeave(Row, TenantRow, Base):
    """Leave to set the password of somebody who holds a duty that one does not hold: asked for by one person,
    `given` by another, `used` once."""

    __tablename__ = "password_leave"
    __table_args__ = (
        refers("user_id", "app_user", cascade=True),
        refers("asked_by", "app_user", cascade=True),
        refers("decided_by", "app_user", cascade=True),
        Index("ix_password_leave_open", "tenant_id", "expires_at"),
        CheckConstraint("state IN ('wanted', 'given', 'refused', 'used')", name="state"),
        CheckConstraint("decided_by NOT IN (asked_by, user_id)", name="second"),
    )

    user_id: Mapped[UUID]
    asked_by: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default="wanted")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class LogInRules(Base):
    """What a tenant asks of those who log in; no row: nothing out of the ordinary."""

    __tablename__ = "log_in_rules"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    second_factor_roles: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    separated: Mapped[bool] = mapped_column(server_default=text("false"))
    hours_roles: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    hours_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{1,2,3,4,5,6,7}")
    hours_from: Mapped[str] = mapped_column(server_default="00:00")
    hours_to: Mapped[str] = mapped_column(server_default="24:00")
    hours_zone: Mapped[str] = mapped_column(server_default="Asia/Shanghai")


class RoleGrant(Base):
    """What a role allows at a tenant; no row: what it allows as it comes."""

    __tablename__ = "role_grant"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    role: Mapped[str] = mapped_column(primary_key=True)
    permissions: Mapped[list[str]]


def _must_see(context: Any) -> bool:
    """As an entry is written, whoever writes it."""
    entry = context.get_current_parameters()
    return (entry["object_kind"], entry["action"]) in MUST_BE_SEEN


class Audit(Row, TenantRow, Base):
    """Who did what to what, with the values before and after. Append-only."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_newest", "tenant_id", text("at DESC"), text("id DESC")),
        Index("ix_audit_log_object", "tenant_id", "object_kind", "object_id"),
        Index(
            "ix_audit_log_must_see",
            "tenant_id",
            text("at DESC"),
            text("id DESC"),
            postgresql_where=text("must_see"),
        ),
    )

    at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[UUID | None]
    object_name: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    address: Mapped[str]
    must_see: Mapped[bool] = mapped_column(default=_must_see, server_default=text("false"))


class AuditSeen(Base):
    """Somebody else who reads the audit log has seen an entry that must be seen. Append-only."""

    __tablename__ = "audit_seen"
    __table_args__ = (refers("seen_by", "app_user"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("andon_tenant()"))
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    seen_by: Mapped[UUID]
    seen_at: Mapped[datetime]
