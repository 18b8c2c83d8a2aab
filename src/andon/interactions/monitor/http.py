"""HTTP of the supervisors' verbs: each is carried out by core and written into the audit log.

A client's people are refused whatever their roles: no contract grants them any of this yet.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from andon.identity import audit
from andon.identity.access import At, Supervisor, scope_of
from andon.identity.model import Actor
from andon.interactions.monitor.follow import CALLS_MOST
from andon.interactions.monitor.service import NOTE_MOST, POINTS_MOST
from andon.kit.web import Body, Services

router = APIRouter(prefix="/api/supervise", tags=["supervise"])


class SupervisorAccount(BaseModel):
    """What the supervisor's own telephone registers with, until another is asked for."""

    username: str
    secret: str
    uri: str


class SupervisorDevice(BaseModel):
    sip: SupervisorAccount


class MonitorRow(BaseModel):
    """A supervisor at a call. `mode` is empty until the supervisor's telephone has answered; `wanted` is
    what was asked for last."""

    monitor_id: UUID
    supervisor_id: UUID
    supervisor_name: str
    agent_id: UUID | None
    contact_id: UUID
    mode: str | None
    wanted: str
    since: str


class AtCall(BaseModel):
    monitor: MonitorRow


class Performed(BaseModel):
    """It is done."""

    ok: bool = True


class AgentForced(BaseModel):
    """The agent as they are then; during a call `pending_state` is what follows it."""

    state: str
    pending_state: str | None


class DeviceChoice(Body):
    device: Literal["browser", "sip"] = "browser"


class MonitorWish(Body):
    mode: Literal["listen", "whisper", "barge_in", "take_over"]


class FollowWish(Body):
    calls: Annotated[int, Field(ge=1, le=CALLS_MOST)]


class Followed(BaseModel):
    """So many conversations of the agent are to be listened to yet."""

    left: int


class ForcedState(Body):
    """`note` is shown to the agent."""

    state: Literal["ready", "not_ready", "break", "offline"]
    reason_id: UUID | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=NOTE_MOST)] = ""


class BreakAnswered(Body):
    """`note` is shown to the agent."""

    approve: bool
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=NOTE_MOST)] = ""


class PriorityPoints(Body):
    points: Annotated[int, Field(ge=1, le=POINTS_MOST)] = 10


class QueueChoice(Body):
    queue_id: UUID


class AgentChoice(Body):
    agent_id: UUID


async def _ask(here: Services, actor: Actor, verb: str, **more: Any) -> dict[str, Any]:
    """Have core carry it out. Raises `AndonError`, core's own or `bus.timeout`."""
    return await here.bus.request(
        "core.command",
        {
            **more,
            "verb": f"supervise.{verb}",
            "tenant_id": str(actor.tenant_id),
            "actor": {"user_id": str(actor.user_id), "locale": actor.locale, "name": actor.name},
        },
    )


async def _audited(
    here: Services, actor: Actor, verb: str, kind: str, object_id: UUID | None, **more: Any
) -> dict[str, Any]:
    """Have core carry it out and write down who did it to whom. From when to when a session lasted is in the
    journal under its `monitor_id`."""
    answer = await _ask(here, actor, verb, **more)
    known = {"contact_id": answer["contact_id"]} if "contact_id" in answer else {}
    if "monitor" in answer:
        known["monitor_id"] = answer["monitor"]["monitor_id"]
    asked = {name: value for name, value in more.items() if name != f"{kind}_id" and value not in ("", None)}
    async with here.db.session(scope_of(actor)) as session:
        audit.record(
            session,
            actor,
            here.clock.now(),
            f"supervise_{verb}",
            kind,
            object_id=object_id,
            name=str(answer.get("name", "")),
            after={**asked, **known} or None,
        )
    return answer


@router.post("/device")
async def open_device(body: DeviceChoice, actor: Supervisor, here: At) -> SupervisorDevice:
    """An account for the supervisor's own telephone, in place of the one before."""
    return SupervisorDevice.model_validate(await _ask(here, actor, "device", device=body.device))


@router.post("/agents/{agent_id}/monitor")
async def monitor(agent_id: UUID, body: MonitorWish, actor: Supervisor, here: At) -> AtCall:
    """Be at the agent's call in this mode, or change to it. The supervisor's telephone rings and answers by
    itself; `take_over` puts the supervisor in the agent's place for good."""
    return AtCall.model_validate(
        await _audited(here, actor, "monitor", "agent", agent_id, agent_id=str(agent_id), mode=body.mode)
    )


@router.post("/end")
async def end_monitor(actor: Supervisor, here: At) -> Performed:
    """Leave the call; one taken over is hung up on the supervisor's side."""
    await _audited(here, actor, "end", "contact", None)
    return Performed()


@router.post("/agents/{agent_id}/follow")
async def follow(agent_id: UUID, body: FollowWish, actor: Supervisor, here: At) -> Followed:
    """Listen to the agent's next conversations, the present one aside: the supervisor's telephone rings as
    each begins. One that begins while the supervisor is at another call is let go by and not counted."""
    return Followed.model_validate(
        await _audited(here, actor, "follow", "agent", agent_id, agent_id=str(agent_id), calls=body.calls)
    )


@router.post("/agents/{agent_id}/unfollow")
async def unfollow(agent_id: UUID, actor: Supervisor, here: At) -> Followed:
    """Listen to no more of the agent's calls; the one at hand goes on."""
    return Followed.model_validate(
        await _audited(here, actor, "unfollow", "agent", agent_id, agent_id=str(agent_id))
    )


@router.post("/agents/{agent_id}/hang-up")
async def force_hang_up(agent_id: UUID, actor: Supervisor, here: At) -> Performed:
    """End the agent's call for everybody in it. To talk on in the agent's place, take it over."""
    await _audited(here, actor, "hang_up", "agent", agent_id, agent_id=str(agent_id))
    return Performed()


@router.post("/agents/{agent_id}/state")
async def force_state(agent_id: UUID, body: ForcedState, actor: Supervisor, here: At) -> AgentForced:
    """Choose the agent's state, now or after the call at hand. The agent sees who and why."""
    answer = await _audited(
        here,
        actor,
        "state",
        "agent",
        agent_id,
        agent_id=str(agent_id),
        state=body.state,
        reason_id=str(body.reason_id) if body.reason_id else None,
        note=body.note,
    )
    return AgentForced.model_validate(answer)


@router.post("/agents/{agent_id}/break")
async def answer_break(agent_id: UUID, body: BreakAnswered, actor: Supervisor, here: At) -> AgentForced:
    """Grant the break that the agent asked for, or do not. The agent sees who and why."""
    answer = await _audited(
        here,
        actor,
        "break",
        "agent",
        agent_id,
        agent_id=str(agent_id),
        approve=body.approve,
        note=body.note,
    )
    return AgentForced.model_validate(answer)


@router.post("/contacts/{contact_id}/pull")
async def pull(contact_id: UUID, actor: Supervisor, here: At) -> AtCall:
    """Take a waiting call oneself."""
    return AtCall.model_validate(
        await _audited(here, actor, "pull", "contact", contact_id, contact_id=str(contact_id))
    )


@router.post("/contacts/{contact_id}/give")
async def give(contact_id: UUID, body: AgentChoice, actor: Supervisor, here: At) -> Performed:
    """Give a waiting call to an agent of its queue: at once when ready, else as soon as the agent is."""
    await _audited(
        here,
        actor,
        "give",
        "contact",
        contact_id,
        contact_id=str(contact_id),
        agent_id=str(body.agent_id),
    )
    return Performed()


@router.post("/contacts/{contact_id}/priority")
async def raise_priority(contact_id: UUID, body: PriorityPoints, actor: Supervisor, here: At) -> Performed:
    """Give a waiting call more points of priority."""
    await _audited(
        here, actor, "raise", "contact", contact_id, contact_id=str(contact_id), points=body.points
    )
    return Performed()


@router.post("/contacts/{contact_id}/queue")
async def move(contact_id: UUID, body: QueueChoice, actor: Supervisor, here: At) -> Performed:
    """Put a waiting call into another queue of the same client, its place kept."""
    await _audited(
        here,
        actor,
        "move",
        "contact",
        contact_id,
        contact_id=str(contact_id),
        queue_id=str(body.queue_id),
    )
    return Performed()


@router.post("/callbacks/{contact_id}/cancel")
async def cancel_callback(contact_id: UUID, actor: Supervisor, here: At) -> Performed:
    """Give up the place that this contact kept: the customer is not called back."""
    await _audited(here, actor, "cancel_callback", "contact", contact_id, contact_id=str(contact_id))
    return Performed()
