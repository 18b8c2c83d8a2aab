"""Keeping an agent's summary of a contact: the row with its text, and the fact that it was submitted."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.interactions.events import ContactConnected, WrapUpSubmitted
from andon.interactions.tables import ReasonNode, WrapUp
from andon.kit.errors import AndonError, not_found
from andon.kit.journal.store import append

# The journal and not a projection: the summary may come before the projector has seen the call.
_CONNECTED = text(
    "SELECT client_id, project_id FROM journal WHERE tenant_id = andon_tenant() AND contact_id = :contact"
    " AND kind = :kind AND agent_id = :agent AND project_id IS NOT NULL ORDER BY at DESC LIMIT 1"
)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent wrote. `reason_id` is a leaf of the project's tree."""

    contact_id: UUID
    reason_id: UUID | None
    resolved: bool | None
    note: str
    follow_up_at: datetime | None
    form: dict[str, Any]


async def submit(
    session: AsyncSession, tenant_id: UUID, agent_id: UUID, summary: Summary, now: datetime
) -> bool:
    """Save the summary and append its fact in the caller's transaction.

    The same summary again changes nothing and returns false; a corrected one replaces the text and is a fact
    of its own. Raises "not found" for a contact this agent did not talk in, and a field error for a reason
    of another project or one that has others below it. A reason once kept may be sent again, though it has
    become a branch since.
    """
    wanted = {"contact": summary.contact_id, "agent": agent_id, "kind": ContactConnected.kind}
    talked = (await session.execute(_CONNECTED, wanted)).one_or_none()
    if talked is None:
        raise not_found("contact")
    kept = await session.get(WrapUp, summary.contact_id, with_for_update=True)
    if summary.reason_id is not None and (kept is None or kept.reason_id != summary.reason_id):
        await _check_reason(session, summary.reason_id, talked.project_id)
    said = msgspec.structs.asdict(summary) | {"agent_id": agent_id, "project_id": talked.project_id}
    if kept is not None and all(getattr(kept, name) == value for name, value in said.items()):
        return False
    if kept is None:
        kept = WrapUp(**said, submitted_at=now)
        session.add(kept)
    else:
        for name, value in said.items():
            setattr(kept, name, value)
        kept.submitted_at = now
    await session.flush()
    await append(
        session,
        WrapUpSubmitted(
            at=now,
            tenant_id=tenant_id,
            client_id=talked.client_id,
            project_id=talked.project_id,
            contact_id=summary.contact_id,
            agent_id=agent_id,
            reason_id=summary.reason_id,
            resolved=summary.resolved,
            follow_up=summary.follow_up_at is not None,
        ),
    )
    return True


async def _check_reason(session: AsyncSession, reason_id: UUID, project_id: UUID) -> None:
    """Whether the reason is one the form offers: a leaf of the project's tree. Raises a field error."""
    reason = await session.get(ReasonNode, reason_id)
    if reason is None or reason.project_id != project_id:
        raise AndonError("invalid", 422, fields={"reason_id": "field.invalid"})
    below = select(ReasonNode.id).where(ReasonNode.parent_id == reason_id, ReasonNode.retired_at.is_(None))
    if await session.scalar(below.limit(1)) is not None:
        raise AndonError("invalid", 422, fields={"reason_id": "field.reason_is_branch"})
