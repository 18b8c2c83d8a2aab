"""Groups rows of an interval into the cells that figures are added up from.

Only grouping happens here; what a cell counts as is decided in `figures`. Every query runs in a session
whose scope hides what the asker may not see.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.calendars.day import Span
from andon.reporting.figures import (
    Counts,
    DialCell,
    InternalCell,
    OfferCell,
    StateCell,
    SurveyCell,
    TalkCell,
    VisitCell,
)

# A visit is measured against the target of its own queue; a queue that was deleted leaves this one.
_TARGET_S = 20

_VISITS = """
    SELECT key, how, within, short, count(*) AS n, coalesce(sum(waited_ms), 0)::bigint AS waited_ms,
        count(*) FILTER (WHERE estimated_wait_s > 0) AS predicted,
        coalesce(sum(abs(waited_ms - 1000 * estimated_wait_s)) FILTER (WHERE estimated_wait_s > 0), 0)::bigint
            AS missed_by_ms
    FROM (
        SELECT r.key, r.how, r.waited_ms, r.estimated_wait_s,
            coalesce(waited_ms <= 1000 * coalesce(q.target_s, :target_s), false) AS within,
            coalesce(waited_ms <= 1000 * coalesce(CAST(:short_s AS int), q.target_s, :target_s), false)
                AS short
        FROM ({rows}) r LEFT JOIN queue q ON q.id = r.queue_id
        WHERE r.queued_at >= :since AND r.queued_at < :until
    ) cells
    GROUP BY 1, 2, 3, 4
"""

_QUEUE_VISITS = text(
    _VISITS.format(
        # A call that an agent made never counts as one that came in, though it be passed on to a queue.
        rows="SELECT v.queue_id AS key, v.queue_id, v.queued_at, v.how, v.waited_ms, v.estimated_wait_s"
        " FROM report_visit v JOIN report_contact c USING (contact_id) WHERE c.direction <> 'outbound'"
    )
)
_PROJECT_VISITS = text(
    _VISITS.format(
        rows="SELECT project_id AS key, queue_id, queued_at, queue_how AS how, waited_ms,"
        " NULL::int AS estimated_wait_s FROM report_contact WHERE direction <> 'outbound'"
    )
)

_STEP_VISITS = text(
    _VISITS.format(
        rows="SELECT date_bin('30 minutes', queued_at, CAST(:since AS timestamptz)) AS key, queue_id,"
        " queued_at, queue_how AS how, waited_ms, NULL::int AS estimated_wait_s FROM report_contact"
        " WHERE direction <> 'outbound' AND (CAST(:project AS uuid) IS NULL OR project_id = :project)"
    )
)

_TALKS = """
    SELECT {key} AS key, count(*) AS n, sum(talk.talked_ms)::bigint AS talked_ms,
        count(*) FILTER (WHERE talk.held_ms > 0) AS held, coalesce(sum(talk.held_ms), 0)::bigint AS held_ms,
        coalesce(sum(talk.acw_ms), 0)::bigint AS acw_ms,
        count(*) FILTER (WHERE talk.transferred) AS transferred
    FROM report_contact AS contact CROSS JOIN LATERAL jsonb_to_recordset(contact.talks) AS talk(
        agent_id uuid, queue_id uuid, connected_at timestamptz,
        talked_ms bigint, held_ms bigint, acw_ms bigint, transferred boolean)
    WHERE contact.connected_at >= CAST(:since AS timestamptz) - interval '1 day'
        AND contact.connected_at < :until
        AND talk.connected_at >= :since AND talk.connected_at < :until AND talk.talked_ms IS NOT NULL
        AND (CAST(:agent AS uuid) IS NULL OR talk.agent_id = :agent)
        AND (CAST(:project AS uuid) IS NULL OR contact.project_id = :project)
        AND contact.direction <> 'internal'
    GROUP BY 1
"""
_TALK_KEYS = {"queue_id": "talk.queue_id", "agent_id": "talk.agent_id", "project_id": "contact.project_id"}

_SURVEYS = """
    SELECT {key} AS key, score, count(*) AS n FROM report_survey
    WHERE asked_at >= :since AND asked_at < :until AND (CAST(:agent AS uuid) IS NULL OR agent_id = :agent)
    GROUP BY 1, 2
"""

_STATES = text("""
    SELECT agent_id AS key, state,
        sum(extract(epoch FROM least(coalesce(ended_at, :now), :until) - greatest(started_at, :since)) * 1000
        )::bigint AS spent_ms
    FROM report_agent_state
    WHERE started_at < :until AND coalesce(ended_at, :now) > :since
        AND (CAST(:agent AS uuid) IS NULL OR agent_id = :agent)
    GROUP BY 1, 2
""")

_OFFERS = text("""
    SELECT agent_id AS key, how, count(*) AS n FROM report_offer
    WHERE made_at >= :since AND made_at < :until AND (CAST(:agent AS uuid) IS NULL OR agent_id = :agent)
    GROUP BY 1, 2
""")

# Not those that return a kept place: they are the queue's wish, not the agent's.
_DIALS = text("""
    SELECT agent_id AS key, count(*) AS n, count(*) FILTER (WHERE connected_at IS NOT NULL) AS reached
    FROM report_contact c
    WHERE direction = 'outbound' AND arrived_at >= :since AND arrived_at < :until AND ended_at IS NOT NULL
        AND agent_id IS NOT NULL AND (CAST(:agent AS uuid) IS NULL OR agent_id = :agent)
        AND NOT EXISTS (SELECT FROM report_callback b WHERE b.returned_id = c.contact_id)
    GROUP BY 1
""")

# Of both sides alike: who called, and who was called and talked.
_INTERNAL = text("""
    SELECT s.agent_id AS key, count(DISTINCT s.contact_id) AS n,
        coalesce(sum(coalesce(s.lasted_ms, 0)), 0)::bigint AS talked_ms
    FROM report_agent_state s JOIN report_contact c USING (contact_id)
    WHERE s.started_at >= :since AND s.started_at < :until AND s.state IN ('talking', 'held')
        AND c.direction = 'internal' AND (CAST(:agent AS uuid) IS NULL OR s.agent_id = :agent)
    GROUP BY 1
""")

Keyed = dict[UUID | None, Counts]


async def queue_counts(session: AsyncSession, span: Span, short_s: int | None = None) -> Keyed:
    """Counts of each queue: every visit counts. `short_s` sets the short-abandon threshold (default: T)."""
    counts: Keyed = defaultdict(Counts)
    at: dict[str, Any] = {"since": span.since, "until": span.until}
    for row in await session.execute(_QUEUE_VISITS, at | _limits(short_s)):
        counts[row.key].add_visits([_visit(row)])
    await _add_talks_and_surveys(session, counts, "queue_id", at)
    return counts


async def project_counts(session: AsyncSession, span: Span, short_s: int | None = None) -> Keyed:
    """Counts of each project: a contact counts once, however many queues it waited in."""
    counts: Keyed = defaultdict(Counts)
    at: dict[str, Any] = {"since": span.since, "until": span.until}
    for row in await session.execute(_PROJECT_VISITS, at | _limits(short_s)):
        counts[row.key].add_visits([_visit(row)])
    await _add_talks_and_surveys(session, counts, "project_id", at)
    return counts


async def agent_counts(session: AsyncSession, span: Span, now: datetime, agent: UUID | None = None) -> Keyed:
    """Counts of each agent, or of one. Spans still open are counted up to `now`."""
    counts: Keyed = defaultdict(Counts)
    at = {"since": span.since, "until": span.until, "now": now, "agent": agent}
    for row in await session.execute(_STATES, at):
        counts[row.key].add_states([StateCell(state=row.state, spent_ms=row.spent_ms)])
    for row in await session.execute(_OFFERS, {key: at[key] for key in ("since", "until", "agent")}):
        counts[row.key].add_offers([OfferCell(how=row.how, n=row.n)])
    for row in await session.execute(_DIALS, {key: at[key] for key in ("since", "until", "agent")}):
        counts[row.key].add_dials([DialCell(n=row.n, reached=row.reached)])
    for row in await session.execute(_INTERNAL, {key: at[key] for key in ("since", "until", "agent")}):
        counts[row.key].add_internal([InternalCell(n=row.n, talked_ms=row.talked_ms)])
    await _add_talks_and_surveys(session, counts, "agent_id", at)
    counts.pop(None, None)
    return counts


async def agent_talks(session: AsyncSession, span: Span, project_id: UUID | None) -> Keyed:
    """Counts of each agent's talks alone, of one project's or of all."""
    counts: Keyed = defaultdict(Counts)
    bound = {"since": span.since, "until": span.until, "agent": None, "project": project_id}
    await _add_talks(session, counts, "agent_id", bound)
    counts.pop(None, None)
    return counts


async def step_counts(session: AsyncSession, span: Span, project_id: UUID | None) -> dict[datetime, Counts]:
    """Counts of visits in steps of half an hour, by the instant in which a step begins."""
    counts: dict[datetime, Counts] = defaultdict(Counts)
    bound = {"since": span.since, "until": span.until, "project": project_id}
    for row in await session.execute(_STEP_VISITS, bound | _limits(None)):
        counts[row.key].add_visits([_visit(row)])
    return counts


def total(parts: Mapping[Any, Counts]) -> Counts:
    """The sum of disjoint counts."""
    whole = Counts()
    for part in parts.values():
        for field in Counts.__struct_fields__:
            setattr(whole, field, getattr(whole, field) + getattr(part, field))
    return whole


async def _add_talks_and_surveys(
    session: AsyncSession, counts: Keyed, key: str, at: Mapping[str, Any]
) -> None:
    bound = {"since": at["since"], "until": at["until"], "agent": at.get("agent")}
    await _add_talks(session, counts, key, {**bound, "project": None})
    for row in await session.execute(text(_SURVEYS.format(key=key)), bound):
        counts[row.key].add_surveys([SurveyCell(score=row.score, n=row.n)])


async def _add_talks(session: AsyncSession, counts: Keyed, key: str, bound: Mapping[str, Any]) -> None:
    for row in await session.execute(text(_TALKS.format(key=_TALK_KEYS[key])), bound):
        cell = msgspec.convert({name: getattr(row, name) for name in TalkCell.__struct_fields__}, TalkCell)
        counts[row.key].add_talks([cell])


def _limits(short_s: int | None) -> dict[str, int | None]:
    return {"short_s": short_s, "target_s": _TARGET_S}


def _visit(row: Any) -> VisitCell:
    return VisitCell(
        how=row.how,
        within=row.within,
        short=row.short,
        n=row.n,
        waited_ms=row.waited_ms,
        predicted=row.predicted,
        missed_by_ms=row.missed_by_ms,
    )


class QueueInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as figures name it."""

    queue_id: UUID
    name: str
    client_id: UUID
    project_id: UUID
    project_name: str
    target_s: int
    target_percent: int
    retired: bool


_QUEUES = text("""
    SELECT q.id AS queue_id, q.name, q.client_id, q.project_id, p.name AS project_name, q.target_s,
        q.target_percent, q.retired_at IS NOT NULL AS retired
    FROM queue q JOIN project p ON p.id = q.project_id ORDER BY p.name, q.name
""")


async def queues(session: AsyncSession) -> list[QueueInfo]:
    """Every queue the scope sees, retired ones too, by project and name."""
    return [QueueInfo(**row) for row in (await session.execute(_QUEUES)).mappings()]
