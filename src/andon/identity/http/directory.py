"""HTTP of the company's directory: which it is, and whether it answers as it should."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import StringConstraints

from andon.identity.access import PeopleManager, sessions
from andon.kit.errors import AndonError
from andon.kit.web import Body, Shown

router = APIRouter(tags=["session"])

PATH = "/api/directory"


class DirectoryShown(Shown):
    """`urls` empty: there is none for this operator."""

    urls: list[str]


class DirectoryTry(Body):
    """Somebody's log-in name, or nothing: the connection alone."""

    login: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


class EntryShown(Shown):
    """Somebody as the directory has them; `roles` by groups."""

    dn: str
    name: str
    mobile: str
    mail: str
    roles: list[str]


class DirectoryTried(Shown):
    """It answered; `entry` null: nobody was asked for."""

    entry: EntryShown | None


@router.get(PATH)
async def which_directory(actor: PeopleManager, request: Request) -> DirectoryShown:
    """Where passwords of people who come from it are checked."""
    found = await sessions(request).proof.directory_of(actor.tenant_id)
    return DirectoryShown(urls=[] if found is None else list(found.settings.urls))


@router.post(PATH + "/check")
async def check_directory(body: DirectoryTry, actor: PeopleManager, request: Request) -> DirectoryTried:
    """Ask it now; an error says what is wrong with which setting."""
    found = await sessions(request).proof.directory_of(actor.tenant_id)
    if found is None:
        raise AndonError("directory.none", 409)
    entry = await found.check(body.login)
    if entry is None:
        return DirectoryTried(entry=None)
    roles = sorted(entry.roles)
    return DirectoryTried(
        entry=EntryShown(dn=entry.dn, name=entry.name, mobile=entry.mobile, mail=entry.mail, roles=roles)
    )
