"""Searching contacts: filters, the free-text query, keyset pages."""

import base64
import binascii
import json
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Text, cast, false, func, literal, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from andon.customers.tables import CustomerRow
from andon.identity.tables import TeamMember, User
from andon.interactions.events import Outcome
from andon.interactions.tables import ReasonNode, WrapUp
from andon.kit.errors import AndonError
from andon.reporting.tables import ReportAgentState, ReportContact, ReportOffer, ReportRecording

# Counting on costs as much as reading: beyond this "more than" is all a page needs to say.
COUNT_MOST = 10_000
_DIGITS_LEAST = 3


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A column of `ReportContact` by name, within bounds that are both inclusive; null: no bound."""

    column: str
    least: int | None = None
    most: int | None = None


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for. `since` is inclusive, `until` exclusive, both of arrival; null means any.

    `q` is a number or part of one, a customer's name, an agent's name or number, words of the summary, or a
    contact's id. `client_id` and `caller` are those of one contact, whose person is looked for. `own_agent`
    limits to what that agent had to do with, except that a customer or such a caller finds what others had
    to do with them. `masked`: numbers are hidden from the asker, so only a whole number finds, or they could
    be guessed digit by digit. `reason_id` finds the reasons below it too, `team_id` the agents who are in
    that team now. `transferred`: with more than one
    conversation. `recording` and `voicemail`: with one that was kept.
    """

    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None
    queue_id: UUID | None = None
    project_id: UUID | None = None
    agent_id: UUID | None = None
    team_id: UUID | None = None
    customer_id: UUID | None = None
    direction: str | None = None
    client_id: UUID | None = None
    caller: str | None = None
    outcome: Outcome | None = None
    number_id: UUID | None = None
    trunk_id: UUID | None = None
    flow_id: UUID | None = None
    reason_id: UUID | None = None
    tier: str | None = None
    ended_by: str | None = None
    resolved: bool | None = None
    follow_up: bool | None = None
    wrapped_up: bool | None = None
    transferred: bool | None = None
    recording: bool | None = None
    voicemail: bool | None = None
    ranges: tuple[Range, ...] = ()
    own_agent: UUID | None = None
    masked: bool = False


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first. `next` continues it; `total` is null beyond `COUNT_MOST` and on later pages."""

    rows: list[ReportContact]
    next: str | None
    total: int | None


async def find(session: AsyncSession, filters: Filters, cursor: str | None, limit: int) -> Found:
    """Contacts by the filters. Raises `AndonError("cursor.invalid")`, `AndonError("period.invalid")`."""
    if filters.since and filters.until and filters.until <= filters.since:
        raise AndonError("period.invalid", 422)
    where = _where(filters)
    total = None
    if cursor is None:
        counted = await count(session, filters, COUNT_MOST)
        total = counted if counted <= COUNT_MOST else None
    else:
        where.append(
            tuple_(ReportContact.arrived_at, ReportContact.contact_id) < tuple_(*read_cursor(cursor))
        )
    query = (
        select(ReportContact)
        .where(*where)
        .order_by(ReportContact.arrived_at.desc(), ReportContact.contact_id.desc())
        .limit(limit + 1)
    )
    rows = list(await session.scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    last = make_cursor(rows[-1].arrived_at, rows[-1].contact_id) if more else None
    return Found(rows=rows, next=last, total=total)


async def count(session: AsyncSession, filters: Filters, most: int) -> int:
    """How many there are; `most` + 1 when there are more than that."""
    some = select(ReportContact.contact_id).where(*_where(filters)).limit(most + 1).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


def own(agent_id: UUID) -> ColumnElement[bool]:
    """Contacts this agent talked in or was rung for, by the queue or by a colleague."""
    rung = select(ReportOffer.contact_id).where(ReportOffer.agent_id == agent_id)
    busy = select(ReportAgentState.contact_id).where(
        ReportAgentState.agent_id == agent_id, ReportAgentState.contact_id.is_not(None)
    )
    return or_(
        ReportContact.agent_id == agent_id,
        ReportContact.contact_id.in_(rung),
        ReportContact.contact_id.in_(busy),
    )


def behind(
    at: InstrumentedAttribute[datetime], id: InstrumentedAttribute[UUID], cursor: str
) -> ColumnElement[bool]:
    """Rows after the cursor, newest first. Raises `AndonError("cursor.invalid")`."""
    instant, last = read_cursor(cursor)
    return tuple_(at, id) < tuple_(literal(instant, at.type), literal(last, id.type))


def make_cursor(at: datetime, id: UUID) -> str:
    """The place behind a row, opaque to clients."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(id)]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """What `make_cursor` packed. Raises `AndonError("cursor.invalid")` for anything else."""
    try:
        at, id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("an instant without zone")
        return instant, UUID(id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise AndonError("cursor.invalid", 422) from error


def _where(filters: Filters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filters.since is not None:
        where.append(ReportContact.arrived_at >= filters.since)
    if filters.until is not None:
        where.append(ReportContact.arrived_at < filters.until)
    for column, value in (
        (ReportContact.queue_id, filters.queue_id),
        (ReportContact.project_id, filters.project_id),
        (ReportContact.agent_id, filters.agent_id),
        (ReportContact.customer_id, filters.customer_id),
        (ReportContact.client_id, filters.client_id),
        (ReportContact.caller, filters.caller),
        (ReportContact.direction, filters.direction),
        (ReportContact.outcome, filters.outcome.value if filters.outcome else None),
        (ReportContact.number_id, filters.number_id),
        (ReportContact.trunk_id, filters.trunk_id),
        (ReportContact.flow_id, filters.flow_id),
        (ReportContact.tier, filters.tier),
        (ReportContact.ended_by, filters.ended_by),
        (ReportContact.resolved, filters.resolved),
    ):
        if value is not None:
            where.append(column == value)
    where += _said_of(filters)
    for bounds in filters.ranges:
        measured: InstrumentedAttribute[int | None] = getattr(ReportContact, bounds.column)
        if bounds.least is not None:
            where.append(measured >= bounds.least)
        if bounds.most is not None:
            where.append(measured <= bounds.most)
    if filters.own_agent is not None and filters.customer_id is None and filters.caller is None:
        where.append(own(filters.own_agent))
    if filters.q and (q := filters.q.strip()):
        where.append(_matches(q, filters.masked))
    return where


def _said_of(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions that are more than a column's value."""
    kept = select(ReportRecording.contact_id).where(ReportRecording.path.is_not(None))
    where: list[ColumnElement[bool]] = []
    for wanted, holds in (
        (filters.follow_up, func.coalesce(ReportContact.follow_up, false())),
        (filters.wrapped_up, ReportContact.wrapped_at.is_not(None)),
        (filters.transferred, func.jsonb_array_length(ReportContact.talks) > 1),
        (filters.recording, ReportContact.contact_id.in_(kept)),
        (filters.voicemail, ReportContact.voicemail_ms.is_not(None)),
    ):
        if wanted is not None:
            where.append(holds if wanted else not_(holds))
    if filters.team_id is not None:  # as it is now
        members = select(TeamMember.user_id).where(TeamMember.team_id == filters.team_id)
        where.append(ReportContact.agent_id.in_(members))
    if filters.reason_id is not None:
        below = select(ReasonNode.id).where(ReasonNode.id == filters.reason_id).cte(recursive=True)
        child = aliased(ReasonNode)
        below = below.union_all(select(child.id).join(below, child.parent_id == below.c.id))
        where.append(ReportContact.reason_id.in_(select(below.c.id)))
    return where


def _matches(q: str, masked: bool) -> ColumnElement[bool]:
    try:
        return ReportContact.contact_id == UUID(q)
    except ValueError:
        pass
    like = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    customers = select(CustomerRow.id).where(CustomerRow.name.ilike(like))
    agents = select(User.id).where(or_(User.name.ilike(like), User.agent_no == q))
    said = (
        select(WrapUp.contact_id)
        .where(
            WrapUp.contact_id == ReportContact.contact_id,
            or_(WrapUp.note.ilike(like), cast(WrapUp.form, Text).ilike(like)),
        )
        .correlate(ReportContact)
    )
    ways: list[ColumnElement[bool]] = [
        said.exists(),
        ReportContact.customer_id.in_(customers),
        ReportContact.agent_id.in_(agents),
    ]
    number = _number(q)
    digits = number.removeprefix("+")
    if number:
        if masked:
            ways.append(ReportContact.caller == number)
        elif len(digits) >= _DIGITS_LEAST:
            ways.append(ReportContact.caller.contains(digits, autoescape=True))
        ways.append(ReportContact.dnis == number)
    return or_(*ways)


def _number(q: str) -> str:
    """The query as a number, without what people write between digits; empty when it is none."""
    number = q.strip().replace(" ", "").replace("-", "")
    digits = number.removeprefix("+")
    return number if digits.isascii() and digits.isdigit() else ""
