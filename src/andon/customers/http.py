"""HTTP of customers: who calls, for the desk and for whoever reads contacts."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, Field, StringConstraints, field_validator
from sqlalchemy import func, or_, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.customers import texts  # noqa: F401  (registers what is said here)
from andon.customers.model import phone_key
from andon.customers.tables import CustomerRow
from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import add_uses, announce, broken_rule, patch_of, present, used_by, values_of
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit, Project, User
from andon.identity.undo import add_undo, refuse_changed
from andon.kit.database import Scope
from andon.kit.database.session import enter_scope
from andon.kit.errors import AndonError, not_found
from andon.kit.ids import uuid7
from andon.kit.web import Body, Line, Name, Page, Shown, Text, invalid

router = APIRouter(tags=["customer"])

Reader = Annotated[Actor, may(Permission.DESK, Permission.CONTACTS, Permission.CONFIG)]
Writer = Annotated[Actor, may(Permission.DESK, Permission.CONFIG)]
_PHONE = re.compile(r"\+?[0-9]{3,20}")
_SEPARATORS = re.compile(r"[\s().-]")
# Of two who register one number at once, the second is told.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('customer ' || :client, 0))")


MOST_CUSTOM: Any = Field(max_length=30, default_factory=dict)
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class CustomerChange(Body):
    """`revision` is the one that was changed: a later one is not overwritten."""

    name: Name
    phones: Annotated[list[str], Field(max_length=10, default_factory=list)]
    tier: Literal["normal", "silver", "gold", "vip"] = "normal"
    tags: Annotated[
        list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]],
        Field(max_length=20, default_factory=list),
    ]
    agent_id: UUID | None = None
    open_complaint: bool = False
    notes: Text = ""
    address: Line = ""
    custom: Annotated[
        dict[Word, Line | int | float | bool | None], Field(max_length=30, default_factory=dict)
    ]

    revision: Annotated[int, Field(ge=1)] = 1

    @field_validator("phones")
    @classmethod
    def _phones(cls, phones: list[str]) -> list[str]:
        return list(dict.fromkeys(_clean(phone) for phone in phones))


def _clean(phone: str) -> str:
    """Digits with an optional leading +. Raises `ValueError` for what is no number."""
    clean = _SEPARATORS.sub("", phone)
    if not _PHONE.fullmatch(clean):
        raise ValueError("field.phone")
    return clean


class NewCustomer(Body):
    """Somebody who calls a project and whom its client does not know yet."""

    project_id: UUID
    name: Name
    phone: Annotated[str, AfterValidator(_clean)]
    notes: Text = ""


CustomerPatch = patch_of(CustomerChange)


class CustomerShown(Shown):
    id: UUID
    client_id: UUID
    name: str
    phones: list[str]
    tier: str
    tags: list[str]
    agent_id: UUID | None
    agent_name: str | None = None
    open_complaint: bool
    notes: str
    address: str
    custom: dict[str, Any]
    revision: int
    changed_at: datetime | None
    changed_by_name: str | None = None
    created_at: datetime


add_uses("client", used_by("customer", CustomerRow, CustomerRow.client_id))
add_uses("user", used_by("customer", CustomerRow, CustomerRow.agent_id))


@router.get("/api/customers")
async def list_customers(
    actor: Reader,
    services: At,
    q: Annotated[str, Query(max_length=80)] = "",
    client_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[CustomerShown]:
    """Customers whose name or number contains `q`, the newest first."""
    wanted = select(CustomerRow)
    if words := q.strip():
        digits = phone_key(words)
        among = func.array_to_string(CustomerRow.phones, " ")
        by_number = [among.contains(digits, autoescape=True)] if len(digits) >= 3 else []
        wanted = wanted.where(or_(CustomerRow.name.icontains(words, autoescape=True), *by_number))
    if client_id is not None:
        wanted = wanted.where(CustomerRow.client_id == client_id)
    if cursor is not None:
        try:
            wanted = wanted.where(CustomerRow.id < UUID(cursor))
        except ValueError as error:
            raise invalid(cursor="field.invalid") from error
    async with services.db.session(scope_of(actor)) as session:
        rows = list(await session.scalars(wanted.order_by(CustomerRow.id.desc()).limit(limit + 1)))
    page = rows[:limit]
    return Page(
        items=[CustomerShown.model_validate(row) for row in page],
        next=str(page[-1].id) if len(rows) > limit else None,
    )


@router.get("/api/customers/{id}")
async def read_customer(id: UUID, actor: Reader, services: At) -> CustomerShown:
    """One customer."""
    async with services.db.session(scope_of(actor)) as session:
        return await _shown(session, await present(session, CustomerRow, id))


@router.post("/api/customers", status_code=201)
async def register(body: NewCustomer, actor: Writer, services: At) -> CustomerShown:
    """Enter a customer of the project's client. Their call at hand is theirs from then on. Raises
    `customer.known`, naming whose number it is."""
    now = services.clock.now()
    async with services.db.session(scope_of(actor)) as session:
        project = await session.get(Project, body.project_id)
        if project is None or project.retired_at is not None:
            raise invalid(project_id="field.unknown_reference")
        await session.execute(_ONE_AT_A_TIME, {"client": str(project.client_id)})
        if (known := await _known(session, project.client_id, body.phone)) is not None:
            raise AndonError("customer.known", 409, who=known)
        row = CustomerRow(
            id=uuid7(), client_id=project.client_id, name=body.name, phones=[body.phone], notes=body.notes
        )
        session.add(row)
        await session.flush()
        await session.refresh(row)
        answer = await _shown(session, row)
        await enter_scope(session, Scope(actor.tenant_id, user_id=actor.user_id))  # as in a change
        after = {"name": row.name, "phones": row.phones, "notes": row.notes}
        audit.record(session, actor, now, "create", "customer", object_id=row.id, name=row.name, after=after)
    announce(services, actor)
    return answer


async def _known(session: AsyncSession, client_id: UUID, phone: str) -> str | None:
    """The name of the client's customer with this number, however it is spelt."""
    key = phone_key(phone)
    digits = func.array_to_string(CustomerRow.phones, " ")
    rows = await session.execute(
        select(CustomerRow.name, CustomerRow.phones).where(
            CustomerRow.client_id == client_id, digits.contains(key, autoescape=True)
        )
    )
    return next((name for name, phones in rows if key in map(phone_key, phones)), None)


@router.patch("/api/customers/{id}")
async def change_customer(
    id: UUID,
    body: CustomerPatch,  # type: ignore[valid-type]  # made at run time from CustomerChange
    actor: Writer,
    services: At,
) -> CustomerShown:
    """Correct a customer's data. Raises `customer.changed`, naming who, when `revision` is not the latest."""
    values: dict[str, Any] = body.model_dump(exclude_unset=True)  # type: ignore[attr-defined]  # see above
    revision = values.pop("revision", None)
    now = services.clock.now()
    async with services.db.session(scope_of(actor)) as session:
        row = await session.get(CustomerRow, id, with_for_update=True)
        if row is None:
            raise not_found("customer")
        if revision is not None and revision != row.revision:
            by = (await _shown(session, row)).changed_by_name
            raise AndonError("customer.changed", 409, who=by or "—")
        before = {name: getattr(row, name) for name in values}
        old, new = audit.changed(before, values)
        for name in new:
            setattr(row, name, values[name])
        if new:
            row.revision += 1
            row.changed_at, row.changed_by = now, actor.user_id
        try:
            await session.flush()
        except IntegrityError as error:  # an agent who is not there
            raise broken_rule(error, "customer") from error
        answer = await _shown(session, row)
        if new:
            # An agent bound to a client changes its customers, and behind those walls there is no audit log.
            await enter_scope(session, Scope(actor.tenant_id, user_id=actor.user_id))
            audit.record(
                session,
                actor,
                now,
                "update",
                "customer",
                object_id=id,
                name=row.name,
                before=old,
                after=new,
            )
    announce(services, actor)
    return answer


async def _undo(session: AsyncSession, entry: Audit, actor: Actor, now: datetime) -> None:
    """The customer's data as it was. Raises `undo.changed_since`."""
    row = await session.get(CustomerRow, entry.object_id, with_for_update=True)
    if row is None:
        raise not_found("customer")
    refuse_changed(audit.snapshot(values_of(row)), entry)
    wanted = CustomerPatch.model_validate(entry.before)
    for name, value in wanted.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    row.revision += 1
    row.changed_at, row.changed_by = now, actor.user_id


add_undo("customer", "update", _undo)


async def _shown(session: AsyncSession, row: CustomerRow) -> CustomerShown:
    """With the names of its own agent and of who changed it last, as far as the scope sees them."""
    names = {
        field: person.name
        for field, id in (("agent_name", row.agent_id), ("changed_by_name", row.changed_by))
        if id is not None and (person := await session.get(User, id)) is not None
    }
    return CustomerShown.model_validate(row).model_copy(update=names)
