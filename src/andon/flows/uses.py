"""Which prompts the flows of a project speak, for the prompt library."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from andon.flows.graph import read_graph
from andon.flows.tables import FlowDraftRow, FlowRow, FlowVersionRow
from andon.prompts.http import PromptUse, add_prompt_uses


async def prompt_uses(session: AsyncSession, project_id: UUID) -> dict[str, list[PromptUse]]:
    """By name of the prompt, the nodes of newest versions and of drafts that speak it."""
    published = await session.execute(
        select(FlowRow.id, FlowRow.name, FlowVersionRow.graph)
        .join(FlowVersionRow, FlowVersionRow.flow_id == FlowRow.id)
        .where(FlowRow.project_id == project_id)
        .ext(distinct_on(FlowRow.id))
        .order_by(FlowRow.id, FlowVersionRow.version.desc())
    )
    drawn = await session.execute(
        select(FlowRow.id, FlowRow.name, FlowDraftRow.graph)
        .join(FlowDraftRow, FlowDraftRow.flow_id == FlowRow.id)
        .where(FlowRow.project_id == project_id)
        .order_by(FlowRow.id)
    )
    found: dict[str, list[PromptUse]] = {}
    for rows, draft in ((published, False), (drawn, True)):
        for flow_id, flow, stored in rows:
            for name, node in _spoken(stored):
                use = PromptUse(flow_id=flow_id, flow=flow, node=node, draft=draft)
                found.setdefault(name, []).append(use)
    return found


def _spoken(stored: dict[str, Any]) -> list[tuple[str, str]]:
    """Prompts and nodes of a graph; of one that cannot be read yet, none."""
    graph, _ = read_graph(stored)
    nodes = {} if graph is None else graph.nodes
    return [(name, node_id) for node_id, node in nodes.items() for name in dict.fromkeys(node.prompt_names())]


add_prompt_uses(prompt_uses)
