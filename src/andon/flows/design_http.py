"""HTTP of the flow designer: what can be drawn, drafts, lint, trials, comparison, traffic."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.repository import load_calendars
from andon.flows import compare, rehearsal, texts
from andon.flows.expressions.model import FUNCTIONS
from andon.flows.graph import Graph, GraphInvalid, parse_graph, read_graph
from andon.flows.http import MAX_VERSION, PublisherShown, Reader, drawn_revision, refuse_stale_drawing
from andon.flows.judge import judged, project_graphs, spoken
from andon.flows.names import BUILT_IN
from andon.flows.schema import node_types
from andon.flows.service import prompt_names
from andon.flows.tables import FlowDraftRow, FlowRow, FlowVersionRow
from andon.flows.traffic import traffic
from andon.identity import audit
from andon.identity.access import At, scope_of
from andon.identity.admin import Administrator, Revised, Seen, present
from andon.identity.tables import Project, User
from andon.interactions.ports import ContactView
from andon.kit import i18n
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Page, Services, Shown, invalid
from andon.telephony.engine.layout import assets

router = APIRouter(tags=["flow"])

LONGEST = timedelta(days=93)  # a period of traffic
FOLLOWED = timedelta(days=1)  # a call that began in the period is followed so long

GraphIn = Annotated[dict[str, Any], Field(max_length=10)]
_NOBODY = UUID(int=0)


class FieldShown(Shown):
    """`shape` is one, list or map; `kind` what a value is, `key` what the keys of a map are."""

    name: str
    shape: str
    kind: str
    required: bool
    nullable: bool = False
    key: str | None = None
    default: Any = None
    min: float | None = None
    max: float | None = None
    choices: list[str] | None = None


class NodeTypeShown(Shown):
    type: str
    name: str
    needed: list[str]
    optional: list[str]
    waits: bool
    fields: list[FieldShown]


class NameShown(Shown):
    name: str
    type: str
    says: str


class FunctionShown(Shown):
    name: str
    takes: list[str]
    gives: str
    says: str


class PaletteShown(Shown):
    """All a designer needs to know: node types, names and functions of expressions, prompts by language."""

    types: list[NodeTypeShown]
    names: list[NameShown]
    functions: list[FunctionShown]
    prompts: dict[str, list[str]]


class DraftShown(Revised):
    """`graph` null: there is no draft. `revision`: see `drawn_revision`."""

    graph: dict[str, Any] | None
    saved_at: datetime | None
    saved_by: PublisherShown | None


class DraftIn(Body):
    graph: GraphIn


class LintIn(Body):
    graph: GraphIn


class ProblemShown(Shown):
    """`key` is what a reason is given under when it is a `warning`."""

    key: str
    code: str
    node: str
    text: str
    warning: bool


class ChangeShown(Shown):
    what: str
    node: str
    field: str
    before: Any
    after: Any


class TrialIn(Body):
    """`steps` as `flows.rehearsal` reads them; `figures` are the live figures of every queue, by function."""

    graph: GraphIn
    steps: Annotated[list[dict[str, Any]], Field(max_length=rehearsal.MOST_STEPS)]
    caller: Annotated[str, Field(max_length=32, pattern=r"^\+?[0-9]*$")] = "13800138000"
    called: Annotated[str, Field(max_length=32, pattern=r"^\+?[0-9]*$")] = "4001234567"
    at: AwareDatetime | None = None
    figures: Annotated[dict[str, float], Field(max_length=10, default_factory=dict)]


class LineShown(Shown):
    s: float
    what: str
    node: str
    data: dict[str, Any]


class TrialShown(Shown):
    lines: list[LineShown]
    node: str
    language: str
    values: dict[str, Any]
    over: bool
    awaits: list[str]


class NodeTraffic(Shown):
    """How many came, how many hung up there, whose call ended there at all, and the mean stay."""

    node: str
    came: int
    hung_up: int
    ended: int
    mean_s: float | None


class EdgeTraffic(Shown):
    """How many went from node to node by this exit, how many of them hung up at the next, and the mean time
    from coming to the one to coming to the other."""

    before: str
    by: str
    node: str
    went: int
    lost: int
    mean_s: float


class TrafficShown(Shown):
    nodes: list[NodeTraffic]
    edges: list[EdgeTraffic]


@router.get("/api/flow-palette")
async def read_flow_palette(actor: Reader) -> PaletteShown:
    """What can be drawn, and what expressions may name."""
    types = [
        NodeTypeShown(name=i18n.text(f"flow.node.{each['type']}", actor.locale), **each)
        for each in node_types()
    ]
    functions = [
        FunctionShown(
            name=name,
            takes=[kind.value for kind in each.takes],
            gives=each.gives.value,
            says=i18n.text(f"flow.function.{name}", actor.locale),
        )
        for name, each in FUNCTIONS.items()
    ]
    return PaletteShown(
        types=types,
        names=[
            NameShown(name=name, type=kind.value, says=i18n.text(f"flow.name.{name}", actor.locale))
            for name, kind in BUILT_IN
        ],
        functions=functions,
        prompts={language: sorted(names) for language, names in _prompts().items()},
    )


@router.get("/api/flows/{id}/draft")
async def read_flow_draft(id: UUID, actor: Reader, services: At) -> DraftShown:
    """What is being drawn."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, FlowRow, id)
        return await _draft(session, services, id)


@router.put("/api/flows/{id}/draft")
async def save_flow_draft(
    id: UUID, body: DraftIn, actor: Administrator, services: At, seen: Seen = ""
) -> DraftShown:
    """Save what is being drawn, finished or not."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, FlowRow, id, lock=True)
        await refuse_stale_drawing(session, services, id, seen)
        row = await session.get(FlowDraftRow, id)
        if row is None:
            row = FlowDraftRow(flow_id=id, revision=0)
            session.add(row)
        row.graph = body.graph
        row.revision += 1
        row.saved_at = services.clock.now()
        row.saved_by = actor.user_id
        await session.flush()
        await session.refresh(row)
        return await _draft(session, services, id)


@router.delete("/api/flows/{id}/draft", status_code=204)
async def drop_flow_draft(id: UUID, actor: Administrator, services: At, seen: Seen = "") -> None:
    """Throw the draft away; what is published stays."""
    async with services.db.session(scope_of(actor)) as session:
        flow = await present(session, FlowRow, id, lock=True)
        await refuse_stale_drawing(session, services, id, seen)
        row = await session.get(FlowDraftRow, id)
        if row is None:
            return
        await session.delete(row)
        audit.record(
            session,
            actor,
            services.clock.now(),
            "delete",
            "flow_draft",
            object_id=id,
            name=flow.name,
            before={"graph": row.graph},
        )


@router.post("/api/flows/{id}/lint")
async def lint_flow(id: UUID, body: LintIn, actor: Reader, services: At) -> Page[ProblemShown]:
    """Everything wrong with a graph, errors first, in the asker's language."""
    async with services.db.session(scope_of(actor)) as session:
        flow = await present(session, FlowRow, id)
        graph, found = read_graph(body.graph)
        if graph is not None:
            found = await judged(session, flow, graph, recogniser=bool(services.settings.speech_recogniser))
    items = [
        ProblemShown(
            key=each.key,
            code=each.code,
            node=each.node,
            text=texts.said(each, actor.locale),
            warning=each.warning,
        )
        for each in found
    ]
    return Page(items=items, total=len(items))


@router.get("/api/flows/{id}/compare")
async def compare_flow_versions(
    id: UUID,
    before: Annotated[int, Query(ge=1, le=MAX_VERSION)],
    after: Annotated[int, Query(ge=0, le=MAX_VERSION)],
    actor: Reader,
    services: At,
) -> Page[ChangeShown]:
    """What changed from one version to another; `after` 0 is the draft."""
    async with services.db.session(scope_of(actor)) as session:
        await present(session, FlowRow, id)
        one, other = await _stored(session, id, before), await _stored(session, id, after)
    items = [ChangeShown.model_validate(each) for each in compare.changes(_graph(one), _graph(other))]
    return Page(items=items, total=len(items))


@router.post("/api/flows/{id}/try")
async def try_flow(id: UUID, body: TrialIn, actor: Reader, services: At) -> TrialShown:
    """Run a graph in virtual time with a typed caller: all steps from the beginning."""
    graph = _graph(body.graph)
    try:
        steps = msgspec.convert(body.steps, list[rehearsal.Step])
    except msgspec.ValidationError as error:
        raise AndonError("flow.steps", 422, problem=str(error)) from error
    at = (body.at or services.clock.now()).astimezone(UTC)
    async with services.db.session(scope_of(actor)) as session:
        flow = await present(session, FlowRow, id)
        project = await session.get_one(Project, flow.project_id)
        flows = await project_graphs(session, flow.project_id)
        calendars = await load_calendars(session)
        prompts = await spoken(session, flow.project_id)
    view = ContactView(
        contact_id=_NOBODY,
        tenant_id=actor.tenant_id,
        client_id=flow.client_id,
        project_id=flow.project_id,
        number_id=_NOBODY,
        flow_id=id,
        caller=body.caller,
        dnis=body.called,
        language=project.language,
        arrived_at=at,
    )
    context = rehearsal.context_for(
        view, flows, {each.calendar_id: each for each in calendars}, prompts, body.figures
    )
    trial = rehearsal.rehearse(graph, context, steps, at)
    return TrialShown.model_validate(msgspec.to_builtins(trial))


@router.get("/api/flows/{id}/traffic")
async def read_flow_traffic(
    id: UUID,
    since: AwareDatetime,
    until: AwareDatetime,
    actor: Reader,
    services: At,
    version: Annotated[int, Query(ge=0, le=MAX_VERSION)] = 0,
) -> TrafficShown:
    """How the callers of a period went through the flow; `version` 0: all versions."""
    if not timedelta(0) < until - since <= LONGEST:
        raise invalid(until="field.invalid")
    async with services.db.session(scope_of(actor)) as session:
        await present(session, FlowRow, id)
        nodes, edges = await traffic(session, id, version, since, until, until + FOLLOWED)
    return TrafficShown(
        nodes=[NodeTraffic.model_validate(each) for each in nodes],
        edges=[EdgeTraffic.model_validate(each) for each in edges],
    )


def _prompts() -> dict[str, frozenset[str]]:
    return prompt_names(assets() / "prompts")


def _graph(stored: dict[str, Any]) -> Graph:
    try:
        return parse_graph(stored)
    except GraphInvalid as error:
        raise AndonError("flow.unreadable", 422, problem=error.problem) from error


async def _stored(session: AsyncSession, id: UUID, version: int) -> dict[str, Any]:
    """A version's graph, or with 0 the draft's."""
    wanted = (
        select(FlowVersionRow.graph).where(FlowVersionRow.flow_id == id, FlowVersionRow.version == version)
        if version
        else select(FlowDraftRow.graph).where(FlowDraftRow.flow_id == id)
    )
    found: dict[str, Any] | None = await session.scalar(wanted)
    if found is None:
        raise not_found("flow_version")
    return found


async def _draft(session: AsyncSession, services: Services, id: UUID) -> DraftShown:
    row = await session.get(FlowDraftRow, id)
    by = await session.get(User, row.saved_by) if row is not None and row.saved_by is not None else None
    return DraftShown(
        revision=await drawn_revision(session, services, id),
        graph=row.graph if row is not None else None,
        saved_at=row.saved_at if row is not None else None,
        saved_by=PublisherShown(id=by.id, name=by.name) if by is not None else None,
    )
