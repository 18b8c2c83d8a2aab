"""HTTP of clients and their projects."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import StringConstraints

from andon.identity.admin import Resource, Revised, add_uses, crud, used_by
from andon.identity.model import Permission
from andon.identity.tables import Client, Project, User
from andon.kit.web import Body, Line, Name

READERS = (Permission.CONFIG, Permission.BOARD, Permission.CONTACTS)


class ClientIn(Body):
    name: Name
    short_name: Name


class ClientShown(Revised):
    id: UUID
    name: str
    short_name: str
    created_at: datetime


class ProjectIn(Body):
    """`music` names a prompt of the project; `chat_link` needs the gateway through which it is sent;
    `pop_url` is the page that comes up with a call, a template (`channels.voice.pop`)."""

    client_id: UUID
    name: Name
    greeting_zh: Line = ""
    greeting_en: Line = ""
    language: Literal["zh", "en"] = "zh"
    music: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    chat_link: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    text_gateway_id: UUID | None = None
    pop_url: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class ProjectShown(Revised):
    id: UUID
    client_id: UUID
    name: str
    greeting_zh: str
    greeting_en: str
    language: str
    music: str
    chat_link: str
    text_gateway_id: UUID | None
    pop_url: str
    created_at: datetime


CLIENTS = Resource(
    path="/api/clients",
    kind="client",
    table=Client,
    model=ClientIn,
    shown=ClientShown,
    readers=(*READERS, Permission.PEOPLE),
)
PROJECTS = Resource(
    path="/api/projects",
    kind="project",
    table=Project,
    model=ProjectIn,
    shown=ProjectShown,
    fixed=frozenset({"client_id"}),
    filters={"client_id": Project.client_id},
    readers=READERS,
)
add_uses(
    "client",
    used_by("project", Project, Project.client_id),
    used_by("user", User, User.client_id, User.active),
)

router = APIRouter()
router.include_router(crud(CLIENTS))
router.include_router(crud(PROJECTS))
