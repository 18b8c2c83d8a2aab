"""How callers went through a flow, from the journal: counts, time and drop-off of nodes and edges."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A node of a sub-flow bears the names of its callers, `pay/menu`, and its flow's id; here it is `menu`. Both
# what began on the flow and what came through it as a sub-flow is counted.
_STEPS = """
WITH entered AS (
    SELECT contact_id, (data->>'flow_version')::int AS version
    FROM journal
    WHERE kind = 'flow.entered' AND at >= :since AND at < :until AND data->>'flow_id' = CAST(:flow AS text)
), concerned AS (
    SELECT contact_id, version FROM entered
    UNION
    SELECT DISTINCT contact_id, NULL::int FROM journal
    WHERE kind = 'flow.node' AND at >= :since AND at < :until AND data->>'flow_id' = CAST(:flow AS text)
      AND contact_id NOT IN (SELECT contact_id FROM entered)
), steps AS (
    SELECT journal.contact_id, journal.seq, journal.at, concerned.version,
        regexp_replace(journal.data->>'node', '^.*/', '') AS node,
        coalesce(journal.data->>'by', '') AS by,
        coalesce(
            journal.data->>'flow_id',
            CASE WHEN concerned.version IS NULL THEN '' ELSE CAST(:flow AS text) END
        ) AS flow
    FROM journal JOIN concerned USING (contact_id)
    WHERE kind = 'flow.node' AND at >= :since AND at < :most
), walked AS (
    SELECT *, lead(at) OVER (PARTITION BY contact_id ORDER BY seq) AS left_at
    FROM steps
), own AS (
    SELECT walked.*,
        -- what follows a sub-flow was reached from the node that called it
        lag(walked.node) OVER way AS before, lag(walked.at) OVER way AS before_at,
        gone.at AS gone_at, gone.data->>'outcome' AS outcome, gone.data->>'by' AS gone_by
    FROM walked
    LEFT JOIN journal gone ON gone.contact_id = walked.contact_id AND gone.kind = 'contact.ended'
        AND gone.at >= :since AND gone.at < :most
    WHERE walked.flow = CAST(:flow AS text)
        AND (CAST(:version AS int) = 0 OR walked.version = CAST(:version AS int))
    WINDOW way AS (PARTITION BY walked.contact_id ORDER BY walked.seq)
)
"""

_NODES = (
    _STEPS
    + """
SELECT node, count(*) AS came,
    count(*) FILTER (WHERE left_at IS NULL AND gone_by = 'caller') AS hung_up,
    count(*) FILTER (WHERE left_at IS NULL AND gone_at IS NOT NULL) AS ended,
    round(avg(extract(epoch FROM coalesce(left_at, gone_at) - at))::numeric, 3) AS mean_s
FROM own GROUP BY node ORDER BY node
"""
)

_EDGES = (
    _STEPS
    + """
SELECT before, by, node, count(*) AS went,
    count(*) FILTER (WHERE left_at IS NULL AND gone_by = 'caller') AS lost,
    round(avg(extract(epoch FROM at - before_at))::numeric, 3) AS mean_s
FROM own WHERE before IS NOT NULL AND by <> ''
GROUP BY before, by, node ORDER BY went DESC, before, by, node
"""
)


async def traffic(
    session: AsyncSession, flow_id: UUID, version: int, since: datetime, until: datetime, most: datetime
) -> tuple[list[Any], list[Any]]:
    """Rows of nodes and of edges for calls that came between `since` and `until`; a call is followed until
    `most`. `version` 0: all."""
    given = {"flow": str(flow_id), "version": version, "since": since, "until": until, "most": most}
    nodes = await session.execute(text(_NODES), given)
    edges = await session.execute(text(_EDGES), given)
    return list(nodes), list(edges)
