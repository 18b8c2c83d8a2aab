"""Answers of the board and of an agent's own day."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from andon.reporting.shapes import FigureValue, Instant


class FigureSet(BaseModel):
    """Figures of one thing. Targets are the queue's; null where there is not one target."""

    figures: list[FigureValue]
    target_s: int | None = None
    target_percent: int | None = None


class ProjectFigures(FigureSet):
    project_id: UUID
    name: str


class QueueFigures(FigureSet):
    queue_id: UUID
    name: str
    project_id: UUID
    project_name: str


class AgentFigures(FigureSet):
    agent_id: UUID
    agent_no: str | None
    name: str


class DayFigures(BaseModel):
    """A day's figures. A queue counts every visit; a project and the whole count a contact once.

    `since` and `until` (exclusive) bound the day in `timezone`; a project with another zone of its own is
    counted by its own day. `agents` is there when asked for.
    """

    day: date
    timezone: str
    since: Instant
    until: Instant
    whole: FigureSet
    projects: list[ProjectFigures]
    queues: list[QueueFigures]
    agents: list[AgentFigures] | None


class OwnDay(BaseModel):
    """An agent's own day."""

    day: date
    timezone: str
    since: Instant
    until: Instant
    figures: list[FigureValue]
