"""HTTP of logging in and of the own account."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field

from andon.identity.access import COOKIE, At, Recognised, address_of, scope_of, sessions
from andon.identity.model import Actor
from andon.identity.passkeys import KeyShown, site_of
from andon.identity.service import LoggedIn
from andon.identity.tables import User
from andon.kit.database import Scope
from andon.kit.errors import AndonError
from andon.kit.web import Body, Services, Shown

router = APIRouter(tags=["session"])


class LogIn(Body):
    """`login` may be `name@operator` when two operators of the installation share names. `code`: of the
    second factor, needed when the answer without it is `login.code_needed`; in its place `passkey`:
    `toJSON()` of what the browser was given for `/api/session/passkey/options`."""

    login: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(max_length=20)] = ""
    passkey: Annotated[dict[str, Any], Field(max_length=20)] | None = None


class TenantShown(Shown):
    id: UUID
    name: str


class PasswordSet(Shown):
    """Who set the password that one has not changed since, and when."""

    by: str
    at: datetime


class Me(Shown):
    """`enrolling`, `renewing`: may do nothing yet but set up a second factor, or choose a password.
    `by_directory`: the password is the company directory's."""

    user_id: UUID
    name: str
    login: str
    agent_no: str | None
    roles: list[str]
    client_id: UUID | None
    tenant: TenantShown
    locale: str
    permissions: list[str]
    enrolling: bool
    renewing: bool
    password_set: PasswordSet | None
    by_directory: bool


class Language(Body):
    locale: Literal["zh", "en"]


async def me_of(services: Services, actor: Actor) -> Me:
    """The person as the pages know them."""
    return Me(
        user_id=actor.user_id,
        name=actor.name,
        login=actor.login,
        agent_no=actor.agent_no,
        roles=list(actor.roles),
        client_id=actor.client_id,
        tenant=TenantShown(id=actor.tenant_id, name=actor.tenant_name),
        locale=actor.locale,
        permissions=[] if actor.enrolling or actor.renewing else sorted(actor.permissions),
        enrolling=actor.enrolling,
        renewing=actor.renewing,
        password_set=await _password_set(services, actor),
        by_directory=actor.by_directory,
    )


async def _password_set(services: Services, actor: Actor) -> PasswordSet | None:
    if actor.password_by is None or actor.password_at is None:
        return None
    # Whoever set it may be behind the wall of a client's person.
    async with services.db.session(Scope(actor.tenant_id, user_id=actor.user_id)) as session:
        setter = await session.get_one(User, actor.password_by)
    return PasswordSet(by=setter.name, at=actor.password_at)


@router.post("/api/session")
async def log_in(body: LogIn, request: Request, response: Response, services: At) -> Me:
    """Log in; the session is a cookie."""
    key = None
    if body.passkey is not None:
        site = site_of(services.settings.public_url, str(request.base_url))
        if site is None:
            raise AndonError("passkey.not_here", 409)
        key = KeyShown(site, body.passkey)
    found = await sessions(request).log_in(
        body.login, body.password, address_of(request), request.headers.get("user-agent", ""), body.code, key
    )
    give_cookie(response, request, services, found)
    return await me_of(services, found.actor)


def give_cookie(response: Response, request: Request, services: Services, found: LoggedIn) -> None:
    """The session's cookie."""
    response.set_cookie(
        COOKIE,
        found.token,
        max_age=int(sessions(request).policy.absolute.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=services.settings.secure_cookie or request.url.scheme == "https",
        path="/",
    )


@router.delete("/api/session", status_code=204)
async def log_out(actor: Recognised, request: Request) -> Response:
    """Log out."""
    await sessions(request).log_out(actor)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/api/me")
async def me(actor: Recognised, services: At) -> Me:
    """Who is logged in and what is allowed."""
    return await me_of(services, actor)


@router.put("/api/me/locale")
async def choose_language(body: Language, actor: Recognised, services: At) -> Me:
    """Choose the own language."""
    async with services.db.session(scope_of(actor)) as session:
        user = await session.get_one(User, actor.user_id)
        user.locale = body.locale
    return await me_of(services, msgspec.structs.replace(actor, locale=body.locale))
