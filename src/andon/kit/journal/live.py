"""Checkpoints beside the journal: the latest state of each thing that lives, for resuming only.

They are written in the transaction of the facts they belong to, so that both always tell of the same moment.
No figure is ever taken from them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

Key = tuple[UUID, str, UUID]


class Kept(msgspec.Struct, frozen=True):
    """The state of one live thing, packed; None when it lives no longer."""

    tenant_id: UUID
    kind: str
    id: UUID
    at: datetime
    version: int
    state: bytes | None

    @property
    def key(self) -> Key:
        return self.tenant_id, self.kind, self.id


PUT = (
    "INSERT INTO live_state (tenant_id, kind, id, at, version, state)"
    " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::timestamptz[], %s::int[], %s::bytea[])"
    " ON CONFLICT (tenant_id, kind, id)"
    " DO UPDATE SET at = excluded.at, version = excluded.version, state = excluded.state"
)
DROP = (
    "DELETE FROM live_state l USING unnest(%s::text[], %s::uuid[]) AS gone (kind, id)"
    " WHERE l.kind = gone.kind AND l.id = gone.id"
)
_LOAD = text("SELECT tenant_id, kind, id, at, version, state FROM live_state ORDER BY kind, id")


def put_columns(kept: Iterable[Kept]) -> list[list[Any]]:
    """One list per column of those that live, as `PUT` wants them."""
    return [list(column) for column in zip(*map(msgspec.structs.astuple, kept), strict=True)]


def drop_columns(kept: Iterable[Kept]) -> list[list[Any]]:
    """What `DROP` wants of those that live no longer."""
    return [list(column) for column in zip(*((one.kind, one.id) for one in kept), strict=True)]


async def load(session: AsyncSession) -> list[Kept]:
    """Everything kept of the session's tenant."""
    return [Kept(*row) for row in await session.execute(_LOAD)]
