"""HTTP of trunks at work: how each stands now, and calls to try one. Such a call is in the audit log."""

from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from andon.channels.voice import texts  # noqa: F401  (registers what is said here)
from andon.channels.voice.desk_http import ask_core
from andon.channels.voice.model import never_tried
from andon.channels.voice.tables import NumberRow, TrunkRow
from andon.identity import audit
from andon.identity.access import At, scope_of
from andon.identity.admin import Administrator, present
from andon.identity.tables import Audit
from andon.interactions.dialling.model import clean
from andon.kit.errors import AndonError
from andon.kit.web import Body, invalid
from andon.telephony.reach import Reach

router = APIRouter(tags=["trunk"])

TRIED: Final = "trunk_trial"
MOST: Final = 20
WITHIN: Final = timedelta(hours=24)


class TrunkState(BaseModel):
    """`made`: the engines have taken it. `reach`: what its server did when asked by SIP OPTIONS just now,
    with `status` in `ms`. A call came through last at `worked_at`; at `failed_at` one last did not, for the
    trunk's own reasons: `how` and the Q.850 `cause`. Calls before the core's last start are not known."""

    trunk_id: UUID
    made: bool
    reach: Reach
    status: int
    ms: int
    in_use: int
    limit: int
    worked_at: datetime | None
    failed_at: datetime | None
    how: str
    cause: int


class TrunkStates(BaseModel):
    trunks: list[TrunkState]


class TrialStep(BaseModel):
    """`what` is dialled, ringing, answered, said or ended, `s` seconds after the call began."""

    what: str
    s: float


class TrunkTrialShown(BaseModel):
    """`how` it ended (`TrunkTrialEnded`), empty while it goes on."""

    trial_id: UUID
    trunk_id: UUID
    number: str
    shown: str
    began_at: datetime
    over: bool
    how: str
    cause: int
    steps: list[TrialStep]


class LastTrunkTrial(BaseModel):
    """Null: there was none since the core's last start."""

    trial: TrunkTrialShown | None


class TrunkTrialIn(Body):
    """Whom to call, and which number of ours to show; `ring_s`: for how long it rings at the most."""

    number: Annotated[str, StringConstraints(max_length=40)]
    number_id: UUID
    ring_s: Annotated[int, Field(ge=5, le=45)] = 30


@router.get("/api/trunk-states")
async def trunk_states(actor: Administrator, here: At) -> TrunkStates:
    """How each trunk stands now."""
    return TrunkStates.model_validate(await ask_core(here, actor, "trunk.states"))


@router.post("/api/trunks/{id}/trial")
async def try_trunk(id: UUID, body: TrunkTrialIn, actor: Administrator, here: At) -> TrunkTrialShown:
    """Call a number through the trunk: it hears the shown number read out and is hung up on, after 30 s at
    the latest. One at a time, 20 in 24 hours; never emergency, premium or foreign numbers."""
    number = clean(body.number)
    if number is None:
        raise invalid(number="field.pattern")
    never = never_tried(number)
    if never is not None:
        raise invalid(number=f"field.trial_{never}")
    now = here.clock.now()
    async with here.db.session(scope_of(actor)) as session:
        trunk = await present(session, TrunkRow, id)
        shown = await _shown(session, body.number_id, id)
        tried = await session.scalar(
            select(func.count()).where(
                Audit.object_kind == "trunk", Audit.action == TRIED, Audit.at > now - WITHIN
            )
        )
        if (tried or 0) >= MOST:
            raise AndonError("trunk_trial.too_many", 429, most=MOST)
        audit.record(
            session, actor, now, TRIED, "trunk", object_id=id, name=f"{trunk.name}: {shown.e164} → {number}"
        )
    asked = {"trunk_id": str(id), "number_id": str(body.number_id), "number": number, "ring_s": body.ring_s}
    return TrunkTrialShown.model_validate(await ask_core(here, actor, "trunk.call", **asked))


async def _shown(session: AsyncSession, number_id: UUID, trunk_id: UUID) -> NumberRow:
    row = await session.get(NumberRow, number_id)
    if row is None or row.retired_at is not None:
        raise invalid(number_id="field.unknown_reference")
    if row.kind == "400":
        raise invalid(number_id="field.trial_400")
    if row.trunk_id not in {None, trunk_id}:
        raise invalid(number_id="field.trial_other_trunk")
    return row


@router.get("/api/trunk-trial")
async def look_at_trunk_trial(actor: Administrator, here: At) -> LastTrunkTrial:
    """The operator's test call as it is now, or was."""
    return LastTrunkTrial.model_validate(await ask_core(here, actor, "trunk.look"))


@router.delete("/api/trunk-trial")
async def end_trunk_trial(actor: Administrator, here: At) -> TrunkTrialShown:
    """Hang up on it."""
    return TrunkTrialShown.model_validate(await ask_core(here, actor, "trunk.end"))
