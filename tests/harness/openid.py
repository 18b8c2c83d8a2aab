"""A small OpenID provider, a process of its own: `python -m harness.openid PORT`.

Whoever visits is the person that `PUT /next` named, logged in already. `wrong` in it names what the provider
then does that it must not.
"""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from harness.ports import free_port

CLIENT_ID, CLIENT_SECRET = "andon", "pr0vider s3cret"
LIFETIME = 300


def provider(issuer: str) -> FastAPI:
    app = FastAPI()
    key = RSAKey.generate_key(2048, {"kid": "one"})
    stranger = RSAKey.generate_key(2048, {"kid": "one"})
    visits: dict[str, dict[str, Any]] = {}
    bearers: dict[str, dict[str, Any]] = {}
    next_one: dict[str, Any] = {}

    @app.get("/.well-known/openid-configuration")
    async def said() -> dict[str, Any]:
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "userinfo_endpoint": f"{issuer}/person",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        return dict(KeySet([key]).as_dict(private=False))

    @app.put("/next")
    async def next_visitor(request: Request) -> None:
        next_one.clear()
        next_one.update(await request.json())

    @app.get("/authorize")
    async def authorize(request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID and asked["response_type"] == "code"
        assert "openid" in asked["scope"].split() and asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        visits[code] = asked | {"person": dict(next_one)}
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        form = dict(await request.form())
        visit = visits.pop(str(form.get("code")), None)
        expected = httpx.BasicAuth(CLIENT_ID, CLIENT_SECRET.replace(" ", "%20"))._auth_header
        if (
            visit is None
            or request.headers.get("authorization") != expected
            or form["redirect_uri"] != visit["redirect_uri"]
            or create_s256_code_challenge(str(form["code_verifier"])) != visit["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        person = visit["person"]
        wrong = person.get("wrong")
        now = int(time.time()) - (2 * LIFETIME if wrong == "expired" else 0)
        claims = {
            "iss": "https://elsewhere.example" if wrong == "issuer" else issuer,
            "sub": person["sub"],
            "aud": "somebody else" if wrong == "audience" else CLIENT_ID,
            "iat": now,
            "exp": now + LIFETIME,
            "nonce": "another" if wrong == "nonce" else visit["nonce"],
        }
        told = {name: person[name] for name in ("email", "email_verified") if name in person}
        if not person.get("by_userinfo"):
            claims |= told
        bearer = secrets.token_urlsafe(16)
        bearers[bearer] = {"sub": person["sub"]} | told
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger if wrong == "key" else key)
        if wrong == "unsigned":
            signed = jwt.encode({"alg": "none"}, claims, key, algorithms=["none"])
        return JSONResponse({"access_token": bearer, "token_type": "Bearer", "id_token": signed})

    @app.get("/person")
    async def person(request: Request) -> JSONResponse:
        found = bearers.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        return JSONResponse(found or {}, 200 if found else 401)

    return app


@dataclass
class OpenId:
    """The process, seen from a test."""

    issuer: str
    process: asyncio.subprocess.Process

    @property
    def settings(self) -> dict[str, Any]:
        return {"issuer": self.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    async def next(self, **person: Any) -> None:
        """Who visits next."""
        async with httpx.AsyncClient() as client:
            (await client.put(f"{self.issuer}/next", json=person)).raise_for_status()

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


@asynccontextmanager
async def started() -> AsyncIterator[OpenId]:
    """The provider, listening."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "harness.openid", str(port), cwd=Path(__file__).parents[1]
    )
    running = OpenId(f"http://127.0.0.1:{port}", process)
    try:
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(f"{running.issuer}/keys")
                    break
                except httpx.TransportError:
                    assert process.returncode is None, "the provider ended"
                    await asyncio.sleep(0.05)
        yield running
    finally:
        await running.stop()


if __name__ == "__main__":
    port = int(sys.argv[1])
    uvicorn.run(provider(f"http://127.0.0.1:{port}"), port=port, log_level="error")
