"""SQL of the twin: the journal's record of a day, and what queues are called."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.kit.journal import Fact
from andon.kit.journal.reader import FACT_COLUMNS, fact_of
from andon.routing.events import AgentStateChanged
from andon.twin.model import Target
from andon.twin.record import KINDS

# Nobody is signed in for longer without a single change of state.
LOOK_BACK = timedelta(days=2)

_FACTS = text(
    f"SELECT {FACT_COLUMNS} FROM journal"  # noqa: S608  # constants
    " WHERE kind = ANY(:kinds) AND at >= :since AND at < :until ORDER BY seq"
)
_STATES = text(
    f"SELECT DISTINCT ON (agent_id) {FACT_COLUMNS} FROM journal"  # noqa: S608  # constants
    " WHERE kind = :kind AND at >= :since AND at < :until AND agent_id IS NOT NULL"
    " ORDER BY agent_id, seq DESC"
)
_TARGETS = text("SELECT id, name, project_id, target_s FROM queue")
_PROJECTS = text("SELECT id, name FROM project ORDER BY name")


async def facts(session: AsyncSession, since: datetime, until: datetime) -> list[Fact]:
    """What a replay needs of the journal, in its order."""
    values = {"kinds": list(KINDS), "since": since, "until": until}
    return [fact_of(row) for row in await session.execute(_FACTS, values)]


async def states(session: AsyncSession, at: datetime) -> list[AgentStateChanged]:
    """The last state of each agent before that instant."""
    values = {"kind": AgentStateChanged.kind, "since": at - LOOK_BACK, "until": at}
    found = [fact_of(row) for row in await session.execute(_STATES, values)]
    return [fact for fact in found if isinstance(fact, AgentStateChanged)]


async def targets(session: AsyncSession) -> dict[UUID, Target]:
    """Every queue, retired ones too."""
    return {
        row.id: Target(row.name, row.project_id, row.target_s * 1000)
        for row in await session.execute(_TARGETS)
    }


async def projects(session: AsyncSession) -> dict[UUID, str]:
    """Every project's name."""
    return {row.id: row.name for row in await session.execute(_PROJECTS)}
