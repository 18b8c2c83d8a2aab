"""HTTP of the audit log, and of taking the last change of a thing back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit, undo
from andon.identity.access import At, may, scope_of
from andon.identity.admin import Administrator, announce
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit, AuditSeen, User
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Page, Shown, invalid

router = APIRouter(tags=["audit"])

Reader = Annotated[Actor, may(Permission.AUDIT)]
MOST = 1000  # as far as is counted


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
    must_see: bool
    seen_by: str | None = None  # a name
    seen_at: datetime | None = None


class ToBeSeen(Shown):
    """Entries that must be seen, that nobody has, and that are not the asker's own doing: `MOST` or more are
    told as `MOST`."""

    count: int


class SeenIn(Body):
    entries: Annotated[list[UUID], Field(min_length=1, max_length=500)]


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
    actor: Reader,
    services: At,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
    user_id: UUID | None = None,
    object_kind: str | None = None,
    object_id: UUID | None = None,
    action: str | None = None,
    to_be_seen: bool = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[AuditShown]:
    """Who did what, the newest first; with `to_be_seen` what waits for the asker's eyes."""
    wanted = (
        select(Audit, AuditSeen.seen_at, User.name.label("seen_by"))
        .outerjoin(AuditSeen, AuditSeen.entry_id == Audit.id)
        .outerjoin(User, User.id == AuditSeen.seen_by)
    )
    if to_be_seen:
        wanted = wanted.where(_waits_for(actor))
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
        order = (Audit.at.desc(), Audit.id.desc())
        rows = list(await session.execute(wanted.order_by(*order).limit(limit + 1)))
        page = [row.Audit for row in rows[:limit]]
        able = await undo.undoable(session, page) if actor.may(Permission.CONFIG) else set()
    more = f"{page[-1].at.isoformat()}~{page[-1].id}" if len(rows) > limit else None
    items = [
        AuditShown.model_validate(row.Audit).model_copy(
            update={"undoable": row.Audit.id in able, "seen_by": row.seen_by, "seen_at": row.seen_at}
        )
        for row in rows[:limit]
    ]
    return Page(items=items, next=more)


def _waits_for(actor: Actor) -> ColumnElement[bool]:
    """Nobody acknowledges what they did themselves."""
    seen = select(AuditSeen.entry_id).where(AuditSeen.entry_id == Audit.id).correlate(Audit)
    return and_(Audit.must_see, Audit.user_id.is_distinct_from(actor.user_id), ~seen.exists())


@router.get("/api/audit/to-be-seen")
async def count_to_be_seen(actor: Reader, services: At) -> ToBeSeen:
    """How much waits for the asker's eyes."""
    async with services.db.session(scope_of(actor)) as session:
        return await _to_be_seen(session, actor)


@router.post("/api/audit/seen")
async def acknowledge_entries(body: SeenIn, actor: Reader, services: At) -> ToBeSeen:
    """Put down that the asker has seen these entries. What somebody else has acknowledged meanwhile stays
    theirs. Raises "not found", `audit.own`."""
    now = services.clock.now()
    wanted = set(body.entries)
    async with services.db.session(scope_of(actor)) as session:
        rows = list(await session.scalars(select(Audit).where(Audit.id.in_(wanted), Audit.must_see)))
        if len(rows) < len(wanted):
            raise not_found("audit_log")
        if any(row.user_id == actor.user_id for row in rows):
            raise AndonError("audit.own", 403)
        kept = insert(AuditSeen).on_conflict_do_nothing().returning(AuditSeen.entry_id)
        given = [{"entry_id": id, "seen_by": actor.user_id, "seen_at": now} for id in sorted(wanted)]
        new = sorted(await session.scalars(kept.values(given)))
        if new:
            one = rows[0] if len(wanted) == 1 else None
            audit.record(
                session,
                actor,
                now,
                "seen",
                "audit",
                object_id=one.id if one else None,
                name=one.object_name if one else "",
                after={"entries": [str(id) for id in new]},
            )
            await session.flush()
        return await _to_be_seen(session, actor)


async def _to_be_seen(session: AsyncSession, actor: Actor) -> ToBeSeen:
    some = select(Audit.id).where(_waits_for(actor)).limit(MOST).subquery()
    return ToBeSeen(count=await session.scalar(select(func.count()).select_from(some)) or 0)


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
