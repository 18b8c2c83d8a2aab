"""A core that starts knows the callers of the days before: whom they talked to, who was dissatisfied."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from reporting_stand import Stand, journal, make_stand

from andon.interactions.events import ContactArrived, ContactConnected, SurveyAnswered
from andon.interactions.model import Contact
from andon.interactions.ports import ContactView
from andon.interactions.recent import Recent
from andon.interactions.repository import load_heard
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.kit.journal import Fact
from andon.routing.config import LaneFlag
from andon.routing.model import Caller

pytestmark = pytest.mark.database

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def stand(owner_db: Database) -> Stand:
    return await make_stand(owner_db)


def talk(stand: Stand, caller: str, at: datetime, agent_id: UUID, score: int) -> list[Fact]:
    """A conversation and its survey."""
    subject = {
        "tenant_id": stand.tenant_id,
        "client_id": stand.clients[0],
        "project_id": stand.projects[0],
        "contact_id": uuid7(),
    }
    return [
        ContactArrived(
            at=at, medium="voice", direction="in", caller=caller, caller_raw=caller, dnis="1", node="n1",
            channel_id=caller, **subject,
        ),
        ContactConnected(
            at=at, agent_id=agent_id, offer_id=uuid7(), queue_id=stand.queues[0], waited_ms=0, **subject
        ),
        SurveyAnswered(at=at, survey="csat", score=score, **subject),
    ]  # fmt: skip


def caller_of(recent: Recent, stand: Stand, number: str) -> Caller:
    view = ContactView(
        contact_id=uuid7(), tenant_id=stand.tenant_id, client_id=stand.clients[0],
        project_id=stand.projects[0], number_id=uuid7(), flow_id=uuid7(), caller=number, dnis="1",
        language="zh", arrived_at=AT,
    )  # fmt: skip
    contact = Contact(
        contact_id=view.contact_id, tenant_id=stand.tenant_id, client_id=view.client_id,
        project_id=view.project_id, leg_id="l", view=view, arrived=AT, return_s=0,
    )  # fmt: skip
    return recent.caller(contact, AT, fast_lane=False)


async def test_callers_of_the_last_days_are_known_again(db: Database, stand: Stand) -> None:
    first, second = stand.agents[:2]
    await journal(
        db,
        [
            *talk(stand, "13800138000", AT - 8 * DAY, second, 5),
            *talk(stand, "13800138000", AT - 2 * DAY, first, 1),
            *talk(stand, "13900139000", AT - DAY, first, 1),
            *talk(stand, "+8613900139000", AT - DAY / 2, second, 5),
            *talk(stand, "13700137000", AT - 8 * DAY, first, 1),
        ],
    )
    recent = Recent()
    async with db.session(stand.scope) as session:
        recent.recall(await load_heard(session, AT))
    known = caller_of(recent, stand, "013800138000")
    assert (known.last_agent_id, known.flags) == (first, (LaneFlag.BAD_SURVEY,))
    known = caller_of(recent, stand, "13900139000")
    assert (known.last_agent_id, known.flags) == (second, ())
    assert caller_of(recent, stand, "13700137000").last_agent_id is None
