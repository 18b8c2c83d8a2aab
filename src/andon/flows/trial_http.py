"""HTTP of trials by telephone: a draft rings its tester, and the page sees where the call is."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from andon.flows.tables import FlowRow
from andon.identity import audit
from andon.identity.access import At, scope_of
from andon.identity.admin import Administrator, present
from andon.identity.model import Actor
from andon.interactions.ports import QueueLeave
from andon.kit.web import Body, Services

router = APIRouter(tags=["trial"])


class TesterAccount(BaseModel):
    """What the tester's page or telephone registers with, until another is asked for."""

    username: str
    secret: str
    uri: str


class TesterDevice(BaseModel):
    sip: TesterAccount


class TrialLine(BaseModel):
    s: float
    what: str
    node: str
    data: dict[str, Any]


class TrialCall(BaseModel):
    """The tester's call. `queued`: it waits, and ends as the tester says; `message_ms`: what was recorded."""

    trial_id: UUID
    answered: bool
    over: bool
    queued: bool
    node: str
    message_ms: int
    lines: list[TrialLine]


class TesterChoice(Body):
    device: Literal["browser", "sip"] = "browser"


class CallMe(Body):
    caller: Annotated[str, Field(max_length=32, pattern=r"^\+?[0-9]*$")] = "13800138000"


class TrialKeys(Body):
    digits: Annotated[str, Field(pattern=r"^[0-9*#]{1,40}$")]


class QueueEnd(Body):
    how: QueueLeave


async def ask_trial(here: Services, actor: Actor, verb: str, **more: Any) -> dict[str, Any]:
    """Have core carry out a tester's verb. Raises `AndonError`, core's own or `bus.timeout`."""
    return await here.bus.request(
        "core.command",
        {
            **more,
            "verb": f"trial.{verb}",
            "tenant_id": str(actor.tenant_id),
            "actor": {"user_id": str(actor.user_id), "locale": actor.locale},
        },
    )


@router.post("/api/trial/device")
async def open_trial_device(body: TesterChoice, actor: Administrator, here: At) -> TesterDevice:
    """An account for the tester's page or telephone, in place of the one before."""
    return TesterDevice.model_validate(await ask_trial(here, actor, "device", device=body.device))


@router.post("/api/flows/{id}/call")
async def call_me(id: UUID, body: CallMe, actor: Administrator, here: At) -> TrialCall:
    """Ring the tester with the flow as it is drawn and saved; without a draft, as it is published."""
    async with here.db.session(scope_of(actor)) as session:
        flow = await present(session, FlowRow, id)
        audit.record(session, actor, here.clock.now(), "call_me", "flow", object_id=id, name=flow.name)
    answer = await ask_trial(here, actor, "call", flow_id=str(id), caller=body.caller)
    return TrialCall.model_validate(answer)


@router.get("/api/trial")
async def look_at_trial(actor: Administrator, here: At) -> TrialCall:
    """The tester's call as it is now, or was."""
    return TrialCall.model_validate(await ask_trial(here, actor, "look"))


@router.post("/api/trial/keys")
async def press_trial_keys(body: TrialKeys, actor: Administrator, here: At) -> TrialCall:
    """Keys pressed on the page, as on the telephone."""
    return TrialCall.model_validate(await ask_trial(here, actor, "keys", digits=body.digits))


@router.post("/api/trial/queue")
async def end_trial_queue(body: QueueEnd, actor: Administrator, here: At) -> TrialCall:
    """The wait in a queue ends so."""
    return TrialCall.model_validate(await ask_trial(here, actor, "queue", how=body.how.value))


@router.delete("/api/trial")
async def end_trial(actor: Administrator, here: At) -> TrialCall:
    """Hang up."""
    return TrialCall.model_validate(await ask_trial(here, actor, "end"))
