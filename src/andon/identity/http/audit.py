"""HTTP of the audit log, and of taking the last change of a thing back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from sqlalchemy import select, tuple_

from andon.identity import undo
from andon.identity.access import At, may, scope_of
from andon.identity.admin import Administrator, announce
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit
from andon.kit.web import Body, Page, Shown, invalid

router = APIRouter(tags=["audit"])


class AuditShown(Shown):
    id: UUID
    at: datetime
    user_id: UUID | None
    user_name: str
    action: str
    object_kind: str
    object_id: UUID | None
    object_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: str
    undoable: bool = False  # by the asker, as far as can be seen without trying


class UndoIn(Body):
    """The change `entry_id`, or else the thing's last one, which must be the asker's own."""

    object_kind: Annotated[str, StringConstraints(max_length=40)]
    object_id: UUID
    entry_id: UUID | None = None


class Undone(Shown):
    object_kind: str
    object_id: UUID
    object_name: str


@router.get("/api/audit")
async def audit_log(
    actor: Annotated[Actor, may(Permission.AUDIT)],
    services: At,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
    user_id: UUID | None = None,
    object_kind: str | None = None,
    object_id: UUID | None = None,
    action: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[AuditShown]:
    """Who did what, the newest first."""
    wanted = select(Audit)
    for column, value in (
        (Audit.user_id, user_id),
        (Audit.object_kind, object_kind),
        (Audit.object_id, object_id),
        (Audit.action, action),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if since is not None:
        wanted = wanted.where(Audit.at >= since)
    if until is not None:
        wanted = wanted.where(Audit.at < until)
    if cursor is not None:
        try:
            at, id = cursor.split("~")
            wanted = wanted.where(tuple_(Audit.at, Audit.id) < tuple_(datetime.fromisoformat(at), UUID(id)))
        except ValueError as error:
            raise invalid(cursor="field.invalid") from error
    async with services.db.session(scope_of(actor)) as session:
        rows = list(await session.scalars(wanted.order_by(Audit.at.desc(), Audit.id.desc()).limit(limit + 1)))
        page = rows[:limit]
        able = await undo.undoable(session, page) if actor.may(Permission.CONFIG) else set()
    more = f"{page[-1].at.isoformat()}~{page[-1].id}" if len(rows) > limit else None
    items = [AuditShown.model_validate(row).model_copy(update={"undoable": row.id in able}) for row in page]
    return Page(items=items, next=more)


@router.post("/api/audit/undo")
async def undo_change(body: UndoIn, actor: Administrator, services: At) -> Undone:
    """Take back the last change of a thing. Raises `undo.impossible`, `undo.changed_since`, `undo.not_own`,
    and whatever making the same change by hand would."""
    async with services.db.session(scope_of(actor)) as session:
        entry = await undo.take_back(
            session, actor, services.clock.now(), body.object_kind, body.object_id, body.entry_id
        )
        answer = Undone.model_validate(entry)
    announce(services, actor)
    return answer
