"""HTTP of exports: asked for, decided by another person, downloaded by whoever asked; the tenant's rule."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import Administrator, Revised, Seen, refuse_stale, revision_of
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit, User
from andon.identity.undo import add_undo, refuse_changed
from andon.kit.database import Scope
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Line, Services
from andon.reporting.exports import (
    service,
    texts,  # noqa: F401  (registers what is said here)
)
from andon.reporting.exports.jobs import TOPIC
from andon.reporting.exports.model import OPEN, Rule
from andon.reporting.exports.tables import ExportJob, ExportRule
from andon.reporting.history.query import Columns, SearchBody

router = APIRouter(prefix="/api", tags=["export"])

Exporter = Annotated[Actor, may(Permission.EXPORT)]
Either = Annotated[Actor, may(Permission.EXPORT, Permission.APPROVE_EXPORTS)]
Approver = Annotated[Actor, may(Permission.APPROVE_EXPORTS)]

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHOWN_MOST = 200


class ExportIn(Body):
    """Contacts that arrived from `since` (inclusive) to `until` (exclusive), not later than now."""

    search: SearchBody
    since: AwareDatetime
    until: AwareDatetime
    columns: Columns
    format: Literal["csv", "xlsx"]
    whole_numbers: bool = False


class ExportShown(BaseModel):
    """`own`: the asker's. `rows_done` of `rows_expected` are written."""

    id: UUID
    state: Literal["waiting", "wanted", "running", "done", "failed", "refused", "cancelled", "expired"]
    own: bool
    asked_by: str
    asked_at: datetime
    search: SearchBody
    since: datetime
    until: datetime
    columns: list[str]
    format: str
    whole_numbers: bool
    rows_expected: int
    rows_done: int
    decided_by: str | None
    decided_at: datetime | None
    decision: str
    finished_at: datetime | None
    expires_at: datetime
    size: int | None


class ExportList(BaseModel):
    items: list[ExportShown]


class RuleBody(Body):
    """Another person approves exports of more than `rows_over` rows (null: however many), and those that show
    whole numbers when `whole_numbers` is set."""

    rows_over: Annotated[int, Field(ge=0, le=1_000_000)] | None = 1000
    whole_numbers: bool = True
    most_rows: Annotated[int, Field(ge=1, le=500_000)] = 100_000
    keep_hours: Annotated[int, Field(ge=1, le=720)] = 72


class RuleShown(Revised):
    rows_over: int | None
    whole_numbers: bool
    most_rows: int
    keep_hours: int


class DecisionIn(Body):
    approve: bool
    note: Line = ""


def scope_at_large(actor: Actor) -> Scope:
    """The operator's, where the audit log is: what is touched is the asker's own or waits for the asker."""
    return Scope(actor.tenant_id, user_id=actor.user_id)


def decides(actor: Actor) -> bool:
    """Whether the asker may decide about others' exports: a client's people never do."""
    return actor.client_id is None and actor.may(Permission.APPROVE_EXPORTS)


@router.get("/exports")
async def list_exports(actor: Either, here: At, box: Literal["own", "decide"] = "own") -> ExportList:
    """The asker's own, newest first; or those that wait for the asker's decision, oldest first."""
    where: list[ColumnElement[bool]]
    if box == "own":
        where, order = [ExportJob.asked_by == actor.user_id], ExportJob.id.desc()
    elif decides(actor):
        where = [ExportJob.state == "waiting", ExportJob.asked_by != actor.user_id]
        order = ExportJob.id.asc()
    else:
        return ExportList(items=[])
    async with here.db.session(scope_at_large(actor)) as session:
        rows = await session.execute(_listed().where(*where).order_by(order).limit(SHOWN_MOST))
        return ExportList(items=[_shown(row, actor) for row in rows])


@router.post("/exports", status_code=201)
async def ask_for_export(body: ExportIn, actor: Exporter, here: At) -> ExportShown:
    """Have the result of a search written to a file; the rule may want somebody's approval first."""
    if body.until <= body.since:
        raise AndonError("period.invalid", 422)
    if body.whole_numbers and (actor.client_id is not None or not actor.may(Permission.NUMBERS)):
        raise AndonError("export.numbers", 403)
    now = here.clock.now()
    # Who sees whole numbers on the page finds by parts of them, whatever the file shows.
    filters = body.search.filters(
        since=body.since, until=min(body.until, now), masked=actor.client_id is not None
    )
    kept: dict[str, Any] = {
        "columns": list(dict.fromkeys(body.columns)),
        "format": body.format,
        "whole_numbers": body.whole_numbers,
    }
    async with here.db.session(scope_of(actor)) as session:
        job = await service.ask(session, actor, now, filters, body.search, **kept)
    async with here.db.session(scope_at_large(actor)) as session:
        service.record(session, actor, now, "ask", job)
        answer = await _one(session, job.id, actor)
    here.bus.publish(TOPIC, {"tenant_id": str(actor.tenant_id)})
    return answer


@router.post("/exports/{id}/decide")
async def decide(id: UUID, body: DecisionIn, actor: Approver, here: At) -> ExportShown:
    """Approve or refuse somebody else's export. Raises `export.own`, `export.decided`."""
    if not decides(actor):
        raise AndonError("forbidden", 403)
    async with here.db.session(scope_at_large(actor)) as session:
        await service.decide(session, actor, here.clock.now(), id, body.approve, body.note)
        answer = await _one(session, id, actor)
    here.bus.publish(TOPIC, {"tenant_id": str(actor.tenant_id)})
    return answer


@router.delete("/exports/{id}", status_code=204)
async def cancel(id: UUID, actor: Exporter, here: At) -> Response:
    """Stop one of the asker's own, or delete its file."""
    async with here.db.session(scope_at_large(actor)) as session:
        job = await _own(session, actor, id)
        if job.state not in (*OPEN, "done"):
            raise AndonError("export.over", 409)
        job.state, job.finished_at = "cancelled", here.clock.now()
        service.record(session, actor, here.clock.now(), "cancel", job)
    path = service.file_of(here.settings.home, actor.tenant_id, id, job.format)
    await asyncio.to_thread(path.unlink, missing_ok=True)
    return Response(status_code=204)


@router.get(
    "/exports/{id}/file",
    response_class=FileResponse,
    responses={200: {"content": {kind: {} for kind in MEDIA.values()}}},
)
async def download(id: UUID, actor: Exporter, here: At) -> FileResponse:
    """The file, for whoever asked for it. Raises `export.not_ready`, `export.gone`."""
    async with here.db.session(scope_at_large(actor)) as session:
        job = await _own(session, actor, id)
        if job.state != "done" or job.expires_at <= here.clock.now():
            raise AndonError("export.not_ready" if job.state in OPEN else "export.gone", 409)
        if job.whole_numbers and not actor.may(Permission.NUMBERS):
            raise AndonError("export.numbers", 403)
        path = service.file_of(here.settings.home, actor.tenant_id, id, job.format)
        if not await asyncio.to_thread(path.is_file):
            raise AndonError("export.gone", 409)
        job.downloads += 1
        service.record(session, actor, here.clock.now(), "download", job)
        name = f"contacts-{job.created_at:%Y%m%d-%H%M}.{job.format}"
        media = MEDIA[job.format]
    return FileResponse(path, media_type=media, filename=name)


@router.get("/export-rules")
async def read_rule(
    actor: Annotated[Actor, may(Permission.EXPORT, Permission.APPROVE_EXPORTS, Permission.CONFIG)], here: At
) -> RuleShown:
    """What exports may be, and which of them need somebody's approval."""
    async with here.db.session(scope_at_large(actor)) as session:
        return _rule_shown(here, _rule(await service.rule_of(session)))


@router.put("/export-rules")
async def change_rule(body: RuleBody, actor: Administrator, here: At, seen: Seen = "") -> RuleShown:
    """Set the rule, for exports asked for from now on."""
    values = body.model_dump()
    kept = insert(ExportRule).values(**values)
    kept = kept.on_conflict_do_update(index_elements=[ExportRule.tenant_id], set_=values)
    async with here.db.session(scope_of(actor)) as session:
        before = _rule(await service.rule_of(session, lock=True))
        await refuse_stale(session, here, "export_rule", actor.tenant_id, seen, before)
        await session.execute(kept)
        old, new = audit.changed(before, values)
        if new:
            now = here.clock.now()
            audit.record(
                session,
                actor,
                now,
                "update",
                "export_rule",
                object_id=actor.tenant_id,
                before=old,
                after=new,
            )
    return _rule_shown(here, values)


async def _undo_rule(session: AsyncSession, entry: Audit, _actor: Actor, _now: datetime) -> None:
    """The rule as it was. Raises `undo.changed_since`."""
    row = await session.scalar(select(ExportRule).with_for_update())
    refuse_changed(_rule(await service.rule_of(session)), entry)
    for name, value in (entry.before or {}).items():
        setattr(row, name, value)


add_undo("export_rule", "update", _undo_rule)


def _rule(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RuleBody.model_fields}


def _rule_shown(services: Services, values: dict[str, Any]) -> RuleShown:
    return RuleShown(revision=revision_of(services, values), **values)


async def _own(session: AsyncSession, actor: Actor, id: UUID) -> ExportJob:
    """The asker's own, from behind the walls the asker is behind now."""
    job: ExportJob | None = await session.scalar(
        select(ExportJob)
        .where(
            ExportJob.id == id,
            ExportJob.asked_by == actor.user_id,
            ExportJob.client_id.is_not_distinct_from(actor.client_id),
        )
        .with_for_update()
    )
    if job is None:
        raise not_found("export_job")
    return job


_Asker, _Decider = aliased(User), aliased(User)


def _listed() -> Any:
    return (
        select(ExportJob, _Asker.name.label("asked_by"), _Decider.name.label("decided_by"))
        .join(_Asker, _Asker.id == ExportJob.asked_by)
        .outerjoin(_Decider, _Decider.id == ExportJob.decided_by)
    )


async def _one(session: AsyncSession, id: UUID, actor: Actor) -> ExportShown:
    return _shown((await session.execute(_listed().where(ExportJob.id == id))).one(), actor)


def _shown(row: Any, actor: Actor) -> ExportShown:
    job: ExportJob = row.ExportJob
    return ExportShown(
        id=job.id,
        state=job.state,
        own=job.asked_by == actor.user_id,
        asked_by=row.asked_by,
        asked_at=job.created_at,
        search=SearchBody.model_validate(job.search),
        since=job.since,
        until=job.until,
        columns=job.columns,
        format=job.format,
        whole_numbers=job.whole_numbers,
        rows_expected=job.rows_expected,
        rows_done=job.rows_done,
        decided_by=row.decided_by,
        decided_at=job.decided_at,
        decision=job.decision,
        finished_at=job.finished_at,
        expires_at=job.expires_at,
        size=job.size,
    )
