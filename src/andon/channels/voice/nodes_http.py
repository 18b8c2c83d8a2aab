"""HTTP of media nodes: which there are, and that one takes no new calls while it is looked after."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from andon.channels.voice.desk_http import ask_core
from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.model import Actor, Permission
from andon.kit.web import Services

router = APIRouter(prefix="/api/nodes", tags=["nodes"])

Administrator = Annotated[Actor, may(Permission.CONFIG)]
Name = Annotated[str, Path(max_length=40)]


class MediaNodeShown(BaseModel):
    """A media engine. `calls` live on it, `devices` of agents are registered there, it runs `since`.
    `draining`: it takes no new calls."""

    name: str
    address: str
    up: bool
    draining: bool
    calls: int
    devices: int
    since: datetime | None


class MediaNodes(BaseModel):
    """In the order of the settings, the installation's own first."""

    nodes: list[MediaNodeShown]


@router.get("")
async def list_nodes(actor: Administrator, here: At) -> MediaNodes:
    """The media nodes as the core sees them now."""
    return MediaNodes.model_validate(await ask_core(here, actor, "nodes"))


@router.post("/{name}/drain")
async def drain_node(name: Name, actor: Administrator, here: At) -> MediaNodes:
    """Let a node take no new calls; those on it go on to their end. Refused while no other takes calls."""
    return await _change(here, actor, "drain", name)


@router.post("/{name}/resume")
async def resume_node(name: Name, actor: Administrator, here: At) -> MediaNodes:
    """Let a drained node take calls again."""
    return await _change(here, actor, "resume", name)


async def _change(here: Services, actor: Actor, action: str, name: str) -> MediaNodes:
    answer = await ask_core(here, actor, f"node.{action}", node=name)
    async with here.db.session(scope_of(actor)) as session:
        audit.record(session, actor, here.clock.now(), f"node_{action}", "node", name=name)
    return MediaNodes.model_validate(answer)
