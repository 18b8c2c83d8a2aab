"""Roles, what they allow, who is asking, and the rules of logging in. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from andon.kit.errors import AndonError
from andon.kit.i18n import Locale


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"
    PLANNER = "planner"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SYSTEM = "system"
    SECURITY = "security"
    CLIENT_VIEWER = "client_viewer"


class Permission(StrEnum):
    DESK = "desk"  # take calls, see the own contacts and figures
    DIAL_OUT = "dial_out"  # transfer to and consult numbers outside
    MOBILE = "mobile"  # take calls on the own mobile telephone, where an administrator has set one
    OWN_MOBILE = "own_mobile"  # change that number oneself; allowed by no role as it comes
    BOARD = "board"  # the live board
    SUPERVISE = "supervise"  # be at agents' calls, choose their states, order the waiting
    CONTACTS = "contacts"  # everybody's contacts, within one's walls
    RECORDINGS = "recordings"  # listen to everybody's recordings, within one's walls
    CONFIG = "config"  # see and change everything an administrator sets up, people and their rights aside
    PEOPLE = "people"  # accounts, roles, what they allow, and the rules of logging in
    EXPORT = "export"  # have the result of a search of contacts written to a file
    NUMBERS = "numbers"  # with whole telephone numbers in it
    APPROVE_EXPORTS = "approve_exports"  # decide about others' exports that need it
    AUDIT = "audit"
    LEDGER = "ledger"


ALLOWS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset({Permission.DESK, Permission.DIAL_OUT, Permission.MOBILE}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.BOARD,
            Permission.SUPERVISE,
            Permission.CONTACTS,
            Permission.RECORDINGS,
            Permission.LEDGER,
            Permission.EXPORT,
            Permission.NUMBERS,
            Permission.APPROVE_EXPORTS,
        }
    ),
    Role.QUALITY: frozenset({Permission.CONTACTS, Permission.RECORDINGS, Permission.EXPORT}),
    Role.PLANNER: frozenset({Permission.BOARD}),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.CONFIG,
            Permission.PEOPLE,
            Permission.AUDIT,
            Permission.BOARD,
            Permission.LEDGER,
            Permission.APPROVE_EXPORTS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.AUDIT,
            Permission.LEDGER,
            Permission.CONTACTS,
            Permission.EXPORT,
            Permission.APPROVE_EXPORTS,
        }
    ),
    Role.SYSTEM: frozenset({Permission.CONFIG, Permission.BOARD, Permission.LEDGER}),
    Role.SECURITY: frozenset({Permission.PEOPLE}),
    Role.CLIENT_VIEWER: frozenset({Permission.BOARD, Permission.CONTACTS, Permission.EXPORT}),
}

# The three duties that are kept apart where duties are separated.
DUTIES = frozenset({Permission.CONFIG, Permission.PEOPLE, Permission.AUDIT})
# What a role is there for: it cannot be taken from it.
KEEPS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: frozenset({Permission.DESK}),
    Role.ADMINISTRATOR: DUTIES,
    Role.AUDITOR: frozenset({Permission.AUDIT}),
    Role.SYSTEM: frozenset({Permission.CONFIG}),
    Role.SECURITY: frozenset({Permission.PEOPLE}),
}
# Roles of people who may be bound to one client, and what is behind every client's wall.
BINDABLE = frozenset({Role.AGENT, Role.CLIENT_VIEWER})
OPERATORS_OWN = DUTIES | {Permission.LEDGER, Permission.SUPERVISE}
# A socket streams what these allow for as long as it is open.
STREAMED = frozenset({Permission.DESK, Permission.BOARD, Permission.SUPERVISE, Permission.CONFIG})

# Entries of the audit log, by kind and action, that somebody else who reads it has to see: who may do what,
# what log-ins ask for, what leaves the house, who acts by another's word, who listens to calls.
MUST_BE_SEEN = frozenset(
    {
        ("agent", "supervise_follow"),
        ("agent", "supervise_monitor"),
        ("duty", "appoint"),
        ("duty", "dismiss"),
        ("export", "approve"),
        ("export_rule", "undo"),
        ("export_rule", "update"),
        ("log_in_rules", "update"),
        ("role", "update"),
        ("user", "oidc_bind"),
        ("user", "password_agree"),
        ("user", "second_factor_reset"),
    }
)

Allows = Mapping[Role, frozenset[Permission]]


def permissions(roles: Iterable[str], allows: Allows = ALLOWS) -> frozenset[Permission]:
    """What the roles allow together. A role nobody knows allows nothing."""
    return frozenset().union(*(allows[Role(role)] for role in roles if role in ALLOWS))


def refused_grant(role: Role, wanted: frozenset[Permission]) -> str | None:
    """The text that says why the role cannot allow just this; None when it can."""
    if not KEEPS.get(role, frozenset()) <= wanted:
        return "field.role_keeps"
    if role in BINDABLE and wanted & OPERATORS_OWN:
        return "field.role_bindable"
    if role is not Role.ADMINISTRATOR and len(wanted & DUTIES) > 1:
        return "field.role_one_duty"
    return None


def duties_beyond(held: frozenset[Permission], others: frozenset[Permission]) -> frozenset[Permission]:
    """The duties that the other person holds and one does not: who sets that person's password could act as
    such."""
    return (others & DUTIES) - held


def mixes_duties(held: frozenset[Permission]) -> bool:
    """Whether somebody holds more than one of the three duties."""
    return len(held & DUTIES) > 1


def duties_of(person: Mapping[str, Any], allows: Allows) -> frozenset[Permission]:
    """The duties of somebody with these values: of who cannot log in, or is bound to a client, none."""
    if not person["active"] or person["client_id"] is not None:
        return frozenset()
    return permissions(person["roles"], allows) & DUTIES


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking, found by the session cookie. `client_id` set: sees this client only. `enrolling`: may do
    nothing yet but set up the second factor that a rule asks for; `renewing`: nothing but choose a password
    in place of the one that `password_by` set at `password_at`. `by_directory`: has no password here.
    `granted`: what the roles allow at this operator; None: what they allow as they come."""

    tenant_id: UUID
    tenant_name: str
    user_id: UUID
    session_id: UUID
    login: str
    name: str
    agent_no: str | None
    roles: tuple[str, ...]
    client_id: UUID | None
    locale: Locale
    address: str = ""
    enrolling: bool = False
    renewing: bool = False
    password_by: UUID | None = None
    password_at: datetime | None = None
    by_directory: bool = False
    granted: frozenset[Permission] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions(self.roles) if self.granted is None else self.granted

    @property
    def supervises(self) -> bool:
        """Whether the supervisors' verbs are granted: to a client's people by no contract yet."""
        return self.client_id is None and self.may(Permission.SUPERVISE)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


class LoginPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """After `attempts` wrong passwords in a row the account rests for `lock`; a session ends `idle` after
    it was last used and `absolute` after it began, whichever is first."""

    attempts: int = 5
    lock: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(minutes=480)
    absolute: timedelta = timedelta(hours=12)


def lock_after_failure(policy: LoginPolicy, failed: int, now: datetime) -> datetime | None:
    """Until when the account rests after its `failed`-th wrong password in a row; None: not at all."""
    return now + policy.lock if failed >= policy.attempts else None


def locked(until: datetime, now: datetime) -> AndonError:
    """The refusal of a try while the name rests."""
    return AndonError("login.locked", 429, minutes=max(1, -(-int((until - now).total_seconds()) // 60)))


def needs_second_factor(required_of: Iterable[str], roles: Iterable[str]) -> bool:
    """Whether the rule asks a second factor of somebody with these roles."""
    return not set(required_of).isdisjoint(roles)


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    return locked_until is not None and now < locked_until


def session_lives(policy: LoginPolicy, *, seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a session that was last used at `seen_at` may be used now."""
    return now < expires_at and now - seen_at < policy.idle
