"""SQL of flows: the versions that calls run on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from andon.flows.graph import FlowName, FlowVersion, GraphInvalid, parse_graph
from andon.flows.tables import FlowDraftRow, FlowRow, FlowVersionRow

log = structlog.get_logger(__name__)


async def load_flows(session: AsyncSession) -> list[FlowVersion]:
    """The newest published version of each flow, for the core. One that cannot be read, because it was
    published under other code, is left out and logged: its callers hear that, the other flows go on."""
    rows = await session.scalars(
        select(FlowVersionRow)
        .ext(distinct_on(FlowVersionRow.flow_id))
        .order_by(FlowVersionRow.flow_id, FlowVersionRow.version.desc())
    )
    return _read(rows)


async def load_flow_names(session: AsyncSession) -> list[FlowName]:
    """Flows that are in use, as an agent who sends a caller there reads them."""
    rows = await session.execute(
        select(FlowRow.id, FlowRow.client_id, FlowRow.name).order_by(FlowRow.name, FlowRow.id)
    )
    return [FlowName(flow_id=row.id, client_id=row.client_id, name=row.name) for row in rows]


async def load_versions(session: AsyncSession, wanted: set[tuple[UUID, int]]) -> list[FlowVersion]:
    """These versions, as far as they can be read."""
    rows = await session.scalars(
        select(FlowVersionRow).where(tuple_(FlowVersionRow.flow_id, FlowVersionRow.version).in_(wanted))
    )
    return _read(rows)


def _read(rows: Iterable[FlowVersionRow]) -> list[FlowVersion]:
    flows = []
    for row in rows:
        try:
            graph = parse_graph(row.graph)
        except GraphInvalid as error:
            log.error("flow_unreadable", flow=str(row.flow_id), version=row.version, problem=error.problem)
            continue
        flows.append(FlowVersion(flow_id=row.flow_id, version=row.version, graph=graph))
    return flows


async def newest(session: AsyncSession, flow_id: UUID) -> FlowVersionRow | None:
    """The flow's newest version."""
    found: FlowVersionRow | None = await session.scalar(
        select(FlowVersionRow)
        .where(FlowVersionRow.flow_id == flow_id)
        .order_by(FlowVersionRow.version.desc())
        .limit(1)
    )
    return found


async def drawn(session: AsyncSession, flow_id: UUID) -> tuple[FlowRow, dict[str, Any]] | None:
    """A flow and its graph as it is drawn; without a draft, as it is published. None: there is nothing."""
    flow = await session.get(FlowRow, flow_id)
    draft = await session.scalar(select(FlowDraftRow.graph).where(FlowDraftRow.flow_id == flow_id))
    version = None if draft is not None else await newest(session, flow_id)
    stored = draft if version is None else version.graph
    return None if flow is None or stored is None else (flow, stored)


async def publish(
    session: AsyncSession,
    flow_id: UUID,
    graph: dict[str, Any],
    note: str,
    at: datetime,
    by: UUID | None,
    accepted: list[dict[str, Any]],
) -> FlowVersionRow:
    """Add the next version. Two publishing at once get two versions: the flow's row is locked meanwhile."""
    await session.execute(select(FlowRow.id).where(FlowRow.id == flow_id).with_for_update())
    last = await session.scalar(
        select(func.max(FlowVersionRow.version)).where(FlowVersionRow.flow_id == flow_id)
    )
    row = FlowVersionRow(
        flow_id=flow_id,
        version=(last or 0) + 1,
        graph=graph,
        note=note,
        published_at=at,
        published_by=by,
        accepted=accepted,
    )
    session.add(row)
    await session.flush()
    return row
