"""HTTP of the forms that agents fill in after a project's contacts: versions, the latest in use."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import (
    Administrator,
    RevisedPage,
    Seen,
    announce,
    present,
    refuse_stale_list,
    revision_of,
)
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit, Project, User
from andon.identity.undo import add_undo
from andon.interactions import forms
from andon.interactions.tables import WrapFormVersion
from andon.interactions.wrapup import load_form
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Name

router = APIRouter(prefix="/api/wrap-forms", tags=["wrap_form"])

KIND: Final = "wrap_form"

Reader = Annotated[Actor, may(Permission.CONFIG, Permission.DESK, Permission.CONTACTS)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Number = Annotated[float, Field(ge=-forms.MOST_NUMBER, le=forms.MOST_NUMBER)]


class OptionBody(Body):
    value: Key
    label_zh: Name
    label_en: Name


class ConditionBody(Body):
    key: Key
    values: Annotated[list[Key], Field(min_length=1, max_length=forms.MOST_OPTIONS)]


class FieldBody(Body):
    """See `interactions.forms.Field`; keys and values stay when labels change."""

    key: Key
    type: Literal["text", "number", "date", "choice", "choices", "phone", "card"]
    label_zh: Name
    label_en: Name
    required: bool = False
    max_length: Annotated[int, Field(ge=1, le=forms.MOST_TEXT)] = 200
    pattern: Annotated[str, StringConstraints(max_length=80)] = ""
    least: Number | None = None
    most: Number | None = None
    options: Annotated[list[OptionBody], Field(max_length=forms.MOST_OPTIONS, default_factory=list)]
    last_four: bool = False
    shown_when: ConditionBody | None = None


class FormIn(Body):
    fields: Annotated[list[FieldBody], Field(max_length=forms.MOST_FIELDS)]


class FormShown(BaseModel):
    """`version` 0: the project has no form yet."""

    project_id: UUID
    version: int
    fields: list[FieldBody]
    published_at: datetime | None
    published_by: str | None


@router.get("/{id}")
async def read_form(id: UUID, actor: Reader, here: At) -> FormShown:
    """The project's form as agents fill it in now."""
    async with here.db.session(scope_of(actor)) as session:
        await present(session, Project, id)
        row = await load_form(session, id)
        if row is None:
            return FormShown(project_id=id, version=0, fields=[], published_at=None, published_by=None)
        return await _shown(session, row)


@router.get("/{id}/versions")
async def list_versions(id: UUID, actor: Reader, here: At) -> RevisedPage[FormShown]:
    """Every version of the project's form, the latest first."""
    wanted = (
        select(WrapFormVersion)
        .where(WrapFormVersion.project_id == id)
        .order_by(WrapFormVersion.version.desc())
        .limit(200)
    )
    async with here.db.session(scope_of(actor)) as session:
        await present(session, Project, id)
        items = [await _shown(session, row) for row in await session.scalars(wanted)]
    latest = _latest(items[0].version if items else 0)
    return RevisedPage(items=items, total=len(items), revision=revision_of(here, latest))


@router.post("/{id}/versions", status_code=201)
async def publish_form(id: UUID, body: FormIn, actor: Administrator, here: At, seen: Seen = "") -> FormShown:
    """A new version, filled in from now on."""
    fields = [field.model_dump(mode="json") for field in body.fields]
    wrong = forms.faults(msgspec.convert(fields, tuple[forms.Field, ...]))
    if wrong:
        raise AndonError("invalid", 422, fields=wrong)
    async with here.db.session(scope_of(actor)) as session:
        project = await session.get(Project, id, with_for_update=True)  # one after the other
        if project is None or project.retired_at is not None:
            raise not_found("project")
        before = await load_form(session, id)
        version = before.version if before is not None else 0
        published = and_(Audit.object_kind == KIND, Audit.object_id == id)
        await refuse_stale_list(session, here, "fields", seen, _latest(version), published)
        if before is not None and before.fields == fields:
            return await _shown(session, before)
        row = WrapFormVersion(
            project_id=id,
            version=version + 1,
            fields=fields,
            published_at=here.clock.now(),
            published_by=actor.user_id,
        )
        session.add(row)
        await session.flush()
        audit.record(
            session,
            actor,
            row.published_at,
            "publish",
            KIND,
            object_id=id,
            name=project.name,
            before=None if before is None else {"version": before.version, "fields": before.fields},
            after={"version": row.version, "fields": fields},
        )
        answer = await _shown(session, row)
    announce(here, actor)
    return answer


async def _undo(session: AsyncSession, entry: Audit, actor: Actor, now: datetime) -> None:
    """The fields of before as a new version. Raises `undo.changed_since`."""
    was, published = entry.before or {}, entry.after or {}
    project = await session.get(Project, entry.object_id, with_for_update=True)
    form = await load_form(session, project.id) if project is not None else None
    if form is None or form.fields != published.get("fields"):
        raise AndonError("undo.changed_since", 409)
    session.add(
        WrapFormVersion(
            project_id=form.project_id,
            version=form.version + 1,
            fields=was["fields"],
            published_at=now,
            published_by=actor.user_id,
        )
    )


add_undo(KIND, "publish", _undo)


def _latest(version: int) -> dict[str, Any]:
    return {"version": version}


async def _shown(session: AsyncSession, row: WrapFormVersion) -> FormShown:
    by = await session.get(User, row.published_by) if row.published_by is not None else None
    return FormShown(
        project_id=row.project_id,
        version=row.version,
        fields=[FieldBody.model_validate(field) for field in row.fields],
        published_at=row.published_at,
        published_by=by.name if by is not None else None,
    )
