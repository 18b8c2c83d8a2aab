"""Calling out from an agent's desk. Each call is in the audit log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from andon.channels.voice.desk_http import Agent, Done, ask_core
from andon.identity import audit
from andon.identity.access import At, scope_of
from andon.identity.model import Permission
from andon.interactions.dialling import texts
from andon.interactions.dialling.model import EMERGENCY, clean
from andon.kit.database import Scope
from andon.kit.database.session import enter_scope
from andon.kit.errors import AndonError
from andon.kit.web import Body

texts.load()  # what core says to a desk is put into words here
router = APIRouter(prefix="/api/desk", tags=["desk"])


class CallOut(Body):
    """Whom to call. `number_id`: the number to show, one of those `GET` names; without it the first one of
    the project, or of the client, whose matter it is."""

    number: Annotated[str, StringConstraints(max_length=40)]
    number_id: UUID | None = None
    project_id: UUID | None = None
    client_id: UUID | None = None


class ShownNumber(BaseModel):
    number_id: UUID
    number: str
    label: str
    project_id: UUID
    project_name: str


class MayDial(BaseModel):
    """`outside`: numbers outside may be called. `numbers` are those that may be shown there."""

    outside: bool
    numbers: list[ShownNumber]


@router.get("/dial")
async def may_dial(actor: Agent, here: At) -> MayDial:
    """What may be shown when calling out, in order."""
    said = await ask_core(here, actor, "snapshot.dial")
    return MayDial.model_validate({**said, "outside": actor.may(Permission.DIAL_OUT)})


@router.post("/dial")
async def dial(body: CallOut, actor: Agent, here: At) -> Done:
    """Call somebody: the own device first, then theirs. What becomes of it is in the view."""
    if not actor.may(Permission.DIAL_OUT) and clean(body.number) not in EMERGENCY:
        raise AndonError("dial.forbidden", 403)
    asked = body.model_dump(mode="json", exclude_none=True)
    done = Done.model_validate(await ask_core(here, actor, "call.dial", **asked))
    contact = done.view.contact
    # An agent bound to a client calls too, and behind those walls there is no audit log.
    async with here.db.session(scope_of(actor)) as session:
        await enter_scope(session, Scope(actor.tenant_id, user_id=actor.user_id))
        audit.record(
            session,
            actor,
            here.clock.now(),
            "dial_out",
            "contact",
            object_id=contact.contact_id if contact is not None else None,
            name=body.number,
            after={"shown": contact.dnis} if contact is not None else None,
        )
    return done
