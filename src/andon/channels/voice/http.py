"""HTTP of trunks and numbers, and what a project's page for its agents must be like."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice import pop, texts  # noqa: F401  (texts: registers what is said here)
from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.identity.admin import Resource, Revised, add_check, add_uses, crud, used_by
from andon.identity.model import Permission
from andon.identity.tables import Project
from andon.kit.links import well_formed
from andon.kit.web import Body, Line, Name, invalid

_HOST = r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[?[0-9A-Fa-f:]+\]?)$"
# What goes into the engine's configuration must not be able to end a line or an option there.
_ACCOUNT = r"^[A-Za-z0-9_.@+~!$%^&*()=/:-]*$"


class TrunkIn(Body):
    """`max_calls` 0: no limit of its own. `secret` is written, never read."""

    name: Name
    host: Annotated[str, StringConstraints(strip_whitespace=True, max_length=253, pattern=_HOST)]
    port: Annotated[int, Field(ge=1, le=65535)] = 5060
    username: Annotated[str, StringConstraints(max_length=80, pattern=_ACCOUNT)] = ""
    secret: Annotated[str, StringConstraints(max_length=80, pattern=_ACCOUNT)] = ""
    max_calls: Annotated[int, Field(ge=0, le=100000)] = 0


class TrunkShown(Revised):
    id: UUID
    name: str
    host: str
    port: int
    username: str
    max_calls: int
    created_at: datetime


class NumberIn(Body):
    """The client is the project's. `dial_out`: agents may show it when they call out; never a 400 number."""

    project_id: UUID
    trunk_id: UUID | None = None
    e164: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9]{3,20}$")]
    label: Name
    home: Line = ""
    kind: Literal["95", "96", "400", "1xx", "local"] = "local"
    flow_id: UUID | None = None
    dial_out: bool = False


class NumberShown(Revised):
    id: UUID
    client_id: UUID
    project_id: UUID
    trunk_id: UUID | None
    e164: str
    label: str
    home: str
    kind: str
    flow_id: UUID | None
    dial_out: bool
    created_at: datetime


async def _prepare_number(session: AsyncSession, values: dict[str, Any], row: NumberRow | None) -> None:
    """The client follows the project; the trunk is one that can be chosen. That the flow is one of the same
    client's is the foreign key's to see: flows are a room above. A 400 number is for being called only."""
    kind = values.get("kind", None if row is None else row.kind)
    if kind == "400" and values.get("dial_out", row is not None and row.dial_out):
        raise invalid(dial_out="field.dial_out_400")
    if "project_id" in values:
        project = await session.get(Project, values["project_id"])
        if project is None or project.retired_at is not None:
            raise invalid(project_id="field.unknown_reference")
        values["client_id"] = project.client_id
    if values.get("trunk_id") is not None:
        trunk = await session.get(TrunkRow, values["trunk_id"])
        if trunk is None or trunk.retired_at is not None:
            raise invalid(trunk_id="field.unknown_reference")


add_uses("trunk", used_by("number", NumberRow, NumberRow.trunk_id))
add_uses("project", used_by("number", NumberRow, NumberRow.project_id))

router = APIRouter()
for resource in (
    Resource(path="/api/trunks", kind="trunk", table=TrunkRow, model=TrunkIn, shown=TrunkShown),
    Resource(
        path="/api/numbers",
        kind="number",
        table=NumberRow,
        model=NumberIn,
        shown=NumberShown,
        label="label",
        unique="e164",
        prepare=_prepare_number,
        filters={"project_id": NumberRow.project_id, "client_id": NumberRow.client_id},
        readers=(Permission.CONFIG, Permission.BOARD, Permission.CONTACTS),
    ),
):
    router.include_router(crud(resource))


async def _check_project(_session: AsyncSession, values: dict[str, Any], _row: Project | None) -> None:
    link = values.get("pop_url")
    if link and not well_formed(link, pop.PLACES, pop.SCHEMES):
        raise invalid(pop_url=("field.pop_url", {"places": " ".join(f"{{{name}}}" for name in pop.PLACES)}))


add_check("project", _check_project)
