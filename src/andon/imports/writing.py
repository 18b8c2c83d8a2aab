"""A plan written, with what the audit log says of it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice.tables import NumberRow
from andon.identity import audit
from andon.identity.duties import KIND as DUTY_KIND
from andon.identity.duties import Appointment, Duties, check_duties
from andon.identity.http.teams import KIND as MEMBER_KIND
from andon.identity.http.teams import MEMBERS, put_members
from andon.identity.model import Permission, duties_of
from andon.identity.passwords import NO_PASSWORD
from andon.identity.repository import UNHELD, end_sessions_of_people
from andon.identity.tables import Audit, User
from andon.imports.known import Known
from andon.imports.plans.people import as_changed
from andon.imports.plans.steps import Plan, Step
from andon.interactions.tables import ReasonNode
from andon.routing.tables import AgentSkill

_AT_ONCE = 500

TABLES: dict[str, tuple[Any, str]] = {
    "users": (User, "user"),
    "numbers": (NumberRow, "number"),
    "reasons": (ReasonNode, "wrap_reason"),
}


@dataclass(frozen=True)
class By:
    """Who has it done, for the audit log."""

    user_id: UUID
    name: str
    at: datetime


async def perform(
    session: AsyncSession,
    kind: str,
    known: Known,
    wanted: Plan,
    by: By,
    hashed: dict[int, str],
    progress: Callable[[int], Awaitable[None]],
) -> list[UUID]:
    """Write all of it in the caller's transaction, with an entry in the audit log for each thing, as if
    changed by hand; returns the sessions that ended. `progress` is told how many things are written so far.
    Raises what `identity.duties.check_duties` does."""
    table, object_kind = TABLES[kind]
    ended: list[UUID] = []
    had = {step.id: _duties_before(step, known) for step in wanted.steps} if kind == "users" else {}
    for at in range(0, len(wanted.steps), _AT_ONCE):
        entries: list[Audit] = []
        losing: list[UUID] = []
        for step in wanted.steps[at : at + _AT_ONCE]:
            if step.row is None:
                own: dict[str, Any] = {}
                if kind == "users":
                    own = {"password_hash": hashed.get(step.line, NO_PASSWORD), "password_by": by.user_id}
                session.add(table(id=step.id, **step.values, **own))
                entries.append(_entry(by, "create", object_kind, step, None, audit.snapshot(step.values)))
                continue
            before = {name: getattr(step.row, name) for name in step.values}
            for name, value in step.values.items():
                setattr(step.row, name, value)
            old, new = audit.changed(before, step.values)
            if new:
                entries.append(_entry(by, "update", object_kind, step, old, new))
            if kind == "users" and _loses(before, step.values):
                losing.append(step.id)
        session.add_all(entries)
        await session.flush()
        if losing:
            ended += await end_sessions_of_people(session, losing, by.at)
        await progress(min(at + _AT_ONCE, len(wanted.steps)))  # the worker does other things too
    # Once everybody is there: keys checked against a table that still looks small are looked for row by row.
    for at in range(0, len(wanted.steps), _AT_ONCE):
        session.add_all(await _set_skills(session, known, wanted.steps[at : at + _AT_ONCE], by))
        await session.flush()
        await asyncio.sleep(0)
    if kind == "users":
        session.add_all(await _set_teams(session, known, wanted.steps, by))
        appointed = await check_duties(session, had)
        session.add_all(_appointment(by, each) for each in appointed)
    return ended


def _loses(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the person may do or see less than before, so that open sessions must end."""
    return (
        (before["active"] and not after["active"])
        or before["client_id"] != after["client_id"]
        or not set(before["roles"]) <= set(after["roles"])
    )


def _duties_before(step: Step, known: Known) -> tuple[str, Duties]:
    before = frozenset[Permission]() if step.row is None else duties_of(as_changed(step.row), known.allows)
    return step.name, before


def _appointment(by: By, one: Appointment) -> Audit:
    return Audit(
        at=by.at,
        user_id=by.user_id,
        user_name=by.name,
        action=one.action,
        object_kind=DUTY_KIND,
        object_id=one.user_id,
        object_name=one.name,
        before=one.told(one.before),
        after=one.told(one.after),
        address="",
    )


async def _set_skills(session: AsyncSession, known: Known, steps: Sequence[Step], by: By) -> list[Audit]:
    entries, given = [], []
    for step in steps:
        before = known.levels.get(step.id, {})
        if step.skills is None or step.skills == before:
            continue
        given += [
            {"user_id": step.id, "skill_id": skill_id, "level": level}
            for skill_id, level in step.skills.items()
        ]
        old, new = ({str(id): level for id, level in each.items()} for each in (before, step.skills))
        entries.append(_entry(by, "skills", "user", step, old, new))
    if others := [entry.object_id for entry in entries if entry.before]:
        theirs = delete(AgentSkill).where(AgentSkill.user_id.in_(others))
        await session.execute(theirs, execution_options=UNHELD)
    if given:
        await session.execute(insert(AgentSkill), given)
    return entries


async def _set_teams(session: AsyncSession, known: Known, steps: list[Step], by: By) -> list[Audit]:
    """As by hand: an entry for each team that people came to, or left for none."""
    moved = [step for step in steps if step.team is not None and step.team != known.placed.get(step.id, ())]
    for at in range(0, len(moved), _AT_ONCE):
        await put_members(
            session, {step.id: next(iter(step.team or ()), None) for step in moved[at : at + _AT_ONCE]}
        )
        await asyncio.sleep(0)
    names = {id: name for name, id in known.teams.items()}
    told: dict[UUID, list[Step]] = defaultdict(list)
    for step in moved:
        told[(step.team or known.placed[step.id])[0]].append(step)
    return [
        Audit(
            at=by.at,
            user_id=by.user_id,
            user_name=by.name,
            action=MEMBERS,
            object_kind=MEMBER_KIND,
            object_id=id,
            object_name=names[id],
            before={
                step.values["login"]: names[known.placed[step.id][0]] if step.id in known.placed else ""
                for step in some
            },
            after={step.values["login"]: names[id] if step.team else "" for step in some},
            address="",
        )
        for id, some in told.items()
    ]


def _entry(
    by: By, action: str, kind: str, step: Step, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Audit:
    return Audit(
        at=by.at,
        user_id=by.user_id,
        user_name=by.name,
        action=action,
        object_kind=kind,
        object_id=step.id,
        object_name=step.name,
        before=before,
        after=after,
        address="",
    )
