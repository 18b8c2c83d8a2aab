"""Logging in at the company's own provider: OpenID Connect's code flow with PKCE, state and nonce.

What goes between the two visits travels sealed in a cookie, so that any edge may finish what another began.
"""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import structlog
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from andon.kit.clock import Clock
from andon.kit.errors import AndonError
from andon.kit.seal import Seal
from andon.kit.settings import OidcSettings

log = structlog.get_logger(__name__)

SCOPE = "openid email profile"
VISIT_SECONDS = 600  # as long as one may take at the provider
TIMEOUT_SECONDS = 10.0
KNOWN_SECONDS = 3600.0  # what the provider says of itself is asked again after so long
LEEWAY_SECONDS = 60
# Signed with the provider's own key: never `none`, never with our secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class Visit(msgspec.Struct, frozen=True):
    """What must come back as it was sent."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True)
class Proven:
    """Who the provider says it is. `email` only if it may be relied upon."""

    subject: str
    email: str | None
    next: str


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: OidcSettings, clock: Clock, seal: Seal) -> None:
        self.settings = settings
        self._clock = clock
        self._seal = seal
        self._known: tuple[float, dict[str, Any]] | None = None

    async def begin(self, redirect_uri: str, next: str) -> tuple[str, str]:
        """`(address at the provider, sealed visit)`. Raises `oidc.unavailable`."""
        said = await self._said()
        visit = Visit(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), next)
        address = prepare_grant_uri(
            said["authorization_endpoint"],
            self.settings.client_id,
            "code",
            redirect_uri,
            SCOPE,
            visit.state,
            nonce=visit.nonce,
            code_challenge=create_s256_code_challenge(visit.verifier),
            code_challenge_method="S256",
        )
        return address, self._seal.close(msgspec.json.encode(visit).decode(), self._now())

    async def finish(self, redirect_uri: str, sealed: str, state: str, code: str) -> Proven:
        """Raises `oidc.failed` for an answer that does not fit the visit, or that nobody signed, and
        `oidc.unavailable`."""
        opened = self._seal.open(sealed, self._now(), VISIT_SECONDS)
        visit = msgspec.json.decode(opened, type=Visit) if opened is not None else None
        if visit is None or not secrets.compare_digest(visit.state.encode(), state.encode()):
            raise AndonError("oidc.failed", 401)
        said = await self._said()
        async with self._client() as client:
            tokens = await self._tokens(client, said, redirect_uri, visit, code)
            keys = await _get(client, said["jwks_uri"])
            claims = self._claims(tokens, keys, visit)
            if "email" not in claims and "userinfo_endpoint" in said:
                claims = claims | await self._person(client, said, tokens, claims["sub"])
        return Proven(claims["sub"], self._email(claims), visit.next)

    async def _said(self) -> dict[str, Any]:
        """What the provider says of itself."""
        now = self._clock.monotonic()
        if self._known is None or now - self._known[0] > KNOWN_SECONDS:
            async with self._client() as client:
                said = await _get(client, get_well_known_url(self.settings.issuer, external=True))
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if said.get("issuer") != self.settings.issuer or any(name not in said for name in needed):
                log.error("oidc_provider_is_another", issuer=said.get("issuer"))
                raise AndonError("oidc.unavailable", 503)
            self._known = (now, said)
        return self._known[1]

    async def _tokens(
        self, client: httpx.AsyncClient, said: dict[str, Any], redirect_uri: str, visit: Visit, code: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": visit.verifier,
        }
        auth = None
        secret = self.settings.client_secret
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret and "client_secret_basic" in methods:
            auth = httpx.BasicAuth(quote(self.settings.client_id, safe=""), quote(secret, safe=""))
        elif secret:
            form["client_secret"] = secret
        try:
            answer = await client.post(
                said["token_endpoint"], data=form, auth=auth or httpx.USE_CLIENT_DEFAULT
            )
            tokens: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _unavailable(error) from error
        if answer.is_error or not isinstance(tokens.get("id_token"), str):
            log.warning("oidc_code_refused", status=answer.status_code, error=tokens.get("error"))
            raise AndonError("oidc.failed", 401)
        return tokens

    def _claims(self, tokens: dict[str, Any], keys: dict[str, Any], visit: Visit) -> dict[str, Any]:
        try:
            token = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), list(ALGORITHMS))  # type: ignore[arg-type]  # a provider's JSON
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                },
                {
                    "nonce": visit.nonce,
                    "client_id": self.settings.client_id,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(now=int(self._now()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError) as error:
            log.warning("oidc_token_refused", error=f"{type(error).__name__}: {error}")
            raise AndonError("oidc.failed", 401) from error
        return dict(claims)

    async def _person(
        self, client: httpx.AsyncClient, said: dict[str, Any], tokens: dict[str, Any], subject: str
    ) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        told = await _get(client, said["userinfo_endpoint"], bearer)
        if told.get("sub") != subject:
            return {}
        return {name: told[name] for name in ("email", "email_verified") if name in told}

    def _email(self, claims: dict[str, Any]) -> str | None:
        reliable = claims.get("email_verified") is True or (
            self.settings.trust_email and "email_verified" not in claims
        )
        email = claims.get("email")
        return email if reliable and isinstance(email, str) and email else None

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    def _now(self) -> float:
        return self._clock.now().timestamp()


async def _get(client: httpx.AsyncClient, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    try:
        answer = (await client.get(url, headers=headers)).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise _unavailable(error) from error
    if not isinstance(answer, dict):
        raise _unavailable(TypeError(url))
    return answer


def _unavailable(error: Exception) -> AndonError:
    log.error("oidc_provider_unavailable", error=f"{type(error).__name__}: {error}")
    return AndonError("oidc.unavailable", 503)
