"""SQL of interactions: the agent's summary, the tree of reasons, and who called lately."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.interactions.recent import BAD_FOR, KEPT, Heard
from andon.interactions.tables import ReasonNode, WrapUp
from andon.kit.errors import AndonError

_HEARD = text(
    "SELECT client_id, caller, at, agent_id, score FROM ("
    " SELECT j.seq, j.client_id, a.data->>'caller' AS caller, j.at, j.agent_id,"
    "  (j.data->>'score')::int AS score"
    " FROM journal j JOIN journal a ON a.contact_id = j.contact_id AND a.kind = 'contact.arrived'"
    "  AND a.at >= CAST(:since AS timestamptz) - interval '1 day'"
    " WHERE j.kind IN ('contact.connected', 'survey.answered') AND j.at >= :since"
    "  AND j.client_id IS NOT NULL"  # not a call between agents
    " ORDER BY j.seq DESC LIMIT :most) latest ORDER BY seq"
)


async def load_heard(session: AsyncSession, now: datetime) -> list[Heard]:
    """What callers' next calls go by, the earliest first."""
    rows = await session.stream(_HEARD, {"since": now - BAD_FOR, "most": KEPT})
    return [
        Heard(client_id=row.client_id, caller=row.caller, at=row.at, agent_id=row.agent_id, score=row.score)
        async for some in rows.partitions(1000)  # calls go on between them
        for row in some
    ]


async def load_reason_tree(session: AsyncSession, project_id: UUID) -> list[ReasonNode]:
    """A project's reasons, parents before their children's own order."""
    rows = await session.scalars(
        select(ReasonNode)
        .where(ReasonNode.project_id == project_id, ReasonNode.retired_at.is_(None))
        .order_by(ReasonNode.sort, ReasonNode.name_zh)
    )
    return list(rows)


async def save_wrap_up(
    session: AsyncSession,
    *,
    contact_id: UUID,
    agent_id: UUID,
    project_id: UUID,
    reason_id: UUID | None,
    resolved: bool | None,
    note: str,
    follow_up_at: datetime | None,
    submitted_at: datetime,
    form: dict[str, Any] | None = None,
) -> None:
    """Keep the summary; a second one for the contact replaces the first. Raises `AndonError("invalid")`
    for a reason of another project."""
    if reason_id is not None:
        node = await session.get(ReasonNode, reason_id)
        if node is None or node.project_id != project_id:
            raise AndonError("invalid", 422, fields={"reason_id": "field.unknown_reference"})
    values = {
        "agent_id": agent_id,
        "project_id": project_id,
        "reason_id": reason_id,
        "resolved": resolved,
        "note": note,
        "form": form or {},
        "follow_up_at": follow_up_at,
        "submitted_at": submitted_at,
    }
    await session.execute(
        insert(WrapUp)
        .values(contact_id=contact_id, **values)
        .on_conflict_do_update(index_elements=[WrapUp.contact_id], set_=values)
    )
