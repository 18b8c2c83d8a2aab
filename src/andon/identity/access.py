"""Who asks, for every room's `http.py`::

@router.get("/api/things")
async def things(asker: Annotated[Actor, may(Permission.CONFIG)], services: At) -> …
"""

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from andon.identity.model import Actor, Permission
from andon.identity.service import Sessions
from andon.kit.database import Scope
from andon.kit.errors import AndonError
from andon.kit.web import Services, services

COOKIE = "andon_session"


def sessions(connection: HTTPConnection) -> Sessions:
    """The process' log-ins."""
    found: Sessions = connection.app.state.sessions
    return found


def address_of(connection: HTTPConnection) -> str:
    """The peer's address, for the audit log."""
    return connection.client.host if connection.client else ""


async def find_actor(connection: HTTPConnection) -> Actor | None:
    """Who holds the cookie of this request or socket and may do anything yet, None when nobody does."""
    actor = await _bearer(connection)
    return None if actor is not None and (actor.enrolling or actor.renewing) else actor


async def _bearer(connection: HTTPConnection) -> Actor | None:
    token = connection.cookies.get(COOKIE)
    actor = await sessions(connection).find(token, address_of(connection))
    if actor is not None:
        connection.state.locale = actor.locale
    return actor


async def recognised(connection: HTTPConnection) -> Actor:
    """Dependency: who asks, even while a password is to be chosen or a second factor to be set up. Raises
    `session.required`."""
    actor = await _bearer(connection)
    if actor is None:
        raise AndonError("session.required", 401)
    return actor


async def renewed(actor: Annotated[Actor, Depends(recognised)]) -> Actor:
    """Dependency: who asks, even while a second factor is to be set up. Raises `session.required`,
    `password.renew`."""
    if actor.renewing:
        raise AndonError("password.renew", 403)
    return actor


async def logged_in(actor: Annotated[Actor, Depends(renewed)]) -> Actor:
    """Dependency: who asks. Raises `session.required`, `password.renew`, `second_factor.enrol`."""
    if actor.enrolling:
        raise AndonError("second_factor.enrol", 403)
    return actor


def may(*any_of: Permission) -> Any:
    """Dependency: who asks, if one of the permissions is held. Raises `session.required` or `forbidden`."""

    async def check(actor: Annotated[Actor, Depends(logged_in)]) -> Actor:
        if not any(actor.may(permission) for permission in any_of):
            raise AndonError("forbidden", 403)
        return actor

    check.permissions = any_of  # type: ignore[attr-defined]  # read by the tests of the walls
    return Depends(check)


def scope_of(actor: Actor) -> Scope:
    """What the asker may see: the session's walls."""
    return Scope(actor.tenant_id, actor.client_id, actor.user_id)


async def _supervisor(actor: Annotated[Actor, may(Permission.SUPERVISE)]) -> Actor:
    if not actor.supervises:
        raise AndonError("forbidden", 403)
    return actor


PeopleManager = Annotated[Actor, may(Permission.PEOPLE)]
LoggedInActor = Annotated[Actor, Depends(logged_in)]
Recognised = Annotated[Actor, Depends(recognised)]
Renewed = Annotated[Actor, Depends(renewed)]
Supervisor = Annotated[Actor, Depends(_supervisor)]
At = Annotated[Services, Depends(services)]
