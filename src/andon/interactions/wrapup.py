"""Keeping an agent's summary of a contact: the row with its text, and the fact that it was submitted."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.interactions.events import ContactConnected, WrapUpSubmitted
from andon.interactions.forms import Field, judge
from andon.interactions.tables import ReasonNode, WrapFormVersion, WrapUp
from andon.kit.errors import AndonError, not_found
from andon.kit.journal.store import append

# The journal and not a projection: the summary may come before the projector has seen the call.
_CONNECTED = text(
    "SELECT client_id, project_id FROM journal WHERE tenant_id = andon_tenant() AND contact_id = :contact"
    " AND kind = :kind AND agent_id = :agent AND project_id IS NOT NULL ORDER BY at DESC LIMIT 1"
)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent wrote. `reason_id` is a leaf of the project's tree, `form` the answers by key."""

    contact_id: UUID
    reason_id: UUID | None
    resolved: bool | None
    note: str
    follow_up_at: datetime | None
    form: dict[str, Any]
    form_version: int | None = None  # the one filled in; None: the latest


async def submit(
    session: AsyncSession, tenant_id: UUID, agent_id: UUID, summary: Summary, now: datetime
) -> bool:
    """Save the summary and append its fact in the caller's transaction.

    The same summary again changes nothing and returns false; a corrected one replaces the text and is a fact
    of its own. Raises "not found" for a contact this agent did not talk in, and a field error for a reason
    of another project, one that has others below it, or answers that the form refuses. A reason once kept
    may be sent again, though it has become a branch since.
    """
    talked = await talked_in(session, summary.contact_id, agent_id)
    if talked is None:
        raise not_found("contact")
    kept = await session.get(WrapUp, summary.contact_id, with_for_update=True)
    if summary.reason_id is not None and (kept is None or kept.reason_id != summary.reason_id):
        await _check_reason(session, summary.reason_id, talked.project_id)
    summary = await _fill_in(session, summary, talked.project_id)
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
            form_version=summary.form_version,
        ),
    )
    return True


async def talked_in(session: AsyncSession, contact_id: UUID, agent_id: UUID) -> Any | None:
    """`client_id` and `project_id` of a contact this agent talked in; None for any other."""
    wanted = {"contact": contact_id, "agent": agent_id, "kind": ContactConnected.kind}
    return (await session.execute(_CONNECTED, wanted)).one_or_none()


async def _check_reason(session: AsyncSession, reason_id: UUID, project_id: UUID) -> None:
    """Whether the reason is one the form offers: a leaf of the project's tree. Raises a field error."""
    reason = await session.get(ReasonNode, reason_id)
    if reason is None or reason.project_id != project_id:
        raise AndonError("invalid", 422, fields={"reason_id": "field.invalid"})
    below = select(ReasonNode.id).where(ReasonNode.parent_id == reason_id, ReasonNode.retired_at.is_(None))
    if await session.scalar(below.limit(1)) is not None:
        raise AndonError("invalid", 422, fields={"reason_id": "field.reason_is_branch"})


async def _fill_in(session: AsyncSession, summary: Summary, project_id: UUID) -> Summary:
    """The summary with its answers as they are kept. Raises field errors below `form`."""
    form = await load_form(session, project_id, summary.form_version)
    fields = () if form is None else read_fields(form.fields)
    answers, wrong = judge(fields, summary.form)
    if form is None and summary.form_version is not None:
        wrong["form_version"] = "field.invalid"
    if wrong:
        said = {name if name == "form_version" else f"form.{name}": why for name, why in wrong.items()}
        raise AndonError("invalid", 422, fields=said)
    return msgspec.structs.replace(summary, form=answers, form_version=None if form is None else form.version)


async def load_form(
    session: AsyncSession, project_id: UUID, version: int | None = None
) -> WrapFormVersion | None:
    """A version of the project's form, the latest unless named; None when there is none."""
    wanted = select(WrapFormVersion).where(WrapFormVersion.project_id == project_id)
    if version is not None:
        wanted = wanted.where(WrapFormVersion.version == version)
    found: WrapFormVersion | None = await session.scalar(
        wanted.order_by(WrapFormVersion.version.desc()).limit(1)
    )
    return found


def read_fields(fields: list[dict[str, Any]]) -> tuple[Field, ...]:
    """The fields of a kept version."""
    return msgspec.convert(fields, tuple[Field, ...])
