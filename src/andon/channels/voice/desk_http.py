"""What an agent's desk asks: each request is a verb that core carries out, answered with the agent's view."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from andon.identity.access import At, may, scope_of
from andon.identity.model import Actor, Permission
from andon.interactions.events import LineMeasured
from andon.interactions.wrapup import Summary, submit, talked_in
from andon.kit.errors import AndonError
from andon.kit.journal.store import append
from andon.kit.web import Body, Services, Text

router = APIRouter(prefix="/api/desk", tags=["desk"])

Agent = Annotated[Actor, may(Permission.DESK)]

Phase = Literal["dialing", "ringing", "talking", "held", "wrap"]


class _Told(BaseModel):
    """As core tells it; what core tells beyond what is named here is passed on."""

    model_config = ConfigDict(extra="allow")


class PressedKey(_Told):
    node: str
    keys: str
    label: str


class HandedOver(_Told):
    """What the agent before says: shown while it rings, and on."""

    from_name: str
    way: Literal["blind", "consult"]
    reason: str
    note: str


class SecondParty(_Told):
    """Whom this agent called to the conversation; `mine` false: the agent is that party."""

    mine: bool
    way: Literal["blind", "consult"]
    place: Literal["ringing", "apart", "parked", "together", "flow"]
    name: str | None
    number: str | None
    since: str


class Returned(_Told):
    """How the last transfer of this agent ended, the caller being back."""

    transfer_id: UUID
    how: str
    name: str | None
    number: str | None


class CardTaking(_Told):
    """Card data is being taken: the recording is silent, supervisors hear nothing. Over by itself
    at `until`. `alone`: the caller keys it out of the agent's hearing, `keys` so far."""

    source: Literal["button", "field"]
    alone: bool = False
    keys: int = 0
    since: str
    until: str


class Pop(_Told):
    """The page of the client's own system for this call; `inside`: it may be shown within the desk."""

    url: str
    inside: bool


class AgentContact(_Told):
    """The contact at the agent's hand. Of a call between agents `caller` is the other's number and
    `customer_name` their name; `other_holds`: they have this agent on hold, `recorded`: it is on record."""

    contact_id: UUID
    phase: Phase
    direction: Literal["inbound", "outbound", "internal"] = "inbound"
    caller: str
    caller_home: str | None
    dnis: str
    number_label: str | None
    client_name: str | None
    project_id: UUID | None
    project_name: str | None
    greeting: str | None
    pop: Pop | None = None
    queue_id: UUID | None
    queue_name: str | None
    tier: str | None
    customer_id: UUID | None
    customer_name: str | None
    arrived_at: str
    queued_at: str | None
    offered_at: str | None
    ring_until: str | None
    answered_at: str | None
    held_since: str | None
    muted: bool
    other_holds: bool = False
    recorded: bool = False
    card: CardTaking | None = None
    keys: list[PressedKey]
    handed_over: HandedOver | None = None
    second: SecondParty | None = None
    returned: Returned | None = None


class ForcedBy(BaseModel):
    """The supervisor who chose a state, and the words that came with it."""

    name: str
    note: str


class ParkedCaller(BaseModel):
    """A caller whom this agent may pick up."""

    contact_id: UUID
    slot: int
    caller: str
    customer_name: str | None
    queue_name: str | None
    by_name: str | None
    since: str


class BreakWish(_Told):
    """A break beyond the rules that a supervisor has yet to answer, until `until` at the latest."""

    why: Literal["allowance", "at_once"]
    since: str
    until: str


class BreakAnswer(_Told):
    """How the last wish for a break was answered, and by whom."""

    how: Literal["approved", "refused", "timeout"]
    name: str
    note: str
    at: str


class Breaks(_Told):
    """`taken_ms`: on breaks of today that are over. `allowed_min` null: as much as the agent likes."""

    taken_ms: int
    allowed_min: int | None
    asked: BreakWish | None
    answer: BreakAnswer | None


class AgentView(_Told):
    """All a desk shows of its agent. The live socket sends it whole at each change; the highest `seq` counts.

    Instants are ISO 8601 UTC with milliseconds. `mobile` is the agent's own telephone, masked, where one is
    set; `test_ring` how the last test ring stands: `ringing`, or how it ended.
    """

    seq: int
    server_time: str
    agent_id: UUID
    agent_no: str | None
    name: str
    signed_in: bool
    device: str | None
    device_tested: bool
    registered: bool
    state: str
    since: str
    why: str | None
    reason_id: UUID | None
    pending_state: str | None
    forced: ForcedBy | None = None
    pending_forced: ForcedBy | None = None
    acw_until: str | None
    acw_extend_left_s: int | None = None
    breaks: Breaks | None = None
    session: str | None
    mobile: str | None = None
    test_ring: str | None = None
    contact: AgentContact | None
    parked: list[ParkedCaller] = []


class Done(BaseModel):
    """The agent as they are after what was asked."""

    view: AgentView


class SipAccount(BaseModel):
    """What a device registers with, valid until the agent signs out; `servers` are the media nodes, the first
    as in `uri`: a telephone that can registers with each."""

    username: str
    secret: str
    uri: str
    servers: list[str] = []
    expires_in: int


class SignedIn(Done):
    """`sip` is absent for a mobile: it registers nowhere."""

    sip: SipAccount | None


class SignIn(Body):
    device: Literal["browser", "sip", "mobile"] = "browser"
    take_over: bool = False


class StateWish(Body):
    state: Literal["ready", "not_ready", "break"]
    reason_id: UUID | None = None


class DeviceTested(Body):
    """What the device test found: microphone level in dBFS, round trip in ms, whether the echo was heard."""

    passed: bool
    microphone_db: float | None = Field(None, ge=-200, le=20)
    speaker: bool = False
    rtt_ms: float | None = Field(None, ge=0, le=600_000)
    echo: bool = False


class Mute(Body):
    on: bool


class Card(Body):
    """`source`: by hand, or because a field of card data has the focus. `alone`: the caller keys it out of
    the agent's hearing, until `#` or until the agent is done with it."""

    on: bool
    source: Literal["button", "field"] = "button"
    alone: bool = False


class Keys(Body):
    digits: Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]{1,32}$")]


AnswerKey = Annotated[str, StringConstraints(max_length=40)]
# Longer than any form allows: the form's own limit is what is told.
_AnswerText = Annotated[str, StringConstraints(max_length=20_000)]
Answer = _AnswerText | int | float | Annotated[list[_AnswerText], Field(max_length=100)] | None


class WrapUpBody(Body):
    """`form` holds the answers by key, `form_version` says which version was filled in."""

    contact_id: UUID
    reason_id: UUID | None = None
    resolved: bool | None = None
    note: Text = ""
    follow_up_at: AwareDatetime | None = None
    form: Annotated[dict[AnswerKey, Answer], Field(default_factory=dict, max_length=100)]
    form_version: Annotated[int | None, Field(ge=1)] = None


class LineBody(Body):
    """See `interactions.events.LineMeasured`."""

    contact_id: UUID
    mos: Annotated[float, Field(ge=1, le=5)]
    mos_least: Annotated[float, Field(ge=1, le=5)]
    loss_percent: Annotated[float, Field(ge=0, le=100)]
    jitter_ms: Annotated[int, Field(ge=0, le=60_000)]
    rtt_ms: Annotated[int | None, Field(ge=0, le=60_000)] = None
    measured_ms: Annotated[int, Field(ge=0, le=86_400_000)]


class LineKept(BaseModel):
    """Whether it was kept: what was measured in somebody else's contact is not."""

    kept: bool


class WrapExtend(Body):
    seconds: int = Field(ge=1, le=600)


async def ask_core(here: Services, actor: Actor, verb: str, **more: Any) -> dict[str, Any]:
    """Have core carry out a verb of this agent, whatever `more` says of who asks. Raises `AndonError`, core's
    own or `bus.timeout`."""
    return await here.bus.request(
        "core.command",
        {
            **more,
            "verb": verb,
            "tenant_id": str(actor.tenant_id),
            "actor": {"user_id": str(actor.user_id), "locale": actor.locale},
        },
    )


async def _done(here: Services, actor: Actor, verb: str, **more: Any) -> Done:
    return Done.model_validate(await ask_core(here, actor, verb, **more))


@router.post("/sign-in")
async def sign_in(body: SignIn, actor: Agent, here: At) -> SignedIn:
    """Sign in with a device. Where signed in elsewhere, only with `take_over`; the error says where."""
    if body.device == "mobile" and not actor.may(Permission.MOBILE):
        raise AndonError("agent.mobile_forbidden", 403)
    answer = await ask_core(
        here,
        actor,
        "agent.sign_in",
        device=body.device,
        take_over=body.take_over,
        session=str(actor.session_id),
        where=actor.address,
    )
    return SignedIn.model_validate(answer)


@router.post("/sign-out")
async def sign_out(actor: Agent, here: At) -> Done:
    """Sign out at once, or after the conversation at hand."""
    return await _done(here, actor, "agent.sign_out")


@router.post("/state")
async def change_state(body: StateWish, actor: Agent, here: At) -> Done:
    """Ask for a state; during a call it is taken afterwards."""
    reason = str(body.reason_id) if body.reason_id else None
    return await _done(here, actor, "agent.state", state=body.state, reason_id=reason)


@router.post("/break/withdraw")
async def withdraw_break(actor: Agent, here: At) -> Done:
    """Take the wish for a break back."""
    return await _done(here, actor, "break.withdraw")


@router.post("/device-test")
async def device_test(body: DeviceTested, actor: Agent, here: At) -> Done:
    """Tell what the device test found; it must have passed before `ready`."""
    return await _done(here, actor, "agent.device_tested", **body.model_dump())


@router.post("/test-ring")
async def test_ring(actor: Agent, here: At) -> Done:
    """Ring the desk phone or mobile signed in with; pressing 1 there passes the device test."""
    return await _done(here, actor, "agent.test_ring")


@router.post("/hold")
async def hold(actor: Agent, here: At) -> Done:
    return await _done(here, actor, "call.hold")


@router.post("/retrieve")
async def retrieve(actor: Agent, here: At) -> Done:
    return await _done(here, actor, "call.retrieve")


@router.post("/mute")
async def mute(body: Mute, actor: Agent, here: At) -> Done:
    return await _done(here, actor, "call.mute", on=body.on)


@router.post("/card")
async def card(body: Card, actor: Agent, here: At) -> Done:
    """Take card data, or have done with it. The same again changes nothing."""
    return await _done(here, actor, "call.card", on=body.on, source=body.source, alone=body.alone)


@router.post("/dtmf")
async def send_keys(body: Keys, actor: Agent, here: At) -> Done:
    """Send keys to the other side."""
    return await _done(here, actor, "call.dtmf", digits=body.digits)


@router.post("/hangup")
async def hang_up(actor: Agent, here: At) -> Done:
    """End the conversation."""
    return await _done(here, actor, "call.hangup")


@router.post("/reject")
async def reject(actor: Agent, here: At) -> Done:
    """Refuse the call that rings; it goes on to somebody else."""
    return await _done(here, actor, "call.reject")


@router.post("/wrap-up")
async def wrap_up(body: WrapUpBody, actor: Agent, here: At) -> Done:
    """Save the summary of a contact and end its wrap-up. The same again changes nothing."""
    summary = Summary(
        contact_id=body.contact_id,
        reason_id=body.reason_id,
        resolved=body.resolved,
        note=body.note,
        follow_up_at=_whole_ms(body.follow_up_at),
        form=dict(body.form),
        form_version=body.form_version,
    )
    async with here.db.session(scope_of(actor)) as session:
        await submit(session, actor.tenant_id, actor.user_id, summary, here.clock.now())
    return await _done(here, actor, "wrap.done", contact_id=str(body.contact_id))


@router.post("/line")
async def line_measured(body: LineBody, actor: Agent, here: At) -> LineKept:
    """What the agent's browser measured of a call; kept with the contact, if the agent talked in it."""
    async with here.db.session(scope_of(actor)) as session:
        talked = await talked_in(session, body.contact_id, actor.user_id)
        if talked is None:
            return LineKept(kept=False)
        fact = LineMeasured(
            at=here.clock.now(),
            tenant_id=actor.tenant_id,
            client_id=talked.client_id,
            project_id=talked.project_id,
            agent_id=actor.user_id,
            **body.model_dump(),
        )
        await append(session, fact)
    return LineKept(kept=True)


@router.post("/wrap-extend")
async def wrap_extend(body: WrapExtend, actor: Agent, here: At) -> Done:
    """More time for the wrap-up."""
    return await _done(here, actor, "wrap.extend", seconds=body.seconds)


def _whole_ms(at: datetime | None) -> datetime | None:
    """Instants are kept in whole milliseconds, so that the same one sent again compares equal."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000) if at is not None else None
