"""How the sound of a page's telephone gets through: STUN and TURN, for who may have such a telephone."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from andon.identity.access import At, may
from andon.identity.model import Actor, Permission
from andon.telephony.turn import credential

router = APIRouter(prefix="/api/phone", tags=["phone"])

# Whoever may open the telephone's socket, `channels.voice.sip_proxy`.
Telephone = Annotated[Actor, may(Permission.DESK, Permission.SUPERVISE, Permission.CONFIG)]


class IceServer(BaseModel):
    urls: list[str]
    username: str = ""
    credential: str = ""


class Ice(BaseModel):
    """Servers as browsers take them, for `expires_in` seconds; `relay_only`: through TURN or not at all."""

    servers: list[IceServer]
    relay_only: bool
    expires_in: int


@router.get("/ice")
async def ice(actor: Telephone, here: At) -> Ice:
    """The installation's servers, with a credential of the asker's own."""
    wanted = here.settings.ice
    servers = [IceServer(urls=list(wanted.stun))] if wanted.stun else []
    if wanted.turn:
        until = int(here.clock.now().timestamp()) + wanted.credential_s
        username, password = credential(wanted.turn_secret, actor.user_id.hex, until)
        servers.append(IceServer(urls=list(wanted.turn), username=username, credential=password))
    return Ice(servers=servers, relay_only=wanted.relay_only, expires_in=wanted.credential_s)
