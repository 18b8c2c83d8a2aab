"""One way of administering for everything an administrator sets up.

A room says what its things are (`Resource`); here is what happens to them: list, make, read, change,
retire. Every change is one transaction together with its audit entry; after the commit the bus hears
`config.changed`, so that the core works by it at once.
"""

import hashlib
import hmac
import inspect as inspection
from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar, cast
from uuid import UUID

import msgspec
from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, create_model
from sqlalchemy import ColumnElement, Select, func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.model import Actor, Permission
from andon.identity.tables import Audit
from andon.kit import i18n
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Page, Services, Shown, invalid

CONFIG_CHANGED = "config.changed"
_LIST_LIMIT = 5000

Administrator = Annotated[Actor, may(Permission.CONFIG)]


class Revised(Shown):
    """A thing of which several may keep the page open: `revision` is another one after each change."""

    revision: str = ""


T = TypeVar("T")


class RevisedPage(Page[T], Generic[T]):
    """A whole list that is changed as one thing: `revision` as of such a thing."""

    revision: str = ""


Seen = Annotated[str, Header(alias="if-match", max_length=80)]


def revision_of(services: Services, values: dict[str, Any]) -> str:
    """Of a thing with these values. Keyed: secrets are among the values."""
    packed = msgspec.json.encode(msgspec.to_builtins(values), order="sorted")
    key = services.settings.secrets().cookie.encode()
    return hmac.new(key, packed, hashlib.sha256).hexdigest()[:20]


async def refuse_stale(
    session: AsyncSession,
    services: Services,
    kind: str,
    id: UUID | None,
    seen: str,
    values: dict[str, Any],
    *,
    name: str = "",
) -> None:
    """Raises `changed_meanwhile`, with who changed what, unless `seen` is empty or the revision of these, the
    present values. Without `id`: of the thing of that name."""
    if not seen or seen == revision_of(services, values):
        return
    which = Audit.object_id == id if id is not None else Audit.object_name == name
    of_it = (Audit.object_kind == kind, which, Audit.action.in_(("create", "update", "undo")))
    last = await _newest(session, *of_it)
    if last is None:
        raise changed_meanwhile("?", None, ())
    told = {**(last.before or {}), **(last.after or {})}
    raise changed_meanwhile(
        last.user_name, last.at, [name for name in values if name in told and name != "id"]
    )


async def refuse_stale_list(
    session: AsyncSession,
    services: Services,
    name: str,
    seen: str,
    values: dict[str, Any],
    changes: ColumnElement[bool],
) -> None:
    """The same of a list called `name`; `changes` are the audit log's entries that may have changed it."""
    if not seen or seen == revision_of(services, values):
        return
    last = await _newest(session, changes)
    raise changed_meanwhile(last.user_name if last else "?", last.at if last else None, [name])


async def who_changed_last(session: AsyncSession, changes: ColumnElement[bool]) -> str:
    """The name in the newest of these entries."""
    last = await _newest(session, changes)
    return last.user_name if last else "?"


async def _newest(session: AsyncSession, *which: ColumnElement[bool]) -> Audit | None:
    newest: Audit | None = await session.scalar(
        select(Audit).where(*which).order_by(Audit.at.desc(), Audit.id.desc()).limit(1)
    )
    return newest


def changed_meanwhile(who: str, at: datetime | None, names: Sequence[str]) -> AndonError:
    """The second of two editors is told what the first did: `names` are the fields."""
    when = at.isoformat() if at is not None else None
    return AndonError("changed_meanwhile", 409, who=who, at=when, names=list(names))


def announce(services: Services, actor: Actor) -> None:
    """Tell every process that this tenant's configuration is another one now. Call after the commit."""
    services.bus.publish(CONFIG_CHANGED, {"tenant_id": str(actor.tenant_id)})


def patch_of(model: type[BaseModel]) -> type[BaseModel]:
    """The same fields, none of them required; a null is still refused where the model refuses it."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        optional = copy(info)
        optional.default = None
        optional.default_factory = None
        fields[name] = (info.annotation, optional)
    return create_model(f"{model.__name__}Patch", __base__=Body, **fields)


@dataclass(frozen=True)
class Use:
    """Something that may refer to a thing: `kind.<kind>` names it, `count` says how many do."""

    kind: str
    count: Callable[[UUID], Select[int]]


def used_by(kind: str, table: Any, column: Any, *and_where: Any) -> Use:
    """The usual kind of use: rows of `table` whose `column` is the id, retired ones aside."""

    def count(id: UUID) -> Select[int]:
        query = select(func.count()).select_from(table).where(column == id, *and_where)
        return query.where(table.retired_at.is_(None)) if hasattr(table, "retired_at") else query

    return Use(kind, count)


_uses: dict[str, list[Use]] = {}


def add_uses(kind: str, *uses: Use) -> None:
    """A room above says where it refers to things of `kind`; who makes them need not know it."""
    _uses.setdefault(kind, []).extend(uses)


Prepare = Callable[[AsyncSession, dict[str, Any], Any | None], Awaitable[None]]

_checks: dict[str, list[Prepare]] = {}


def add_check(kind: str, check: Prepare) -> None:
    """A room above says what must hold of things of `kind`, where they refer to what is the room's; see
    `Resource.prepare`."""
    _checks.setdefault(kind, []).append(check)


async def check_as_others(kind: str, session: AsyncSession, values: dict[str, Any], row: Any | None) -> None:
    """What the rooms above have to say; raises `kit.web.invalid`."""
    for check in _checks.get(kind, ()):
        await check(session, values, row)


@dataclass(frozen=True)
class Resource:
    """What one kind of thing is.

    `prepare(session, values, row)` checks and completes what is about to be written, `row` being None for
    a new thing; it raises `kit.web.invalid`. `fixed` fields can be set only when the thing is made.
    `unique` names the field to mark when a name is taken, `references` those that point elsewhere.
    """

    path: str
    kind: str
    table: Any
    model: type[Body]
    shown: type[Revised]
    label: str = "name"
    order: Sequence[Any] = ()
    fixed: frozenset[str] = frozenset()
    unique: str = "name"
    prepare: Prepare | None = None
    filters: dict[str, Any] = field(default_factory=dict)
    readers: tuple[Permission, ...] = (Permission.CONFIG,)


def values_of(row: Any) -> dict[str, Any]:
    """A row's columns by name, without those the database keeps for itself."""
    skip = {"tenant_id", "created_at", "retired_at"}
    return {
        attribute.key: getattr(row, attribute.key)
        for attribute in inspect(row).mapper.column_attrs
        if attribute.key not in skip
    }


async def present(session: AsyncSession, table: Any, id: UUID, *, lock: bool = False) -> Any:
    """The row, if it is there, visible and not retired; `lock`: nobody else's until the commit. Raises
    `not_found`."""
    row = await session.get(table, id, with_for_update=lock)
    if row is None or getattr(row, "retired_at", None) is not None:
        raise not_found(table.__tablename__)
    return row


async def refuse_when_used(session: AsyncSession, actor: Actor, kind: str, id: UUID) -> None:
    """Raises `in_use`, naming what refers to the thing."""
    by = [
        f"{i18n.text(f'kind.{use.kind}', actor.locale)} ({count})"
        for use in _uses.get(kind, ())
        if (count := await session.scalar(use.count(id)))
    ]
    if by:
        raise AndonError("in_use", 409, by=", ".join(by))


def broken_rule(error: IntegrityError, unique: str) -> AndonError:
    """A constraint's complaint, said of the field concerned."""
    diagnosis = getattr(error.orig, "diag", None)
    constraint = (diagnosis.constraint_name if diagnosis else "") or ""
    if constraint.startswith("uq_"):
        return AndonError("conflict", 409, fields={unique: "field.taken"})
    if constraint.startswith("fk_"):
        # Named fk_<table>_tenant_id[_client_id]_<column>, see `refers`.
        rest = constraint.partition("_tenant_id_")[2]
        column = rest.removeprefix("client_id_") or "client_id"
        return invalid(**{column: "field.unknown_reference"})
    return AndonError("invalid", 422)


_resources: dict[str, Resource] = {}


def resource_of(kind: str) -> Resource | None:
    """What is administered under this kind, once its room is loaded."""
    return _resources.get(kind)


def crud(resource: Resource) -> APIRouter:
    """GET and POST on the path, GET, PATCH and DELETE on `/{id}` below it."""
    _resources[resource.kind] = resource
    router = APIRouter(tags=[resource.kind])
    table, shown = resource.table, resource.shown
    patch_model = patch_of(resource.model)
    page = Page[shown]  # type: ignore[valid-type]  # made at run time, for the OpenAPI document
    reader = Annotated[Actor, may(*resource.readers)]

    async def check(session: AsyncSession, values: dict[str, Any], row: Any | None) -> None:
        if resource.prepare is not None:
            await resource.prepare(session, values, row)
        await check_as_others(resource.kind, session, values, row)

    async def list_all(actor: Any, services: At, **query: Any) -> Any:
        wanted = select(table)
        if hasattr(table, "retired_at"):
            wanted = wanted.where(table.retired_at.is_(None))
        for name, value in query.items():
            if value is not None:
                wanted = wanted.where(resource.filters[name] == value)
        order = resource.order or (getattr(table, resource.label), table.id)
        async with services.db.session(scope_of(actor)) as session:
            rows = list(await session.scalars(wanted.order_by(*order).limit(_LIST_LIMIT)))
            return Page(items=[_shown(services, row) for row in rows], total=len(rows))

    async def make(body: Any, actor: Any, services: At) -> Any:
        values = body.model_dump()
        try:
            async with services.db.session(scope_of(actor)) as session:
                await check(session, values, None)
                row = table(**values)
                session.add(row)
                await session.flush()
                await session.refresh(row)
                _audit(session, services, actor, "create", row, None, audit.snapshot(values_of(row)))
                answer = _shown(services, row)
        except IntegrityError as error:
            raise broken_rule(error, resource.unique) from error
        announce(services, actor)
        return answer

    async def read(id: UUID, actor: Any, services: At) -> Any:
        async with services.db.session(scope_of(actor)) as session:
            return _shown(services, await present(session, table, id))

    async def change(id: UUID, body: Any, actor: Any, services: At, seen: Seen = "") -> Any:
        values = body.model_dump(include=body.model_fields_set)  # parts of what is sent keep their defaults
        try:
            async with services.db.session(scope_of(actor)) as session:
                row = await present(session, table, id, lock=True)
                before = values_of(row)
                await refuse_stale(session, services, resource.kind, id, seen, before)
                for name in resource.fixed & values.keys():
                    if values[name] != before[name]:
                        raise invalid(**{name: "field.fixed"})
                await check(session, values, row)
                for name, value in values.items():
                    setattr(row, name, value)
                await session.flush()
                await session.refresh(row)
                answer = _shown(services, row)
                old, new = audit.changed(before, values_of(row))
                if new:
                    _audit(session, services, actor, "update", row, old, new)
        except IntegrityError as error:
            raise broken_rule(error, resource.unique) from error
        announce(services, actor)
        return answer

    async def retire(id: UUID, actor: Any, services: At) -> Response:
        async with services.db.session(scope_of(actor)) as session:
            row = await present(session, table, id)
            await refuse_when_used(session, actor, resource.kind, id)
            row.retired_at = services.clock.now()
            _audit(session, services, actor, "delete", row, audit.snapshot(values_of(row)), None)
        announce(services, actor)
        return Response(status_code=204)

    def _shown(services: Services, row: Any) -> Revised:
        revision = revision_of(services, values_of(row))
        return shown.model_validate(row).model_copy(update={"revision": revision})

    def _audit(
        session: AsyncSession,
        services: Services,
        actor: Actor,
        action: str,
        row: Any,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        audit.record(
            session,
            actor,
            services.clock.now(),
            action,
            resource.kind,
            object_id=row.id,
            name=str(getattr(row, resource.label)),
            before=before,
            after=after,
        )

    for endpoint, who in ((list_all, reader), (read, reader), (make, Administrator), (change, Administrator)):
        endpoint.__annotations__["actor"] = who
    retire.__annotations__["actor"] = Administrator
    make.__annotations__["body"] = resource.model
    change.__annotations__["body"] = patch_model
    path, one = resource.path, f"{resource.path}/{{id}}"
    for place, method, endpoint, answers, status in (
        (path, "GET", _with_query(list_all, resource.filters), page, 200),
        (path, "POST", make, shown, 201),
        (one, "GET", read, shown, 200),
        (one, "PATCH", change, shown, 200),
        (one, "DELETE", retire, None, 204),
    ):
        router.add_api_route(
            place,
            endpoint,
            methods=[method],
            status_code=status,
            response_model=answers,
            operation_id=f"{endpoint.__name__}_{resource.kind}",
        )
    return router


def _with_query(endpoint: Callable[..., Any], filters: dict[str, Any]) -> Callable[..., Any]:
    """The endpoint with an optional id a filter as query parameter: FastAPI reads them off the signature."""
    signature = inspection.signature(endpoint)
    kept = [p for p in signature.parameters.values() if p.kind is not inspection.Parameter.VAR_KEYWORD]
    added = [
        inspection.Parameter(name, inspection.Parameter.KEYWORD_ONLY, default=None, annotation=UUID | None)
        for name in filters
    ]
    cast(Any, endpoint).__signature__ = signature.replace(parameters=[*kept, *added])
    return endpoint
