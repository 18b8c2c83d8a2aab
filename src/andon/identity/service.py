"""Logging in and out, finding out who asks, and the operator's first administrator."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from andon.identity import audit, repository, texts  # noqa: F401  (texts registers what is said here)
from andon.identity.directory import Directory, Entry
from andon.identity.model import Actor, LoginPolicy, Permission, Role, locked, permissions, session_lives
from andon.identity.oidc import Proven
from andon.identity.passkeys import KeyShown, Passkeys
from andon.identity.passwords import Passwords
from andon.identity.proof import Proof
from andon.identity.second_factor import SecondFactors, Standing, forget
from andon.identity.tables import Audit, LogInRules, Tenant, User, UserSession
from andon.kit.bus.model import Bus
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.database.session import enter_scope
from andon.kit.errors import AndonError
from andon.kit.i18n import negotiate
from andon.kit.ids import uuid7
from andon.kit.seal import Seal
from andon.kit.settings import OidcSettings, Settings

log = structlog.get_logger(__name__)

SESSION_ENDED = "session.ended"
SYSTEM = "system"  # who it was, in the audit log, when it was whoever runs the installation
_SEEN_EVERY = timedelta(seconds=30)  # a session's last use is written down at most this often
_DEVICE_LENGTH = 200
REFUSAL_SECONDS = 0.3  # well above what checking takes, so that its differences do not show

_logins = Counter("andon_logins", "Log-in attempts", ["result"])


def policy_of(settings: Settings) -> LoginPolicy:
    return LoginPolicy(
        attempts=settings.login_attempts,
        lock=timedelta(minutes=settings.login_lock_minutes),
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_hours),
    )


@dataclass(frozen=True)
class LoggedIn:
    """`token` goes into the cookie and is known nowhere else."""

    actor: Actor
    token: str


class Sessions:
    """Log-ins of one process; all state is in the database, so that any process may answer."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        bus: Bus,
        policy: LoginPolicy,
        passwords: Passwords,
        seal: Seal,
        directory: Directory | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._bus = bus
        self.policy = policy
        self.passwords = passwords
        self.proof = Proof(db, passwords, directory)
        self.factors = SecondFactors(db, clock, policy, passwords, self.proof, seal)
        self.passkeys = Passkeys(db, clock)

    async def log_in(
        self,
        typed: str,
        password: str,
        address: str,
        device: str,
        code: str = "",
        key: KeyShown | None = None,
    ) -> LoggedIn:
        """Check name, password and, where there is a second factor, its code, a recovery code or a passkey.
        `typed` is a log-in name, or `name@operator` when operators share names.

        Raises `AndonError`: `login.refused`, `login.code_needed` and `login.code_refused` once the password
        was right, or `login.locked` after too many wrong tries. A name nobody bears is answered alike: in
        words, in lock-out, in work, and after the same time. Of people who come from the directory also
        `directory.unavailable`, `directory.another` and `directory.no_role`.
        """
        begun = self._clock.monotonic()
        try:
            return await self._log_in(typed, password, address, device, code, key)
        except AndonError:
            await self._clock.sleep(max(0.0, REFUSAL_SECONDS - (self._clock.monotonic() - begun)))
            raise

    async def _log_in(
        self, typed: str, password: str, address: str, device: str, code: str, key: KeyShown | None
    ) -> LoggedIn:
        login, _, operator = typed.strip().partition("@")
        now = self._clock.now()
        async with self._db.session(None) as session:
            found = await repository.users_by_login(session, login, operator)
            tenant_id, user_id = found[0] if len(found) == 1 else (None, None)
            who = f"user:{user_id}" if user_id else f"name:{_digest(typed.strip().lower()).hex()}"
            locked_until = await repository.try_login(
                session, who, now, self.policy.attempts, self.policy.lock
            )
        user: User | None = None
        if tenant_id is not None and user_id is not None:
            async with self._db.session(Scope(tenant_id)) as session:
                user = await session.get(User, user_id)
        usable = user is not None and user.active
        entry: Entry | None = None
        if user is not None and user.by_directory:
            # Not asked for who is locked: it may count tries itself.
            if usable and locked_until is None:
                entry = await self._at_directory(user, who, password, address)
            right = entry is not None
        else:
            right = await self.passwords.check(user.password_hash if user else None, password)
        if locked_until is not None:
            _logins.labels("locked").inc()
            raise locked(locked_until, now)
        if not (usable and right) or user is None:
            _logins.labels("refused").inc()
            if user is not None:
                await self._note_refused(user, address)
            raise self._refusal("login.refused")
        await self._settle_password(user, who, password)
        standing = await self.factors.standing(user.tenant_id, user.id)
        plain = "directory" if user.by_directory else "password"
        how = await self._second(user, standing, code, key, address) if standing.there else plain
        if entry is not None:
            if user.directory_id is None:
                await self._bind(user, "directory_id", entry.id, address)
            try:
                await self._take_over(user, entry, address)
            except AndonError:
                _logins.labels("refused").inc()
                await self._note_refused(user, address)
                raise
        enrolling = standing.required and not standing.there
        renewing = user.password_by is not None and not user.by_directory
        return await self._open(user, address, device, how, enrolling=enrolling, renewing=renewing)

    async def _at_directory(self, user: User, who: str, password: str, address: str) -> Entry | None:
        """The directory's entry of the person, if the password is theirs. A try that it did not judge does
        not count."""
        try:
            return await self.proof.admit(user, password)
        except AndonError as error:
            async with self._db.session(None) as session:
                await repository.untry_login(session, who)
            _logins.labels("refused").inc()
            if error.code == "directory.another":
                await self._note_refused(user, address)
            raise

    async def _second(
        self, user: User, standing: Standing, code: str, key: KeyShown | None, address: str
    ) -> str:
        """How the second factor was shown. Raises `login.code_needed`, which says whether a passkey would do
        too, `login.code_refused`, `passkey.refused`, `login.locked`."""
        if key is not None:
            whose, right = await self.passkeys.check(key)
            how = "passkey" if right and whose is not None and whose.id == user.id else None
        elif code.strip():
            how = await self.factors.check(user, code)
        else:
            raise AndonError("login.code_needed", 401, passkey=standing.passkeys > 0)
        if how is None:
            _logins.labels("refused").inc()
            await self._note_refused(user, address)
            raise AndonError("passkey.refused", 401) if key else self._refusal("login.code_refused")
        return how

    async def log_in_by_passkey(self, key: KeyShown, address: str, device: str) -> LoggedIn:
        """Whoever's passkey it is, without a password. Raises `passkey.refused`, and of people who come from
        the directory `directory.unavailable`, `directory.another`."""
        user, right = await self.passkeys.check(key)
        if user is None or not user.active or not right or not await self.proof.still_there(user):
            _logins.labels("refused").inc()
            if user is not None:
                await self._note_refused(user, address)
            raise AndonError("passkey.refused", 401)
        return await self._open(user, address, device, "passkey")

    def _refusal(self, code: str) -> AndonError:
        minutes = int(self.policy.lock.total_seconds() // 60)
        return AndonError(code, 401, attempts=self.policy.attempts, minutes=minutes)

    async def log_in_by_provider(
        self, provider: OidcSettings, proven: Proven, address: str, device: str
    ) -> LoggedIn:
        """Whom the provider knows: found by its own name for the person, at the first time by e-mail, which
        binds the two. Only those who are users already. Raises `oidc.unknown`.

        Second factors of local passwords are not asked for: that is the provider's part."""
        known_as = f"{provider.issuer} {proven.subject}"
        async with self._db.session(None) as session:
            tenant_id = await repository.operator_id(session, provider.operator)
        if tenant_id is None:
            log.error("oidc_operator_unknown", operator=provider.operator)
            raise AndonError("oidc.unknown", 403)
        async with self._db.session(Scope(tenant_id)) as session:
            user = await session.scalar(select(User).where(User.oidc_subject == known_as))
            if user is None and proven.email is not None:
                user = await session.scalar(
                    select(User).where(
                        func.lower(User.email) == proven.email.lower(),
                        # Somebody bound at this provider is somebody else there.
                        User.oidc_subject.is_(None)
                        | ~User.oidc_subject.startswith(f"{provider.issuer} ", autoescape=True),
                    )
                )
        if user is None or not user.active:
            _logins.labels("refused").inc()
            log.warning("oidc_person_unknown", subject=proven.subject)
            if user is not None:
                await self._note_refused(user, address)
            raise AndonError("oidc.unknown", 403)
        if user.oidc_subject != known_as:
            await self._bind(user, "oidc_subject", known_as, address)
        return await self._open(user, address, device, "oidc")

    async def _bind(
        self, user: User, column: Literal["oidc_subject", "directory_id"], known_as: str, address: str
    ) -> None:
        """From now on it is this one there. Raises `directory.another` when somebody here is that already."""
        try:
            async with self._db.session(Scope(user.tenant_id)) as session:
                row = await session.get_one(User, user.id)
                before = getattr(row, column)
                setattr(row, column, known_as)
                tenant = await session.get_one(Tenant, user.tenant_id)
                audit.record(
                    session,
                    _actor(tenant, user, user.id, address),
                    self._clock.now(),
                    "oidc_bind" if column == "oidc_subject" else "directory_bind",
                    "user",
                    object_id=user.id,
                    name=user.name,
                    before={column: before},
                    after={column: known_as},
                )
        except IntegrityError as error:
            if column == "oidc_subject":
                raise
            await self._note_refused(user, address)
            raise AndonError("directory.another", 403) from error

    async def _take_over(self, user: User, entry: Entry, address: str) -> None:
        """Name, mobile number, e-mail address and roles, as far as the directory has them and they fit.
        Raises `directory.no_role` when its groups leave none."""
        wanted: dict[str, Any] = dict(entry.usable())
        ended: list[UUID] = []
        try:
            async with self._db.session(Scope(user.tenant_id)) as session:
                row = await session.get_one(User, user.id, with_for_update=True)
                allows = await repository.allows(session)
                wanted["roles"] = roles = entry.roles_for(row, allows)
                if not roles:
                    raise AndonError("directory.no_role", 403)
                had, has = permissions(row.roles, allows), permissions(roles, allows)
                if Permission.MOBILE not in has:
                    wanted.pop("mobile", None)
                before = {name: getattr(row, name) for name in wanted}
                old, new = audit.changed(before, wanted)
                if not new:
                    return
                for name, value in wanted.items():
                    setattr(row, name, value)
                    setattr(user, name, value)
                if "email" in new:
                    row.oidc_subject = None  # another address: perhaps another person at the provider
                if not has >= had:
                    ended = await repository.end_sessions(session, user.id, self._clock.now())
                tenant = await session.get_one(Tenant, user.tenant_id)
                audit.record(
                    session,
                    _actor(tenant, user, user.id, address),
                    self._clock.now(),
                    "directory_update",
                    "user",
                    object_id=user.id,
                    name=user.name,
                    before=old,
                    after=new,
                )
        except IntegrityError:
            log.warning("directory_address_taken", user_id=str(user.id))  # somebody else has it here
            return
        self.tell_ended(ended)
        self._bus.publish("config.changed", {"tenant_id": str(user.tenant_id)})

    async def find(self, token: str | None, address: str = "") -> Actor | None:
        """Who holds this token, None when nobody does any more. Using a session keeps it from idling out."""
        if not token:
            return None
        now = self._clock.now()
        async with self._db.session(None) as session:
            owner = await repository.session_owner(session, _digest(token))
            if owner is None:
                return None
            await enter_scope(session, Scope(owner[0]))
            found = await repository.session_with_user(session, owner[1])
            if found is None:
                return None
            row, user, tenant, allows = found
            alive = session_lives(self.policy, seen_at=row.seen_at, expires_at=row.expires_at, now=now)
            if row.ended_at is not None or not user.active or not alive:
                return None
            if now - row.seen_at >= _SEEN_EVERY:
                row.seen_at = now
            actor = _actor(tenant, user, row.id, address, enrolling=row.enrolling, renewing=row.renewing)
            return msgspec.structs.replace(actor, granted=permissions(user.roles, allows))

    async def log_out(self, actor: Actor) -> None:
        """End this session."""
        now = self._clock.now()
        async with self._db.session(Scope(actor.tenant_id, actor.client_id, actor.user_id)) as session:
            row = await session.get(UserSession, actor.session_id)
            if row is not None and row.ended_at is None:
                row.ended_at = now
        async with self._db.session(Scope(actor.tenant_id)) as session:
            audit.record(session, actor, now, "logout", "session", object_id=actor.session_id)
        self.tell_ended([actor.session_id])

    def tell_ended(self, session_ids: list[UUID]) -> None:
        """Let every edge close what the sessions have open."""
        for session_id in session_ids:
            self._bus.publish(SESSION_ENDED, {"session_id": str(session_id)})

    async def _settle_password(self, user: User, who: str, password: str) -> None:
        """The password was right: tries are counted anew, a hash of older strength is renewed."""
        fresh_hash = None
        if not user.by_directory and self.passwords.needs_new_hash(user.password_hash):
            fresh_hash = await self.passwords.hash(password)
        async with self._db.session(Scope(user.tenant_id)) as session:
            await repository.clear_login(session, who)
            if fresh_hash is not None and (known := await session.get(User, user.id)) is not None:
                known.password_hash = fresh_hash

    async def _open(
        self,
        user: User,
        address: str,
        device: str,
        how: str,
        *,
        enrolling: bool = False,
        renewing: bool = False,
    ) -> LoggedIn:
        now = self._clock.now()
        await self._check_hours(user, now, address)
        token = secrets.token_urlsafe(32)
        async with self._db.session(Scope(user.tenant_id)) as session:
            row = UserSession(
                id=uuid7(),
                user_id=user.id,
                client_id=user.client_id,
                token_hash=_digest(token),
                started_at=now,
                seen_at=now,
                expires_at=now + self.policy.absolute,
                address=address,
                device=device[:_DEVICE_LENGTH],
                enrolling=enrolling,
                renewing=renewing,
            )
            session.add(row)
            tenant = await session.get_one(Tenant, user.tenant_id)
            actor = msgspec.structs.replace(
                _actor(tenant, user, row.id, address, enrolling=enrolling, renewing=renewing),
                granted=permissions(user.roles, await repository.allows(session)),
            )
            shown = {"device": row.device} | ({} if how == "password" else {"how": how})
            audit.record(session, actor, now, "login", "session", object_id=row.id, after=shown)
        _logins.labels("accepted").inc()
        return LoggedIn(actor, token)

    async def _check_hours(self, user: User, now: datetime, address: str) -> None:
        """Raises `login.hours` when people with these roles may not log in now."""
        async with self._db.session(Scope(user.tenant_id)) as session:
            hours = repository.hours_of(await session.scalar(select(LogInRules)))
        if not hours.admits(user.roles, now):
            _logins.labels("refused").inc()
            await self._note_refused(user, address)
            raise AndonError("login.hours", 403, opens=hours.opens, closes=hours.closes, zone=hours.zone)

    async def _note_refused(self, user: User, address: str) -> None:
        async with self._db.session(Scope(user.tenant_id)) as session:
            tenant = await session.get_one(Tenant, user.tenant_id)
            actor = _actor(tenant, user, user.id, address)
            audit.record(
                session, actor, self._clock.now(), "login_refused", "user", object_id=user.id, name=user.login
            )


async def create_operator(
    owner_url: str, passwords: Passwords, *, code: str, name: str, login: str, password: str, user_name: str
) -> UUID:
    """Make an operator with its first administrator, as the database's owner; returns the tenant's id.

    Only whoever runs the installation can do this: the application's role may not make tenants.
    """
    if not re.fullmatch(r"[a-z0-9-]{2,40}", code):
        raise AndonError("invalid", 422, fields={"code": "field.pattern"})
    tenant_id = uuid7()
    db = Database(owner_url, "andon operator", pool_size=1)
    try:
        async with db.session(Scope(tenant_id)) as session:
            session.add(Tenant(id=tenant_id, code=code, name=name))
            await session.flush()
            session.add(
                User(
                    login=login,
                    name=user_name,
                    roles=[Role.ADMINISTRATOR.value],
                    password_hash=await passwords.hash(password),
                )
            )
    except IntegrityError as error:
        raise AndonError("operator.exists", 409, operator=code) from error
    finally:
        await db.close()
    return tenant_id


async def reset_factor(
    owner_url: str, clock: Clock, *, operator: str, login: str, account: str
) -> list[UUID]:
    """Forget somebody's second factor and passkeys, as the database's owner, for the day when nobody is left
    who could do it on the page; returns the sessions that ended. `operator`: its code, empty when there is
    only one; `account`: who it is that runs the installation. Raises `operator.unknown`, `user.unknown`,
    `second_factor.none`."""
    db = Database(owner_url, "andon operator", pool_size=1)
    try:
        async with db.session(None) as session:
            tenant_id = await repository.operator_id(session, operator)
        if tenant_id is None:
            raise AndonError("operator.unknown", 404, operator=operator)
        async with db.session(Scope(tenant_id)) as session:
            user = await session.scalar(select(User).where(func.lower(User.login) == login.lower()))
            if user is None:
                raise AndonError("user.unknown", 404, login=login)
            await forget(session, user.id, keys=True)
            await repository.clear_login(session, f"user:{user.id}")
            now = clock.now()
            session.add(
                Audit(
                    at=now,
                    user_id=None,
                    user_name=SYSTEM,
                    action="second_factor_reset",
                    object_kind="user",
                    object_id=user.id,
                    object_name=user.name,
                    before=None,
                    after=None,
                    address=account,
                )
            )
            return await repository.end_sessions(session, user.id, now)
    finally:
        await db.close()


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode("utf-8", "replace")).digest()


def _actor(
    tenant: Tenant,
    user: User,
    session_id: UUID,
    address: str,
    *,
    enrolling: bool = False,
    renewing: bool = False,
) -> Actor:
    return Actor(
        tenant_id=tenant.id,
        tenant_name=tenant.name,
        user_id=user.id,
        session_id=session_id,
        login=user.login,
        name=user.name,
        agent_no=user.agent_no,
        roles=tuple(user.roles),
        client_id=user.client_id,
        locale=negotiate(user.locale, None),
        address=address,
        enrolling=enrolling,
        renewing=renewing,
        password_by=None if user.by_directory else user.password_by,
        password_at=user.password_changed_at,
        by_directory=user.by_directory,
    )
