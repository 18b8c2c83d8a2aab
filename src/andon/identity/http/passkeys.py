"""HTTP of passkeys: one's own, and logging in with one."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from andon.identity.access import At, LoggedInActor, Renewed, address_of, sessions
from andon.identity.http.second_factor import Proof
from andon.identity.http.session import Me, give_cookie, me_of
from andon.identity.passkeys import KeyShown, Site, site_of
from andon.kit.errors import AndonError
from andon.kit.web import Body, Name, Services, Shown

router = APIRouter(tags=["session"])

_MINE = "/api/me/passkeys"
_LOG_IN = "/api/session/passkey"


class PasskeyShown(Shown):
    """`used_at` null: never yet."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


class PasskeysShown(Shown):
    """`here`: whether this address can have passkeys."""

    here: bool
    items: list[PasskeyShown]


class PasskeyAdded(Shown):
    """`codes`: recovery codes, shown once, when it is the first second factor."""

    passkey: PasskeyShown
    codes: list[str]


class PasskeyWay(Shown):
    """Whether one can log in with a passkey at this address."""

    here: bool


class PasskeyOptions(Shown):
    """For `PublicKeyCredential.parse…OptionsFromJSON` of the browser."""

    options: dict[str, Any]


class NewPasskey(Body):
    """`credential`: `toJSON()` of what the browser made."""

    name: Name
    credential: Annotated[dict[str, Any], Field(max_length=20)]


class PasskeyLogIn(Body):
    credential: Annotated[dict[str, Any], Field(max_length=20)]


def found_site(request: Request, services: Services) -> Site | None:
    """Where this is, as far as passkeys are concerned; None: they cannot be used here."""
    return site_of(services.settings.public_url, str(request.base_url))


def site(request: Request, services: Services) -> Site:
    """See `found_site`. Raises `passkey.not_here`."""
    found = found_site(request, services)
    if found is None:
        raise AndonError("passkey.not_here", 409)
    return found


@router.get(_MINE)
async def my_passkeys(actor: Renewed, request: Request, services: At) -> PasskeysShown:
    """The own passkeys, oldest first."""
    rows = await sessions(request).passkeys.own(actor)
    items = [PasskeyShown.model_validate(row) for row in rows]
    return PasskeysShown(here=found_site(request, services) is not None, items=items)


@router.post(_MINE + "/options")
async def begin_passkey(body: Proof, actor: Renewed, request: Request, services: At) -> PasskeyOptions:
    """What a new passkey is made from. Takes the own password, but while a second factor must be set up."""
    here = site(request, services)
    if not actor.enrolling:
        await sessions(request).factors.prove(actor, body.password)
    return PasskeyOptions(options=await sessions(request).passkeys.begin(actor, here))


@router.post(_MINE, status_code=201)
async def add_passkey(body: NewPasskey, actor: Renewed, request: Request, services: At) -> PasskeyAdded:
    """Keep the passkey that was made: from now on it logs in."""
    known = sessions(request)
    there = (await known.factors.standing(actor.tenant_id, actor.user_id)).there
    row = await known.passkeys.add(actor, KeyShown(site(request, services), body.credential), body.name)
    codes = [] if there else await known.factors.new_codes(actor)
    return PasskeyAdded(passkey=PasskeyShown.model_validate(row), codes=codes)


@router.post(_MINE + "/{id}/remove", status_code=204)
async def remove_passkey(id: UUID, body: Proof, actor: LoggedInActor, request: Request) -> Response:
    """Forget one of the own passkeys. The last second factor stays while a rule asks for one."""
    known = sessions(request)
    await known.factors.prove(actor, body.password)
    standing = await known.factors.standing(actor.tenant_id, actor.user_id)
    if standing.required and standing.since is None and standing.passkeys == 1:
        raise AndonError("second_factor.required", 409)
    await known.passkeys.remove(actor, id)
    return Response(status_code=204)


@router.get(_LOG_IN)
async def way_by_passkey(request: Request, services: At) -> PasskeyWay:
    """Whether the log-in page offers it."""
    return PasskeyWay(here=found_site(request, services) is not None)


@router.post(_LOG_IN + "/options")
async def ask_for_passkey(request: Request, services: At) -> PasskeyOptions:
    """What a passkey has to sign, for logging in with it alone or after the password."""
    return PasskeyOptions(options=await sessions(request).passkeys.ask(site(request, services)))


@router.post(_LOG_IN)
async def log_in_by_passkey(body: PasskeyLogIn, request: Request, response: Response, services: At) -> Me:
    """Log in with a passkey alone; the session is a cookie."""
    found = await sessions(request).log_in_by_passkey(
        KeyShown(site(request, services), body.credential),
        address_of(request),
        request.headers.get("user-agent", ""),
    )
    give_cookie(response, request, services, found)
    return await me_of(services, found.actor)
