"""Calling a colleague from an agent's desk, without a customer."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints, model_validator

from andon.channels.voice.control_http import TargetAgent
from andon.channels.voice.desk_http import Agent, Done, ask_core
from andon.identity.access import At
from andon.interactions.inside import texts
from andon.kit.web import Body

texts.load()  # what core says to a desk is put into words here
router = APIRouter(prefix="/api/desk", tags=["desk"])


class CallColleague(Body):
    """Whom to call: by id, or by the number an agent is called by."""

    to_agent_id: UUID | None = None
    agent_no: Annotated[str, StringConstraints(max_length=40)] = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.to_agent_id is None and not self.agent_no.strip():
            raise ValueError("nobody is named")
        return self


class Colleagues(BaseModel):
    """Every colleague as they are now, also who is not signed in. Ready and not ready can be called."""

    agents: list[TargetAgent]


@router.get("/colleagues")
async def colleagues(actor: Agent, here: At) -> Colleagues:
    """Whom this agent could call."""
    return Colleagues.model_validate(await ask_core(here, actor, "snapshot.colleagues"))


@router.post("/colleague")
async def call_colleague(body: CallColleague, actor: Agent, here: At) -> Done:
    """Call a colleague: the own device first, then theirs. What becomes of it is in the view."""
    asked = body.model_dump(mode="json", exclude_none=True)
    return Done.model_validate(await ask_core(here, actor, "call.colleague", **asked))
