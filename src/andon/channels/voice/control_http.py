"""Call control at an agent's desk: transfer, consult, three-way. Each request is a verb that core does."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints, model_validator

from andon.channels.voice.desk_http import Agent, Done, ask_core
from andon.identity.access import At
from andon.identity.model import Actor, Permission
from andon.interactions.events import TransferReason
from andon.kit.errors import AndonError
from andon.kit.web import Body

router = APIRouter(prefix="/api/desk", tags=["desk"])

Note = Annotated[str, StringConstraints(max_length=500)]
OutsideNumber = Annotated[str, StringConstraints(max_length=40)]


class Consult(Body):
    """Whom to call. The one field that belongs to `to` is required."""

    to: Literal["agent", "external", "flow"]
    to_agent_id: UUID | None = None
    flow_id: UUID | None = None
    number: OutsideNumber | None = None
    reason: TransferReason = TransferReason.OTHER
    note: Note = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        named = {"agent": self.to_agent_id, "external": self.number, "flow": self.flow_id}
        if named[self.to] is None:
            raise ValueError(f"{self.to} is not named")
        return self


class Transfer(Body):
    """Whom to pass the caller on to. The one field that belongs to `to` is required."""

    to: Literal["queue", "agent", "external", "flow"]
    queue_id: UUID | None = None
    flow_id: UUID | None = None
    to_agent_id: UUID | None = None
    number: OutsideNumber | None = None
    reason: TransferReason = TransferReason.OTHER
    note: Note = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        named = {
            "queue": self.queue_id,
            "agent": self.to_agent_id,
            "external": self.number,
            "flow": self.flow_id,
        }
        if named[self.to] is None:
            raise ValueError(f"{self.to} is not named")
        return self


class TargetAgent(BaseModel):
    agent_id: UUID
    agent_no: str
    name: str
    department: str
    state: str
    since: str


class TargetQueue(BaseModel):
    queue_id: UUID
    name: str
    project_name: str | None
    waiting: int
    signed_in: int
    ready: int


class TargetFlow(BaseModel):
    flow_id: UUID
    name: str


class Targets(BaseModel):
    """Colleagues who are signed in and queues of the caller's client, as they are now. `outside`: numbers
    outside may be called."""

    agents: list[TargetAgent]
    queues: list[TargetQueue]
    flows: list[TargetFlow] = []
    outside: bool


async def _ask(here: At, actor: Actor, verb: str, body: Transfer | Consult | None = None) -> Done:
    if body is not None and body.to == "external" and not actor.may(Permission.DIAL_OUT):
        raise AndonError("transfer.outside_forbidden", 403)
    asked = body.model_dump(mode="json", exclude_none=True) if body is not None else {}
    return Done.model_validate(await ask_core(here, actor, verb, **asked))


@router.get("/targets")
async def targets(actor: Agent, here: At) -> Targets:
    """Whom the caller at hand could be passed on to."""
    said = await ask_core(here, actor, "snapshot.targets")
    return Targets.model_validate({**said, "outside": actor.may(Permission.DIAL_OUT)})


@router.post("/transfer")
async def transfer(body: Transfer, actor: Agent, here: At) -> Done:
    """Pass the caller on. Who does not come gives the caller back; the view then says why."""
    return await _ask(here, actor, "call.transfer", body)


class PickUp(Body):
    contact_id: UUID


@router.post("/park")
async def park(actor: Agent, here: At) -> Done:
    """Put the caller into a slot with music; any colleague of the queue or the department may pick up."""
    return await _ask(here, actor, "call.park")


@router.post("/pick-up")
async def pick_up(body: PickUp, actor: Agent, here: At) -> Done:
    """Come for a parked caller: the own device rings and answers by itself."""
    return Done.model_validate(await ask_core(here, actor, "call.pick_up", contact_id=str(body.contact_id)))


@router.post("/consult")
async def consult(body: Consult, actor: Agent, here: At) -> Done:
    """Call somebody, the caller hearing music; or send the caller to a flow and wait for its end."""
    return await _ask(here, actor, "call.consult", body)


@router.post("/consult/swap")
async def swap(actor: Agent, here: At) -> Done:
    """Change between the caller and who was called."""
    return await _ask(here, actor, "consult.swap")


@router.post("/consult/conference")
async def conference(actor: Agent, here: At) -> Done:
    """Put all three together."""
    return await _ask(here, actor, "consult.conference")


@router.post("/consult/complete")
async def complete(actor: Agent, here: At) -> Done:
    """Leave the caller to who was called."""
    return await _ask(here, actor, "consult.complete")


@router.post("/consult/cancel")
async def cancel(actor: Agent, here: At) -> Done:
    """Send who was called away; the caller is back."""
    return await _ask(here, actor, "consult.cancel")
