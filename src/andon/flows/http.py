"""HTTP of flows: read them, make one, publish the next version."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field
from sqlalchemy import Select, String, cast, delete, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.flows import repository, texts, uses  # noqa: F401  (uses tells the library where prompts are)
from andon.flows.graph import GraphInvalid, parse_graph, store_graph
from andon.flows.judge import judged
from andon.flows.problem import Problem
from andon.flows.tables import FlowDraftRow, FlowRow, FlowVersionRow
from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import (
    Administrator,
    Seen,
    Use,
    add_uses,
    announce,
    broken_rule,
    changed_meanwhile,
    present,
    revision_of,
)
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit, Project, User
from andon.kit.errors import AndonError, not_found
from andon.kit.i18n import Locale
from andon.kit.web import Body, Line, Name, Page, Services, Shown, invalid

router = APIRouter(tags=["flow"])

MAX_VERSION = 2**31 - 1

Reader = Annotated[Actor, may(Permission.CONFIG, Permission.BOARD, Permission.CONTACTS)]


class FlowShown(Shown):
    """`version` is the newest published one; null while there is none."""

    id: UUID
    client_id: UUID
    project_id: UUID
    name: str
    version: int | None
    published_at: datetime | None
    created_at: datetime


class FlowWhole(FlowShown):
    """`revision`: see `drawn_revision`."""

    graph: dict[str, Any] | None
    note: str | None
    revision: str


class PublisherShown(Shown):
    id: UUID
    name: str


class Accepted(Shown):
    """A warning that stood when the version was published, and why."""

    code: str
    node: str
    reason: str


class VersionShown(Shown):
    """`published_by` is null for what the installation brought along."""

    version: int
    published_at: datetime
    published_by: PublisherShown | None
    note: str
    accepted: list[Accepted]


class VersionWhole(VersionShown):
    graph: dict[str, Any]


class FlowIn(Body):
    project_id: UUID
    name: Name


class VersionIn(Body):
    """`reasons` say why a warning may stand, by its `key`."""

    graph: Annotated[dict[str, Any], Field(max_length=10)]
    note: Line = ""
    reasons: Annotated[dict[str, Line], Field(max_length=300, default_factory=dict)]


def _newest() -> Any:
    return (
        select(FlowVersionRow)
        .ext(distinct_on(FlowVersionRow.flow_id))
        .order_by(FlowVersionRow.flow_id, FlowVersionRow.version.desc())
        .subquery()
    )


@router.get("/api/flows")
async def list_flows(actor: Reader, services: At, project_id: UUID | None = None) -> Page[FlowShown]:
    """All flows, without their graphs."""
    newest = _newest()
    wanted = (
        select(FlowRow, newest.c.version, newest.c.published_at)
        .outerjoin(newest, newest.c.flow_id == FlowRow.id)
        .order_by(FlowRow.name, FlowRow.id)
    )
    if project_id is not None:
        wanted = wanted.where(FlowRow.project_id == project_id)
    async with services.db.session(scope_of(actor)) as session:
        rows = await session.execute(wanted)
        items = [
            FlowShown(
                id=row.id,
                client_id=row.client_id,
                project_id=row.project_id,
                name=row.name,
                version=version,
                published_at=published_at,
                created_at=row.created_at,
            )
            for row, version, published_at in rows
        ]
    return Page(items=items, total=len(items))


@router.get("/api/flows/{id}")
async def read_flow(id: UUID, actor: Reader, services: At) -> FlowWhole:
    """One flow with its newest graph."""
    async with services.db.session(scope_of(actor)) as session:
        return await _whole(session, services, await present(session, FlowRow, id))


@router.get("/api/flows/{id}/versions")
async def list_flow_versions(id: UUID, actor: Reader, services: At) -> Page[VersionShown]:
    """What was ever published, the newest first, without the graphs."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, FlowRow, id)
        rows = (await session.execute(_published(id).order_by(FlowVersionRow.version.desc()))).all()
    items = [VersionShown(**_version(row, name)) for row, name in rows]
    return Page(items=items, total=len(items))


@router.get("/api/flows/{id}/versions/{version}")
async def read_flow_version(
    id: UUID, version: Annotated[int, Path(ge=1, le=MAX_VERSION)], actor: Reader, services: At
) -> VersionWhole:
    """One version with its graph. To go back to it, publish that graph again."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, FlowRow, id)
        found = (await session.execute(_published(id).where(FlowVersionRow.version == version))).first()
    if found is None:
        raise not_found("flow_version")
    row, name = found
    return VersionWhole(**_version(row, name), graph=row.graph)


@router.post("/api/flows", status_code=201)
async def make_flow(body: FlowIn, actor: Administrator, services: At) -> FlowWhole:
    """Make a flow; it takes calls once a version is published."""
    try:
        async with services.db.session(scope_of(actor)) as session:
            project = await session.get(Project, body.project_id)
            if project is None or project.retired_at is not None:
                raise invalid(project_id="field.unknown_reference")
            row = FlowRow(client_id=project.client_id, project_id=project.id, name=body.name)
            session.add(row)
            await session.flush()
            await session.refresh(row)
            audit.record(
                session,
                actor,
                services.clock.now(),
                "create",
                "flow",
                object_id=row.id,
                name=row.name,
                after=audit.snapshot({"name": row.name, "project_id": row.project_id}),
            )
            answer = await _whole(session, services, row)
    except IntegrityError as error:
        raise broken_rule(error, "name") from error
    announce(services, actor)
    return answer


@router.post("/api/flows/{id}/versions", status_code=201)
async def publish_flow(
    id: UUID, body: VersionIn, actor: Administrator, services: At, seen: Seen = ""
) -> FlowWhole:
    """Check a graph and publish it as the next version; calls under way stay on theirs. The draft is gone."""
    try:
        graph = parse_graph(body.graph)
    except GraphInvalid as error:
        raise AndonError("flow.unreadable", 422, problem=error.problem) from error
    async with services.db.session(scope_of(actor)) as session:
        row = await present(session, FlowRow, id, lock=True)
        await refuse_stale_drawing(session, services, id, seen)
        found = await judged(session, row, graph, recogniser=bool(services.settings.speech_recogniser))
        _refuse(found, body.reasons, actor.locale)
        accepted = [
            {"code": each.code, "node": each.node, "reason": body.reasons[each.key]}
            for each in found
            if each.warning
        ]
        before = await repository.newest(session, id)
        version = await repository.publish(
            session, id, store_graph(graph), body.note, services.clock.now(), actor.user_id, accepted
        )
        await session.execute(delete(FlowDraftRow).where(FlowDraftRow.flow_id == id))
        audit.record(
            session,
            actor,
            services.clock.now(),
            "publish",
            "flow",
            object_id=id,
            name=row.name,
            before={"version": before.version, "graph": before.graph} if before else None,
            after={
                "version": version.version,
                "graph": version.graph,
                "note": version.note,
                "accepted": version.accepted,
            },
        )
        answer = await _whole(session, services, row)
    announce(services, actor)
    return answer


def _refuse(found: list[Problem], reasons: dict[str, str], locale: Locale) -> None:
    """Raise when there are errors, or warnings without a reason."""
    errors = [each for each in found if not each.warning]
    unanswered = [each for each in found if each.warning and not reasons.get(each.key)]
    if not errors and not unanswered:
        return
    fields: dict[str, str | tuple[str, dict[str, Any]]] = {}
    for each in errors or unanswered:
        said = (f"flow.problem.{each.code}", texts.spoken(each.params, locale))
        fields.setdefault(f"graph.nodes.{each.node or each.code}", said)
    if errors:
        raise AndonError("flow.invalid", 422, fields=fields, count=len(errors))
    raise AndonError("flow.reasons", 422, fields=fields, count=len(unanswered))


def _published(id: UUID) -> Select[FlowVersionRow, str | None]:
    """A flow's versions, each with its publisher's name."""
    return (
        select(FlowVersionRow, User.name)
        .outerjoin(User, User.id == FlowVersionRow.published_by)
        .where(FlowVersionRow.flow_id == id)
    )


def _version(row: FlowVersionRow, name: str | None) -> dict[str, Any]:
    by = row.published_by
    return {
        "version": row.version,
        "published_at": row.published_at,
        "published_by": PublisherShown(id=by, name=name) if by is not None and name is not None else None,
        "note": row.note,
        "accepted": row.accepted,
    }


async def drawn_revision(session: AsyncSession, services: Services, id: UUID) -> str:
    """Of a flow's newest version and its draft together: publishing throws the draft away, and who saves one
    has drawn it upon a version."""
    draft = await session.get(FlowDraftRow, id)
    version = await repository.newest(session, id)
    values = {
        "version": version.version if version else None,
        "draft": draft.revision if draft else None,
        "saved_at": draft.saved_at if draft else None,
    }
    return revision_of(services, values)


async def refuse_stale_drawing(session: AsyncSession, services: Services, id: UUID, seen: str) -> None:
    """Raises `changed_meanwhile`, with who saved, published or threw away, unless `seen` is empty or the
    present revision. The flow's row has to be locked."""
    if not seen or seen == await drawn_revision(session, services, id):
        return
    draft = await session.get(FlowDraftRow, id)
    if draft is not None:
        by = await session.get(User, draft.saved_by) if draft.saved_by is not None else None
        raise changed_meanwhile(by.name if by else "?", draft.saved_at, ["graph"])
    last = await session.scalar(
        select(Audit)
        .where(
            Audit.object_id == id,
            Audit.object_kind.in_(("flow", "flow_draft")),
            Audit.action.in_(("publish", "delete")),
        )
        .order_by(Audit.at.desc(), Audit.id.desc())
        .limit(1)
    )
    if last is None:
        raise changed_meanwhile("?", None, ())
    raise changed_meanwhile(last.user_name, last.at, ["version" if last.action == "publish" else "graph"])


async def _whole(session: AsyncSession, services: Services, row: FlowRow) -> FlowWhole:
    version = await repository.newest(session, row.id)
    return FlowWhole(
        id=row.id,
        client_id=row.client_id,
        project_id=row.project_id,
        name=row.name,
        version=version.version if version else None,
        published_at=version.published_at if version else None,
        created_at=row.created_at,
        graph=version.graph if version else None,
        note=version.note if version else None,
        revision=await drawn_revision(session, services, row.id),
    )


def _in_newest_graphs(kind: str) -> Use:
    """Flows whose newest version names the id. Ids are random: the text of one is nothing else."""

    def count(id: UUID) -> Select[int]:
        newest = _newest()
        return select(func.count()).select_from(newest).where(cast(newest.c.graph, String).contains(str(id)))

    return Use(kind, count)


add_uses("queue", _in_newest_graphs("flow"))
add_uses("calendar", _in_newest_graphs("flow"))
