"""A day's figures, put together for the board, the desk and the live push."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.day import Span, day_span, today
from andon.calendars.repository import zones
from andon.identity.tables import Project, User
from andon.kit.i18n import Locale
from andon.reporting.board import repository
from andon.reporting.board.repository import Keyed, QueueInfo
from andon.reporting.board.shapes import (
    AgentFigures,
    DayFigures,
    FigureSet,
    OwnDay,
    ProjectFigures,
    QueueFigures,
)
from andon.reporting.catalogue import figures_about
from andon.reporting.figures import About, Counts, Figure
from andon.reporting.shapes import figure_values

OF_QUEUES = figures_about(About.QUEUE)
OF_AGENTS = figures_about(About.AGENT)

Values = dict[str, float | None]


class Day(msgspec.Struct, kw_only=True):
    """Counts of one day of everything the scope sees."""

    day: date
    zone: str
    span: Span
    queues: list[QueueInfo]
    project_names: dict[UUID, str]
    of_queue: Keyed
    of_project: Keyed

    @property
    def whole(self) -> Counts:
        return repository.total(self.of_project)


async def count_day(session: AsyncSession, day: date | None, now: datetime) -> Day:
    """Count the day, today where it is null. A project in a zone of its own is counted by its own day."""
    zone, of_project = await zones(session)
    queues = await repository.queues(session)
    wanted = day or today(now, zone)
    result = Day(
        day=wanted,
        zone=zone,
        span=day_span(wanted, zone),
        queues=[],
        project_names={},
        of_queue={},
        of_project={},
    )
    project_of = {queue.queue_id: queue.project_id for queue in queues}
    for place in {zone, *of_project.values()}:
        span = day_span(day or today(now, place), place)
        for queue_id, counts in (await repository.queue_counts(session, span)).items():
            project_id = project_of.get(queue_id) if queue_id else None
            if _zone_of(project_id, of_project, zone) == place:
                result.of_queue[queue_id] = counts
        for project_id, counts in (await repository.project_counts(session, span)).items():
            if _zone_of(project_id, of_project, zone) == place:
                result.of_project[project_id] = counts
    # What is retired is shown on days on which it still took part.
    result.queues = [queue for queue in queues if not queue.retired or queue.queue_id in result.of_queue]
    for project in await session.execute(select(Project.id, Project.name, Project.retired_at)):
        if project.retired_at is None or project.id in result.of_project:
            result.project_names[project.id] = project.name
    return result


async def day_figures(
    session: AsyncSession, day: date | None, now: datetime, locale: Locale, *, with_agents: bool
) -> DayFigures:
    """Figures of every queue and project the scope sees, and of the whole of them."""
    counted = await count_day(session, day, now)
    nothing = Counts()
    return DayFigures(
        day=counted.day,
        timezone=counted.zone,
        since=counted.span.since,
        until=counted.span.until,
        whole=FigureSet(figures=figure_values(OF_QUEUES, counted.whole, locale)),
        projects=[
            ProjectFigures(
                project_id=id,
                name=name,
                figures=figure_values(OF_QUEUES, counted.of_project.get(id, nothing), locale),
            )
            for id, name in sorted(counted.project_names.items(), key=lambda pair: pair[1])
        ],
        queues=[
            QueueFigures(
                queue_id=queue.queue_id,
                name=queue.name,
                project_id=queue.project_id,
                project_name=queue.project_name,
                target_s=queue.target_s,
                target_percent=queue.target_percent,
                figures=figure_values(OF_QUEUES, counted.of_queue.get(queue.queue_id, nothing), locale),
            )
            for queue in counted.queues
        ],
        agents=await _agents(session, counted.span, now, locale) if with_agents else None,
    )


async def own_day(session: AsyncSession, agent_id: UUID, now: datetime, locale: Locale) -> OwnDay:
    """An agent's own figures today."""
    zone, _ = await zones(session)
    day = today(now, zone)
    span = day_span(day, zone)
    counts = await repository.agent_counts(session, span, now, agent_id)
    return OwnDay(
        day=day,
        timezone=zone,
        since=span.since,
        until=span.until,
        figures=figure_values(OF_AGENTS, counts.get(agent_id, Counts()), locale),
    )


async def pushed_figures(session: AsyncSession, now: datetime) -> dict[str, Any]:
    """Today's figures as the live socket tells them: values by figure key, no words."""
    counted = await count_day(session, None, now)
    nothing = Counts()
    return {
        "day": counted.day.isoformat(),
        "whole": values(OF_QUEUES, counted.whole),
        "projects": {
            str(id): values(OF_QUEUES, counted.of_project.get(id, nothing)) for id in counted.project_names
        },
        "queues": {
            str(queue.queue_id): values(OF_QUEUES, counted.of_queue.get(queue.queue_id, nothing))
            for queue in counted.queues
        },
    }


async def pushed_days(session: AsyncSession, agents: Iterable[UUID], now: datetime) -> Mapping[UUID, Values]:
    """Today's own figures of these agents, as the live socket tells them."""
    zone, _ = await zones(session)
    counts = await repository.agent_counts(session, day_span(today(now, zone), zone), now)
    nothing = Counts()
    return {agent: values(OF_AGENTS, counts.get(agent, nothing)) for agent in agents}


def values(figures: Iterable[Figure], counts: Counts) -> Values:
    return {figure.key: figure.of(counts) for figure in figures}


async def _agents(session: AsyncSession, span: Span, now: datetime, locale: Locale) -> list[AgentFigures]:
    counts = await repository.agent_counts(session, span, now)
    query = select(User.id, User.agent_no, User.name).where(User.id.in_(counts)).order_by(User.agent_no)
    return [
        AgentFigures(
            agent_id=row.id,
            agent_no=row.agent_no,
            name=row.name,
            figures=figure_values(OF_AGENTS, counts[row.id], locale),
        )
        for row in await session.execute(query)
    ]


def _zone_of(project_id: UUID | None, of_project: Mapping[UUID, str], centre: str) -> str:
    return of_project.get(project_id, centre) if project_id is not None else centre
