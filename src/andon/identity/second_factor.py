"""The second factor of a local password: codes of an authenticator app (RFC 6238), and recovery codes for the
day the telephone is gone. A code is good once; tries are counted like those of passwords."""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit, passkeys, repository
from andon.identity.model import Actor, LoginPolicy, locked, needs_second_factor
from andon.identity.passwords import Passwords
from andon.identity.proof import Proof
from andon.identity.tables import LogInRules, Passkey, RecoveryCode, SecondFactor, User, UserSession
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.kit.seal import Seal
from andon.kit.web import invalid

ISSUER = "Andon"
STEP_SECONDS = 30
RECOVERY_CODES = 10
_DRIFT = (0, -1, 1)  # steps that a telephone's clock may be off
_SECRET_BYTES = 20
# Without 0 O 1 I L: they are copied by hand.
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_HALF = 5


@dataclass(frozen=True)
class Enrolment:
    """What the authenticator app is told: by QR code, or the secret typed in."""

    secret: str
    uri: str


@dataclass(frozen=True)
class Standing:
    """`since` None: no authenticator app counts. `required`: a rule asks a second factor of this person."""

    since: datetime | None
    codes_left: int
    required: bool
    passkeys: int

    @property
    def there(self) -> bool:
        """Whether there is a second factor of either kind."""
        return self.since is not None or self.passkeys > 0


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """The time step whose code this is, None when it is none of now."""
    totp = _totp(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for drift in _DRIFT:
        step = present + drift
        if bytes_eq(totp.generate(step * STEP_SECONDS), code.encode()):
            return step
    return None


def new_recovery_code() -> str:
    """Two halves of five signs: 49 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_HALF)) for _ in range(2))


def as_typed(code: str) -> str:
    """A code without the spaces, dashes and small letters that people type."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


class SecondFactors:
    """Second factors of one process; all state is in the database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        policy: LoginPolicy,
        passwords: Passwords,
        proof: Proof,
        seal: Seal,
    ) -> None:
        self._db = db
        self._clock = clock
        self._policy = policy
        self._passwords = passwords
        self._proof = proof
        self._seal = seal

    async def standing(self, tenant_id: UUID, user_id: UUID) -> Standing:
        """How it stands with a person."""
        async with self._db.session(Scope(tenant_id)) as session:
            user = await session.get_one(User, user_id)
            row = await session.get(SecondFactor, user_id)
            rules = await session.scalar(select(LogInRules))
            left = await session.scalar(
                select(func.count())
                .select_from(RecoveryCode)
                .where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
            )
            keys = await passkeys.count(session, user_id)
        required = needs_second_factor(rules.second_factor_roles if rules else (), user.roles)
        return Standing(row.confirmed_at if row else None, left or 0, required, keys)

    async def prove(self, actor: Actor, password: str) -> None:
        """Raises unless it is the asker's password: an unwatched page must not be enough. Also
        `directory.unavailable`."""
        who = f"own:{actor.user_id}"
        async with self._db.session(_own(actor)) as session:
            user = await session.get_one(User, actor.user_id)
            await self._refuse_locked(session, who)
        try:
            right = await self._proof.check(user, password)
        except AndonError:
            async with self._db.session(_own(actor)) as session:
                await repository.untry_login(session, who)
            raise
        if not right:
            raise invalid(password="field.password_current")  # noqa: S106  # a text's key
        async with self._db.session(_own(actor)) as session:
            await repository.clear_login(session, who)

    async def begin(self, actor: Actor) -> Enrolment:
        """A new secret, which counts once a code of it was typed; until then the old one goes on."""
        secret = secrets.token_bytes(_SECRET_BYTES)
        sealed = self._seal.close(secret.hex(), self._clock.now().timestamp())
        async with self._db.session(_own(actor)) as session:
            row = await session.get(SecondFactor, actor.user_id)
            if row is None:
                session.add(SecondFactor(user_id=actor.user_id, pending=sealed))
            else:
                row.pending = sealed
        uri = _totp(secret).get_provisioning_uri(actor.login, f"{ISSUER} {actor.tenant_name}")
        return Enrolment(b32encode(secret).decode(), uri)

    async def confirm(self, actor: Actor, code: str) -> list[str]:
        """The code proves that the app has the secret: from now on it is asked for. Returns recovery codes,
        to be shown once."""
        now = self._clock.now()
        async with self._db.session(_own(actor)) as session:
            row = await session.get(SecondFactor, actor.user_id, with_for_update=True)
            secret = self._opened(row.pending) if row is not None and row.pending else None
            step = matching_step(secret, as_typed(code), now) if secret is not None else None
            if row is None or step is None:
                raise invalid(code="field.code")
            renewed = row.confirmed_at is not None
            row.secret, row.pending = row.pending, None
            row.confirmed_at, row.last_step = now, step
            await repository.clear_login(session, f"code:{actor.user_id}")
            own = await session.get(UserSession, actor.session_id)
            if own is not None:
                own.enrolling = False
            action = "second_factor_renew" if renewed else "second_factor_on"
            audit.record(session, actor, now, action, "user", object_id=actor.user_id, name=actor.name)
        return await self.new_codes(actor)

    async def renew_codes(self, actor: Actor) -> list[str]:
        """New recovery codes; those there were are good no more. Raises `second_factor.none`."""
        if not (await self.standing(actor.tenant_id, actor.user_id)).there:
            raise AndonError("second_factor.none", 409)
        now = self._clock.now()
        async with self._db.session(_own(actor)) as session:
            audit.record(
                session, actor, now, "recovery_codes", "user", object_id=actor.user_id, name=actor.name
            )
        return await self.new_codes(actor)

    async def check(self, user: User, code: str) -> str | None:
        """How the code proves who it is, `totp` or `recovery`, and is spent by it; None when it does not.
        Raises `login.locked` after too many tries."""
        now, who = self._clock.now(), f"code:{user.id}"
        scope = Scope(user.tenant_id, user_id=user.id)
        async with self._db.session(scope) as session:
            await self._refuse_locked(session, who)
        how = await self._by_app(scope, user.id, as_typed(code), now) or await self._by_recovery(
            scope, user.id, as_typed(code), now
        )
        if how is not None:
            async with self._db.session(scope) as session:
                await repository.clear_login(session, who)
        return how

    async def drop(self, actor: Actor, user_id: UUID, name: str, action: str, *, keys: bool) -> None:
        """Forget a person's authenticator app, with `keys` the passkeys too; recovery codes go with the last
        of them. Raises `second_factor.none`."""
        async with self._db.session(_own(actor)) as session:
            await forget(session, user_id, keys=keys)
            audit.record(session, actor, self._clock.now(), action, "user", object_id=user_id, name=name)

    async def _refuse_locked(self, session: AsyncSession, who: str) -> None:
        """Count a try. Raises `login.locked` when there were too many; what is counted stays counted."""
        now = self._clock.now()
        until = await repository.try_login(session, who, now, self._policy.attempts, self._policy.lock)
        if until is not None:
            raise locked(until, now)

    async def _by_app(self, scope: Scope, user_id: UUID, code: str, now: datetime) -> str | None:
        async with self._db.session(scope) as session:
            row = await session.get(SecondFactor, user_id)
            secret = self._opened(row.secret) if row is not None and row.secret else None
            step = matching_step(secret, code, now) if secret is not None else None
            if step is None:
                return None
            # A code spent before, or by another log-in at this moment, changes no row.
            spent = await session.scalar(
                update(SecondFactor)
                .where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
                .values(last_step=step)
                .returning(SecondFactor.user_id)
            )
            return None if spent is None else "totp"

    async def _by_recovery(self, scope: Scope, user_id: UUID, code: str, now: datetime) -> str | None:
        if len(code) != 2 * _HALF:
            return None
        unused = select(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
        async with self._db.session(scope) as session:
            rows = list(await session.scalars(unused))
        for row in rows:
            if await self._passwords.check(row.code_hash, code):
                async with self._db.session(scope) as session:
                    spent = await session.scalar(
                        update(RecoveryCode)
                        .where(RecoveryCode.id == row.id, RecoveryCode.used_at.is_(None))
                        .values(used_at=now)
                        .returning(RecoveryCode.id)
                    )
                return None if spent is None else "recovery"
        return None

    async def new_codes(self, actor: Actor) -> list[str]:
        """Recovery codes in place of those there are."""
        codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
        hashes = [await self._passwords.hash(as_typed(code)) for code in codes]
        async with self._db.session(_own(actor)) as session:
            await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
            session.add_all(RecoveryCode(user_id=actor.user_id, code_hash=hashed) for hashed in hashes)
        return codes

    def _opened(self, sealed: str) -> bytes | None:
        found = self._seal.open(sealed, self._clock.now().timestamp())
        return None if found is None else bytes.fromhex(found)


async def forget(session: AsyncSession, user_id: UUID, *, keys: bool) -> None:
    """See `SecondFactors.drop`."""
    gone = list(
        await session.scalars(
            delete(SecondFactor).where(SecondFactor.user_id == user_id).returning(SecondFactor.user_id)
        )
    )
    if keys:
        gone += await session.scalars(
            delete(Passkey).where(Passkey.user_id == user_id).returning(Passkey.user_id)
        )
    if not gone:
        raise AndonError("second_factor.none", 409)
    if not await passkeys.count(session, user_id):
        await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    await repository.clear_login(session, f"code:{user_id}")


def _own(actor: Actor) -> Scope:
    """The own log-in is reached from within a client's walls too, behind which there is no audit log."""
    return Scope(actor.tenant_id, user_id=actor.user_id)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP_SECONDS)  # noqa: S303  # what every authenticator app speaks
