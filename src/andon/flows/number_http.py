"""HTTP of numbers checked: where a call to one would go at this instant, and why."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.repository import load_calendars
from andon.channels.voice.tables import NumberRow
from andon.flows import texts  # noqa: F401  (registers the names of node types)
from andon.flows.graph import GraphInvalid, parse_graph
from andon.flows.judge import project_graphs, spoken
from andon.flows.rehearsal import context_for
from andon.flows.repository import newest
from andon.flows.tables import FlowRow, FlowVersionRow
from andon.flows.way import Way, way
from andon.identity.access import At, scope_of
from andon.identity.admin import Administrator, present
from andon.identity.model import Actor
from andon.identity.tables import Project
from andon.interactions.ports import ContactView
from andon.kit import i18n
from andon.kit.web import Shown

router = APIRouter(tags=["number"])

_NOBODY = UUID(int=0)


class HourShown(Shown):
    calendar: str
    open: bool
    why: Literal["period", "outside", "holiday", "exception"]
    name_zh: str
    name_en: str
    until: datetime | None


class PlaceShown(Shown):
    """A node of the flow; `type_name` is in the asker's language."""

    node: str
    type: str
    type_name: str
    title: str
    by: str
    hours: HourShown | None


class NumberWay(Shown):
    """`refused`: the call would not be taken: the number has no flow, the flow no version, or one that
    cannot be read. Else it goes through `places` of that version and ends there with `outcome`, or stays at
    the last until the caller or somebody else does something."""

    at: datetime
    refused: Literal["", "no_flow", "unpublished", "unreadable"]
    flow_id: UUID | None = None
    flow_name: str = ""
    version: int | None = None
    published_at: datetime | None = None
    places: Sequence[PlaceShown] = ()
    outcome: str = ""


@router.get("/api/numbers/{id}/way")
async def number_way(id: UUID, actor: Administrator, services: At) -> NumberWay:
    """Where a call to this number would go now: the caller's number is withheld, no customer is known."""
    at = services.clock.now().astimezone(UTC)
    async with services.db.session(scope_of(actor)) as session:
        number = await present(session, NumberRow, id)
        flow = None if number.flow_id is None else await session.get(FlowRow, number.flow_id)
        if flow is None:
            return NumberWay(at=at, refused="no_flow")
        version = await newest(session, flow.id)
        if version is None:
            return NumberWay(at=at, refused="unpublished", flow_id=flow.id, flow_name=flow.name)
        found = await _followed(session, actor, number, flow, version, at)
    told = {
        "at": at,
        "flow_id": flow.id,
        "flow_name": flow.name,
        "version": version.version,
        "published_at": version.published_at,
    }
    if found is None:
        return NumberWay.model_validate({**told, "refused": "unreadable"})
    places = [
        {**msgspec.to_builtins(each), "type_name": i18n.text(f"flow.node.{each.type}", actor.locale)}
        for each in found.places
    ]
    return NumberWay.model_validate({**told, "refused": "", "places": places, "outcome": found.outcome})


async def _followed(
    session: AsyncSession,
    actor: Actor,
    number: NumberRow,
    flow: FlowRow,
    version: FlowVersionRow,
    at: datetime,
) -> Way | None:
    try:
        graph = parse_graph(version.graph)
    except GraphInvalid:
        return None
    project = await session.get_one(Project, number.project_id)
    view = ContactView(
        contact_id=_NOBODY,
        tenant_id=actor.tenant_id,
        client_id=number.client_id,
        project_id=number.project_id,
        number_id=number.id,
        flow_id=flow.id,
        caller="",
        dnis=number.e164,
        language=project.language,
        arrived_at=at,
    )
    context = context_for(
        view,
        await project_graphs(session, flow.project_id),
        {each.calendar_id: each for each in await load_calendars(session)},
        await spoken(session, flow.project_id),
        {},
    )
    return way(graph, context, at)
