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
    """Who holds the cookie of this request or socket, None when nobody does."""
    token = connection.cookies.get(COOKIE)
    actor = await sessions(connection).find(token, address_of(connection))
    if actor is not None:
        connection.state.locale = actor.locale
    return actor


async def logged_in(connection: HTTPConnection) -> Actor:
    """Dependency: who asks. Raises `session.required`."""
    actor = await find_actor(connection)
    if actor is None:
        raise AndonError("session.required", 401)
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


LoggedInActor = Annotated[Actor, Depends(logged_in)]
Supervisor = Annotated[Actor, Depends(_supervisor)]
At = Annotated[Services, Depends(services)]
