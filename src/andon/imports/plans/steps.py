"""What is to be made and changed, one step for each line."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from andon.imports.known import Placed, Skills
from andon.imports.model import Fault


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


def keep(
    plan: Plan,
    step: Step,
    before: dict[str, Any],
    skills_before: Skills | None = None,
    team_before: Placed = (),
) -> None:
    """A step that changes nothing is counted only."""
    other = any(before.get(name) != value for name, value in step.values.items())
    other = other or step.skills not in (None, skills_before) or step.team not in (None, team_before)
    if step.row is not None and not other:
        plan.same += 1
    else:
        plan.steps.append(step)
