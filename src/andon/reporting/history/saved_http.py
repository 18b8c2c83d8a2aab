"""HTTP of what people keep of the history page: searches, own and shared, and the columns they look at."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.admin import broken_rule, values_of
from andon.identity.model import Actor, Permission, Role
from andon.identity.tables import User
from andon.kit.database import Scope
from andon.kit.errors import AndonError, not_found
from andon.kit.web import Body, Name
from andon.reporting.history.query import Columns, Period, SearchBody
from andon.reporting.history.tables import HistoryColumns, SavedSearch

router = APIRouter(prefix="/api", tags=["history"])

Reader = Annotated[Actor, may(Permission.CONTACTS)]

MOST_OF_ONE = 200  # of one person


class SavedIn(Body):
    """`roles` and `departments`: with whom it is shared. Without `columns` it shows those of the reader."""

    name: Name
    search: SearchBody
    period: Period
    columns: Columns | None = None
    roles: Annotated[list[Role], Field(max_length=20, default_factory=list)]
    departments: Annotated[list[Name], Field(max_length=50, default_factory=list)]


class SavedShown(BaseModel):
    """`own`: the asker's, who may change it."""

    id: UUID
    name: str
    owner_name: str
    own: bool
    search: SearchBody
    period: Period
    columns: list[str]
    roles: list[str]
    departments: list[str]


class SavedList(BaseModel):
    """`departments` are those there are to share with."""

    items: list[SavedShown]
    departments: list[str]


class ColumnsBody(Body):
    columns: Columns


class ColumnsShown(BaseModel):
    """Null: nobody has chosen yet."""

    columns: list[str] | None


@router.get("/saved-searches")
async def list_saved(actor: Reader, here: At) -> SavedList:
    """The asker's own, and those shared with the asker's roles or department."""
    async with here.db.session(scope_of(actor)) as session:
        me = await session.get_one(User, actor.user_id)
        query = (
            select(SavedSearch, User.name)
            .join(User, User.id == SavedSearch.owner_id)
            .where(_visible(actor, me.department))
            .order_by(SavedSearch.owner_id != actor.user_id, SavedSearch.name, SavedSearch.id)
            .limit(5 * MOST_OF_ONE)
        )
        items = [_shown(row[0], row[1], actor) for row in await session.execute(query)]
        there = select(User.department).where(User.department != "").distinct().order_by(User.department)
        return SavedList(items=items, departments=list(await session.scalars(there.limit(500))))


@router.post("/saved-searches", status_code=201)
async def save_search(body: SavedIn, actor: Reader, here: At) -> SavedShown:
    """Keep a search. Raises `saved_search.too_many`, or that the name is taken."""
    try:
        async with here.db.session(_scope(actor)) as session:
            mine = select(func.count()).where(SavedSearch.owner_id == actor.user_id)
            if (await session.scalar(mine) or 0) >= MOST_OF_ONE:
                raise AndonError("saved_search.too_many", 409, n=MOST_OF_ONE)
            row = SavedSearch(owner_id=actor.user_id, client_id=actor.client_id, **_values(body))
            session.add(row)
            await session.flush()
            after = audit.snapshot(values_of(row))
            audit.record(
                session,
                actor,
                here.clock.now(),
                "create",
                "saved_search",
                object_id=row.id,
                name=row.name,
                after=after,
            )
            return _shown(row, actor.name, actor)
    except IntegrityError as error:
        raise broken_rule(error, "name") from error


@router.put("/saved-searches/{id}")
async def change_saved(id: UUID, body: SavedIn, actor: Reader, here: At) -> SavedShown:
    """Change one of the asker's own."""
    try:
        async with here.db.session(_scope(actor)) as session:
            row = await _own(session, actor, id)
            before = values_of(row)
            for name, value in _values(body).items():
                setattr(row, name, value)
            await session.flush()
            old, new = audit.changed(before, values_of(row))
            if new:
                audit.record(
                    session,
                    actor,
                    here.clock.now(),
                    "update",
                    "saved_search",
                    object_id=id,
                    name=row.name,
                    before=old,
                    after=new,
                )
            return _shown(row, actor.name, actor)
    except IntegrityError as error:
        raise broken_rule(error, "name") from error


@router.delete("/saved-searches/{id}", status_code=204)
async def forget_search(id: UUID, actor: Reader, here: At) -> Response:
    """Forget one of the asker's own, for everybody it was shared with too."""
    async with here.db.session(_scope(actor)) as session:
        row = await _own(session, actor, id)
        before = audit.snapshot(values_of(row))
        await session.delete(row)
        audit.record(
            session,
            actor,
            here.clock.now(),
            "delete",
            "saved_search",
            object_id=id,
            name=row.name,
            before=before,
        )
    return Response(status_code=204)


@router.get("/history-columns")
async def read_columns(actor: Reader, here: At) -> ColumnsShown:
    """The columns the asker looks at, in order."""
    async with here.db.session(scope_of(actor)) as session:
        row = await session.get(HistoryColumns, actor.user_id)
        return ColumnsShown(columns=None if row is None else row.columns)


@router.put("/history-columns")
async def choose_columns(body: ColumnsBody, actor: Reader, here: At) -> ColumnsShown:
    """Choose them; each stands once, where it is named first."""
    columns = list(dict.fromkeys(body.columns))
    kept = insert(HistoryColumns).values(user_id=actor.user_id, columns=columns)
    kept = kept.on_conflict_do_update(index_elements=[HistoryColumns.user_id], set_={"columns": columns})
    async with here.db.session(scope_of(actor)) as session:
        await session.execute(kept)
    return ColumnsShown(columns=list(columns))


def _scope(actor: Actor) -> Scope:
    """The operator's, where the audit log is: what is changed is the asker's own, by name."""
    return Scope(actor.tenant_id, user_id=actor.user_id)


def _visible(actor: Actor, department: str) -> ColumnElement[bool]:
    shared: list[ColumnElement[bool]] = [SavedSearch.roles.overlap(list(actor.roles))]
    if department:
        shared.append(SavedSearch.departments.contains([department]))
    # Those of a client's people are shared among these only.
    same_side = SavedSearch.client_id.is_not_distinct_from(actor.client_id)
    return or_(SavedSearch.owner_id == actor.user_id, and_(same_side, or_(*shared)))


async def _own(session: AsyncSession, actor: Actor, id: UUID) -> SavedSearch:
    row = await session.scalar(
        select(SavedSearch)
        .where(SavedSearch.id == id, SavedSearch.owner_id == actor.user_id)
        .with_for_update()
    )
    if row is None:
        raise not_found("saved_search")
    found: SavedSearch = row
    return found


def _values(body: SavedIn) -> dict[str, object]:
    return {
        "name": body.name,
        "search": body.search.model_dump(mode="json", exclude_none=True),
        "period": body.period.model_dump(mode="json", exclude_none=True),
        "columns": list(dict.fromkeys(body.columns or [])),
        "roles": sorted({str(role) for role in body.roles}),
        "departments": sorted(set(body.departments)),
    }


def _shown(row: SavedSearch, owner_name: str, actor: Actor) -> SavedShown:
    return SavedShown(
        id=row.id,
        name=row.name,
        owner_name=owner_name,
        own=row.owner_id == actor.user_id,
        search=SearchBody.model_validate(row.search),
        period=Period.model_validate(row.period),
        columns=row.columns,
        roles=row.roles,
        departments=row.departments,
    )
