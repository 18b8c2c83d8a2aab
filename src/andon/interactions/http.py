"""HTTP of the tree of reasons that agents choose from after a contact."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity.admin import Resource, Revised, add_uses, crud, used_by
from andon.identity.model import Permission
from andon.identity.tables import Project
from andon.interactions import texts
from andon.interactions.tables import ReasonNode
from andon.kit.web import Body, Name, invalid

texts.load()  # what core says to a desk is put into words here


class WrapReasonIn(Body):
    """A reason without `parent_id` is at the top of its project's tree; `sort` orders siblings."""

    project_id: UUID
    parent_id: UUID | None = None
    name_zh: Name
    name_en: Name
    sort: Annotated[int, Field(ge=-10000, le=10000)] = 0


class WrapReasonShown(Revised):
    id: UUID
    project_id: UUID
    parent_id: UUID | None
    name_zh: str
    name_en: str
    sort: int
    created_at: datetime


async def _prepare(session: AsyncSession, values: dict[str, Any], row: ReasonNode | None) -> None:
    """The parent is a reason of the same project and not below the reason itself."""
    project_id = values["project_id"] if row is None else row.project_id
    if row is None:
        project = await session.get(Project, project_id)
        if project is None or project.retired_at is not None:
            raise invalid(project_id="field.unknown_reference")
    parent_id = values.get("parent_id")
    while parent_id is not None:
        parent = await session.get(ReasonNode, parent_id)
        if parent is None or parent.retired_at is not None or parent.project_id != project_id:
            raise invalid(parent_id="field.unknown_reference")
        if row is not None and parent.id == row.id:
            raise invalid(parent_id="field.own_child")
        parent_id = parent.parent_id


add_uses("wrap_reason", used_by("wrap_reason", ReasonNode, ReasonNode.parent_id))

router: APIRouter = crud(
    Resource(
        path="/api/wrap-reasons",
        kind="wrap_reason",
        table=ReasonNode,
        model=WrapReasonIn,
        shown=WrapReasonShown,
        label="name_zh",
        unique="name_zh",
        order=(ReasonNode.project_id, ReasonNode.sort, ReasonNode.name_zh),
        fixed=frozenset({"project_id"}),
        prepare=_prepare,
        filters={"project_id": ReasonNode.project_id},
        readers=(Permission.CONFIG, Permission.DESK, Permission.CONTACTS),
    )
)
