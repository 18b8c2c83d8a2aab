"""Taking the last change of a thing back, by what the audit log says it was before.

What an entry holds says what it did: both sides, a change; only `after`, the thing was made; only `before`,
it was deleted. Taking back is a change of its own: checked like one, with its own entry, which can be taken
back too.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.admin import (
    Resource,
    broken_rule,
    check_as_others,
    patch_of,
    refuse_when_used,
    resource_of,
    values_of,
)
from andon.identity.model import Actor
from andon.identity.tables import Audit
from andon.kit.errors import AndonError, not_found

UNDO = "undo"
_CHANGES = ("create", "update", "delete", UNDO)
_ONLY = {
    "user": "skills",
    "agent_skill": "levels",
    "team_member": "members",
    "customer": "update",
    "export_rule": "update",
    "routing_rules": "update",
    "wrap_form": "publish",
}  # what else can be taken back of these kinds is told under its own name

TakeBack = Callable[[AsyncSession, Audit, Actor, datetime], Awaitable[None]]
_own_ways: dict[tuple[str, str], TakeBack] = {}


def add_undo(kind: str, action: str, take_back: TakeBack) -> None:
    """A room says how its own kind of change is taken back; `take_back` raises when another came since."""
    _own_ways[kind, action] = take_back


def _known(entry: Audit) -> bool:
    """Whether such a change can be taken back at all."""
    if audit.HIDDEN in (entry.before or {}).values():
        return False  # a secret is not kept here
    if (entry.object_kind, _action(entry)) in _own_ways:
        return entry.before is not None and entry.after is not None
    return entry.action in _CHANGES and resource_of(entry.object_kind) is not None


def _action(entry: Audit) -> str:
    """What was done; of an entry that took something back, what that was: a list is told under its name."""
    if entry.action != UNDO:
        return entry.action
    told = {**(entry.before or {}), **(entry.after or {})}
    named = [action for kind, action in _own_ways if kind == entry.object_kind and action in told]
    return named[0] if named else _ONLY.get(entry.object_kind, entry.action)


async def _newest(session: AsyncSession, kind: str, ids: Sequence[UUID]) -> dict[UUID, Audit]:
    """The last entry of each thing that says a change; what is not there is JSON's null."""
    rows = await session.scalars(
        select(Audit)
        .where(
            Audit.object_kind == kind,
            Audit.object_id.in_(ids),
            or_(*(func.jsonb_typeof(side) == "object" for side in (Audit.before, Audit.after))),
        )
        .ext(distinct_on(Audit.object_id))
        .order_by(Audit.object_id, Audit.at.desc(), Audit.id.desc())
    )
    return {row.object_id: row for row in rows if row.object_id is not None}


async def undoable(session: AsyncSession, entries: Sequence[Audit]) -> set[UUID]:
    """Which of the entries are the last change of their thing, and of a kind that can be taken back."""
    able: set[UUID] = set()
    for kind in {entry.object_kind for entry in entries}:
        some = [entry for entry in entries if entry.object_kind == kind and _known(entry)]
        ids = [entry.object_id for entry in some if entry.object_id is not None]
        newest = {row.id for row in (await _newest(session, kind, ids)).values()} if ids else set()
        able |= {entry.id for entry in some if entry.id in newest}
    return able


async def take_back(
    session: AsyncSession, actor: Actor, now: datetime, kind: str, object_id: UUID, entry_id: UUID | None
) -> Audit:
    """Do it, and return the new entry. Without `entry_id`: the last change, if it is the actor's own.

    Raises "not found", `undo.impossible`, `undo.changed_since`, `undo.not_own`, and what the same change by
    hand would raise.
    """
    resource = resource_of(kind)
    row = None
    if resource is not None:
        row = await session.get(resource.table, object_id, with_for_update=True)
        if row is None:
            raise not_found(kind)
    entry = (await _newest(session, kind, [object_id])).get(object_id)
    if entry is None:
        raise not_found(kind)
    if entry_id is not None and entry.id != entry_id:
        raise AndonError("undo.changed_since", 409)
    if entry_id is None and entry.user_id != actor.user_id:
        raise AndonError("undo.not_own", 409)
    if not _known(entry):
        raise AndonError("undo.impossible", 409)
    own_way = _own_ways.get((kind, _action(entry)))
    try:
        if own_way is not None:
            await own_way(session, entry, actor, now)
        elif resource is not None:
            await _restore(session, actor, now, resource, row, entry)
        await session.flush()
    except IntegrityError as error:
        raise broken_rule(error, resource.unique if resource is not None else "name") from error
    audit.record(
        session,
        actor,
        now,
        UNDO,
        kind,
        object_id=object_id,
        name=entry.object_name,
        before=entry.after,
        after=entry.before,
    )
    await session.flush()
    return entry


def refuse_changed(here: Mapping[str, Any], entry: Audit) -> None:
    """Raises `undo.changed_since` unless what is there is what the entry left."""
    for name, value in (entry.after or {}).items():
        if here.get(name) != value:
            raise AndonError("undo.changed_since", 409)


async def _restore(
    session: AsyncSession, actor: Actor, now: datetime, resource: Resource, row: Any, entry: Audit
) -> None:
    refuse_changed(audit.snapshot(values_of(row)), entry)
    retired = row.retired_at is not None
    if retired != (entry.after is None):
        raise AndonError("undo.changed_since", 409)
    if entry.before is None:
        await refuse_when_used(session, actor, resource.kind, row.id)
        row.retired_at = now
        return
    wanted = patch_of(resource.model).model_validate(
        {name: value for name, value in entry.before.items() if name in resource.model.model_fields}
    )
    values = wanted.model_dump(include=wanted.model_fields_set)
    if resource.prepare is not None:
        # What was deleted is looked at as if it was made anew: what it stands on may be gone since.
        await resource.prepare(session, values, row if entry.after is not None else None)
    await check_as_others(resource.kind, session, values, row)
    for name, value in values.items():
        setattr(row, name, value)
    row.retired_at = None
