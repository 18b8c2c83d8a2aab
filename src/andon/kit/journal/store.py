"""How facts become rows. `append` is the business path; the hot path uses `writer`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from andon.kit.bus.postgres import notification
from andon.kit.ids import uuid7
from andon.kit.journal.model import Fact, encode_data

TOPIC = "journal"

COLUMNS = (
    "tenant_id uuid",
    "id uuid",
    "at timestamptz",
    "kind text",
    "version int",
    "client_id uuid",
    "project_id uuid",
    "contact_id uuid",
    "agent_id uuid",
    "data jsonb",
)


def insert_sql(parameter: str) -> str:
    """One statement for any number of facts of one tenant, in the given order. A fact whose id is there
    already is passed over: writing again after a lost connection does no harm."""
    names = ", ".join(column.split()[0] for column in COLUMNS)
    arrays = ", ".join(
        f"CAST({parameter.format(column.split()[0])} AS {column.split()[1]}[])" for column in COLUMNS
    )
    return (
        f"INSERT INTO journal ({names}) SELECT {names}"  # noqa: S608  # only the constants above
        f" FROM unnest({arrays}) WITH ORDINALITY AS f({names}, place) ORDER BY place ON CONFLICT DO NOTHING"
    )


class Row(msgspec.Struct, frozen=True):
    """A fact ready to be written."""

    tenant_id: UUID
    id: UUID
    at: datetime
    kind: str
    version: int
    client_id: UUID | None
    project_id: UUID | None
    contact_id: UUID | None
    agent_id: UUID | None
    data: str


def to_row(fact: Fact) -> Row:
    """Encodes a fact under a new record id. What JSON or PostgreSQL cannot hold (a lone surrogate, a zero
    byte, both sent by broken devices) becomes U+FFFD. Raises `ValueError` for an instant without zone."""
    if fact.at.tzinfo is None:
        raise ValueError(f"{fact.kind}: `at` has no time zone")
    data = encode_data(fact)
    try:
        packed = msgspec.json.encode(data)
    except UnicodeEncodeError:
        packed = msgspec.json.encode(_clean(data))
    return Row(
        fact.tenant_id,
        uuid7(),
        fact.at,
        fact.kind,
        fact.version,
        fact.client_id,
        fact.project_id,
        fact.contact_id,
        fact.agent_id,
        packed.replace(b"\\u0000", b"\\ufffd").decode(),
    )


def columns(rows: Iterable[Row]) -> list[list[Any]]:
    """Rows turned into one list per column, as `insert_sql` wants them."""
    return [list(column) for column in zip(*map(msgspec.structs.astuple, rows), strict=True)]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value


_INSERT = text(insert_sql(":{}"))
_NOTIFY = text("SELECT pg_notify(:channel, :said)")


async def append(session: AsyncSession, *facts: Fact) -> None:
    """Append facts in the caller's transaction; readers are woken when it commits.

    The session's scope must be the facts' tenant.
    """
    if not facts:
        return
    rows = [to_row(fact) for fact in facts]
    names = [column.split()[0] for column in COLUMNS]
    await session.execute(
        text("SELECT journal_partition(at) FROM unnest(CAST(:at AS timestamptz[])) AS f(at)"),
        {"at": [row.at for row in rows]},
    )
    await session.execute(_INSERT, dict(zip(names, columns(rows), strict=True)))
    for channel, said in notification(TOPIC, {}, rows[0].id.hex):
        await session.execute(_NOTIFY, {"channel": channel, "said": said})
