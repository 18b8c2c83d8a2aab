"""The books over HTTP: the newest ledger check, and asking for one."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime

from andon.identity import audit
from andon.identity.access import At, may, scope_of
from andon.identity.model import Actor, Permission
from andon.kit.errors import AndonError
from andon.kit.web import Body
from andon.reporting.checks import service
from andon.reporting.checks.jobs import TOPIC
from andon.reporting.checks.shapes import LedgerCheckAsked, LedgerCheckInfo, LedgerResult, LedgerState
from andon.reporting.checks.tables import LedgerCheck
from andon.reporting.names import NameBook

router = APIRouter(prefix="/api/ledger", tags=["ledger"])

Keeper = Annotated[Actor, may(Permission.LEDGER)]


class CheckWanted(Body):
    """The period to check, from `since` inclusive to `until` exclusive; all of the journal by default."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


@router.get("")
async def state(actor: Keeper, here: At) -> LedgerState:
    """The check that runs now, and the newest that is over."""
    async with here.db.session(scope_of(actor)) as session:
        running, last = await service.newest(session)
        book = NameBook(actor.locale)
        await book.learn(session, agent=[check.asked_by for check in (running, last) if check])
    return LedgerState(running=_info(running, book), last=_info(last, book))


@router.post("/check", status_code=202)
async def check(body: CheckWanted, actor: Keeper, here: At) -> LedgerCheckAsked:
    """Have the worker check the books; the result is told by `GET /api/ledger`."""
    if body.since and body.until and body.until <= body.since:
        raise AndonError("period.invalid", 422)
    async with here.db.session(scope_of(actor)) as session:
        check_id = await service.ask(session, actor.user_id, here.clock.now(), body.since, body.until)
        audit.record(session, actor, here.clock.now(), "check", "ledger", object_id=check_id)
    here.bus.publish(TOPIC, {"tenant_id": str(actor.tenant_id), "check_id": str(check_id)})
    return LedgerCheckAsked(check_id=check_id)


def _info(check: LedgerCheck | None, book: NameBook) -> LedgerCheckInfo | None:
    if check is None:
        return None
    return LedgerCheckInfo(
        check_id=check.id,
        state=check.state,
        asked_at=check.created_at,
        asked_by=book.named(check.asked_by),
        finished_at=check.finished_at,
        report=LedgerResult.model_validate(check.report) if check.report is not None else None,
    )
