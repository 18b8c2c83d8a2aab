"""HTTP of the own mobile: the telephone on which one may answer calls away from the desk."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.identity import audit, repository
from andon.identity.access import At, LoggedInActor, may, sessions
from andon.identity.admin import Revised, Seen, announce, refuse_stale_list, revision_of
from andon.identity.http.users import Mobile, may_have_mobile
from andon.identity.model import Actor, Permission, permissions
from andon.identity.tables import Audit, User
from andon.kit.database import Scope
from andon.kit.web import Body, Services, invalid

router = APIRouter(tags=["session"])

_MINE = "/api/me/mobile"
_NAMED = 5  # of those who can set it
Keeper = Annotated[Actor, may(Permission.OWN_MOBILE)]


class OwnMobile(Revised):
    """`number` is empty while there is none. `usable`: one may answer on it. `changeable`: by oneself; else
    by `keepers`, some of those who administer people. `set_by`, `set_at`: the last change, if it is known."""

    number: str
    usable: bool
    changeable: bool
    keepers: list[str]
    set_by: str | None
    set_at: datetime | None


class MobileIn(Body):
    """The own password as well: customers' calls go there."""

    number: Mobile
    password: Annotated[str, Field(min_length=1, max_length=200)]


@router.get(_MINE)
async def my_mobile(actor: LoggedInActor, services: At) -> OwnMobile:
    """Which telephone of one's own is on file, and who can change it."""
    async with services.db.session(_at_large(actor)) as session:
        return await _shown(session, services, actor, await session.get_one(User, actor.user_id))


@router.put(_MINE)
async def change_my_mobile(
    body: MobileIn, actor: Keeper, request: Request, services: At, seen: Seen = ""
) -> OwnMobile:
    """Change it, where the role allows that."""
    await sessions(request).factors.prove(actor, body.password)
    async with services.db.session(_at_large(actor)) as session:
        row = await session.get_one(User, actor.user_id, with_for_update=True)
        before = {"mobile": row.mobile}
        await refuse_stale_list(session, services, "mobile", seen, before, _changes(actor))
        after = {"mobile": body.number}
        if not may_have_mobile(before, after, actor.permissions):
            raise invalid(number="field.mobile_role")
        row.mobile = body.number
        old, new = audit.changed(before, after)
        if new:
            now = services.clock.now()
            audit.record(
                session,
                actor,
                now,
                "update",
                "user",
                object_id=row.id,
                name=row.name,
                before=old,
                after=new,
            )
            await session.flush()
        answer = await _shown(session, services, actor, row)
    announce(services, actor)
    return answer


def _at_large(actor: Actor) -> Scope:
    """The operator's, where the audit log is: what is looked at and changed is the asker's own."""
    return Scope(actor.tenant_id, user_id=actor.user_id)


def _changes(actor: Actor) -> ColumnElement[bool]:
    return and_(Audit.object_kind == "user", Audit.object_id == actor.user_id, Audit.after.has_key("mobile"))


async def _shown(session: AsyncSession, services: Services, actor: Actor, row: User) -> OwnMobile:
    allows = await repository.allows(session)
    people = await repository.active_people(session)
    keepers = [name for _id, name, roles in people if Permission.PEOPLE in permissions(roles, allows)]
    last = await session.scalar(
        select(Audit).where(_changes(actor)).order_by(Audit.at.desc(), Audit.id.desc()).limit(1)
    )
    told = last if row.mobile else None
    return OwnMobile(
        revision=revision_of(services, {"mobile": row.mobile}),
        number=row.mobile,
        usable=actor.may(Permission.MOBILE),
        changeable=actor.may(Permission.OWN_MOBILE),
        keepers=keepers[:_NAMED],
        set_by=told.user_name if told else None,
        set_at=told.at if told else None,
    )
