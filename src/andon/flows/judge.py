"""A graph judged against what there is in its project: queues, calendars, prompts, other flows."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.tables import CalendarRow
from andon.flows.graph import Graph, GraphInvalid, parse_graph
from andon.flows.problem import Problem
from andon.flows.service import prompt_names
from andon.flows.tables import FlowRow, FlowVersionRow
from andon.flows.validation import problems
from andon.identity.tables import Project
from andon.prompts.library import names_by_project
from andon.prompts.repository import load_kept
from andon.routing.tables import Queue
from andon.telephony.engine.layout import assets


async def judged(session: AsyncSession, flow: FlowRow, graph: Graph, *, recogniser: bool) -> list[Problem]:
    """Everything wrong with the graph as one of this flow, errors first. `recogniser`: there is one."""
    project = await session.get_one(Project, flow.project_id)
    queues = await session.scalars(
        select(Queue.id).where(Queue.client_id == flow.client_id, Queue.retired_at.is_(None))
    )
    calendars = await session.scalars(
        select(CalendarRow.id).where(
            CalendarRow.retired_at.is_(None),
            (CalendarRow.project_id.is_(None)) | (CalendarRow.project_id == flow.project_id),
        )
    )
    return problems(
        graph,
        language="en" if project.language == "en" else "zh",
        prompts=await spoken(session, flow.project_id),
        queues=set(queues),
        calendars=set(calendars),
        flows=await project_graphs(session, flow.project_id),
        flow_id=flow.id,
        recogniser=recogniser,
        chat_link=bool(project.chat_link) and project.text_gateway_id is not None,
    )


async def spoken(session: AsyncSession, project_id: UUID) -> Mapping[str, frozenset[str]]:
    """Names of the prompts that a project's callers can hear, by language."""
    standard = prompt_names(assets() / "prompts")
    own = names_by_project(await load_kept(session, project_id), standard)
    return own.get(project_id, standard)


async def project_graphs(session: AsyncSession, project_id: UUID) -> dict[UUID, Graph]:
    """The newest graph of every published flow of a project, as far as it can be read."""
    rows = await session.execute(
        select(FlowVersionRow.flow_id, FlowVersionRow.graph)
        .join(FlowRow, FlowRow.id == FlowVersionRow.flow_id)
        .where(FlowRow.project_id == project_id)
        .ext(distinct_on(FlowVersionRow.flow_id))
        .order_by(FlowVersionRow.flow_id, FlowVersionRow.version.desc())
    )
    found = {}
    for flow_id, stored in rows:
        try:
            found[flow_id] = parse_graph(stored)
        except GraphInvalid:
            continue  # published under other code: as good as none
    return found
