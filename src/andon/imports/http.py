"""HTTP of spreadsheets: templates and what is there as one; files brought, tried, taken over."""

import asyncio
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, scope_of
from andon.identity.admin import Administrator
from andon.identity.model import Actor, Role
from andon.identity.tables import User
from andon.imports import service, texts
from andon.imports.jobs import TOPIC
from andon.imports.known import load
from andon.imports.listing import rows_of
from andon.imports.model import COLUMNS
from andon.imports.tables import ImportJob
from andon.imports.writing import TABLES
from andon.kit import i18n
from andon.kit.errors import AndonError, not_found
from andon.kit.ids import uuid7
from andon.kit.sheets import open_sheet
from andon.kit.web import Services

texts.load()

router = APIRouter(prefix="/api", tags=["import"])

Kind = Literal["users", "numbers", "reasons"]
Form = Literal["csv", "xlsx"]

MOST_BYTES = 20_000_000
SHOWN_MOST = 30
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FaultShown(BaseModel):
    """What to do about a cell, in the reader's language; `column` as in the head, empty: the whole row."""

    row: int
    column: str
    text: str


class ImportShown(BaseModel):
    """`faults` are the first of `faults_count`. `made` and `changed`: what it would do, or has done; `done`:
    how many of these are written, while it is applied. Until then nobody sees any."""

    id: UUID
    kind: Kind
    file_name: str
    state: Literal[
        "wanted", "checking", "checked", "wrong", "approved", "applying", "applied", "failed", "expired"
    ]
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime
    rows: int
    done: int
    made: int
    changed: int
    same: int
    faults_count: int
    faults: list[FaultShown]


class ImportList(BaseModel):
    items: list[ImportShown]


@router.get(
    "/import-templates/{kind}",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in MEDIA.values()}}},
)
async def template(
    kind: Kind, actor: Administrator, here: At, format: Form = "xlsx", filled: bool = False
) -> Response:
    """The spreadsheet to fill in, with an example; `filled`: with what is there now, which is audited."""
    rows = [[column.example for column in COLUMNS[kind]]]
    _check_right(actor, kind)
    if filled:
        async with here.db.session(scope_of(actor)) as session:
            rows = rows_of(kind, await load(session, kind), actor.locale)
            told = {"rows": len(rows), "format": format}
            audit.record(session, actor, here.clock.now(), "download", TABLES[kind][1], after=told)
    content = await asyncio.to_thread(_written, kind, format, rows, actor.locale)
    headers = {"content-disposition": f'attachment; filename="{kind}.{format}"'}
    return Response(content, media_type=MEDIA[format], headers=headers)


@router.get("/imports")
async def list_imports(actor: Administrator, here: At) -> ImportList:
    """The files brought last, without their faults."""
    query = (
        select(ImportJob, User.name)
        .join(User, User.id == ImportJob.asked_by)
        .order_by(ImportJob.id.desc())
        .limit(SHOWN_MOST)
    )
    async with here.db.session(scope_of(actor)) as session:
        rows = list(await session.execute(query))
    return ImportList(items=[_shown(row[0], row[1], actor, faults=False) for row in rows])


@router.post(
    "/imports",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def bring(
    request: Request,
    actor: Administrator,
    here: At,
    kind: Kind,
    file_name: Annotated[str, Query(max_length=200)] = "",
) -> ImportShown:
    """Bring a file and have it tried: nothing is changed yet. Raises `import.too_large`."""
    _check_right(actor, kind)
    id = uuid7()
    path = service.file_of(here.settings.home, actor.tenant_id, id)
    await _store(request, path)
    now = here.clock.now()
    try:
        async with here.db.session(scope_of(actor)) as session:
            job = ImportJob(
                id=id,
                asked_by=actor.user_id,
                kind=kind,
                file_name=file_name.strip(),
                state="wanted",
                created_at=now,
                expires_at=now + service.KEPT,
            )
            session.add(job)
            await session.flush()
            await session.refresh(job)
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise
    here.bus.publish(TOPIC, {"tenant_id": str(actor.tenant_id)})
    return _shown(job, actor.name, actor)


@router.get("/imports/{id}")
async def read_import(id: UUID, actor: Administrator, here: At) -> ImportShown:
    """What came of a file."""
    async with here.db.session(scope_of(actor)) as session:
        return await _one(session, id, actor)


@router.post("/imports/{id}/apply", status_code=202)
async def apply(id: UUID, actor: Administrator, here: At) -> ImportShown:
    """Take over all of a file that was tried, as its bringer. Raises `import.not_checked`."""
    async with here.db.session(scope_of(actor)) as session:
        job = await session.get(ImportJob, id, with_for_update=True)
        if job is None:
            raise not_found("import_job")
        _check_right(actor, job.kind)
        if job.asked_by != actor.user_id:
            raise AndonError("import.not_own", 403)
        if job.state != "checked" or job.expires_at <= here.clock.now():
            raise AndonError("import.not_checked", 409)
        job.state = "approved"
        await session.flush()
        answer = await _one(session, id, actor)
    _wake(here, actor)
    return answer


def _check_right(actor: Actor, kind: str) -> None:
    """People and their roles are brought by those who administer people too. Raises `forbidden`."""
    if kind == "users" and Role.ADMINISTRATOR not in actor.roles:
        raise AndonError("forbidden", 403)


def _wake(here: Services, actor: Actor) -> None:
    here.bus.publish(TOPIC, {"tenant_id": str(actor.tenant_id)})


async def _store(request: Request, path: Path) -> None:
    """The body as a file that only this installation's user reads."""
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise AndonError("import.too_large", 413, n=MOST_BYTES // 1_000_000)
    await asyncio.to_thread(path.write_bytes, bytes(content))


def _written(kind: str, form: str, rows: list[list[str]], locale: i18n.Locale) -> bytes:
    head = [
        (column.zh if locale == "zh" else column.en) + ("*" if column.needed else "")
        for column in COLUMNS[kind]
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet"
        writer = open_sheet(path, form, head, i18n.text(f"import.kind.{kind}", locale))
        writer.write(rows)
        writer.close()
        return path.read_bytes()


async def _one(session: AsyncSession, id: UUID, actor: Actor) -> ImportShown:
    query = select(ImportJob, User.name).join(User, User.id == ImportJob.asked_by).where(ImportJob.id == id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise not_found("import_job")
    return _shown(row[0], row[1], actor)


def _shown(job: ImportJob, asked_by: str, actor: Actor, *, faults: bool = True) -> ImportShown:
    heads = {column.key: column.zh if actor.locale == "zh" else column.en for column in COLUMNS[job.kind]}
    return ImportShown(
        id=job.id,
        kind=cast(Kind, job.kind),
        file_name=job.file_name,
        state=job.state,
        asked_by=asked_by,
        asked_at=job.created_at,
        finished_at=job.finished_at,
        expires_at=job.expires_at,
        rows=job.rows,
        done=job.done,
        made=job.made,
        changed=job.changed,
        same=job.same,
        faults_count=job.faults_count,
        faults=[
            FaultShown(
                row=fault["row"],
                column=heads.get(fault["column"], fault["column"]),
                text=i18n.text(fault["key"], actor.locale, **fault.get("params", {})),
            )
            for fault in (job.faults if faults else [])
        ],
    )
