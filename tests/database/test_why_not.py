"""Why not this agent? Answered for each offer of a contact, from its decision and from the agent's state."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from reporting_stand import Stand, journal, make_stand

from andon.interactions.events import OfferMade
from andon.kit.database import Database
from andon.kit.ids import uuid7
from andon.reporting import texts  # noqa: F401  (registers what is said)
from andon.reporting.history import decisions
from andon.reporting.history.unnamed import unnamed
from andon.reporting.tables import ReportAgentState

pytestmark = pytest.mark.database

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
async def stand(owner_db: Database) -> Stand:
    return await make_stand(owner_db)


def made(stand: Stand, contact_id: UUID, agent_id: UUID, minute: int, **decision: Any) -> OfferMade:
    return OfferMade(
        at=AT + timedelta(minutes=minute),
        tenant_id=stand.tenant_id,
        client_id=stand.clients[0],
        project_id=stand.projects[0],
        contact_id=contact_id,
        agent_id=agent_id,
        offer_id=uuid7(),
        queue_id=stand.queues[0],
        device="sip",
        decision={"chosen": {}, **decision},
    )


async def test_each_offer_says_why_this_agent_was_not_chosen(db: Database, stand: Stand) -> None:
    ann, bob, contact_id = stand.agents[0], stand.agents[1], uuid7()
    passed = [{"agent_id": str(bob), "reason": "idle_shorter", "detail": {"idle_ms": 4000}}]
    await journal(
        db,
        [
            made(stand, contact_id, ann, 1, passed_over=passed),
            made(stand, contact_id, ann, 2, more={"busy": 40}),
            made(stand, contact_id, bob, 3),
        ],
    )
    async with db.session(stand.scope) as session:
        for seq, (state, minute) in enumerate((("ready", 0), ("talking", 1), ("ready", 3))):
            session.add(
                ReportAgentState(
                    state_id=uuid7(),
                    seq=seq,
                    agent_id=bob,
                    state=state,
                    by="self",
                    why="x",
                    started_at=AT + timedelta(minutes=minute, seconds=1),
                )
            )
        await session.flush()
        answer = await decisions.why_not(session, stand.tenant_id, contact_id, bob, "en")
        await session.rollback()
    assert [(offer.reason, offer.named, offer.detail) for offer in answer.offers] == [
        ("idle_shorter", True, {"idle_ms": 4000}),
        ("busy", False, {"state": "talking"}),
        ("chosen", True, {}),
    ]
    assert [offer.reason_name for offer in answer.offers][:2] == ["idle for a shorter time", "busy"]


async def test_what_was_out_of_the_ordinary_is_shown_with_the_decision(db: Database, stand: Stand) -> None:
    contact_id = uuid7()
    special = {"step": 1, "urgent": True, "flags": ["open_complaint"]}
    await journal(db, [made(stand, contact_id, stand.agents[0], 1, waiting=2, **special)])
    async with db.session(stand.scope) as session:
        answer = await decisions.why(session, stand.tenant_id, contact_id, "zh")
    assert [(decision.waiting, decision.special) for decision in answer.decisions] == [(2, special)]


@pytest.mark.parametrize(
    ("state", "more", "reason"),
    [
        (None, {}, "offline"),
        ("offline", {"busy": 1}, "offline"),
        ("break", {}, "on_break"),
        ("ready", {"cannot_serve": 3, "busy": 2}, "cannot_serve"),
        ("ready", {"idle_shorter": 3}, "idle_shorter"),
        ("ready", {"idle_shorter": 3, "cannot_serve": 1}, "second_or_unable"),
    ],
)
async def test_who_is_not_named_is_told_from_state_and_counts(
    state: str | None, more: dict[str, int], reason: str
) -> None:
    assert unnamed(state, more) == reason
