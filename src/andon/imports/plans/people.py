"""Lines of people."""

from typing import Any

from andon.identity.http.users import UserChange, broken_rules, may_have_mobile
from andon.identity.model import Role, duties_of, mixes_duties, permissions
from andon.identity.passwords import MAX_LENGTH, MIN_LENGTH
from andon.identity.tables import User
from andon.imports.known import Known, Placed, Skills
from andon.imports.model import Fault, Line, parts, skills, twice
from andon.imports.plans.cells import checked, refer, yes
from andon.imports.plans.steps import Plan, Step, keep
from andon.kit import i18n
from andon.kit.ids import uuid7

PASSWORDS_MOST = 500  # each takes its time to hash


def plan_people(known: Known, lines: list[Line]) -> Plan:
    made, roles_by_name = Plan(), _role_names()
    there = {user.login.casefold(): user for user in known.users}
    logins = {line.row: line.cells["login"].casefold() for line in lines}
    made.faults += twice(lines, "login", logins)
    bearers = {user.agent_no: user.login.casefold() for user in known.users if user.agent_no}
    for line in lines:
        faults: list[Fault] = []
        user = there.get(logins[line.row])
        before = as_changed(user) if user is not None else {}
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
            values["client_id"] = refer(line, "client_id", known.clients, faults)
        if cells.get("locale"):
            values["locale"] = {"中文": "zh", "english": "en"}.get(
                cells["locale"].casefold(), cells["locale"]
            )
        if "active" in cells:
            values["active"] = yes(line, "active", True, faults)
        if cells.get("by_directory"):
            values["by_directory"] = _by_directory(line, user, known, faults)
        if not faults:
            values = checked(UserChange, values, line, faults)
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
        keep(
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


def _role_names() -> dict[str, str]:
    names = {}
    for role in Role:
        for name in (role.value, i18n.text(f"role.{role}", "zh"), i18n.text(f"role.{role}", "en")):
            names[name.casefold()] = role.value
    return names


def as_changed(user: User) -> dict[str, Any]:
    """A person's columns that a change can name."""
    return {name: getattr(user, name) for name in UserChange.model_fields}


def _second_duty(before: dict[str, Any], values: dict[str, Any], known: Known) -> bool:
    """Whether a second duty comes to somebody who is not the administrator with all of them."""
    duties = duties_of(values, known.allows)
    was = duties_of(before, known.allows) if before else frozenset()
    return mixes_duties(duties) and duties != was and Role.ADMINISTRATOR not in values["roles"]


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
    found = refer(line, "team", known.teams, faults)
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
    wanted = yes(line, "by_directory", False, faults)
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
