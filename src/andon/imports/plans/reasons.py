"""Lines of wrap-up reasons."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from andon.identity.admin import values_of
from andon.imports.known import Known
from andon.imports.model import Fault, Line, twice
from andon.imports.plans.cells import checked, refer
from andon.imports.plans.steps import Plan, Step, keep
from andon.interactions.http import WrapReasonIn
from andon.interactions.tables import ReasonNode
from andon.kit.ids import uuid7


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


def plan_reasons(known: Known, lines: list[Line]) -> Plan:
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
        project_id = refer(line, "project_id", known.projects, faults)
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
            values = checked(WrapReasonIn, values, line, faults)
        # A name too long is told of the column it stands in.
        made.faults += [
            Fault(row=f.row, column="path", key=f.key, params=f.params) if f.column == "name_zh" else f
            for f in faults
        ]
        if faults or project_id is None:
            continue
        id = id or uuid7()
        there[project_id, path] = id
        keep(made, Step(line.row, id, row, values, path[-1]), values_of(row) if row is not None else {})
    made.faults += twice(lines, "path", keys)
    return made
