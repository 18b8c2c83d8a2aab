"""Passkeys (WebAuthn): a device signs our challenge with a key that it unlocks by finger, face or PIN. That
is two factors in one, bound to our address, so it opens the account alone or beside a password.

A challenge is kept in the database for a few minutes and is good once, for what it was made for. The key's
user handle says which tenant's which person it is; only the signature proves it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from andon.identity import audit
from andon.identity.model import Actor
from andon.identity.tables import Passkey, User, UserSession
from andon.kit.clock import Clock
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError, not_found

log = structlog.get_logger(__name__)

RP_NAME = "Andon"
CHALLENGE_BYTES = 32
LIVES = timedelta(minutes=5)
KEYS_MOST = 20  # of one person
LOG_IN = "log in"
# Whatever strange devices and people send.
_MALFORMED = (
    WebAuthnException,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    RecursionError,
)

Credential = dict[str, Any]  # what the browser's `toJSON` gave


@dataclass(frozen=True)
class Site:
    """Where pages of ours are: the origin that a browser signs, and the name that keys are bound to."""

    origin: str
    rp_id: str


@dataclass(frozen=True)
class KeyShown:
    """A passkey that somebody shows at a site."""

    site: Site
    credential: Credential


def site_of(public_url: str, seen: str) -> Site | None:
    """The site that the settings name; without one the origin `seen`, if it is this very machine by name:
    what a request says of its host is the requester's to write. None: no passkeys here."""
    origin = public_url.rstrip("/") or seen.rstrip("/")
    host = urlsplit(origin).hostname or ""
    return Site(origin, host) if public_url or host == "localhost" else None


class Passkeys:
    """Passkeys of one process; all state is in the database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def own(self, actor: Actor) -> list[Passkey]:
        """The asker's, oldest first."""
        async with self._db.session(_own(actor)) as session:
            mine = select(Passkey).where(Passkey.user_id == actor.user_id).order_by(Passkey.id)
            return list(await session.scalars(mine))

    async def begin(self, actor: Actor, site: Site) -> dict[str, Any]:
        """What the browser's `create` is given. Raises `passkey.too_many`."""
        known = await self.own(actor)
        if len(known) >= KEYS_MOST:
            raise AndonError("passkey.too_many", 409, n=KEYS_MOST)
        options = generate_registration_options(
            rp_id=site.rp_id,
            rp_name=RP_NAME,
            user_id=actor.tenant_id.bytes + actor.user_id.bytes,
            user_name=actor.login,
            user_display_name=actor.name,
            challenge=await self._challenge(_adding(actor)),
            timeout=int(LIVES.total_seconds() * 1000),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=row.credential_id) for row in known],
        )
        return options_to_json_dict(options)

    async def add(self, actor: Actor, shown: KeyShown, name: str) -> Passkey:
        """Keep the key that the browser made. Raises `passkey.refused`."""
        try:
            response = parse_registration_credential_json(shown.credential).response
            challenge = parse_client_data_json(response.client_data_json).challenge
        except _MALFORMED as error:
            raise _refused(error, 422) from error
        if not await self._spend(challenge, _adding(actor)):
            raise AndonError("passkey.refused", 422)
        try:
            made = verify_registration_response(
                credential=shown.credential,
                expected_challenge=challenge,
                expected_rp_id=shown.site.rp_id,
                expected_origin=shown.site.origin,
                require_user_verification=True,
            )
        except _MALFORMED as error:
            raise _refused(error, 422) from error
        now = self._clock.now()
        row = Passkey(
            user_id=actor.user_id,
            name=name,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            created_at=now,
        )
        try:
            async with self._db.session(_own(actor)) as session:
                session.add(row)
                log_in = await session.get(UserSession, actor.session_id)
                if log_in is not None:
                    log_in.enrolling = False
                await session.flush()
                self._audit(session, actor, "create", row.id, name)
        except IntegrityError as error:
            raise _refused(error, 422) from error
        return row

    async def remove(self, actor: Actor, id: UUID) -> None:
        """Forget one of the asker's own. Raises "not found"."""
        async with self._db.session(_own(actor)) as session:
            own = Passkey.id == id, Passkey.user_id == actor.user_id
            name = await session.scalar(delete(Passkey).where(*own).returning(Passkey.name))
            if name is None:
                raise not_found("passkey")
            self._audit(session, actor, "delete", id, name)

    async def ask(self, site: Site) -> dict[str, Any]:
        """What the browser's `get` is given: any key of this site may answer."""
        options = generate_authentication_options(
            rp_id=site.rp_id,
            challenge=await self._challenge(LOG_IN),
            timeout=int(LIVES.total_seconds() * 1000),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    async def check(self, shown: KeyShown) -> tuple[User | None, bool]:
        """Whose key it says to be, as far as there is such a key, and whether it proved that."""
        try:
            credential = parse_authentication_credential_json(shown.credential)
            challenge = parse_client_data_json(credential.response.client_data_json).challenge
            handle = credential.response.user_handle or b""
            tenant_id, user_id = UUID(bytes=handle[:16]), UUID(bytes=handle[16:])
        except _MALFORMED as error:
            log.warning("passkey_malformed", error=type(error).__name__)
            return None, False
        if not await self._spend(challenge, LOG_IN):
            return None, False
        scope = Scope(tenant_id, user_id=user_id)
        async with self._db.session(scope) as session:
            own = Passkey.credential_id == credential.raw_id, Passkey.user_id == user_id
            row = await session.scalar(select(Passkey).where(*own))
            user = await session.get(User, user_id)
        if row is None or user is None:
            return None, False
        try:
            proven = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=shown.site.rp_id,
                expected_origin=shown.site.origin,
                credential_public_key=row.public_key,
                credential_current_sign_count=row.sign_count,
                require_user_verification=True,
            )
        except _MALFORMED as error:
            log.warning("passkey_refused", user_id=str(user_id), error=f"{type(error).__name__}: {error}")
            return user, False
        async with self._db.session(scope) as session:
            # A copy of the key that was used meanwhile would have counted on.
            used = await session.scalar(
                update(Passkey)
                .where(Passkey.id == row.id, Passkey.sign_count == row.sign_count)
                .values(sign_count=proven.new_sign_count, used_at=self._clock.now())
                .returning(Passkey.id)
            )
        return user, used is not None

    async def _challenge(self, purpose: str) -> bytes:
        challenge = secrets.token_bytes(CHALLENGE_BYTES)
        made = text("SELECT challenge_make(:digest, :purpose, :now, :lives)")
        bound = {"digest": _digest(challenge), "purpose": purpose, "now": self._clock.now(), "lives": LIVES}
        async with self._db.session(None) as session:
            await session.execute(made, bound)
        return challenge

    async def _spend(self, challenge: bytes, purpose: str) -> bool:
        """Whether it is one of ours for this purpose; it is good no more."""
        spent = text("SELECT challenge_spend(:digest, :purpose, :now)")
        bound = {"digest": _digest(challenge), "purpose": purpose, "now": self._clock.now()}
        async with self._db.session(None) as session:
            return bool(await session.scalar(spent, bound))

    def _audit(self, session: AsyncSession, actor: Actor, action: str, id: UUID, name: str) -> None:
        audit.record(session, actor, self._clock.now(), action, "passkey", object_id=id, name=name)


async def count(session: AsyncSession, user_id: UUID) -> int:
    """How many a person has."""
    mine = select(func.count()).select_from(Passkey).where(Passkey.user_id == user_id)
    return await session.scalar(mine) or 0


def _own(actor: Actor) -> Scope:
    """The own keys are reached from within a client's walls too."""
    return Scope(actor.tenant_id, user_id=actor.user_id)


def _adding(actor: Actor) -> str:
    return f"add {actor.user_id}"


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()


def _refused(error: Exception, status: int) -> AndonError:
    log.warning("passkey_refused", error=f"{type(error).__name__}: {error}"[:300])
    return AndonError("passkey.refused", status)
