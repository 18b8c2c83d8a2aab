"""From rows to changes: what a spreadsheet would make and change, or what is wrong with it.

Only looks at what is known to be there, and may run in a thread; `writing` performs it.
"""

from andon.imports.known import Known
from andon.imports.model import Line
from andon.imports.plans.numbers import plan_numbers
from andon.imports.plans.people import plan_people
from andon.imports.plans.reasons import plan_reasons
from andon.imports.plans.steps import Plan


def plan(kind: str, known: Known, lines: list[Line]) -> Plan:
    """What the lines come to."""
    made = {"users": plan_people, "numbers": plan_numbers, "reasons": plan_reasons}[kind](known, lines)
    made.faults.sort(key=lambda fault: fault.row)
    return made
