"""From rows to changes: what a spreadsheet would make and change, or what is wrong with it.

`load` reads what is there; `plan` only looks at that and may run in a thread; `perform` writes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice.http import NumberIn
from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.flows.tables import FlowRow
from andon.identity import audit, repository
from andon.identity.admin import values_of
from andon.identity.duties import KIND as DUTY_KIND
from andon.identity.duties import Appointment, Duties, check_duties
from andon.identity.http.teams import KIND as MEMBER_KIND
from andon.identity.http.teams import MEMBERS, put_members
from andon.identity.http.users import UserChange, broken_rules, may_have_mobile
from andon.identity.model import ALLOWS, Allows, Permission, Role, duties_of, mixes_duties, permissions
from andon.identity.passwords import MAX_LENGTH, MIN_LENGTH, NO_PASSWORD
from andon.identity.repository import end_sessions
from andon.identity.tables import Audit, Client, Project, Team, TeamMember, User
from andon.imports.model import COLUMNS, Fault, Line, flag, parts, skills, twice
from andon.interactions.http import WrapReasonIn
from andon.interactions.tables import ReasonNode
from andon.kit import i18n
from andon.kit.ids import uuid7
from andon.kit.web import refusal_of
from andon.routing.tables import AgentSkill, Skill

PASSWORDS_MOST = 500  # each takes its time to hash
_AT_ONCE = 500

Skills = dict[UUID, int]
Placed = tuple[UUID, ...]  # the one team, or none


@dataclass
class Step:
    """A thing to make (`row` null) or to change, with its values afterwards. `skills` or `team` null: left
    alone."""

    line: int
    id: UUID
    row: Any
    values: dict[str, Any]
    name: str
    skills: Skills | None = None
    team: Placed | None = None
    password: str = ""


@dataclass
class Plan:
    """`same`: things that are already so."""

    steps: list[Step] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    same: int = 0

    @property
    def made(self) -> int:
        return sum(1 for step in self.steps if step.row is None)


@dataclass
class Known:
    """What is there already, by the names that a spreadsheet uses; null: several bear the name. `asked_by`:
    who brings the spreadsheet. `directory`: people may come from the company's."""

    users: list[User] = field(default_factory=list)
    numbers: list[NumberRow] = field(default_factory=list)
    reasons: list[ReasonNode] = field(default_factory=list)
    clients: dict[str, UUID | None] = field(default_factory=dict)
    projects: dict[str, UUID | None] = field(default_factory=dict)
    project_rows: dict[UUID, Project] = field(default_factory=dict)
    trunks: dict[str, UUID | None] = field(default_factory=dict)
    flows: dict[str, UUID | None] = field(default_factory=dict)
    skills: dict[str, UUID | None] = field(default_factory=dict)
    levels: dict[UUID, Skills] = field(default_factory=lambda: defaultdict(dict))
    teams: dict[str, UUID | None] = field(default_factory=dict)
    placed: dict[UUID, Placed] = field(default_factory=dict)
    allows: Allows = field(default_factory=lambda: ALLOWS)
    asked_by: UUID | None = None
    directory: bool = False

    def name_of(self, names: dict[str, UUID | None], id: UUID | None) -> str:
        """The first name under which the id is found; empty for null."""
        return next((name for name, known in names.items() if known == id), "") if id is not None else ""


def _named(pairs: Iterable[tuple[str, UUID]]) -> dict[str, UUID | None]:
    names: dict[str, UUID | None] = {}
    for name, id in pairs:
        names[name] = id if names.get(name, id) == id else None
    return names


async def load(
    session: AsyncSession, kind: str, asked_by: UUID | None = None, *, directory: bool = False
) -> Known:
    """All of the tenant's, as far as this kind of spreadsheet can name it."""
    known = Known(asked_by=asked_by, directory=directory)
    clients = {row.id: row for row in await _living(session, Client)}
    known.clients = _named((name, row.id) for row in clients.values() for name in (row.short_name, row.name))
    if kind == "users":
        known.users = list(await session.scalars(select(User).order_by(User.login)))
        known.skills = _named((row.name, row.id) for row in await _living(session, Skill))
        for link in await session.scalars(select(AgentSkill)):
            known.levels[link.user_id][link.skill_id] = link.level
        known.teams = _named((row.name, row.id) for row in await _living(session, Team))
        living = set(known.teams.values())
        for member in await session.scalars(select(TeamMember)):
            if member.team_id in living:
                known.placed[member.user_id] = (member.team_id,)
        known.allows = await repository.allows(session)
        return known
    projects = await _living(session, Project)
    known.project_rows = {row.id: row for row in projects}
    whole = [
        (f"{clients[p.client_id].short_name}/{p.name}", p.id) for p in projects if p.client_id in clients
    ]
    short = _named((row.name, row.id) for row in projects)
    # The short name first: it is the one that is written, unless two projects share it.
    known.projects.update({name: id for name, id in short.items() if id is not None})
    known.projects.update(_named(whole))
    known.projects.update({name: None for name, id in short.items() if id is None})
    if kind == "numbers":
        known.numbers = await _living(session, NumberRow)
        known.trunks = _named((row.name, row.id) for row in await _living(session, TrunkRow))
        flows = await session.scalars(select(FlowRow))
        known.flows = _named((f"{row.project_id}/{row.name}", row.id) for row in flows)
    else:
        known.reasons = await _living(session, ReasonNode)
    return known


async def _living(session: AsyncSession, table: Any) -> list[Any]:
    return list(await session.scalars(select(table).where(table.retired_at.is_(None)).order_by(table.id)))


def plan(kind: str, known: Known, lines: list[Line]) -> Plan:
    """What the lines come to."""
    made = {"users": _users, "numbers": _numbers, "reasons": _reasons}[kind](known, lines)
    made.faults.sort(key=lambda fault: fault.row)
    return made


def _refer(
    line: Line, column: str, names: dict[str, UUID | None], faults: list[Fault], name: str | None = None
) -> UUID | None:
    """The id of what the cell names; a fault when there is none, or several."""
    text = line.cells.get(column, "")
    if not text:
        return None
    found = names.get(name or text)
    if found is None:
        several = (name or text) in names
        key = "import.several" if several else "import.unknown"
        faults.append(Fault(row=line.row, column=column, key=key, params={"name": text[:80]}))
    return found


def _yes(line: Line, column: str, usual: bool, faults: list[Fault]) -> bool:
    text = line.cells.get(column, "")
    if not text:
        return usual
    found = flag(text)
    if found is None:
        faults.append(Fault(row=line.row, column=column, key="import.yes_no"))
    return bool(found)


def _checked(model: Any, values: dict[str, Any], line: Line, faults: list[Fault]) -> dict[str, Any]:
    """The values as the same change by hand would take them."""
    try:
        found: dict[str, Any] = model.model_validate(values).model_dump()
    except ValidationError as error:
        for name, said in refusal_of(error.errors(), inside=0).fields.items():
            key, params = (said, {}) if isinstance(said, str) else said
            faults.append(Fault(row=line.row, column=name.partition(".")[0], key=key, params=params))
        return values
    return found


def _keep(
    plan: Plan,
    step: Step,
    before: dict[str, Any],
    skills_before: Skills | None = None,
    team_before: Placed = (),
) -> None:
    other = any(before.get(name) != value for name, value in step.values.items())
    other = other or step.skills not in (None, skills_before) or step.team not in (None, team_before)
    if step.row is not None and not other:
        plan.same += 1
    else:
        plan.steps.append(step)


# --- people ------------------------------------------------------------------------------------------------


def _role_names() -> dict[str, str]:
    names = {}
    for role in Role:
        for name in (role.value, i18n.text(f"role.{role}", "zh"), i18n.text(f"role.{role}", "en")):
            names[name.casefold()] = role.value
    return names


def _users(known: Known, lines: list[Line]) -> Plan:
    made, roles_by_name = Plan(), _role_names()
    there = {user.login.casefold(): user for user in known.users}
    logins = {line.row: line.cells["login"].casefold() for line in lines}
    made.faults += twice(lines, "login", logins)
    bearers = {user.agent_no: user.login.casefold() for user in known.users if user.agent_no}
    for line in lines:
        faults: list[Fault] = []
        user = there.get(logins[line.row])
        before = _as_changed(user) if user is not None else {}
        values = dict(before)
        cells = line.cells
        values |= {name: cells[name] for name in ("login", "name", "department", "mobile") if name in cells}
        if "agent_no" in cells:
            values["agent_no"] = cells["agent_no"] or None
        values["roles"] = [roles_by_name.get(name.casefold(), name) for name in parts(cells["roles"])]
        for name in values["roles"]:
            if name not in roles_by_name.values():
                faults.append(
                    Fault(row=line.row, column="roles", key="import.role", params={"name": name[:80]})
                )
        if "client_id" in cells:
            values["client_id"] = _refer(line, "client_id", known.clients, faults)
        if cells.get("locale"):
            values["locale"] = {"中文": "zh", "english": "en"}.get(
                cells["locale"].casefold(), cells["locale"]
            )
        if "active" in cells:
            values["active"] = _yes(line, "active", True, faults)
        if cells.get("by_directory"):
            values["by_directory"] = _by_directory(line, user, known, faults)
        if not faults:
            values = _checked(UserChange, values, line, faults)
        if not faults:
            values["roles"] = [str(role) for role in values["roles"]]
            for column, key in broken_rules(values).items():
                faults.append(Fault(row=line.row, column=column, key=key))
        if not faults and not may_have_mobile(before, values, permissions(values["roles"], known.allows)):
            faults.append(Fault(row=line.row, column="mobile", key="field.mobile_role"))
        if not faults and _second_duty(before, values, known):
            faults.append(Fault(row=line.row, column="roles", key="field.one_duty"))
        if not faults and user is not None and user.id == known.asked_by:
            # Nobody gives themselves rights, or takes away the ones they work with.
            for column in ("roles", "client_id", "active"):
                if values[column] != before[column]:
                    faults.append(Fault(row=line.row, column=column, key="import.own_rights"))
        made.faults += faults
        levels = _levels(line, known, made.faults)
        team_before = known.placed.get(user.id, ()) if user is not None else ()
        team = _team(line, known, team_before, None if faults else values, made.faults)
        password = _password(line, user, values, made.faults)
        if faults:
            continue
        id = user.id if user is not None else uuid7()
        _keep(
            made,
            Step(line.row, id, user, values, values["name"], levels, team, password),
            before,
            known.levels.get(id, {}),
            team_before,
        )
    made.faults += _agent_numbers(made.steps, bearers)
    with_password = [step for step in made.steps if step.password]
    if len(with_password) > PASSWORDS_MOST:
        row = with_password[PASSWORDS_MOST].line
        key = "import.passwords_most"
        made.faults.append(Fault(row=row, column="password", key=key, params={"n": PASSWORDS_MOST}))
    return made


def _as_changed(user: User) -> dict[str, Any]:
    """A person's columns that a change can name."""
    return {name: getattr(user, name) for name in UserChange.model_fields}


def _second_duty(before: dict[str, Any], values: dict[str, Any], known: Known) -> bool:
    """Whether a second duty comes to somebody who is not the administrator with all of them."""
    duties = duties_of(values, known.allows)
    was = duties_of(before, known.allows) if before else frozenset()
    return mixes_duties(duties) and duties != was and Role.ADMINISTRATOR not in values["roles"]


def _loses(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the person may do or see less than before, so that open sessions must end."""
    return (
        (before["active"] and not after["active"])
        or before["client_id"] != after["client_id"]
        or not set(before["roles"]) <= set(after["roles"])
    )


def _agent_numbers(steps: list[Step], bearers: dict[str, str]) -> list[Fault]:
    """Two people cannot have one number; whoever gives it up in the same file makes it free."""
    changed = {step.row.login.casefold() for step in steps if step.row is not None}
    taken = {number: login for number, login in bearers.items() if login not in changed}
    faults = []
    for step in steps:
        number, login = step.values["agent_no"], step.values["login"].casefold()
        if number and taken.setdefault(number, login) != login:
            faults.append(Fault(row=step.line, column="agent_no", key="field.taken"))
    return faults


def _levels(line: Line, known: Known, faults: list[Fault]) -> Skills | None:
    if "skills" not in line.cells:
        return None
    wanted = skills(line.cells["skills"])
    if wanted is None:
        faults.append(Fault(row=line.row, column="skills", key="import.skills"))
        return None
    levels: Skills = {}
    for name, level in wanted:
        id = known.skills.get(name)
        if id is None or id in levels:
            key = "import.unknown" if id is None else "import.skill_twice"
            faults.append(Fault(row=line.row, column="skills", key=key, params={"name": name[:80]}))
        elif not 1 <= level <= 10:
            faults.append(
                Fault(row=line.row, column="skills", key="import.level", params={"name": name[:80]})
            )
        else:
            levels[id] = level
    return levels


def _team(
    line: Line, known: Known, before: Placed, values: dict[str, Any] | None, faults: list[Fault]
) -> Placed | None:
    """`values` null: wrong already. Who has left the agents since may stay where they are, as by hand."""
    if "team" not in line.cells:
        return None
    found = _refer(line, "team", known.teams, faults)
    placed = (found,) if found is not None else ()
    if (
        placed
        and placed != before
        and values is not None
        and not (values["active"] and Role.AGENT in values["roles"])
    ):
        faults.append(Fault(row=line.row, column="team", key="import.team"))
    return placed


def _by_directory(line: Line, user: User | None, known: Known, faults: list[Fault]) -> bool:
    wanted = _yes(line, "by_directory", False, faults)
    key = ""
    if user is not None and wanted != user.by_directory:
        key = "import.directory_known"  # as good as a password, and may take a second person's leave
    elif wanted and user is None and not known.directory:
        key = "field.no_directory"
    if key:
        faults.append(Fault(row=line.row, column="by_directory", key=key))
    return wanted


def _password(line: Line, user: User | None, values: dict[str, Any], faults: list[Fault]) -> str:
    password = line.cells.get("password", "")
    if not password:
        return ""
    key = ""
    if user is not None:
        key = "import.password_known"
    elif values.get("by_directory"):
        key = "import.password_directory"
    elif not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        key = "import.password_length"
    elif password == line.cells["login"]:
        key = "field.password_same"
    if key:
        faults.append(Fault(row=line.row, column="password", key=key, params={"n": MIN_LENGTH}))
    return password


# --- numbers -----------------------------------------------------------------------------------------------


def _numbers(known: Known, lines: list[Line]) -> Plan:
    made = Plan()
    there = {number.e164: number for number in known.numbers}
    made.faults += twice(lines, "e164", {line.row: line.cells["e164"] for line in lines})
    for line in lines:
        faults: list[Fault] = []
        cells, number = line.cells, there.get(line.cells["e164"])
        before = values_of(number) if number is not None else {}
        values = {name: before[name] for name in NumberIn.model_fields} if number is not None else {}
        values |= {name: cells[name] for name in ("e164", "label", "home") if name in cells}
        project_id = _refer(line, "project_id", known.projects, faults)
        values["project_id"] = project_id
        if "trunk_id" in cells:
            values["trunk_id"] = _refer(line, "trunk_id", known.trunks, faults)
        if "flow_id" in cells:
            name = f"{project_id}/{cells['flow_id']}"
            values["flow_id"] = _refer(line, "flow_id", known.flows, faults, name) if project_id else None
        if cells.get("kind"):
            values["kind"] = cells["kind"]
        if "dial_out" in cells:
            values["dial_out"] = _yes(line, "dial_out", False, faults)
        if not faults:
            values = _checked(NumberIn, values, line, faults)
        if not faults and values["kind"] == "400" and values["dial_out"]:
            faults.append(Fault(row=line.row, column="dial_out", key="field.dial_out_400"))
        made.faults += faults
        if faults:
            continue
        values["client_id"] = known.project_rows[values["project_id"]].client_id
        id = number.id if number is not None else uuid7()
        _keep(made, Step(line.row, id, number, values, values["label"]), before)
    return made


# --- reasons -----------------------------------------------------------------------------------------------


def paths_of(reasons: Iterable[ReasonNode]) -> dict[UUID, tuple[str, ...]]:
    """Each reason's names from the top of its tree."""
    by_id = {reason.id: reason for reason in reasons}
    paths: dict[UUID, tuple[str, ...]] = {}
    for reason in by_id.values():
        names, at = [reason.name_zh], by_id.get(reason.parent_id) if reason.parent_id else None
        while at is not None and len(names) < 50:
            names.append(at.name_zh)
            at = by_id.get(at.parent_id) if at.parent_id else None
        paths[reason.id] = tuple(reversed(names))
    return paths


def _reasons(known: Known, lines: list[Line]) -> Plan:
    made = Plan()
    by_id = {reason.id: reason for reason in known.reasons}
    there: dict[tuple[UUID, tuple[str, ...]], UUID] = {
        (by_id[id].project_id, path): id for id, path in paths_of(known.reasons).items()
    }
    keys: dict[int, object] = {}
    for line in lines:
        faults: list[Fault] = []
        cells = line.cells
        path = tuple(part.strip() for part in cells["path"].replace("／", "/").split("/"))
        project_id = _refer(line, "project_id", known.projects, faults)
        if not cells["project_id"]:
            faults.append(Fault(row=line.row, column="project_id", key="field.required"))
        if not all(path):
            faults.append(Fault(row=line.row, column="path", key="import.path"))
        keys[line.row] = (cells["project_id"], path)
        parent_id = None
        if project_id is not None and len(path) > 1 and not faults:
            parent_id = there.get((project_id, path[:-1]))
            if parent_id is None:
                name = "/".join(path[:-1])
                faults.append(
                    Fault(row=line.row, column="path", key="import.parent", params={"name": name[:80]})
                )
        id = there.get((project_id, path)) if project_id is not None else None
        row = by_id.get(id) if id is not None else None
        values: dict[str, Any] = {
            "project_id": project_id,
            "parent_id": parent_id,
            "name_zh": path[-1],
            "name_en": cells["name_en"],
            "sort": row.sort if row is not None else 0,
        }
        if cells.get("sort"):
            values["sort"] = cells["sort"]
        if not faults:
            values = _checked(WrapReasonIn, values, line, faults)
        # A name too long is told of the column it stands in.
        made.faults += [
            Fault(row=f.row, column="path", key=f.key, params=f.params) if f.column == "name_zh" else f
            for f in faults
        ]
        if faults or project_id is None:
            continue
        id = id or uuid7()
        there[project_id, path] = id
        _keep(made, Step(line.row, id, row, values, path[-1]), values_of(row) if row is not None else {})
    made.faults += twice(lines, "path", keys)
    return made


# --- writing -----------------------------------------------------------------------------------------------

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
                ended += await end_sessions(session, step.id, by.at)
        session.add_all(entries)
        await session.flush()
        await progress(min(at + _AT_ONCE, len(wanted.steps)))  # the worker does other things too
    # Once everybody is there: keys checked against a table that still looks small are looked for row by row.
    for at in range(0, len(wanted.steps), _AT_ONCE):
        for step in wanted.steps[at : at + _AT_ONCE]:
            session.add_all(await _set_skills(session, known, step, by))
        await session.flush()
        await asyncio.sleep(0)
    if kind == "users":
        session.add_all(await _set_teams(session, known, wanted.steps, by))
        appointed = await check_duties(session, had)
        session.add_all(_appointment(by, each) for each in appointed)
    return ended


def _duties_before(step: Step, known: Known) -> tuple[str, Duties]:
    before = frozenset[Permission]() if step.row is None else duties_of(_as_changed(step.row), known.allows)
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


async def _set_skills(session: AsyncSession, known: Known, step: Step, by: By) -> list[Audit]:
    before = known.levels.get(step.id, {})
    if step.skills is None or step.skills == before:
        return []
    if before:
        await session.execute(delete(AgentSkill).where(AgentSkill.user_id == step.id))
    session.add_all(
        AgentSkill(user_id=step.id, skill_id=skill_id, level=level) for skill_id, level in step.skills.items()
    )
    old, new = ({str(id): level for id, level in each.items()} for each in (before, step.skills))
    return [_entry(by, "skills", "user", step, old, new)]


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


# --- the other way -----------------------------------------------------------------------------------------


def rows_of(kind: str, known: Known, locale: i18n.Locale) -> list[list[str]]:
    """What is there as rows of the same spreadsheet."""
    keys = [column.key for column in COLUMNS[kind]]
    return [[row.get(key, "") for key in keys] for row in _told(kind, known, locale)]


def _told(kind: str, known: Known, locale: i18n.Locale) -> Iterable[dict[str, str]]:
    yes, no = ("是", "否") if locale == "zh" else ("yes", "no")
    if kind == "users":
        skill_names = {id: name for name, id in known.skills.items()}
        for user in known.users:
            levels = known.levels.get(user.id, {})
            yield {
                "login": user.login,
                "name": user.name,
                "agent_no": user.agent_no or "",
                "department": user.department,
                "team": known.name_of(known.teams, next(iter(known.placed.get(user.id, ())), None)),
                "mobile": user.mobile,
                "roles": ", ".join(i18n.text(f"role.{role}", locale) for role in user.roles),
                "client_id": known.name_of(known.clients, user.client_id),
                "locale": user.locale,
                "active": yes if user.active else no,
                "by_directory": yes if user.by_directory else no,
                "skills": ", ".join(
                    f"{skill_names[id]}={level}" for id, level in levels.items() if id in skill_names
                ),
            }
    elif kind == "numbers":
        flows = {id: name.partition("/")[2] for name, id in known.flows.items()}
        for number in known.numbers:
            yield {
                "e164": number.e164,
                "label": number.label,
                "project_id": known.name_of(known.projects, number.project_id),
                "trunk_id": known.name_of(known.trunks, number.trunk_id),
                "flow_id": flows.get(number.flow_id, ""),
                "home": number.home,
                "kind": number.kind,
                "dial_out": yes if number.dial_out else no,
            }
    else:
        paths = paths_of(known.reasons)
        for reason in sorted(known.reasons, key=lambda one: (one.project_id, paths[one.id])):
            yield {
                "project_id": known.name_of(known.projects, reason.project_id),
                "path": "/".join(paths[reason.id]),
                "name_en": reason.name_en,
                "sort": str(reason.sort),
            }
