"""HTTP of leave to set the password of somebody who holds another duty: asked for, and given by a second."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import leaves
from andon.identity.access import At, PeopleManager, may, scope_of
from andon.identity.model import Actor, Permission
from andon.identity.tables import PasswordLeave, User
from andon.kit.errors import not_found
from andon.kit.web import Body, Page, Shown

router = APIRouter(tags=["user"])

DutyHolder = Annotated[Actor, may(Permission.PEOPLE, Permission.CONFIG, Permission.AUDIT)]


class LeaveShown(Shown):
    """`user`: whose password; `mine`: the asker's own wish; `may_decide`: it waits for such as the asker."""

    id: UUID
    user_id: UUID
    user: str
    asked_by: str
    asked_at: datetime
    state: str
    decided_by: str
    expires_at: datetime
    mine: bool
    may_decide: bool


class Decision(Body):
    given: bool


@router.post("/api/users/{id}/password-leave", status_code=201)
async def ask_for_leave(id: UUID, actor: PeopleManager, services: At) -> LeaveShown:
    """Ask for leave to set this person's password, which somebody else has to give."""
    async with services.db.session(scope_of(actor)) as session:
        user = await session.get(User, id)
        if user is None:
            raise not_found("user")
        row = await leaves.ask(session, actor, user, services.clock.now())
        return (await _shown(session, actor, [row]))[0]


@router.get("/api/password-leaves")
async def list_leaves(actor: DutyHolder, services: At) -> Page[LeaveShown]:
    """What waits for a second person, and what was given and not used yet."""
    async with services.db.session(scope_of(actor)) as session:
        rows = await leaves.open_ones(session, services.clock.now())
        items = await _shown(session, actor, rows)
    return Page(items=items, total=len(items))


@router.post("/api/password-leaves/{id}")
async def decide_leave(id: UUID, body: Decision, actor: DutyHolder, services: At) -> LeaveShown:
    """Agree or refuse, as another holder of a duty."""
    async with services.db.session(scope_of(actor)) as session:
        row = await leaves.decide(session, actor, id, services.clock.now(), given=body.given)
        return (await _shown(session, actor, [row]))[0]


async def _shown(session: AsyncSession, actor: Actor, rows: list[PasswordLeave]) -> list[LeaveShown]:
    ids = {id for row in rows for id in (row.user_id, row.asked_by, row.decided_by) if id is not None}
    people = await session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    names = {person.id: person.name for person in people}
    return [
        LeaveShown(
            id=row.id,
            user_id=row.user_id,
            user=names[row.user_id],
            asked_by=names[row.asked_by],
            asked_at=row.created_at,
            state=row.state,
            decided_by=names[row.decided_by] if row.decided_by is not None else "",
            expires_at=row.expires_at,
            mine=row.asked_by == actor.user_id,
            may_decide=leaves.may_decide(actor, row),
        )
        for row in rows
    ]
