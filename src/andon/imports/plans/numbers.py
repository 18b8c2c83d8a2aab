"""Lines of numbers."""

from andon.channels.voice.http import NumberIn
from andon.identity.admin import values_of
from andon.imports.known import Known
from andon.imports.model import Fault, Line, twice
from andon.imports.plans.cells import checked, refer, yes
from andon.imports.plans.steps import Plan, Step, keep
from andon.kit.ids import uuid7


def plan_numbers(known: Known, lines: list[Line]) -> Plan:
    made = Plan()
    there = {number.e164: number for number in known.numbers}
    made.faults += twice(lines, "e164", {line.row: line.cells["e164"] for line in lines})
    for line in lines:
        faults: list[Fault] = []
        cells, number = line.cells, there.get(line.cells["e164"])
        before = values_of(number) if number is not None else {}
        values = {name: before[name] for name in NumberIn.model_fields} if number is not None else {}
        values |= {name: cells[name] for name in ("e164", "label", "home") if name in cells}
        project_id = refer(line, "project_id", known.projects, faults)
        values["project_id"] = project_id
        if "trunk_id" in cells:
            values["trunk_id"] = refer(line, "trunk_id", known.trunks, faults)
        if "flow_id" in cells:
            name = f"{project_id}/{cells['flow_id']}"
            values["flow_id"] = refer(line, "flow_id", known.flows, faults, name) if project_id else None
        if cells.get("kind"):
            values["kind"] = cells["kind"]
        if "dial_out" in cells:
            values["dial_out"] = yes(line, "dial_out", False, faults)
        if not faults:
            values = checked(NumberIn, values, line, faults)
        if not faults and values["kind"] == "400" and values["dial_out"]:
            faults.append(Fault(row=line.row, column="dial_out", key="field.dial_out_400"))
        made.faults += faults
        if faults:
            continue
        values["client_id"] = known.project_rows[values["project_id"]].client_id
        id = number.id if number is not None else uuid7()
        keep(made, Step(line.row, id, number, values, values["label"]), before)
    return made
